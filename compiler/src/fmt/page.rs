//! What is written so far, and how far the current line reaches.

use crate::fmt::WIDTH;

/// Text that grows line by line. Line ends are written when the next line starts, so that a comment can still follow.
pub(super) struct Page {
    out: String,
    /// Characters on the current line.
    column: usize,
    /// Blanks that the current line starts with.
    indent: usize,
    /// Whether the current line holds something.
    on_line: bool,
}

impl Page {
    pub(super) fn with_capacity(bytes: usize) -> Page {
        Page { out: String::with_capacity(bytes), column: 0, indent: 0, on_line: false }
    }

    pub(super) fn on_line(&self) -> bool {
        self.on_line
    }

    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Whether so many characters more fit on the line.
    pub(super) fn fits(&self, width: usize) -> bool {
        self.column.saturating_add(width) <= WIDTH
    }

    /// Adds to the current line.
    pub(super) fn write(&mut self, text: &str) {
        self.write_wide(text, width(text));
    }

    /// [`Page::write`] where the width is known.
    pub(super) fn write_wide(&mut self, text: &str, width: usize) {
        self.out.push_str(text);
        self.column += width;
        self.on_line = true;
    }

    pub(super) fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    /// Begins a line that is indented so far.
    pub(super) fn start_line(&mut self, indent: usize) {
        self.end_line();
        self.column = 0;
        self.indent = indent;
        self.blanks(indent);
    }

    /// Ends the line if there is one.
    pub(super) fn end_line(&mut self) {
        if self.on_line {
            self.out.push('\n');
            self.on_line = false;
        }
    }

    /// Leaves one line empty.
    pub(super) fn blank_line(&mut self) {
        self.end_line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A comment on a line of its own.
    pub(super) fn comment(&mut self, text: &str, indent: usize) {
        self.start_line(indent);
        self.write(text);
        self.end_line();
    }

    /// A comment behind what stands on the line.
    pub(super) fn trailing_comment(&mut self, text: &str) {
        self.blanks(1);
        self.write(text);
        self.end_line();
    }
}

/// Characters of a text.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
