//! Lines and columns as editors count them, and the bytes behind them.
//!
//! A line ends with LF, CRLF or a lone CR. What lies past the end of a line or of the text is taken as that end.

use memchr::memchr2_iter;

/// A place in a document, both numbers from 0; what a column counts is for the [`Encoding`] to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// How many columns a character takes.
    fn width(self, character: char) -> u32 {
        match self {
            Encoding::Utf8 => character.len_utf8() as u32,
            Encoding::Utf16 => character.len_utf16() as u32,
            Encoding::Utf32 => 1,
        }
    }

    /// How many columns a text takes.
    #[must_use]
    pub fn len(self, text: &str) -> u32 {
        match self {
            Encoding::Utf8 => text.len() as u32,
            _ if text.is_ascii() => text.len() as u32,
            Encoding::Utf16 | Encoding::Utf32 => text.chars().map(|character| self.width(character)).sum(),
        }
    }

    /// The byte of a line at which a column stands; inside a character, where that begins.
    fn byte(self, line: &str, column: u32) -> usize {
        let mut passed = 0;
        for (at, character) in line.char_indices() {
            passed += self.width(character);
            if passed > column {
                return at;
            }
        }
        line.len()
    }
}

/// Where each line but the first starts.
fn starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    memchr2_iter(b'\n', b'\r', bytes)
        .filter(|at| bytes.get(*at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| at + 1)
}

/// How many line ends there are.
#[must_use]
pub fn line_ends(text: &str) -> u32 {
    starts(text).count() as u32
}

/// The byte at a place; past the last line, the end.
#[must_use]
pub fn byte_at(text: &str, position: Position, encoding: Encoding) -> usize {
    let start = match position.line {
        0 => Some(0),
        line => starts(text).nth(line as usize - 1),
    };
    let Some(start) = start else { return text.len() };
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.find(['\n', '\r']).and_then(|end| rest.get(..end)).unwrap_or(rest);
    start + encoding.byte(line, position.column)
}

/// The place of a byte; inside a character, of its start.
#[must_use]
pub fn position_of(text: &str, byte: usize, encoding: Encoding) -> Position {
    let byte = floor(text, byte);
    let mut position = Position::default();
    let mut line = 0;
    for start in starts(text).take_while(|start| *start <= byte) {
        position.line += 1;
        line = start;
    }
    position.column = encoding.len(text.get(line..byte).unwrap_or_default());
    position
}

/// The place of a byte from that of one before it; neither stands between CR and LF.
#[must_use]
pub fn advanced(text: &str, (from, at): (usize, Position), to: usize, encoding: Encoding) -> Position {
    let between = text.get(from..to).unwrap_or_default();
    let (lines, last) = starts(between).fold((0, None), |(lines, _), start| (lines + 1, Some(start)));
    let columns = encoding.len(between.get(last.unwrap_or(0)..).unwrap_or_default());
    Position { line: at.line + lines, column: if last.is_some() { columns } else { at.column + columns } }
}

/// The character boundary at or before a byte.
#[must_use]
pub fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_are_counted_as_negotiated() {
        let text = "é🦀x\r\nb\rc\n";
        for (encoding, columns) in
            [(Encoding::Utf8, [0, 2, 6, 7]), (Encoding::Utf16, [0, 1, 3, 4]), (Encoding::Utf32, [0, 1, 2, 3])]
        {
            for (byte, column) in [0, 2, 6, 7].into_iter().zip(columns) {
                assert_eq!(position_of(text, byte, encoding), at(0, column));
                assert_eq!(byte_at(text, at(0, column), encoding), byte);
            }
        }
        assert_eq!(line_ends(text), 3);
        assert_eq!(position_of(text, 9, Encoding::Utf16), at(1, 0));
        assert_eq!(byte_at(text, at(2, 0), Encoding::Utf16), 11);
    }

    #[test]
    fn a_place_follows_from_one_before_it() {
        let text = "é🦀x\r\nb\rc\n\ndé";
        let places = (0..=text.len()).filter(|at| text.is_char_boundary(*at) && *at != 8);
        let places: Vec<usize> = places.collect();
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (number, from) in places.iter().enumerate() {
                let start = (*from, position_of(text, *from, encoding));
                for to in places.iter().skip(number) {
                    assert_eq!(advanced(text, start, *to, encoding), position_of(text, *to, encoding), "{from}..{to}");
                }
            }
        }
    }

    #[test]
    fn what_is_past_an_end_is_that_end() {
        let text = "ab\r\ncd";
        assert_eq!(byte_at(text, at(0, 99), Encoding::Utf16), 2);
        assert_eq!(byte_at(text, at(1, 99), Encoding::Utf16), 6);
        assert_eq!(byte_at(text, at(9, 0), Encoding::Utf16), 6);
        assert_eq!(byte_at("🦀", at(0, 1), Encoding::Utf16), 0);
        assert_eq!(position_of("🦀", 2, Encoding::Utf16), at(0, 0));
        assert_eq!(position_of(text, 99, Encoding::Utf16), at(1, 2));
    }
}
