use std::sync::Arc;

use crate::base::{LineColumn, LineIndex, Span};
use crate::diag::{Code, Diagnostic, Severity, Text};

/// A diagnostic and the file it is about, with spans from the start of that file.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The file, as the project names it.
    pub(super) file: Arc<str>,
    pub(super) diagnostic: Diagnostic,
}

impl Finding {
    /// A finding about a file as a whole.
    pub(super) fn of_file(file: &Arc<str>, code: Code, message: Text, help: impl Into<Text>) -> Finding {
        Finding::at(file, Diagnostic::new(code, Span::empty(0), message).help(help))
    }

    pub(super) fn at(file: &Arc<str>, diagnostic: Diagnostic) -> Finding {
        Finding { file: Arc::clone(file), diagnostic }
    }

    /// The order in which findings are printed.
    pub(super) fn key(&self) -> (Arc<str>, Span, Code, String) {
        (Arc::clone(&self.file), self.diagnostic.span, self.diagnostic.code, self.diagnostic.message.to_string())
    }
}

/// The text of one file with its lines: what printers turn offsets into places with.
pub(super) struct Source {
    pub(super) text: String,
    lines: LineIndex,
    /// How many characters start before each multiple of [`STEP`] bytes, so that a place on a line of megabytes costs
    /// no more than on a short one.
    before: Vec<u32>,
}

/// Bytes from one counted place to the next.
const STEP: usize = 4096;

impl Source {
    pub(super) fn new(text: String) -> Source {
        let lines = LineIndex::new(&text);
        let mut before = Vec::with_capacity(text.len() / STEP + 2);
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            before.push(count);
            count += starts(chunk);
        }
        before.push(count);
        Source { text, lines, before }
    }

    /// Line and column of a byte offset; of the end of the text where it lies behind that.
    pub(super) fn place(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.text.len() as u32);
        let line = self.lines.line(offset);
        let start = self.lines.line_start(line);
        LineColumn { line: line as u32 + 1, column: self.characters(offset) - self.characters(start) + 1 }
    }

    /// How many bytes the line has that holds the byte `offset`.
    pub(super) fn width(&self, offset: u32) -> u32 {
        let line = self.lines.line(offset);
        let last = line + 1 == self.lines.line_count();
        let end = if last { self.text.len() as u32 } else { self.lines.line_start(line + 1) };
        end - self.lines.line_start(line)
    }

    fn characters(&self, offset: u32) -> u32 {
        let step = offset as usize / STEP;
        let rest = self.text.as_bytes().get(step * STEP..offset as usize).unwrap_or_default();
        self.before.get(step).copied().unwrap_or(0) + starts(rest)
    }
}

/// How many characters start in these bytes of UTF-8.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count() as u32
}

/// How many findings of each weight.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) hints: usize,
}

impl Count {
    pub(super) fn of(findings: &[Finding]) -> Count {
        let mut count = Count::default();
        for finding in findings {
            match finding.diagnostic.severity {
                Severity::Error => count.errors += 1,
                Severity::Warning => count.warnings += 1,
                Severity::Hint => count.hints += 1,
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_long_lines_are_those_of_the_line_index() {
        let text = format!("x\n{}\n{}", "aß€".repeat(3000), "b".repeat(STEP * 2));
        let source = Source::new(text.clone());
        let lines = LineIndex::new(&text);
        for (offset, _) in text.char_indices().step_by(97).chain([(text.len(), ' ')]) {
            assert_eq!(source.place(offset as u32), lines.line_column(&text, offset as u32), "{offset}");
        }
        assert_eq!(source.width(0), 2);
        assert_eq!(source.width(2), 18001);
        assert_eq!(source.width(text.len() as u32), 2 * STEP as u32);
    }
}
