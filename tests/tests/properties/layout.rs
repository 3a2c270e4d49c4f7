//! The layout of any file at all.

use proptest::prelude::*;
use tests::generate::{Choices, mutated, program, soup};
use tests::property::anything::examples;
use tests::property::layout::assert_lays_out;

use crate::cases;

#[test]
fn examples_lay_out() {
    for example in examples() {
        assert_lays_out(&example);
    }
}

#[test]
fn random_characters_lay_out() {
    proptest!(cases(500), |(text in "\\PC{0,120}|[ -~\n]{0,200}|[@:(){}\\[\\]\"\\\\*?$# a-c\r\n-]{0,120}")| {
        assert_lays_out(&text);
        assert_lays_out(&format!("suppress a {{\n  when event {{ {text} }}\n}}\n"));
    });
}

#[test]
fn random_tokens_lay_out() {
    proptest!(cases(1000), |(bytes in prop::collection::vec(any::<u8>(), 0..160))| {
        assert_lays_out(&soup(&mut Choices::new(&bytes)));
    });
}

#[test]
fn random_programs_lay_out() {
    proptest!(cases(1000), |(bytes in prop::collection::vec(any::<u8>(), 0..300))| {
        assert_lays_out(&program(&mut Choices::new(&bytes)));
    });
}

#[test]
fn mutated_examples_lay_out() {
    let examples = examples();
    proptest!(cases(2000), |(which in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 24))| {
        assert_lays_out(&mutated(&mut Choices::new(&bytes), which.get::<String>(&examples)));
    });
}
