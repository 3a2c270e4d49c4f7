//! Checkstyle's XML, which many build servers and editors read.

use std::io::{self, Write};

use crate::base::LineColumn;
use crate::cli::finding::Finding;
use crate::cli::sources::Sources;
use crate::cli::xml::Document;
use crate::diag::Severity;

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut document = Document::start(out)?;
    document.open("checkstyle", &[("version", "8.0")])?;
    // Findings come in order of files.
    for of_file in findings.chunk_by(|a, b| a.file == b.file) {
        let Some(first) = of_file.first() else { continue };
        document.open("file", &[("name", &first.file)])?;
        for Finding { file, diagnostic } in of_file {
            let place = sources.get(file).map(|source| source.place(diagnostic.span.start));
            let LineColumn { line, column } = place.unwrap_or(LineColumn { line: 1, column: 1 });
            document.empty(
                "error",
                &[
                    ("line", &line.to_string()),
                    ("column", &column.to_string()),
                    ("severity", severity(diagnostic.severity)),
                    ("message", &diagnostic.message.to_string()),
                    ("source", &format!("quell.{}", diagnostic.code.name())),
                ],
            )?;
        }
        document.close("file")?;
    }
    document.close("checkstyle")?;
    document.finish()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "info",
    }
}
