//! Any input at all.

use proptest::prelude::*;
use tests::generate::{Choices, mutated, soup};
use tests::property::anything::{examples, hold};

use crate::cases;

#[test]
fn examples_hold() {
    for example in examples() {
        hold(&example);
    }
}

#[test]
fn random_bytes_hold() {
    proptest!(cases(300), |(bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        hold(&String::from_utf8_lossy(&bytes));
    });
}

#[test]
fn random_characters_hold() {
    proptest!(cases(300), |(text in "\\PC{0,120}|[ -~\n]{0,200}|[@:(){}\\[\\]\"\\\\*?$# a-c\n-]{0,120}")| {
        hold(&text);
        hold(&format!("suppress a {{\n  when event {{ {text} }}\n}}\n"));
    });
}

#[test]
fn random_tokens_hold() {
    proptest!(cases(600), |(bytes in prop::collection::vec(any::<u8>(), 0..160))| {
        hold(&soup(&mut Choices::new(&bytes)));
    });
}

#[test]
fn mutated_examples_hold() {
    let examples = examples();
    proptest!(cases(1500), |(which in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 24))| {
        hold(&mutated(&mut Choices::new(&bytes), which.get::<String>(&examples)));
    });
}
