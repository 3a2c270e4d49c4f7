//! The reader of the schema files: tab-separated lines, a header first, `#` starts a comment line.
//!
//! Not a general CSV reader: cells are never quoted, and no cell holds a tab or a line end.

use std::fmt;

use memchr::memchr_iter;

/// Why a schema file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

impl SchemaError {
    pub(super) fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SchemaError {}

/// One line of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'t> {
    pub(super) line: u32,
    text: &'t str,
}

impl<'t> Row<'t> {
    /// The cells, exactly `N` of them.
    pub(super) fn cells<const N: usize>(&self) -> Result<[&'t str; N], SchemaError> {
        let mut cells = [""; N];
        let mut rest = Some(self.text);
        for cell in &mut cells {
            let text = rest.ok_or_else(|| self.error(format!("fewer than {N} cells")))?;
            // Cells are short: a plain loop over the bytes is faster here than a general search.
            match text.bytes().position(|byte| byte == b'\t').and_then(|tab| text.split_at_checked(tab)) {
                Some((head, tail)) => (*cell, rest) = (head, tail.get(1..)),
                None => (*cell, rest) = (text, None),
            }
        }
        match rest {
            None => Ok(cells),
            Some(_) => Err(self.error(format!("more than {N} cells"))),
        }
    }

    /// An error at this line.
    pub(super) fn error(&self, message: impl Into<String>) -> SchemaError {
        SchemaError::new(self.line, message)
    }
}

/// The rows below the header.
pub(super) fn rows<'t>(text: &'t str, header: &str) -> Result<impl Iterator<Item = Row<'t>> + use<'t>, SchemaError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = (1..)
        .zip(lines(text))
        .map(|(line, text)| Row { line, text: text.strip_suffix('\r').unwrap_or(text) })
        .filter(|row| !row.text.is_empty() && !row.text.starts_with('#'));
    match rows.next() {
        Some(first) if first.text == header => Ok(rows),
        Some(first) => Err(first.error(format!("the header must be `{}`", header.replace('\t', " ")))),
        None => Err(SchemaError::new(1, "the file is empty")),
    }
}

/// The texts between line feeds.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    ends.scan(0, |start, end| text.get(std::mem::replace(start, end + 1)..end))
}

/// The value of a `# name: value` comment line.
pub(super) fn pragma<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .take_while(|line| line.starts_with('#') || line.starts_with("path\t"))
        .find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "))
        .map(str::trim)
}

/// The rows of a table that is part of the program. A row that cannot be read is left out; the tests of this module's
/// users hold that there is none.
pub(super) fn embedded<const N: usize>(text: &'static str, header: &str) -> impl Iterator<Item = [&'static str; N]> {
    rows(text, header).into_iter().flatten().filter_map(|row| row.cells().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blank_lines_and_line_ends_are_read_over() {
        let text = "\u{feff}# note\r\na\tb\r\n\r\n1\t2\r\n# more\n3\t\n";
        let rows: Vec<_> = rows(text, "a\tb").unwrap().map(|row| (row.line, row.cells::<2>().unwrap())).collect();
        assert_eq!(rows, [(4, ["1", "2"]), (6, ["3", ""])]);
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(rows("a\tc\n", "a\tb").err().map(|e| e.line), Some(1));
        assert_eq!(rows("", "a").err().map(|e| e.line), Some(1));
        let row = rows("a\tb\n1\n", "a\tb").unwrap().next().unwrap();
        assert_eq!(row.cells::<2>().unwrap_err().to_string(), "line 2: fewer than 2 cells");
        assert!(row.cells::<1>().is_ok());
        let row = rows("a\n1\t2\n", "a").unwrap().next().unwrap();
        assert_eq!(row.cells::<1>().unwrap_err().message, "more than 1 cells");
    }

    #[test]
    fn pragmas_stand_at_the_top() {
        assert_eq!(pragma("path\tx\n# version: 7.71 \nfoo\n# version: no", "version"), Some("7.71"));
        assert_eq!(pragma("path\tx\n", "version"), None);
    }
}
