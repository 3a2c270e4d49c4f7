//! Findings for machines: one file per format, and none knows of another.

mod checkstyle;
mod github;
mod gitlab;
pub(super) mod json;
mod junit;
mod rdjson;
mod sarif;
mod short;

use std::io::{self, Write};

use crate::cli::args::{Color, Format};
use crate::cli::batch::Outcome;
use crate::cli::exit::Problem;
use crate::cli::render;
use crate::cli::sources::Sources;

/// Prints findings in a format: what people read to standard error, what machines read to standard output.
pub(super) fn print(outcome: &Outcome, format: Format, color: Color) -> Result<(), Problem> {
    if format == Format::Human {
        return print_aside(outcome, format, color);
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    write(&mut out, outcome, format, color)?;
    out.flush()?;
    Ok(())
}

/// Prints findings in a format to standard error, for commands whose result has standard output.
pub(super) fn print_aside(outcome: &Outcome, format: Format, color: Color) -> Result<(), Problem> {
    let mut out = io::BufWriter::new(io::stderr().lock());
    write(&mut out, outcome, format, color)?;
    out.flush()?;
    Ok(())
}

fn write(out: &mut impl Write, outcome: &Outcome, format: Format, color: Color) -> io::Result<()> {
    let sources = &Sources::new(outcome);
    let findings = &outcome.findings;
    match format {
        Format::Human => render::findings(findings, sources, render::coloured(color), out),
        Format::Short => short::write(findings, sources, out),
        Format::Json => json::document(outcome, sources, out),
        Format::Ndjson => json::lines(findings, sources, out),
        Format::Sarif => sarif::write(findings, sources, out),
        Format::Github => github::write(findings, sources, out),
        Format::Gitlab => gitlab::write(findings, sources, out),
        Format::Junit => junit::write(outcome, sources, out),
        Format::Checkstyle => checkstyle::write(findings, sources, out),
        Format::Rdjson => rdjson::write(findings, sources, out),
    }
}
