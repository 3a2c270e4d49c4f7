//! Findings with their source, drawn by ariadne.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write};

use ariadne::{Cache, CharSet, Color, Config, IndexType, Label, Report, ReportKind};

use crate::base::{LineColumn, Span};
use crate::cli::args::Color as When;
use crate::cli::finding::{Count, Finding, Source};
use crate::cli::output::visible;
use crate::cli::sources::Sources;
use crate::diag::{Diagnostic, Severity};

/// Lines with more bytes are not drawn: nobody can read them.
const WIDEST: u32 = 4096;

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
pub(super) fn findings(
    findings: &[Finding],
    sources: &Sources<'_>,
    colour: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut drawings = Drawings { sources, drawn: Vec::new() };
    for finding in findings {
        match sources.get(&finding.file) {
            Some(source) if is_drawn(&source, &finding.diagnostic) => {
                drawings.start(&finding.file);
                draw(finding, sources, &source, colour, &mut drawings, out)?;
            }
            source => plain(finding, source.as_deref(), out)?,
        }
        writeln!(out)?;
    }
    sum(findings, out)
}

fn is_drawn(source: &Source, diagnostic: &Diagnostic) -> bool {
    let ends = |span: Span| [span.start, span.end];
    let own = diagnostic.labels.iter().filter(|label| label.file.is_none()).flat_map(|label| ends(label.span));
    !source.text.is_empty() && ends(diagnostic.span).into_iter().chain(own).all(|at| source.width(at) <= WIDEST)
}

/// A finding without its source.
fn plain(finding: &Finding, source: Option<&Source>, out: &mut impl Write) -> io::Result<()> {
    let diagnostic = &finding.diagnostic;
    writeln!(out, "[{}] {}: {}", diagnostic.code.name(), title(diagnostic.severity), shown(&diagnostic.message))?;
    match source.filter(|source| !source.text.is_empty()).map(|source| source.place(diagnostic.span.start)) {
        Some(LineColumn { line, column }) => writeln!(out, "  at: {}:{line}:{column}", shown(&finding.file))?,
        None => writeln!(out, "  file: {}", shown(&finding.file))?,
    }
    if !diagnostic.help.is_empty() {
        writeln!(out, "  help: {}", shown(&diagnostic.help))?;
    }
    fixes(diagnostic).try_for_each(|fix| writeln!(out, "  {fix}"))
}

fn draw(
    finding: &Finding,
    sources: &Sources<'_>,
    source: &Source,
    colour: bool,
    drawings: &mut Drawings<'_, '_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let report = report(finding, sources, source, colour);
    if finding.diagnostic.severity != Severity::Hint {
        return report.write(drawings, out);
    }
    // Ariadne has no kind of that name. In front of the word stands nothing but the code, in small letters.
    let mut drawn = Vec::new();
    report.write(drawings, &mut drawn)?;
    let drawn = String::from_utf8_lossy(&drawn);
    out.write_all(drawn.replacen("Advice", title(Severity::Hint), 1).as_bytes())
}

fn report<'r>(finding: &'r Finding, sources: &Sources<'_>, source: &Source, colour: bool) -> Report<'r, Place> {
    let diagnostic = &finding.diagnostic;
    let (kind, paint) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        // The only kind for it that keeps to the choice of colour; `draw` puts our word for it.
        Severity::Hint => (ReportKind::Advice, Color::Cyan),
    };
    let config = Config::new().with_color(colour).with_index_type(IndexType::Byte).with_char_set(CharSet::Unicode);
    let place = (finding.file.to_string(), checked(source, diagnostic.span));
    let mut report = Report::build(kind, place.clone())
        .with_config(config)
        .with_code(diagnostic.code.name())
        .with_message(shown(&diagnostic.message));
    let main = Label::new(place).with_color(paint).with_priority(1);
    report =
        report.with_label(if diagnostic.label.is_empty() { main } else { main.with_message(shown(&diagnostic.label)) });
    for label in &diagnostic.labels {
        let file = label.file.as_deref().unwrap_or(&finding.file);
        // A place that cannot be drawn is named in words.
        match sources.get(file) {
            Some(source) if !source.text.is_empty() && source.width(label.span.start) <= WIDEST => {
                let place = (file.to_owned(), checked(&source, label.span));
                report = report.with_label(Label::new(place).with_color(Color::Blue).with_message(shown(&label.text)));
            }
            _ => report = report.with_note(format!("{} in `{}`", shown(&label.text), shown(file))),
        }
    }
    if !diagnostic.help.is_empty() {
        report = report.with_help(shown(&diagnostic.help));
    }
    for fix in fixes(diagnostic) {
        report = report.with_note(fix);
    }
    report.finish()
}

fn fixes(diagnostic: &Diagnostic) -> impl Iterator<Item = String> + '_ {
    diagnostic.fixes.iter().map(|fix| {
        let how = if fix.safe { "fix" } else { "fix (look at it first)" };
        format!("{how}: {}", shown(&fix.title))
    })
}

fn shown(text: impl ToString) -> String {
    visible(&text.to_string()).into_owned()
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

/// Texts as they are drawn, kept as long as findings are about the same file.
struct Drawings<'s, 'o> {
    sources: &'s Sources<'o>,
    drawn: Vec<(String, ariadne::Source<String>)>,
}

impl Drawings<'_, '_> {
    /// Keeps nothing but the text of `file`.
    fn start(&mut self, file: &str) {
        self.drawn.retain(|(name, _)| name == file);
    }
}

impl Cache<String> for Drawings<'_, '_> {
    type Storage = String;

    fn fetch(&mut self, id: &String) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        let at = match self.drawn.iter().position(|(name, _)| name == id) {
            Some(at) => at,
            None => {
                let text = self.sources.get(id).map(|source| visible(&source.text).into_owned()).unwrap_or_default();
                self.drawn.push((id.clone(), ariadne::Source::from(text)));
                self.drawn.len() - 1
            }
        };
        self.drawn.get(at).map(|(_, source)| source).ok_or("no such file")
    }

    fn display<'a>(&self, id: &'a String) -> Option<impl std::fmt::Display + 'a> {
        Some(visible(id))
    }
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Hint => "Hint",
    }
}

/// `2 warnings in 1 file; 2 fixes available with --fix`
pub(super) fn sum(findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    let count = Count::of(findings);
    let parts: Vec<String> =
        [(count.errors, "error", "errors"), (count.warnings, "warning", "warnings"), (count.hints, "hint", "hints")]
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| counted(number, one, many))
            .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let files: BTreeSet<&str> = findings.iter().map(|finding| &*finding.file).collect();
    write!(out, "{} in {}", parts.join(", "), counted(files.len(), "file", "files"))?;
    let fixes = |finding: &&Finding| !finding.diagnostic.fixes.is_empty();
    let is_safe = |finding: &Finding| finding.diagnostic.fixes.iter().any(|fix| fix.safe);
    let (safe, other): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().filter(fixes).partition(|finding| is_safe(finding));
    match (safe.len(), other.len()) {
        (0, 0) => writeln!(out),
        (safe, 0) => writeln!(out, "; {} available with --fix", counted(safe, "fix", "fixes")),
        (0, other) => writeln!(out, "; {} available with --unsafe-fixes", counted(other, "fix", "fixes")),
        (safe, other) => {
            writeln!(out, "; {} available with --fix, {other} more with --unsafe-fixes", counted(safe, "fix", "fixes"))
        }
    }
}

/// `1 file`, `2 files`.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
