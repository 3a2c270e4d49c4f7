//! Text that a JSON string holds without an escape, which is nearly all there is.

/// Whether a JSON string escapes the byte: a control character, a quote or a backslash.
#[must_use]
pub const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether a JSON string holds the text as it is: nothing in it [`is_special`].
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // Eight bytes at a time: a byte below 0x20, or equal to a quote or backslash, borrows from its top bit. A byte that
    // is not ASCII never does, and one that is wrongly suspected, next to a special one, changes nothing.
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let suspected = words.iter().fold(0, |found, bytes| {
        let word = u64::from_le_bytes(*bytes);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        found | control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')))
    });
    suspected & TOPS == 0 && !rest.iter().any(|byte| is_special(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_byte_is_found_wherever_it_stands() {
        for length in 0..20 {
            for at in 0..length {
                for char in (0..0x80_u8).map(char::from).chain(['é', '\u{7ff}', '\u{80}']) {
                    let mut text = "a".repeat(length);
                    text.replace_range(at..=at, &char.to_string());
                    assert_eq!(is_plain(&text), !text.bytes().any(is_special), "{text:?}");
                }
            }
        }
    }
}
