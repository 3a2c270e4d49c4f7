//! The layout of any file at all.

use proptest::prelude::*;
use quell::fmt::format;
use quell::syntax::{lex, split};
use tests::generate::{Choices, mutated, program, soup};

use crate::anything::examples;
use crate::cases;

/// The layout keeps every token and comment, and laying out twice changes nothing more.
#[track_caller]
fn assert_lays_out(text: &str) {
    let laid_out = format(text);
    assert_eq!(format(&laid_out), laid_out, "{text:?}");
    assert_eq!(substance(&laid_out), substance(text), "{text:?}\n---\n{laid_out}");
}

/// What a layout may not change: tokens and comments, each as text.
fn substance(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for range in split(text) {
        let item = range.of(text);
        for token in lex(item) {
            let text = token.span.of(item).trim();
            if !text.is_empty() {
                parts.push(text.to_owned());
            }
        }
    }
    parts
}

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
