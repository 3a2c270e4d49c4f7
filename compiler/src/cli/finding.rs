use std::cell::OnceCell;
use std::sync::Arc;

use crate::base::{LineColumn, LineIndex, Span};
use crate::diag::{Code, Diagnostic, Severity, Text};
use crate::hir::scan;
use crate::syntax::split;

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
    items: OnceCell<Items>,
}

/// The named items of a file.
#[derive(Default)]
struct Items {
    /// Where each starts, in order, and its name.
    names: Vec<(u32, String)>,
    /// Where each range of the file ends, in order, and how many items stand before that.
    ranges: Vec<(u32, usize)>,
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
        Source { text, lines, before, items: OnceCell::new() }
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

    /// Line and column as [`Source::place`] gives them, the column in bytes.
    pub(super) fn place_in_bytes(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.text.len() as u32);
        let line = self.lines.line(offset);
        LineColumn { line: line as u32 + 1, column: offset - self.lines.line_start(line) + 1 }
    }

    /// The name of the item that the byte `offset` belongs to; empty where there is none.
    pub(super) fn item_at(&self, offset: u32) -> &str {
        let Items { names, ranges } = self.items.get_or_init(|| Items::of(&self.text));
        let range = ranges.partition_point(|(end, _)| *end <= offset);
        let Some((_, until)) = ranges.get(range) else { return "" };
        let from = range.checked_sub(1).and_then(|before| ranges.get(before)).map_or(0, |(_, until)| *until);
        let own = names.get(from..*until).unwrap_or_default();
        // Before the name stand the keyword and the documentation.
        let at = own.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        own.get(at).map_or("", |(_, name)| name)
    }

    fn characters(&self, offset: u32) -> u32 {
        let step = offset as usize / STEP;
        let rest = self.text.as_bytes().get(step * STEP..offset as usize).unwrap_or_default();
        self.before.get(step).copied().unwrap_or(0) + starts(rest)
    }
}

impl Items {
    fn of(text: &str) -> Items {
        let mut items = Items::default();
        for range in split(text) {
            let found = scan(range.of(text));
            let lets = found.lets.into_iter().map(|item| item.name);
            let attributes = found.attributes.into_iter().map(|(name, ..)| name);
            let others = [found.broken_lets, found.tags, found.rules, found.tests].into_iter().flatten();
            let mut names: Vec<(u32, String)> =
                lets.chain(attributes).chain(others).map(|name| (range.start + name.span.start, name.value)).collect();
            names.sort();
            items.names.append(&mut names);
            items.ranges.push((range.end, items.names.len()));
        }
        items
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
    fn an_offset_belongs_to_an_item() {
        let text = "# head\n\nlet a = (x)\n\n## Doc.\nsuppress b {\n  when { $a }\n}\nsuppress c { } suppress d { }\n";
        let source = Source::new(text.to_owned());
        let at = |needle: &str| source.item_at(text.find(needle).unwrap_or_default() as u32);
        for (needle, item) in
            [("let", "a"), ("(x)", "a"), ("Doc", "b"), ("b {", "b"), ("$a", "b"), ("suppress c", "c"), ("d {", "d")]
        {
            assert_eq!(at(needle), item, "{needle}");
        }
        assert_eq!(source.item_at(u32::MAX), "");
        assert_eq!(Source::new(String::new()).item_at(0), "");
    }

    #[test]
    fn columns_in_bytes() {
        let source = Source::new("x\nß€ y".to_owned());
        assert_eq!(source.place_in_bytes(8), LineColumn { line: 2, column: 7 });
        assert_eq!(source.place(8), LineColumn { line: 2, column: 4 });
    }

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
