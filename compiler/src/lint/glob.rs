//! The literal parts of a decoded pattern, for lints that ask where its wildcards stand.

/// What stands before the first wildcard; escapes are kept.
pub(super) fn prefix(pattern: &str) -> &str {
    let end = wildcards(pattern).next().unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or_default()
}

/// What stands behind the last wildcard; escapes are kept.
pub(super) fn suffix(pattern: &str) -> &str {
    let start = wildcards(pattern).last().map_or(0, |at| at + 1);
    pattern.get(start..).unwrap_or_default()
}

/// How many characters are literal.
pub(super) fn literals(pattern: &str) -> usize {
    let escapes = pattern.bytes().filter(|byte| *byte == b'\\').count();
    pattern.chars().count().saturating_sub(wildcards(pattern).count() + escapes)
}

/// Places of the wildcards: a `*` or `?` that no backslash makes literal.
fn wildcards(pattern: &str) -> impl Iterator<Item = usize> + '_ {
    let mut is_escaped = false;
    pattern.bytes().enumerate().filter_map(move |(at, byte)| {
        let was_escaped = std::mem::replace(&mut is_escaped, false);
        match byte {
            b'\\' => {
                is_escaped = !was_escaped;
                None
            }
            b'*' | b'?' if !was_escaped => Some(at),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_ends_and_a_length() {
        let table = [
            ("/usr/*", "/usr/", "", 5),
            ("*.log", "", ".log", 4),
            ("/a/*/b?c", "/a/", "c", 6),
            ("plain", "plain", "plain", 5),
            (r"a\*b*", r"a\*b", "", 3),
            ("*", "", "", 0),
            ("", "", "", 0),
        ];
        for (pattern, start, end, length) in table {
            assert_eq!((prefix(pattern), suffix(pattern), literals(pattern)), (start, end, length), "{pattern}");
        }
    }
}
