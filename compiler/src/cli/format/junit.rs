//! JUnit's XML: a suite per file, a case per finding, so that a build server shows findings among its tests.
//!
//! Errors and warnings are failed cases, and hints are passed ones with their words as output. A file without findings
//! is one passed case, since some servers take a report without cases for a run that did not happen.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::base::LineColumn;
use crate::cli::batch::Outcome;
use crate::cli::finding::Finding;
use crate::cli::sources::Sources;
use crate::cli::xml::Document;
use crate::diag::Severity;

pub(in crate::cli) fn write(outcome: &Outcome, sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<&Finding>> =
        outcome.files.iter().map(|file| (&*file.name, Vec::new())).collect();
    for finding in &outcome.findings {
        suites.entry(&finding.file).or_default().push(finding);
    }
    let all = counts(suites.values().map(Vec::as_slice));
    let mut document = Document::start(out)?;
    document.open("testsuites", &[("name", "quell"), ("tests", &all.0), ("failures", &all.1)])?;
    for (file, findings) in &suites {
        let own = counts([findings.as_slice()].into_iter());
        let attributes = [("name", *file), ("tests", &own.0), ("failures", &own.1), ("errors", "0"), ("skipped", "0")];
        document.open("testsuite", &attributes)?;
        if findings.is_empty() {
            document.empty("testcase", &[("classname", file), ("name", "no findings")])?;
        }
        for finding in findings {
            case(finding, sources, &mut document)?;
        }
        document.close("testsuite")?;
    }
    document.close("testsuites")?;
    document.finish()
}

fn case(finding: &Finding, sources: &Sources<'_>, document: &mut Document<impl Write>) -> io::Result<()> {
    let Finding { file, diagnostic } = finding;
    let place = sources.get(file).map(|source| source.place(diagnostic.span.start));
    let LineColumn { line, column } = place.unwrap_or(LineColumn { line: 1, column: 1 });
    let name = format!("{} at {line}:{column}", diagnostic.code.name());
    let message = diagnostic.message.to_string();
    let mut text = format!("{file}:{line}:{column}: {message}");
    if !diagnostic.help.is_empty() {
        text.push_str("\nhelp: ");
        text.push_str(&diagnostic.help.to_string());
    }
    document.open("testcase", &[("classname", file), ("name", &name), ("file", file), ("line", &line.to_string())])?;
    if fails(finding) {
        document.text("failure", &[("type", diagnostic.severity.name()), ("message", &message)], &text)?;
    } else {
        document.text("system-out", &[], &text)?;
    }
    document.close("testcase")
}

fn fails(finding: &Finding) -> bool {
    finding.diagnostic.severity > Severity::Hint
}

/// How many cases, and how many of them failed.
fn counts<'a>(suites: impl Iterator<Item = &'a [&'a Finding]>) -> (String, String) {
    let (mut cases, mut failures) = (0, 0);
    for findings in suites {
        cases += findings.len().max(1);
        failures += findings.iter().filter(|finding| fails(finding)).count();
    }
    (cases.to_string(), failures.to_string())
}
