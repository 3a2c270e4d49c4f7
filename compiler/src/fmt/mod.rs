//! The one layout of a file, made from its tokens alone, so that broken files can be laid out too.
//!
//! What stands in the file stays: the same tokens in the same order, every comment, and at most one blank line where
//! there were some. An item whose layout would change a token is left as it is.
//!
//! Not here: what tokens mean.

mod cursor;
mod item;
mod query;

use crate::syntax::{split, starts_item};

/// The widest line, in characters, that is made where there is a choice.
pub(crate) const WIDTH: usize = 100;

/// Lays a file out. Never fails: an item that cannot be laid out is left byte for byte, and formatting twice changes
/// nothing more.
#[must_use]
pub fn format(text: &str) -> String {
    let crlf = text.find('\n').is_some_and(|at| text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\r'));
    let plain;
    let source = if text.contains('\r') {
        plain = text.replace("\r\n", "\n");
        plain.as_str()
    } else {
        text
    };
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    let mut lets: Vec<(usize, usize)> = Vec::new();
    let mut before: Option<Kind> = None;
    for range in split(source) {
        let item = range.of(source);
        let trailing = blank_lines_after(item);
        let kind = Kind::of(item);
        let laid_out = format_item(item);
        let body = laid_out.trim_end_matches('\n');
        if body.is_empty() {
            continue;
        }
        if let Some((kind_before, blank)) = before.map(|kind| (kind, out.ends_with("\n\n"))) {
            let close = kind_before == kind && kind.may_be_close();
            if !close && !blank {
                out.push('\n');
            }
        }
        if kind == Kind::Let && !body.contains('\n') {
            lets.push((out.len(), body.find(" = ").unwrap_or(0)));
        } else {
            align(&mut out, &mut lets);
        }
        out.push_str(body);
        out.push('\n');
        if trailing {
            align(&mut out, &mut lets);
            out.push('\n');
        }
        before = Some(kind);
    }
    align(&mut out, &mut lets);
    let end = out.trim_end_matches('\n').len();
    out.truncate(end);
    if !out.is_empty() {
        out.push('\n');
    }
    if crlf { out.replace('\n', "\r\n") } else { out }
}

/// Lays out the text of one range that [`split`] gave.
#[must_use]
pub fn format_item(text: &str) -> String {
    item::format(text).unwrap_or_else(|| text.to_owned())
}

/// What an item is, as far as its distance to the next one goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Import,
    Let,
    Declaration,
    Other,
}

impl Kind {
    fn of(item: &str) -> Kind {
        let line = item.lines().find(|line| starts_item(line)).unwrap_or_default();
        match line.split([' ', '\t', '"']).next() {
            Some("import") => Kind::Import,
            Some("let") => Kind::Let,
            Some("attribute" | "tag") => Kind::Declaration,
            _ => Kind::Other,
        }
    }

    /// Whether two of the kind may stand without a blank line between them.
    fn may_be_close(self) -> bool {
        self != Kind::Other
    }
}

fn blank_lines_after(item: &str) -> bool {
    let end = item.trim_end_matches([' ', '\t', '\n']).len();
    item.get(end..).unwrap_or_default().matches('\n').count() > 1
}

/// Aligns the `=` of `let`s on adjacent lines; each is the start of its line and the column of ` = `.
fn align(out: &mut String, lets: &mut Vec<(usize, usize)>) {
    let widest = lets.iter().map(|(_, column)| *column).max().unwrap_or(0);
    if lets.len() > 1 {
        // From the last to the first, so that earlier places stay right.
        for (start, column) in lets.iter().rev() {
            out.insert_str(start + column, &" ".repeat(widest - column));
        }
    }
    lets.clear();
}
