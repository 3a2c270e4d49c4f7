//! A writer of pretty JSON into bytes.
//!
//! Strings can be written piece by piece, and small objects stay on one line: neither is to be had from `serde_json`.
//! The tests compare what the targets write with what `serde_json` makes of the documented structs.
//!
//! Not here: what is written.

use crate::base::{is_plain, is_special};
use crate::hir::Query;

/// Takes a text piece by piece.
pub(super) trait Sink {
    /// Appends a piece.
    fn push(&mut self, piece: &str);

    /// Appends a piece that [`is_plain`].
    fn plain(&mut self, piece: &str);

    /// Appends `"`.
    fn quote(&mut self);

    /// Appends `\`.
    fn backslash(&mut self);

    /// Whether a piece is known to be [`is_plain`], or found to be.
    fn is_plain(&self, piece: &str) -> bool {
        is_plain(piece)
    }
}

impl Sink for String {
    fn push(&mut self, piece: &str) {
        self.push_str(piece);
    }

    fn plain(&mut self, piece: &str) {
        self.push_str(piece);
    }

    fn quote(&mut self) {
        self.push('"');
    }

    fn backslash(&mut self) {
        self.push('\\');
    }
}

/// Puts pieces into a JSON string.
pub(super) struct Escaped<'a> {
    out: &'a mut Vec<u8>,
    /// All pieces are known to be [`is_plain`].
    plain: bool,
}

impl Sink for Escaped<'_> {
    fn plain(&mut self, piece: &str) {
        self.out.extend_from_slice(piece.as_bytes());
    }

    fn quote(&mut self) {
        self.out.extend_from_slice(br#"\""#);
    }

    fn backslash(&mut self) {
        self.out.extend_from_slice(br"\\");
    }

    fn is_plain(&self, piece: &str) -> bool {
        self.plain || is_plain(piece)
    }

    fn push(&mut self, piece: &str) {
        if self.is_plain(piece) {
            return self.plain(piece);
        }
        let mut rest = piece.as_bytes();
        while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
            let (plain, special) = rest.split_at(at);
            self.out.extend_from_slice(plain);
            let Some((byte, behind)) = special.split_first() else { return };
            match byte {
                b'"' => self.out.extend_from_slice(br#"\""#),
                b'\\' => self.out.extend_from_slice(br"\\"),
                b'\n' => self.out.extend_from_slice(br"\n"),
                b'\r' => self.out.extend_from_slice(br"\r"),
                b'\t' => self.out.extend_from_slice(br"\t"),
                0x08 => self.out.extend_from_slice(br"\b"),
                0x0c => self.out.extend_from_slice(br"\f"),
                byte => {
                    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
                    self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
                }
            }
            rest = behind;
        }
        self.out.extend_from_slice(rest);
    }
}

/// Writes values. A value inside an object follows a [`Json::key`], one inside an array an [`Json::item`].
pub(super) struct Json<'a> {
    out: &'a mut Vec<u8>,
    depth: usize,
    layout: Layout,
    first: bool,
    /// All texts to come are known to be [`is_plain`].
    plain: bool,
}

/// How the members of an object or array stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One to a line.
    Lines,
    /// All on one line.
    Line,
}

impl<'a> Json<'a> {
    /// Continues a document in which `depth` brackets are open, each a line by itself.
    pub(super) fn new(out: &'a mut Vec<u8>, depth: usize) -> Json<'a> {
        Json { out, depth, layout: Layout::Lines, first: true, plain: false }
    }

    /// Starts a member of an object. `name` needs no escape.
    pub(super) fn key(&mut self, name: &'static str) -> &mut Self {
        self.item();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(br#"": "#);
        self
    }

    /// Starts a member of an object whose name is computed.
    pub(super) fn key_text(&mut self, name: impl FnOnce(&mut Escaped<'_>)) -> &mut Self {
        self.item();
        self.text(name);
        self.out.extend_from_slice(b": ");
        self
    }

    /// Starts a member of an array.
    pub(super) fn item(&mut self) -> &mut Self {
        let first = std::mem::replace(&mut self.first, false);
        match self.layout {
            Layout::Lines => {
                if !first {
                    self.out.push(b',');
                }
                self.line();
            }
            Layout::Line => {
                if !first {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        self
    }

    /// Writes an object.
    pub(super) fn object(&mut self, layout: Layout, members: impl FnOnce(&mut Self)) {
        self.bracketed(b"{}", layout, members);
    }

    /// Writes an array.
    pub(super) fn array(&mut self, layout: Layout, members: impl FnOnce(&mut Self)) {
        self.bracketed(b"[]", layout, members);
    }

    /// Writes a string.
    pub(super) fn string(&mut self, text: &str) {
        self.text(|sink| sink.push(text));
    }

    /// Writes a part of a string whose quotes are written as they are.
    pub(super) fn piece(&mut self, text: &str) {
        Escaped { out: self.out, plain: self.plain }.push(text);
    }

    /// Writes a string from pieces.
    pub(super) fn text(&mut self, pieces: impl FnOnce(&mut Escaped<'_>)) {
        self.out.push(b'"');
        pieces(&mut Escaped { out: self.out, plain: self.plain });
        self.out.push(b'"');
    }

    /// Writes what holds texts of one query and of no other, whose texts are looked at once for all.
    pub(super) fn of(&mut self, query: &Query, write: impl FnOnce(&mut Self)) {
        self.plain = query.is_plain();
        write(self);
        self.plain = false;
    }

    /// Writes `true` or `false`.
    pub(super) fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes a whole number.
    pub(super) fn integer(&mut self, value: i64) {
        // 20 bytes hold every i64; digits come last first.
        let mut digits = [0_u8; 20];
        let mut rest = value.unsigned_abs();
        let mut start = digits.len();
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (rest % 10) as u8;
            start -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(digits.get(start..).unwrap_or_default());
    }

    /// Writes text that is JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    fn bracketed(&mut self, brackets: &[u8; 2], layout: Layout, members: impl FnOnce(&mut Self)) {
        let [open, close] = *brackets;
        let outer = std::mem::replace(&mut self.layout, layout);
        self.out.push(open);
        self.first = true;
        // A bracket on one line adds no step: what it holds is one step in from the line it stands on.
        let step = usize::from(layout == Layout::Lines);
        self.depth += step;
        members(self);
        self.depth -= step;
        if layout == Layout::Lines && !self.first {
            self.line();
        }
        self.out.push(close);
        self.layout = outer;
        self.first = false;
    }

    fn line(&mut self) {
        const BLANKS: &[u8] = &[b' '; 64];
        self.out.push(b'\n');
        let mut width = self.depth * 2;
        while width > 0 {
            let some = BLANKS.get(..width).unwrap_or(BLANKS);
            self.out.extend_from_slice(some);
            width -= some.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(write: impl FnOnce(&mut Json<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Json::new(&mut out, 0));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_escaped_as_serde_escapes_them() {
        let all: String = (0..0x100).filter_map(char::from_u32).chain("“\u{202e}🦀\u{2028}".chars()).collect();
        assert_eq!(json(|json| json.string(&all)), serde_json::to_string(&all).unwrap());
        assert_eq!(json(|json| json.string("")), r#""""#);
    }

    #[test]
    fn numbers_have_all_digits() {
        for number in [0, 1, -1, 10, 1_234_567, i64::MAX, i64::MIN] {
            assert_eq!(json(|json| json.integer(number)), number.to_string());
        }
    }

    #[test]
    fn lines_are_laid_out_as_serde_does() {
        let text = json(|json| {
            json.object(Layout::Lines, |json| {
                json.key("a").array(Layout::Lines, |json| {
                    json.item().bool(true);
                    json.item().object(Layout::Lines, |json| json.key("b").string("c"));
                });
                json.key("d").integer(-7);
                json.key("e").array(Layout::Lines, |_| {});
            });
        });
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn a_line_may_hold_lines() {
        let text = json(|json| {
            json.object(Layout::Line, |json| {
                json.key("and").array(Layout::Lines, |json| {
                    json.item().object(Layout::Line, |json| {
                        json.key("a").integer(1);
                        json.key("b").integer(2);
                    });
                });
                json.key("c").integer(3);
            });
        });
        assert_eq!(text, "{\"and\": [\n  {\"a\": 1, \"b\": 2}\n], \"c\": 3}");
    }
}
