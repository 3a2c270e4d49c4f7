//! The tree-sitter grammar and the compiler agree on what is a syntax error: over every program of the repository, and
//! over those with a token dropped, doubled or put in.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use quell::diag::Code;
use quell::syntax::{self, TokenKind};
use tests::corpus;
use tests::generate::{Choices, bytes};
use tree_sitter::{Node, Parser};

/// Whether the compiler finds an error of syntax in an item. `None` where it names characters that deceive instead.
fn compiler_finds_error(item: &str) -> Option<bool> {
    const DECEIVE: [Code; 4] =
        [Code::ByteOrderMark, Code::BidirectionalControl, Code::InvisibleCharacter, Code::ConfusableCharacter];
    let diagnostics = syntax::parse_item(item).diagnostics;
    if diagnostics.iter().any(|diagnostic| DECEIVE.contains(&diagnostic.code)) {
        return None;
    }
    Some(!diagnostics.is_empty())
}

/// Where the tree has an error: the start of each token in an `ERROR`, and of the token that each `MISSING` follows.
#[derive(Default)]
struct ErrorPlaces {
    places: BTreeSet<usize>,
    last_token: usize,
}

impl ErrorPlaces {
    fn find(&mut self, node: Node<'_>, in_error: bool) {
        if node.is_missing() {
            self.places.insert(self.last_token);
            return;
        }
        if node.is_extra() && !node.is_error() {
            return;
        }
        let in_error = in_error || node.is_error();
        if node.child_count() == 0 {
            self.last_token = node.start_byte();
            if in_error {
                self.places.insert(node.start_byte());
            }
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            self.find(child, in_error);
        }
    }
}

/// How many brackets may be open where an error is, for the items around it to stay whole: tree-sitter looks back over
/// 16 entries of its stack, and where that is not enough it marks the rest of the file.
const FAR: usize = 10;

fn nesting(text: &str) -> usize {
    let mut most = 0;
    for range in syntax::split(text) {
        most = most.max(nesting_of_item(range.of(text)));
    }
    most
}

fn nesting_of_item(item: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for token in syntax::lex(item) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace | TokenKind::Cidr => open += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// What the two disagree about in a program, one line per item.
fn disagreements(parser: &mut Parser, text: &str) -> Vec<String> {
    let tree = parser.parse(text, None).unwrap();
    let mut errors = ErrorPlaces::default();
    errors.find(tree.root_node(), false);
    let places = errors.places;
    let deep = nesting(text) > FAR;
    let mut wrong = Vec::new();
    for range in syntax::split(text) {
        let item = range.of(text);
        let Some(expected) = compiler_finds_error(item) else { continue };
        let found = places.range(range.start as usize..range.end as usize).next().is_some();
        if expected != found && (expected || !deep) {
            let who = if expected { "only the compiler" } else { "only tree-sitter" };
            wrong.push(format!("{who} finds an error in {item:?}, tree-sitter at {places:?}"));
        }
    }
    wrong
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_quell::LANGUAGE.into()).unwrap();
    parser
}

fn assert_none(wrong: &[String]) {
    let shown = &wrong[..wrong.len().min(12)];
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), shown.join("\n\n"));
}

#[test]
fn on_every_program() {
    let mut parser = parser();
    let mut wrong = Vec::new();
    let programs = corpus::programs().unwrap();
    assert!(programs.len() > 300, "the corpus was not found: {} programs", programs.len());
    for program in programs {
        let place = program.place;
        wrong.extend(disagreements(&mut parser, &program.text).into_iter().map(|line| format!("{place}: {line}")));
    }
    assert_none(&wrong);
}

/// Tokens that are put in: one of each kind, and those that change how what follows is read.
const INSERTED: [&str; 36] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ":",
    "\"",
    "\"x y\"",
    "\\",
    "$",
    "$name",
    "@",
    "@process.args",
    "@host:",
    "host:",
    "host:x",
    "CIDR(",
    "AND",
    "OR",
    "NOT",
    "TO",
    "-",
    "!",
    ">=5",
    "*",
    "word",
    "let",
    "suppress",
    "by",
    "2027-01-31",
    "#",
    "\n",
    "\r",
];

/// The program with one token dropped, doubled, or another put in before it.
fn mutated(text: &str, choices: &mut Choices<'_>) -> String {
    let mut tokens = Vec::new();
    for range in syntax::split(text) {
        for token in syntax::lex(range.of(text)) {
            tokens.push(token.span.of(range.of(text)));
        }
    }
    let at = (choices.below(256) * 256 + choices.below(256)) % tokens.len().max(1);
    match choices.below(3) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at]),
        _ => {
            let blank = if choices.once_in(2) { " " } else { "" };
            tokens.insert(at, blank);
            tokens.insert(at, choices.one(&INSERTED));
            tokens.insert(at, blank);
        }
    }
    tokens.concat()
}

#[test]
fn on_every_program_with_a_token_changed() {
    let mut parser = parser();
    let mut wrong = Vec::new();
    for (number, program) in corpus::programs().unwrap().into_iter().enumerate() {
        let corpus::Program { place, text } = program;
        if text.is_empty() {
            continue;
        }
        for round in 0..16 {
            let seed = bytes((number * 256 + round) as u64, 8);
            let changed = mutated(&text, &mut Choices::new(&seed));
            wrong.extend(
                disagreements(&mut parser, &changed).into_iter().map(|line| format!("{place}, round {round}: {line}")),
            );
        }
    }
    assert_none(&wrong);
}
