//! The TextMate grammar, as the tokenizer of VS Code reads it, and the compiler's lexer give the same tokens.
//!
//! Needs Node and npm, which installs the tokenizer by the lock file.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Once;

use quell::syntax::{self, Token, TokenKind};
use serde::Deserialize;
use serde_json::json;
use tests::{corpus, workspace};

/// What the tokenizer says: where a token starts, in UTF-16 units, its text and its scopes.
#[derive(Deserialize)]
struct Scoped(usize, String, String);

fn folder() -> PathBuf {
    workspace::root().join("grammar/textmate")
}

/// Installs the tokenizer, once.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let marker = folder().join("node_modules/.package-lock.json");
        let lock = fs::metadata(folder().join("package-lock.json")).unwrap().modified().unwrap();
        if fs::metadata(marker).and_then(|marker| marker.modified()).is_ok_and(|installed| installed >= lock) {
            return;
        }
        let status = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()).status();
        assert!(status.is_ok_and(|status| status.success()), "`npm ci` failed in grammar/textmate");
    });
}

/// The tokens of each program.
fn tokens(scope: &str, programs: &[&str]) -> Vec<Vec<Scoped>> {
    install();
    let mut tokenizer = Command::new("node")
        .arg(folder().join("tokenize.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = String::new();
    for text in programs {
        writeln!(input, "{}", json!({ "scope": scope, "text": text })).unwrap();
    }
    let mut stdin = tokenizer.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = tokenizer.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let tokens: Vec<_> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(tokens.len(), programs.len());
    tokens
}

/// One token a line, with the scopes below that of the file.
fn shown(tokens: &[Scoped]) -> String {
    let mut out = String::new();
    for Scoped(_, text, scopes) in tokens {
        let scopes = scopes.split_once(' ').map_or("", |(_, below)| below);
        if !text.trim().is_empty() {
            writeln!(out, "{:24} {scopes}", text.trim()).unwrap();
        }
    }
    out
}

fn assert_as_in(file: &str, found: &str) {
    let path = folder().join("test").join(file);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap_or_default(), "run with UPDATE_EXPECT=1 to write {file}");
}

#[test]
fn a_file_that_holds_everything() {
    let text = fs::read_to_string(folder().join("test/sample.quell")).unwrap();
    assert_as_in("sample.scopes.txt", &shown(&tokens("source.quell", &[&text])[0]));
}

#[test]
fn fences_in_markdown() {
    let text = fs::read_to_string(folder().join("test/fences.md")).unwrap();
    assert_as_in("fences.scopes.txt", &shown(&tokens("text.html.markdown", &[&text])[0]));
}

/// What one of the scopes at the start of a token must begin with.
fn wanted(token: &Token, text: &str) -> &'static [&'static str] {
    match token.kind {
        TokenKind::Blank | TokenKind::Newline => &[""],
        TokenKind::Comment | TokenKind::DocComment => &["comment.line."],
        TokenKind::String => &["string.quoted.double.", "support.type.property-name."],
        TokenKind::OpenString | TokenKind::Stray => &["invalid.illegal."],
        TokenKind::AtPath => &["variable.other.member."],
        TokenKind::Key if text.starts_with('@') => &["variable.other.member."],
        TokenKind::Key => &["entity.name.tag.", "invalid.illegal.value.json."],
        TokenKind::Reference => &["variable.other.constant."],
        TokenKind::Mixed => &["string.quoted.", "string.unquoted."],
        TokenKind::Bare | TokenKind::To => &[
            "string.unquoted.",
            "constant.numeric.",
            "keyword.operator.comparison.",
            "keyword.operator.range.",
            "variable.other.member.",
            "support.type.",
        ],
        TokenKind::Digits => &["constant.numeric.", "string.unquoted."],
        TokenKind::Cidr => &["support.function."],
        TokenKind::And | TokenKind::Or | TokenKind::Not => &["keyword.operator.logical."],
        TokenKind::Minus => &["keyword.operator.logical.negation.", "constant.numeric."],
        TokenKind::Equals => &["keyword.operator.assignment."],
        TokenKind::Comma | TokenKind::Colon => &["punctuation.separator."],
        TokenKind::OpenParen
        | TokenKind::CloseParen
        | TokenKind::OpenBracket
        | TokenKind::CloseBracket
        | TokenKind::OpenBrace
        | TokenKind::CloseBrace => &["punctuation.section.", "punctuation.definition."],
        TokenKind::Word => &[
            "keyword.",
            "entity.name.",
            "variable.other.",
            "string.unquoted.",
            "constant.",
            "storage.",
            "support.",
            "invalid.illegal.value.json.",
        ],
    }
}

#[test]
fn every_program_has_the_tokens_of_the_compiler() {
    let programs = corpus::programs().unwrap();
    let texts: Vec<&str> = programs.iter().map(|program| program.text.as_str()).collect();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (program, scoped) in programs.iter().zip(tokens("source.quell", &texts)) {
        for range in syntax::split(&program.text) {
            let item = range.of(&program.text);
            // What the tokens of a broken item are is anybody's guess; those of the next one are not.
            if !syntax::parse_item(item).is_ok() {
                continue;
            }
            for token in syntax::lex(item) {
                let at = (range.start + token.span.start) as usize;
                let units = program.text[..at].encode_utf16().count();
                let last = scoped.iter().rfind(|Scoped(start, ..)| *start <= units);
                let scopes = last.map_or("", |Scoped(_, _, scopes)| scopes);
                let text = token.span.of(item);
                let fits = |scope: &str| wanted(&token, text).iter().any(|wanted| scope.starts_with(wanted));
                compared += 1;
                if !scopes.split(' ').any(fits) {
                    wrong.push(format!("{}: {:?} {text:?} is {scopes} in {item:?}", program.place, token.kind));
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared} tokens");
    let shown = &wrong[..wrong.len().min(12)];
    assert!(wrong.is_empty(), "{} tokens differ:\n{}", wrong.len(), shown.join("\n\n"));
}
