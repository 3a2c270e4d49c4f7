//! The tree-sitter grammar and the compiler agree, item by item, on what is a syntax error: over every program of the
//! repository, and over those with a token dropped, doubled, swapped, taken from elsewhere or put in, once or more often.

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

/// What the two disagree about, one line per item.
#[derive(Default)]
struct Disagreements {
    /// Items in which only the compiler finds an error.
    missed: Vec<String>,
    /// Items in which only tree-sitter finds one.
    invented: Vec<String>,
}

/// Adds what the two disagree about in a program.
fn compare(parser: &mut Parser, place: &str, text: &str, wrong: &mut Disagreements) {
    let tree = parser.parse(text, None).unwrap();
    let mut errors = ErrorPlaces::default();
    errors.find(tree.root_node(), false);
    let places = errors.places;
    let deep = nesting(text) > FAR;
    for range in syntax::split(text) {
        let item = range.of(text);
        let Some(expected) = compiler_finds_error(item) else { continue };
        let found = places.range(range.start as usize..range.end as usize).next().is_some();
        let line = || format!("{place}: {item:?}, tree-sitter at {places:?}");
        if expected && !found {
            wrong.missed.push(line());
        } else if found && !expected && !deep {
            wrong.invented.push(line());
        }
    }
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_quell::LANGUAGE.into()).unwrap();
    parser
}

fn assert_none(what: &str, wrong: &[String]) {
    let shown = &wrong[..wrong.len().min(12)];
    assert!(wrong.is_empty(), "{what} {} items:\n{}", wrong.len(), shown.join("\n\n"));
}

#[test]
fn on_every_program() {
    let mut parser = parser();
    let mut wrong = Disagreements::default();
    let programs = corpus::programs().unwrap();
    assert!(programs.len() > 300, "the corpus was not found: {} programs", programs.len());
    for program in programs {
        compare(&mut parser, &program.place, &program.text, &mut wrong);
    }
    assert_none("only the compiler finds an error in", &wrong.missed);
    assert_none("only tree-sitter finds an error in", &wrong.invented);
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

/// The tokens of a program, as they stand.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for range in syntax::split(text) {
        let item = range.of(text);
        tokens.extend(syntax::lex(item).into_iter().map(|token| token.span.of(item)));
    }
    tokens
}

/// Drops, doubles or swaps a token, puts another before it, or a token of the program in its place.
fn mutate<'a>(tokens: &mut Vec<&'a str>, choices: &mut Choices<'_>) {
    let mut place = |tokens: &Vec<&'a str>| (choices.below(256) * 256 + choices.below(256)) % tokens.len().max(1);
    let (at, other) = (place(tokens), place(tokens));
    if tokens.is_empty() {
        return;
    }
    match choices.below(5) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at]),
        2 => tokens.swap(at, other),
        3 => tokens[at] = tokens[other],
        _ => {
            let blank = if choices.once_in(2) { " " } else { "" };
            tokens.insert(at, blank);
            tokens.insert(at, choices.one(&INSERTED));
            tokens.insert(at, blank);
        }
    }
}

/// How many programs may have an error spread over an item beside it: tree-sitter weighs ways to go on by what they cost,
/// and for about one small program in 60,000 finds it cheapest to give up on more than one item.
const SPREAD: usize = 2;

/// How often each program is changed; `QUELL_MUTATIONS` says otherwise.
const ROUNDS: usize = 64;

#[test]
fn on_every_program_with_tokens_changed() {
    let rounds = std::env::var("QUELL_MUTATIONS").map_or(ROUNDS, |given| given.parse().unwrap());
    let mut parser = parser();
    let mut wrong = Disagreements::default();
    let (mut programs, mut judged, mut broken) = (0_usize, 0_usize, 0_usize);
    for (number, program) in corpus::programs().unwrap().into_iter().enumerate() {
        let corpus::Program { place, text } = program;
        let original = tokens(&text);
        for round in 0..rounds {
            let seed = bytes((number * 65_536 + round) as u64, 32);
            let mut choices = Choices::new(&seed);
            let mut changed = original.clone();
            // Mostly once: the second change is often in an item that is broken already.
            for _ in 0..=choices.below(4) / 3 {
                mutate(&mut changed, &mut choices);
            }
            let changed = changed.concat();
            for range in syntax::split(&changed) {
                judged += 1;
                broken += usize::from(compiler_finds_error(range.of(&changed)) == Some(true));
            }
            programs += 1;
            compare(&mut parser, &format!("{place}, round {round}"), &changed, &mut wrong);
        }
    }
    // Both answers are common: neither grammar may agree by always saying the same.
    assert!(broken * 10 > judged && broken * 10 < judged * 9, "{broken} of {judged} items are broken");
    assert_none("only the compiler finds an error in", &wrong.missed);
    let mut spread: Vec<&str> = wrong.invented.iter().filter_map(|line| line.split(": ").next()).collect();
    spread.dedup();
    assert!(spread.len() <= SPREAD + programs / 20_000, "{} of {programs}: {:?}", spread.len(), wrong.invented);
}
