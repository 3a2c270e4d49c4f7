//! Decoded patterns: `*` any run, `?` one character, `\` makes the next one literal.

use std::str::Chars;

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Any run of characters.
    Run,
    /// Any one character.
    One,
    /// This character.
    Literal(char),
}

/// The steps of a pattern, in order.
#[derive(Clone)]
pub struct Pieces<'a>(Chars<'a>);

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        Some(match self.0.next()? {
            '*' => Piece::Run,
            '?' => Piece::One,
            '\\' => Piece::Literal(self.0.next().unwrap_or('\\')),
            other => Piece::Literal(other),
        })
    }
}

/// Takes a pattern apart.
pub fn pieces(pattern: &str) -> Pieces<'_> {
    Pieces(pattern.chars())
}

/// Whether some character is a wildcard.
pub fn has_wildcard(pattern: &str) -> bool {
    // Most texts have neither.
    memchr::memchr2(b'*', b'?', pattern.as_bytes()).is_some()
        && pieces(pattern).any(|piece| matches!(piece, Piece::Run | Piece::One))
}

/// Whether the pattern covers all of `text`.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut steps, mut rest) = (pieces(pattern), text.chars());
    // Where the last run may be made longer: the steps behind it, and the text that it has not yet taken.
    let mut retry: Option<(Pieces<'_>, Chars<'_>)> = None;
    loop {
        let fits = match steps.next() {
            None if rest.as_str().is_empty() => return true,
            None => false,
            Some(Piece::Run) => {
                retry = Some((steps.clone(), rest.clone()));
                true
            }
            Some(Piece::One) => rest.next().is_some(),
            Some(Piece::Literal(wanted)) => rest.next() == Some(wanted),
        };
        if !fits {
            let Some((behind, taken)) = &mut retry else { return false };
            if taken.next().is_none() {
                return false;
            }
            (steps, rest) = (behind.clone(), taken.clone());
        }
    }
}

/// Whether the pattern covers some text that starts with `head`.
pub fn matches_some_after(pattern: &str, head: &str) -> bool {
    // Some part of the pattern takes the head, and the rest can always be satisfied.
    (0..=pattern.len()).filter_map(|end| pattern.get(..end)).any(|part| matches(part, head))
}

/// The fewest bytes that a match can have.
pub fn least_bytes(pattern: &str) -> usize {
    pieces(pattern)
        .map(|piece| match piece {
            Piece::Run => 0,
            Piece::One => 1,
            Piece::Literal(character) => character.len_utf8(),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "a", true),
            ("a*", "abc", true),
            ("*c", "abcbc", true),
            ("a*b*c", "axxbxxc", true),
            ("a*b*c", "axxcxxb", false),
            ("?", "ä", true),
            ("?", "", false),
            ("a?", "a", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("PTRACE_*", "PTRACE_ATTACH", true),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn escaped_wildcards_are_none() {
        for (pattern, expected) in [
            ("", false),
            ("a.b", false),
            ("a*", true),
            ("?", true),
            ("a\\*b\\?", false),
            ("a\\\\*", true),
            ("*\\", true),
        ] {
            assert_eq!(has_wildcard(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn heads_are_taken() {
        assert!(matches_some_after("P*", "PATH="));
        assert!(matches_some_after("PATH=/usr/*", "PATH="));
        assert!(matches_some_after("*=/tmp", "PATH="));
        assert!(!matches_some_after("AWS_*=*", "PATH="));
        assert!(!matches_some_after("PA?=x", "PATH="));
    }

    #[test]
    fn the_shortest_match_is_measured() {
        assert_eq!(least_bytes("a*?\\*ä"), 5);
    }
}
