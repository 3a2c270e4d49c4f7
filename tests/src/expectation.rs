//! What an example says that the compiler finds in it.

/// `error[code]`, on a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// `error`, `warning` or `hint`.
    pub severity: &'static str,
    /// The code's name.
    pub code: String,
    /// Line of the block, from 1.
    pub line: usize,
    /// Words that the message must hold.
    pub words: Option<String>,
}

/// The weights that can be asserted.
pub const SEVERITIES: [&str; 3] = ["error", "warning", "hint"];

/// The assertions in the comments of a block.
#[must_use]
pub fn in_comments(text: &str) -> Vec<Expectation> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // The first `#` behind which an assertion stands; earlier ones belong to values.
        let comment = line
            .match_indices('#')
            .map(|(at, _)| line.get(at + 1..).unwrap_or_default().trim_start())
            .find(|rest| SEVERITIES.iter().any(|severity| starts(rest, severity)));
        let mut rest = comment.unwrap_or_default();
        while let Some((expectation, after)) = one(rest, index + 1) {
            found.push(expectation);
            rest = after;
        }
    }
    found
}

/// The assertion of one word of an info string: `error[code]@2`.
#[must_use]
pub fn in_info(word: &str) -> Option<Expectation> {
    let (expectation, rest) = one(word, 1)?;
    let line = match rest.strip_prefix('@') {
        Some(number) => number.parse().ok()?,
        None => 1,
    };
    Some(Expectation { line, ..expectation })
}

fn starts(text: &str, severity: &str) -> bool {
    text.strip_prefix(severity).is_some_and(|rest| rest.starts_with('['))
}

fn one(text: &str, line: usize) -> Option<(Expectation, &str)> {
    let severity = SEVERITIES.into_iter().find(|severity| starts(text, severity))?;
    let (code, rest) = text.strip_prefix(severity)?.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    let (words, rest) = match rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((words, rest)) => (Some(words.to_owned()), rest.trim_start()),
        None => (None, rest),
    };
    Some((Expectation { severity, code: code.to_owned(), line, words }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_assert_on_their_line() {
        let found = in_comments("a:b#c # error[x-y] \"some words\" hint[z]\n\n# note\n  # warning[w]\n");
        let short: Vec<_> = found.iter().map(|e| (e.severity, e.code.as_str(), e.line, e.words.as_deref())).collect();
        assert_eq!(short, [("error", "x-y", 1, Some("some words")), ("hint", "z", 1, None), ("warning", "w", 4, None)]);
    }

    #[test]
    fn info_strings_name_the_line() {
        assert_eq!(in_info("error[x]@3").map(|e| e.line), Some(3));
        assert_eq!(in_info("path=a.quell"), None);
    }
}
