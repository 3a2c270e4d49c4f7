//! Parts of a file that threads work on at the same time, and where their rules stand.

use crate::syntax::ItemRange;

/// How much text a slice holds at least, in bytes, where the file is longer: little enough that one file keeps every core at
/// work.
const SLICE: usize = 32 * 1024;

/// A part of a file that starts and ends at items.
pub(super) struct Slice<'t> {
    pub(super) text: &'t str,
    pub(super) ranges: &'t [ItemRange],
    pub(super) start: Cursor,
}

/// A place that moves forward through a text, so that each byte is looked at once.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    pub(super) offset: u32,
    /// From 1.
    pub(super) line: u32,
    /// In characters, from 1.
    pub(super) column: u32,
}

impl Cursor {
    const START: Cursor = Cursor { offset: 0, line: 1, column: 1 };

    pub(super) fn advance(&mut self, text: &str, to: u32) {
        let between = text.get(self.offset as usize..to as usize).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', between.as_bytes()).count() as u32;
        let line = match memchr::memrchr(b'\n', between.as_bytes()) {
            Some(newline) => {
                self.column = 1;
                between.get(newline + 1..).unwrap_or_default()
            }
            None => between,
        };
        self.line += lines;
        self.column += line.chars().count() as u32;
        self.offset = to;
    }
}

/// Cuts a file between items into slices of some size.
pub(super) fn slices<'t>(text: &'t str, ranges: &'t [ItemRange]) -> Vec<Slice<'t>> {
    let mut slices = Vec::new();
    let mut rest = ranges;
    let mut start = Cursor::START;
    while let Some(first) = rest.first() {
        let end =
            rest.iter().position(|range| (range.end - first.start) as usize >= SLICE).map_or(rest.len(), |at| at + 1);
        let (own, behind) = rest.split_at(end);
        start.advance(text, first.start);
        slices.push(Slice { text, ranges: own, start });
        rest = behind;
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::split;

    #[test]
    fn a_cursor_counts_lines_and_characters() {
        let text = "aß\nb\n\nccc";
        let mut cursor = Cursor::START;
        let mut seen = Vec::new();
        for to in [1, 3, 4, 5, 6, 8] {
            cursor.advance(text, to);
            seen.push((cursor.line, cursor.column));
        }
        assert_eq!(seen, [(1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (4, 2)]);
    }

    #[test]
    fn slices_cover_the_text_and_know_their_line() {
        let item = format!("let x = (\"{}\")\n", "v".repeat(SLICE / 3));
        let text = item.repeat(8);
        let ranges = split(&text);
        let slices = slices(&text, &ranges);
        assert_eq!(slices.iter().map(|slice| slice.ranges.len()).collect::<Vec<_>>(), [3, 3, 2]);
        assert_eq!(slices.iter().map(|slice| slice.start.line).collect::<Vec<_>>(), [1, 4, 7]);
    }
}
