//! The compiler, the tree-sitter grammar and the TextMate grammar know the same words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;

use quell::syntax::{self, KEYWORDS, TokenKind};
use serde_json::Value;
use tests::workspace;
use tree_sitter::Language;

/// Words of queries, and a text in which the compiler's lexer finds each.
const OPERATORS: [(&str, &str, TokenKind); 5] = [
    ("AND", "AND", TokenKind::And),
    ("OR", "OR", TokenKind::Or),
    ("NOT", "NOT", TokenKind::Not),
    ("TO", "@a.b:[1 TO 2]", TokenKind::To),
    ("CIDR", "CIDR(", TokenKind::Cidr),
];

/// Words that a grammar marks and the compiler does not know: those of JSON, and fields whose values are closed sets.
const BESIDE: [&str; 7] = ["true", "false", "null", "rules", "when", "signal", "event"];

fn compiler() -> BTreeSet<String> {
    for (word, text, kind) in OPERATORS {
        assert!(syntax::lex(text).iter().any(|token| token.kind == kind), "the lexer does not know {word}");
    }
    KEYWORDS.into_iter().chain(OPERATORS.map(|(word, ..)| word)).map(str::to_owned).collect()
}

#[test]
fn of_tree_sitter() {
    let language: Language = tree_sitter_quell::LANGUAGE.into();
    let mut found = BTreeSet::new();
    for id in 0..language.node_kind_count() as u16 {
        if language.node_kind_is_named(id) || !language.node_kind_is_visible(id) {
            continue;
        }
        let word = language.node_kind_for_id(id).unwrap().trim_end_matches('(');
        if word.chars().any(char::is_alphabetic) {
            found.insert(word.to_owned());
        }
    }
    assert_eq!(found, compiler());
}

/// Every regular expression of a grammar.
fn patterns<'g>(grammar: &'g Value, found: &mut Vec<&'g str>) {
    match grammar {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value.as_str()) {
                    ("match" | "begin" | "end" | "while", Some(pattern)) => found.push(pattern),
                    _ => patterns(value, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| patterns(element, found)),
        _ => {}
    }
}

/// The words of a regular expression: what is in no class and behind no backslash.
fn words(pattern: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut characters = pattern.chars();
    let mut class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let _ = characters.next();
                plain.push(' ');
            }
            '[' if !class => class = true,
            ']' if class => {
                class = false;
                plain.push(' ');
            }
            _ if class => {}
            _ => plain.push(character),
        }
    }
    let words = plain.split(|character: char| !character.is_ascii_alphabetic());
    words.filter(|word| word.len() > 1).map(str::to_owned).collect()
}

#[test]
fn of_text_mate() {
    let grammar = fs::read_to_string(workspace::root().join("grammar/textmate/quell.tmLanguage.json")).unwrap();
    let grammar: Value = serde_json::from_str(&grammar).unwrap();
    let mut found = Vec::new();
    patterns(&grammar, &mut found);
    let mut found: BTreeSet<String> = found.into_iter().flat_map(words).collect();
    for word in BESIDE {
        assert!(found.remove(word), "{word} is not in the grammar");
    }
    assert_eq!(found, compiler());
}
