//! How values are written, for fixes: bare where nothing speaks against it, else quoted or escaped, so that the text is
//! read as meant wherever a value may stand: behind a key, in a range, and inside a group.

use std::borrow::Cow;

use crate::syntax::ITEM_KEYWORDS;

/// Exactly this text as a value, in any place where one may stand.
#[must_use]
pub fn literal(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if !is_operator(text) && text.contains(['*', '?', '\\', '[', '^', '$', '|']) {
        // Inside quotes these would be taken for a mistake.
        let mut out = starting_with(text);
        out.pop();
        out
    } else {
        let mut out = String::with_capacity(text.len() + 2);
        out.push('"');
        for character in text.chars() {
            if character == '"' {
                out.push('\\');
            }
            out.push(character);
        }
        out.push('"');
        out
    }
}

/// A key as Datadog takes it: with a backslash before what is an operator there, where none stands.
#[must_use]
pub(super) fn key(key: &str) -> Cow<'_, str> {
    let is_operator = |character| matches!(character, '!' | '<' | '>' | '^' | '~' | '&' | '|');
    if !key.starts_with('+') && !key.contains(is_operator) {
        return Cow::Borrowed(key);
    }
    let mut out = String::with_capacity(key.len() + 4);
    let mut is_escaped = false;
    for (at, character) in key.char_indices() {
        if !is_escaped && (is_operator(character) || at == 0 && character == '+') {
            out.push('\\');
        }
        is_escaped = character == '\\' && !is_escaped;
        out.push(character);
    }
    Cow::Owned(out)
}

/// A key or a quoted value without the backslashes that take the meaning of what follows away. One that nothing follows
/// stands for itself.
#[must_use]
pub fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    Cow::Owned(out)
}

/// A decoded pattern as a value: its wildcards stay wildcards.
pub(crate) fn pattern(pattern: &str) -> String {
    if is_operator(pattern) {
        return literal(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 4);
    let mut characters = pattern.chars();
    let mut at = 0;
    while let Some(character) = characters.next() {
        if character == '\\' {
            push_escaped(&mut out, at, characters.next().unwrap_or('\\'), true);
        } else {
            push_escaped(&mut out, at, character, false);
        }
        at += 1;
    }
    out
}

/// Anything that starts with this text.
pub(crate) fn starting_with(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for (at, character) in text.chars().enumerate() {
        push_escaped(&mut out, at, character, matches!(character, '*' | '?' | '\\'));
    }
    out.push('*');
    out
}

/// A value, a pattern or not.
pub(crate) fn value(text: &str, is_pattern: bool) -> String {
    if is_pattern { pattern(text) } else { literal(text) }
}

/// The text as part of a decoded pattern: nothing in it is a wildcard.
pub(crate) fn push_text(pattern: &mut String, text: &str) {
    for character in text.chars() {
        if matches!(character, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
}

/// A text as the name of an item: small letters, digits, `_` and single dashes. What would be no name is put behind `head`.
pub(crate) fn name(text: &str, head: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            '_' => name.push('_'),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('-');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || ITEM_KEYWORDS.contains(&name) {
        return format!("{head}-{name}").trim_end_matches('-').to_owned();
    }
    name.to_owned()
}

/// Whether a bare value of this text is an operator.
fn is_operator(text: &str) -> bool {
    matches!(text, "AND" | "OR" | "NOT" | "TO" | "&&" | "||")
}

fn is_plain(text: &str) -> bool {
    let first =
        text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.'));
    let rest = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_.:=,@%+-".contains(&byte));
    first && rest && !is_operator(text) && !matches!(text, "and" | "or" | "not")
}

fn push_escaped(out: &mut String, at: usize, character: char, needed: bool) {
    let opens = at == 0 && matches!(character, '$' | '-' | '#' | '!' | '<' | '>');
    if needed || opens || character.is_whitespace() || "(){}[]\"".contains(character) {
        out.push('\\');
    }
    out.push(character);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names() {
        for (title, name) in [
            ("Nightly backup (prod)", "nightly-backup-prod"),
            ("suppression 561a22ed", "suppression-561a22ed"),
            ("nightly_backup", "nightly_backup"),
            ("42", "rule-42"),
            ("Üben", "ben"),
            ("日本", "rule"),
            ("test", "rule-test"),
        ] {
            assert_eq!(super::name(title, "rule"), name, "{title}");
        }
    }

    #[test]
    fn keys_hold_no_operator() {
        for (written, taken) in [
            ("@process.comm", "@process.comm"),
            ("a-b+c", "a-b+c"),
            (r"@a!b\!c\\<d", r"@a\!b\!c\\\<d"),
            ("+team^~>", r"\+team\^\~\>"),
            ("&&team||", r"\&\&team\|\|"),
        ] {
            assert_eq!(key(written), taken, "{written}");
            assert_eq!(unescaped(taken), unescaped(written), "{written}");
            assert_eq!(key(taken), taken, "{written}");
        }
    }

    #[test]
    fn values_are_bare_where_they_can_be() {
        for (text, written) in [
            ("whoami", "whoami"),
            ("/usr/bin/env", "/usr/bin/env"),
            ("-c", "\"-c\""),
            ("", "\"\""),
            ("OR", "\"OR\""),
            ("File Activity", "\"File Activity\""),
            ("say \"x\"", "\"say \\\"x\\\"\""),
            ("*.txt x", "\\*.txt\\ x"),
            ("$HOME", "\\$HOME"),
        ] {
            assert_eq!(literal(text), written);
        }
        for (text, written) in [
            ("*-c", "*-c"),
            ("-c*", "\\-c*"),
            ("a b\\*?", "a\\ b\\*?"),
            (">*", "\\>*"),
            ("OR", "\"OR\""),
            ("OR*", "OR*"),
            ("||", "\"||\""),
            ("$x*", "\\$x*"),
        ] {
            assert_eq!(pattern(text), written);
        }
    }
}
