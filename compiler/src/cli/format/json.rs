//! Findings as JSON objects, all in one document or one a line. The structs are the documented format.

use std::io::{self, Write};

use serde::Serialize;

use crate::base::{Instant, Span};
use crate::cli::batch::{Outcome, RuleSummary};
use crate::cli::finding::{Finding, Source};
use crate::cli::sources::Sources;
use crate::cli::specificity::Explanation;
use crate::config::SpecificityLevel;
use crate::hir::{Polarity, date};
use crate::logic::specificity::Bits;

#[derive(Serialize)]
struct Document<'a> {
    diagnostics: Vec<Entry<'a>>,
    rules: Vec<RuleEntry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: &'a str,
    start: Position,
    end: Position,
    label: String,
    help: String,
    fixes: Vec<FixEntry<'a>>,
    labels: Vec<LabelEntry<'a>>,
}

/// Lines and columns from 1, columns in characters, offsets in bytes from 0.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: String,
    safe: bool,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    start: Position,
    end: Position,
    text: &'a str,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    text: String,
}

/// A rule in lists.
#[derive(Serialize)]
pub(in crate::cli) struct RuleEntry<'a> {
    name: &'a str,
    action: &'static str,
    owner: Option<&'a str>,
    enabled: bool,
    starts: Option<String>,
    expires: Option<String>,
    /// How many days are left, a part of a day taken for a whole one; nothing where there is no end.
    days_left: Option<i64>,
    expired: bool,
    /// `expired`, `off`, `starts later`, `expires soon` or `active`: the first that holds.
    state: &'static str,
    /// How narrow its broadest branch is; nothing for a `require`.
    level: Option<SpecificityLevel>,
    /// Of that branch.
    bits: Option<Bits>,
    /// The same term by term, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    specificity: Option<&'a Explanation>,
    file: &'a str,
    line: u32,
}

impl<'a> RuleEntry<'a> {
    pub(in crate::cli) fn new(rule: &'a RuleSummary, now: Instant) -> RuleEntry<'a> {
        RuleEntry {
            name: &rule.name,
            action: action(rule.polarity),
            owner: rule.owner.as_deref(),
            enabled: rule.enabled,
            starts: rule.starts.map(date::rfc3339),
            expires: rule.expires.map(date::rfc3339),
            days_left: rule.days_left(now),
            expired: rule.is_expired(),
            state: rule.state.name(),
            level: rule.level(),
            bits: rule.bits,
            specificity: rule.explanation.as_deref(),
            file: &rule.file,
            line: rule.line,
        }
    }
}

/// The keyword of a rule.
pub(in crate::cli) fn action(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Suppress => "suppress",
        Polarity::Require => "require",
    }
}

/// One document with findings and rules.
pub(in crate::cli) fn document(outcome: &Outcome, sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let document = Document {
        diagnostics: outcome.findings.iter().map(|finding| entry(finding, sources)).collect(),
        rules: outcome.rules.iter().map(|rule| RuleEntry::new(rule, outcome.now)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// One object a line.
pub(in crate::cli) fn lines(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    for finding in findings {
        serde_json::to_writer(&mut *out, &entry(finding, sources))?;
        writeln!(out)?;
    }
    Ok(())
}

fn entry<'a>(finding: &'a Finding, sources: &Sources<'_>) -> Entry<'a> {
    let diagnostic = &finding.diagnostic;
    let source = sources.get(&finding.file);
    let source = source.as_deref();
    let (start, end) = positions(source, diagnostic.span);
    let fixes = diagnostic.fixes.iter().map(|fix| FixEntry {
        title: fix.title.to_string(),
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| {
                let (start, end) = positions(source, edit.span);
                EditEntry { start, end, text: &edit.text }
            })
            .collect(),
    });
    let labels = diagnostic.labels.iter().map(|label| {
        let file = label.file.as_deref().unwrap_or(&finding.file);
        let (start, end) = positions(sources.get(file).as_deref(), label.span);
        LabelEntry { file, start, end, text: label.text.to_string() }
    });
    Entry {
        code: diagnostic.code.name(),
        severity: diagnostic.severity.name(),
        message: diagnostic.message.to_string(),
        file: &finding.file,
        start,
        end,
        label: diagnostic.label.to_string(),
        help: diagnostic.help.to_string(),
        fixes: fixes.collect(),
        labels: labels.collect(),
    }
}

fn positions(source: Option<&Source>, span: Span) -> (Position, Position) {
    (position(source, span.start), position(source, span.end))
}

fn position(source: Option<&Source>, offset: u32) -> Position {
    match source.map(|source| source.place(offset)) {
        Some(place) => Position { line: place.line, column: place.column, offset },
        None => Position { line: 1, column: 1, offset },
    }
}
