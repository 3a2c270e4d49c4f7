//! Where items begin: the one rule that gives recovery, threads and incremental work their unit.

use memchr::memchr_iter;

use crate::base::Span;

/// A stretch of a file that holds one item, with the `##` block above it and the blank lines and comments after it.
///
/// Relative to the file. Items that share a line share a range.
pub type ItemRange = Span;

/// The words that begin an item.
pub const ITEM_KEYWORDS: [&str; 7] = ["import", "suppress", "require", "let", "attribute", "tag", "test"];

/// Cuts a file before every line that starts an item: linear, and blind to brackets, so that an unclosed one never
/// reaches the next item. The ranges cover the text without a gap; the first may hold no item.
#[must_use]
pub fn split(text: &str) -> Vec<ItemRange> {
    let mut ranges = Vec::with_capacity(text.len() / 512);
    let mut start = 0;
    // Where the `##` block begins that reaches down to the current line.
    let mut docs: Option<usize> = None;
    let mut line = 0;
    let mut visit = |line: usize, end: usize| {
        // Most lines are indented, or a closing brace.
        if matches!(text.as_bytes().get(line), Some(b' ' | b'}')) {
            docs = None;
            return;
        }
        let rest = text.get(line..end).unwrap_or_default();
        if starts_item(rest) {
            let at = docs.take().unwrap_or(line);
            if at > start {
                ranges.push(Span::new(start as u32, at as u32));
            }
            start = at;
        } else if rest.starts_with("##") {
            docs.get_or_insert(line);
        } else {
            docs = None;
        }
    };
    for newline in memchr_iter(b'\n', text.as_bytes()) {
        visit(line, newline);
        line = newline + 1;
    }
    visit(line, text.len());
    if start < text.len() {
        ranges.push(Span::new(start as u32, text.len() as u32));
    }
    ranges
}

/// Whether a line starts an item: a keyword at column 0 and then a blank, a quote or nothing.
#[must_use]
pub fn starts_item(line: &str) -> bool {
    if !matches!(line.as_bytes().first(), Some(b'i' | b's' | b'r' | b'l' | b'a' | b't')) {
        return false;
    }
    ITEM_KEYWORDS.iter().any(|keyword| {
        line.strip_prefix(keyword)
            .is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b' ' | b'\t' | b'"' | b'\r')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclosed_brace_ends_with_its_item() {
        let text = "# head\n\n## doc\n## more\nsuppress a {\n  when { (\n\nsuppress b { }\nlet c = (x)\n";
        let parts: Vec<&str> = split(text).into_iter().map(|range| range.of(text)).collect();
        assert_eq!(
            parts,
            ["# head\n\n", "## doc\n## more\nsuppress a {\n  when { (\n\n", "suppress b { }\n", "let c = (x)\n"]
        );
        assert_eq!(parts.concat(), text);
    }

    #[test]
    fn fields_do_not_start_items() {
        assert!(!starts_item("tags = [\"a\"]"));
        assert!(!starts_item("tag:web"));
        assert!(!starts_item(" suppress a {"));
        assert!(starts_item("test \"x\" {"));
    }
}
