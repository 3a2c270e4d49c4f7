//! Reviewdog's JSON: findings become comments of a review, and fixes suggestions in them.
//!
//! Its columns count bytes. A suggestion is one replacement, so that a fix of several edits becomes one from its first
//! edit to its last.

use std::io::{self, Write};

use serde::Serialize;

use crate::base::{LineColumn, Span};
use crate::cli::finding::{Finding, Source};
use crate::cli::sources::Sources;
use crate::diag::{Edit, Fix, Severity};

#[derive(Serialize)]
struct Document<'a> {
    source: Tool,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Entry<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: CodeEntry,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct CodeEntry {
    value: &'static str,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

/// The end is not included.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Both from 1, the column in bytes.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let document = Document {
        source: Tool { name: "quell" },
        diagnostics: findings.iter().map(|finding| entry(finding, sources)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn entry<'a>(finding: &'a Finding, sources: &Sources<'_>) -> Entry<'a> {
    let diagnostic = &finding.diagnostic;
    let source = sources.get(&finding.file);
    let source = source.as_deref();
    let mut message = diagnostic.message.to_string();
    if !diagnostic.help.is_empty() {
        message.push('\n');
        message.push_str(&diagnostic.help.to_string());
    }
    Entry {
        message,
        location: Location { path: &finding.file, range: range(source, diagnostic.span) },
        severity: severity(diagnostic.severity),
        code: CodeEntry { value: diagnostic.code.name() },
        suggestions: diagnostic.fixes.iter().filter_map(|fix| suggestion(fix, source?)).collect(),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Hint => "INFO",
    }
}

/// A fix as one replacement; nothing where its edits do not fit the text.
fn suggestion(fix: &Fix, source: &Source) -> Option<Suggestion> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let (first, last) = (edits.first()?, edits.last()?);
    let whole = Span::new(first.span.start, last.span.end);
    let mut text = String::new();
    let mut at = whole.start;
    for edit in edits {
        text.push_str(source.text.get(at as usize..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end;
    }
    Some(Suggestion { range: range(Some(source), whole), text })
}

fn range(source: Option<&Source>, span: Span) -> Range {
    Range { start: position(source, span.start), end: position(source, span.end) }
}

fn position(source: Option<&Source>, offset: u32) -> Position {
    let place = source.map(|source| source.place_in_bytes(offset));
    let LineColumn { line, column } = place.unwrap_or(LineColumn { line: 1, column: 1 });
    Position { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_joined() {
        let source = Source::new("ä: b\nc: d\n".to_owned());
        let edit = |start, end, text: &str| Edit { span: Span::new(start, end), text: text.to_owned() };
        let fix = |edits| Fix { title: "x".into(), safe: true, edits };
        let found = suggestion(&fix(vec![edit(6, 7, "C"), edit(0, 0, "("), edit(5, 5, ")")]), &source).unwrap();
        assert_eq!(found.text, "(ä: b)\nC");
        let Range { start, end } = found.range;
        assert_eq!(((start.line, start.column), (end.line, end.column)), ((1, 1), (2, 2)));
        assert!(suggestion(&fix(vec![edit(0, 3, ""), edit(2, 4, "")]), &source).is_none());
        assert!(suggestion(&fix(vec![edit(1, 3, "")]), &source).is_none());
        assert!(suggestion(&fix(Vec::new()), &source).is_none());
    }
}
