//! A value or a pattern, and the pattern that leaves open what of it changes.

use std::borrow::Cow;

use super::{Facts, recognise};

/// How many parts of one value are left open at most.
const PARTS: usize = 8;

/// A value with its escapes read, and where each byte of it stands in the pattern.
#[derive(Debug)]
pub struct Value<'a> {
    /// `*` and `?` are wildcards.
    pub(in crate::lint) text: Cow<'a, str>,
    pub(in crate::lint) pattern: Cow<'a, str>,
    /// For each byte of the text and its end; nothing where the two are the same.
    places: Option<Vec<usize>>,
}

impl<'a> Value<'a> {
    /// Reads a value as it is compared, or a decoded pattern.
    #[must_use]
    pub fn new(written: &'a str, is_pattern: bool) -> Value<'a> {
        let special = |character| matches!(character, '*' | '?' | '\\');
        if !written.bytes().any(|byte| byte == b'\\' || !is_pattern && special(char::from(byte))) {
            return Value { text: written.into(), pattern: written.into(), places: None };
        }
        let mut pattern = String::with_capacity(written.len() + 4);
        let mut text = String::with_capacity(written.len());
        let mut places = Vec::with_capacity(written.len() + 1);
        let mut characters = written.chars();
        while let Some(first) = characters.next() {
            let escaped = if is_pattern { first == '\\' } else { special(first) };
            let character = if is_pattern && escaped { characters.next().unwrap_or('\\') } else { first };
            places.resize(text.len() + character.len_utf8(), pattern.len());
            if escaped {
                pattern.push('\\');
            }
            pattern.push(character);
            // A wildcard that stands for itself is no wildcard.
            text.push(if escaped && matches!(character, '*' | '?') { '_' } else { character });
        }
        places.push(pattern.len());
        Value { text: text.into(), pattern: pattern.into(), places: Some(places) }
    }

    /// It with wildcards as they are and escapes read, as [`recognise`] takes it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It as a pattern that leaves open every part that changes; nothing where it would ask for nothing more, or where
    /// nothing changes.
    #[must_use]
    pub fn opened(&self, facts: &Facts<'_>) -> Option<String> {
        let mut pattern = self.pattern.clone().into_owned();
        for _ in 0..PARTS {
            let value = Value::new(&pattern, true);
            let Some(found) = recognise(&value.text, facts) else { break };
            let (start, end) = (value.place(found.range.start), value.place(found.range.end));
            let (head, tail) = (pattern.get(..start)?, pattern.get(end..)?);
            pattern = format!("{head}{}{}", found.pattern, tail.trim_start_matches('*'));
        }
        let asks = pattern.bytes().any(|byte| byte.is_ascii_alphanumeric());
        (asks && pattern != self.pattern).then_some(pattern)
    }

    /// Where a byte of the text stands in the pattern.
    pub(in crate::lint) fn place(&self, at: usize) -> usize {
        self.places.as_ref().map_or(at, |places| places.get(at).copied().unwrap_or(self.pattern.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_wildcards_as_they_are_and_escapes_read() {
        assert_eq!(Value::new("/srv/a\\*\\\\b*", true).text(), "/srv/a_\\b*");
        assert_eq!(Value::new("/srv/a*", false).text(), "/srv/a_");
    }
}
