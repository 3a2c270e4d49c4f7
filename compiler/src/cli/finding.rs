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
}

impl Source {
    pub(super) fn new(text: String) -> Source {
        let lines = LineIndex::new(&text);
        Source { text, lines }
    }

    pub(super) fn place(&self, offset: u32) -> LineColumn {
        self.lines.line_column(&self.text, offset.min(self.text.len() as u32))
    }
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
