//! One line a finding: `file:line:column: severity[code]: message`.

use std::io::{self, Write};

use crate::base::LineColumn;
use crate::cli::finding::Finding;
use crate::cli::output::visible;
use crate::cli::sources::Sources;

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    for finding in findings {
        let diagnostic = &finding.diagnostic;
        let LineColumn { line, column } = sources
            .get(&finding.file)
            .map_or(LineColumn { line: 1, column: 1 }, |source| source.place(diagnostic.span.start));
        let (severity, code) = (diagnostic.severity.name(), diagnostic.code.name());
        let line = format!("{}:{line}:{column}: {severity}[{code}]: {}", finding.file, diagnostic.message);
        // One line each, whatever the file is called.
        writeln!(out, "{}", visible(&line).replace('\n', "?"))?;
    }
    Ok(())
}
