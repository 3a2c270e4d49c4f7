//! Findings with their source, drawn by ariadne.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;

use ariadne::{CharSet, Color, Config, IndexType, Label, Report, ReportKind, Source as Drawn};

use crate::base::Span;
use crate::cli::args::Color as When;
use crate::cli::finding::{Count, Finding, Source};
use crate::diag::Severity;

/// Texts of the files that findings are about, by their name.
pub(super) type Sources = BTreeMap<Arc<str>, Source>;

type Place = (String, std::ops::Range<usize>);

/// Whether standard error takes colour.
pub(super) fn coloured(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
                && io::stderr().is_terminal()
        }
    }
}

/// Draws every finding, then the sum.
pub(super) fn findings(findings: &[Finding], sources: &Sources, colour: bool, out: &mut impl Write) -> io::Result<()> {
    let mut cache = ariadne::FnCache::new(|name: &String| -> Result<String, String> {
        Ok(sources.get(name.as_str()).map(|source| source.text.clone()).unwrap_or_default())
    })
    .with_sources(sources.iter().map(|(name, source)| (name.to_string(), Drawn::from(source.text.clone()))).collect());
    for finding in findings {
        match sources.get(&finding.file) {
            Some(source) if !source.text.is_empty() => {
                report(finding, sources, source, colour).write(&mut cache, &mut *out)?;
            }
            _ => plain(finding, out)?,
        }
        writeln!(out)?;
    }
    sum(findings, out)
}

/// A finding about a file that has no text to show.
fn plain(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let diagnostic = &finding.diagnostic;
    writeln!(out, "[{}] {}: {}", diagnostic.code.name(), title(diagnostic.severity), diagnostic.message)?;
    writeln!(out, "  file: {}", finding.file)?;
    if !diagnostic.help.is_empty() {
        writeln!(out, "  help: {}", diagnostic.help)?;
    }
    Ok(())
}

fn report<'r>(finding: &'r Finding, sources: &Sources, source: &Source, colour: bool) -> Report<'r, Place> {
    let diagnostic = &finding.diagnostic;
    let name = finding.file.to_string();
    let (kind, paint) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        Severity::Hint => (ReportKind::Custom("Hint", Color::Cyan), Color::Cyan),
    };
    let config = Config::new()
        .with_color(colour)
        .with_index_type(IndexType::Byte)
        .with_char_set(if colour { CharSet::Unicode } else { CharSet::Unicode });
    let place = (name.clone(), checked(source, diagnostic.span));
    let mut report = Report::build(kind, place.clone())
        .with_config(config)
        .with_code(diagnostic.code.name())
        .with_message(&diagnostic.message);
    let main = Label::new(place).with_color(paint).with_priority(1);
    report = report.with_label(if diagnostic.label.is_empty() { main } else { main.with_message(&diagnostic.label) });
    for label in &diagnostic.labels {
        let file = label.file.as_deref().unwrap_or(&finding.file);
        // A place in a file that was not read is named in words.
        match sources.get(file) {
            Some(source) => {
                let place = (file.to_owned(), checked(source, label.span));
                report = report.with_label(Label::new(place).with_color(Color::Blue).with_message(&label.text));
            }
            None => report = report.with_note(format!("{} in `{file}`", label.text)),
        }
    }
    if !diagnostic.help.is_empty() {
        report = report.with_help(&diagnostic.help);
    }
    for fix in &diagnostic.fixes {
        let how = if fix.safe { "fix" } else { "fix (look at it first)" };
        report = report.with_note(format!("{how}: {}", fix.title));
    }
    report.finish()
}

/// A span that lies inside the text, on character boundaries.
fn checked(source: &Source, span: Span) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(source.text.len());
        while !source.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Hint => "Hint",
    }
}

/// `2 warnings in 1 file; 2 fixes with --fix`
fn sum(findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    let count = Count::of(findings);
    let mut parts = Vec::new();
    for (number, one, many) in
        [(count.errors, "error", "errors"), (count.warnings, "warning", "warnings"), (count.hints, "hint", "hints")]
    {
        if number > 0 {
            parts.push(format!("{number} {}", if number == 1 { one } else { many }));
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let files: std::collections::BTreeSet<&str> = findings.iter().map(|finding| &*finding.file).collect();
    let safe = findings.iter().filter(|finding| finding.diagnostic.fixes.iter().any(|fix| fix.safe)).count();
    let where_ = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
    write!(out, "{} in {where_}", parts.join(", "))?;
    if safe > 0 {
        write!(out, "; {safe} with a safe fix: `quell check --fix`")?;
    }
    writeln!(out)
}
