//! Findings for machines: one file per format, and none knows of another.

pub(super) mod github;
pub(super) mod json;
pub(super) mod sarif;
pub(super) mod short;

use std::io::{self, Write};

use crate::cli::args::{Color, Format};
use crate::cli::batch::Outcome;
use crate::cli::exit::Problem;
use crate::cli::finding::{Finding, Source};
use crate::cli::render::{self, Sources};

/// Reads the texts of the files that findings are about, for places and pictures.
pub(super) fn sources(outcome: &Outcome) -> Sources {
    let mut sources = Sources::new();
    let elsewhere = |finding: &Finding| -> Vec<String> {
        finding.diagnostic.labels.iter().filter_map(|label| label.file.clone()).collect()
    };
    let wanted: std::collections::BTreeSet<String> = outcome
        .findings
        .iter()
        .flat_map(|finding| std::iter::once(finding.file.to_string()).chain(elsewhere(finding)))
        .collect();
    for file in &outcome.files {
        if !wanted.contains(&*file.name) {
            continue;
        }
        let text = match &file.path {
            None => outcome.stdin.clone().unwrap_or_default(),
            Some(path) => std::fs::metadata(path)
                .ok()
                .filter(|found| found.len() <= crate::cli::source::FILE_CAP)
                .and_then(|_| std::fs::read(path).ok())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default(),
        };
        sources.insert(std::sync::Arc::clone(&file.name), Source::new(text));
    }
    sources
}

/// Prints findings in a format: what people read to standard error, what machines read to standard output.
pub(super) fn print(outcome: &Outcome, sources: &Sources, format: Format, color: Color) -> Result<(), Problem> {
    match format {
        Format::Human => {
            let mut out = io::BufWriter::new(io::stderr().lock());
            render::findings(&outcome.findings, sources, render::coloured(color), &mut out)?;
            out.flush()?;
        }
        other => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            print_to(&mut out, outcome, sources, other)?;
            out.flush()?;
        }
    }
    Ok(())
}

/// Writes findings in a format for machines; the human one needs a terminal and writes nothing here.
pub(super) fn print_to(out: &mut impl Write, outcome: &Outcome, sources: &Sources, format: Format) -> io::Result<()> {
    match format {
        Format::Human => Ok(()),
        Format::Short => short::write(&outcome.findings, sources, out),
        Format::Json => json::document(outcome, sources, out),
        Format::Ndjson => json::lines(&outcome.findings, sources, out),
        Format::Sarif => sarif::write(&outcome.findings, sources, out),
        Format::Github => github::write(&outcome.findings, sources, out),
    }
}
