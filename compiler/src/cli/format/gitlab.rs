//! GitLab's code quality report: an array of findings, each known again by its fingerprint.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::finding::Finding;
use crate::cli::identity;
use crate::cli::sources::Sources;
use crate::diag::Severity;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

/// From 1, both included.
#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let identities = identity::of_all(findings, sources);
    let entries = findings.iter().zip(identities).map(|(finding, (identity, number))| {
        let diagnostic = &finding.diagnostic;
        let line = |offset| sources.get(&finding.file).map_or(1, |source| source.place(offset).line);
        Entry {
            description: diagnostic.message.to_string(),
            check_name: diagnostic.code.name(),
            fingerprint: identity.fingerprint(number),
            severity: severity(diagnostic.severity),
            location: Location {
                path: &finding.file,
                lines: Lines { begin: line(diagnostic.span.start), end: line(diagnostic.span.end) },
            },
        }
    });
    serde_json::to_writer_pretty(&mut *out, &entries.collect::<Vec<_>>())?;
    writeln!(out)
}

/// GitLab has five weights. Nothing is emitted while an error stands.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Hint => "info",
    }
}
