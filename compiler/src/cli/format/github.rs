//! Workflow commands of GitHub Actions: findings become annotations of the pull request.

use std::io::{self, Write};

use crate::base::LineColumn;
use crate::cli::finding::Finding;
use crate::cli::sources::Sources;
use crate::diag::Severity;

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    for finding in findings {
        let diagnostic = &finding.diagnostic;
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        let at = |offset| {
            sources.get(&finding.file).map_or(LineColumn { line: 1, column: 1 }, |source| source.place(offset))
        };
        let (start, end) = (at(diagnostic.span.start), at(diagnostic.span.end));
        write!(out, "::{command} file={},line={},endLine={}", property(&finding.file), start.line, end.line)?;
        // Columns are taken only where the finding lies on one line.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let mut text = diagnostic.message.to_string();
        if !diagnostic.help.is_empty() {
            text.push_str("\nhelp: ");
            text.push_str(&diagnostic.help.to_string());
        }
        writeln!(out, ",title={}::{}", property(&format!("quell {}", diagnostic.code.name())), data(&text))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
