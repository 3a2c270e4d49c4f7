//! The ranges of a file put together: line ends, blank lines between items, and `let`s below one another.

use crate::fmt::item::{self, LaidOut, Part, PartKind};
use crate::syntax::starts_item;

/// A file that is being laid out.
pub(super) struct File {
    out: String,
    /// Whether lines end with CRLF.
    crlf: bool,
    /// The last item.
    last: Option<PartKind>,
    /// Whether a blank line comes next.
    blank: bool,
    comments: Comments,
    lets: Vec<Let>,
}

/// Comments that wait for the item below them.
#[derive(Default)]
struct Comments {
    text: String,
    /// Whether a blank line stands before them.
    blank: bool,
    /// Whether a blank line stands between them.
    parted: bool,
}

/// A `let` on one line, the last so far: its start, and the column of its `=` in characters and in bytes.
struct Let {
    start: usize,
    column: usize,
    byte: usize,
}

impl File {
    /// An empty file whose lines end as those of `source` do.
    pub(super) fn new(mark: &str, source: &str) -> File {
        // Empty lines at the start go, so they decide only where there is no other line end.
        let content = source.trim_start();
        let crlf = ends_with_crlf(content).or_else(|| ends_with_crlf(source)).unwrap_or(false);
        let mut out = String::with_capacity(mark.len() + source.len() + source.len() / 8);
        out.push_str(mark);
        File { out, crlf, last: None, blank: false, comments: Comments::default(), lets: Vec::new() }
    }

    /// Adds a range that the source was split into.
    pub(super) fn range(&mut self, source: &str) {
        let content = content(source);
        if content == 0 {
            return;
        }
        match item::format(source) {
            Some(laid_out) => self.laid_out(&laid_out),
            None => self.unchanged(source, content),
        }
        let behind = source.get(content..).unwrap_or_default();
        self.blank |= behind.bytes().filter(|byte| *byte == b'\n').count() > 1;
    }

    fn laid_out(&mut self, laid_out: &LaidOut) {
        let mut doc = false;
        for Part { at, newlines, kind } in &laid_out.parts {
            let text = laid_out.text.get(at.clone()).unwrap_or_default();
            self.blank |= *newlines > 1;
            if let PartKind::Comment { doc: is_doc } = kind {
                self.comment(text);
                doc = *is_doc;
            } else {
                self.item(text, *kind);
                doc = false;
            }
        }
        // At column 0 it would become the documentation of the next item, which it was not.
        self.blank |= doc;
    }

    fn comment(&mut self, text: &str) {
        let blank = std::mem::take(&mut self.blank);
        if self.comments.text.is_empty() {
            self.comments.blank = blank;
            self.comments.parted = false;
        } else if blank {
            self.comments.parted = true;
            push_line_end(&mut self.comments.text, self.crlf);
        }
        self.comments.text.push_str(text);
        push_line_end(&mut self.comments.text, self.crlf);
    }

    /// The blank line and the comments before an item.
    fn before(&mut self, kind: PartKind) {
        let apart = self.last.is_some_and(|last| !may_be_close(last, kind));
        let blank = std::mem::take(&mut self.blank);
        if self.comments.text.is_empty() {
            self.blank_line((blank || apart) && self.last.is_some());
        } else {
            // What stands right above an item belongs to it.
            let apart = apart && !self.comments.parted && !blank;
            self.write_comments(apart);
            self.blank_line(blank);
        }
        self.last = Some(kind);
    }

    fn write_comments(&mut self, apart: bool) {
        self.blank_line((self.comments.blank || apart) && self.last.is_some());
        self.align();
        self.out.push_str(&self.comments.text);
        self.comments.text.clear();
    }

    fn blank_line(&mut self, blank: bool) {
        if blank {
            self.align();
            push_line_end(&mut self.out, self.crlf);
        }
    }

    fn item(&mut self, text: &str, kind: PartKind) {
        self.before(kind);
        match kind {
            PartKind::Let { column, byte } if !text.contains('\n') => {
                self.lets.push(Let { start: self.out.len(), column, byte });
            }
            _ => self.align(),
        }
        if self.crlf {
            self.out.push_str(&text.replace('\n', "\r\n"));
        } else {
            self.out.push_str(text);
        }
        push_line_end(&mut self.out, self.crlf);
    }

    /// A range as it is, up to the end of its last line.
    fn unchanged(&mut self, source: &str, content: usize) {
        let keyword =
            source.lines().find(|line| starts_item(line)).and_then(|line| line.split([' ', '\t', '"']).next());
        let kind = match keyword {
            Some("import") => PartKind::Import,
            Some("let") => PartKind::Let { column: 0, byte: 0 },
            Some("attribute" | "tag") => PartKind::Declaration,
            _ => PartKind::Rule,
        };
        self.before(kind);
        self.align();
        let line_end = source.get(content..).and_then(|behind| behind.find('\n'));
        match line_end {
            Some(at) => self.out.push_str(source.get(..=content + at).unwrap_or_default()),
            None => {
                self.out.push_str(source);
                // A backslash would escape the first half of CRLF; a CR alone would become it.
                if !source.ends_with('\r') {
                    push_line_end(&mut self.out, self.crlf && !source.ends_with('\\'));
                }
            }
        }
    }

    /// Aligns the `=` of the `let`s on adjacent lines that the file ends with.
    fn align(&mut self) {
        if let [first, _, ..] = self.lets.as_slice() {
            let widest = self.lets.iter().map(|line| line.column).max().unwrap_or(0);
            let lines = self.out.split_off(first.start);
            let mut written = 0;
            for line in &self.lets {
                let equals = line.start - first.start + line.byte;
                self.out.push_str(lines.get(written..equals).unwrap_or_default());
                self.out.extend(std::iter::repeat_n(' ', widest - line.column));
                written = equals;
            }
            self.out.push_str(lines.get(written..).unwrap_or_default());
        }
        self.lets.clear();
    }

    /// The text.
    pub(super) fn finish(mut self) -> String {
        if !self.comments.text.is_empty() {
            self.write_comments(false);
        }
        self.align();
        self.out
    }
}

/// Bytes up to the blanks and line ends at the end; a CR alone is neither.
fn content(source: &str) -> usize {
    let mut rest = source;
    while let Some(shorter) = rest.strip_suffix("\r\n").or_else(|| rest.strip_suffix(['\n', ' ', '\t'])) {
        rest = shorter;
    }
    rest.len()
}

fn ends_with_crlf(text: &str) -> Option<bool> {
    let at = text.find('\n')?;
    Some(text.get(..at)?.ends_with('\r'))
}

fn push_line_end(out: &mut String, crlf: bool) {
    out.push_str(if crlf { "\r\n" } else { "\n" });
}

/// Whether two items may stand on adjacent lines.
fn may_be_close(before: PartKind, item: PartKind) -> bool {
    match before {
        PartKind::Import => item == PartKind::Import,
        PartKind::Let { .. } => matches!(item, PartKind::Let { .. }),
        PartKind::Declaration => item == PartKind::Declaration,
        PartKind::Comment { .. } | PartKind::Rule | PartKind::Test => false,
    }
}
