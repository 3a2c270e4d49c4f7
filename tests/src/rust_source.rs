//! Rust source, as far as its structure is tested: code without comments, strings and tests, and the paths in it.

/// The code of a file: comments, the insides of strings, and everything from the first test module on are blanked.
///
/// Lines stay lines, so that places in the result are places in the file.
#[must_use]
pub fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(length) = literal(rest, out.chars().next_back()) {
            length
        } else {
            out.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (skipped, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.extend(skipped.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        rest = after;
    }
    if let Some(tests) = out.find("#[cfg(test)]\nmod ") {
        out.truncate(tests);
    }
    out
}

/// Length of the string or character literal at the start of `text`.
fn literal(text: &str, before: Option<char>) -> Option<usize> {
    let in_name = before.is_some_and(|character| character.is_alphanumeric() || character == '_');
    if let Some(raw) = text.strip_prefix('r').filter(|_| !in_name) {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        if raw.get(hashes..)?.starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = raw.get(hashes + 1..)?;
            return Some(1 + hashes + 1 + body.find(&close).map_or(body.len(), |at| at + close.len()));
        }
        return None;
    }
    let quote = text.chars().next().filter(|character| matches!(character, '"' | '\''))?;
    let mut characters = text.char_indices().skip(1);
    let mut length = 0;
    while let Some((at, character)) = characters.next() {
        length += 1;
        match character {
            '\\' => {
                characters.next();
            }
            _ if character == quote => return Some(at + 1),
            // A lifetime: no closing quote near.
            '\n' if quote == '\'' => return None,
            _ if quote == '\'' && length > 1 && !text.starts_with("'\\") => return None,
            _ => {}
        }
    }
    None
}

/// Names at the root of the crate that the code mentions, each with its line from 1: `crate::x`, `crate::{x, y}` and
/// `super` as often as leads up to the root. `depth` is how many modules deep the file is.
#[must_use]
pub fn crate_names(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let up = "super::".repeat(depth);
    for prefix in ["crate::", up.as_str()] {
        if prefix.is_empty() {
            continue;
        }
        for (at, _) in code.match_indices(prefix) {
            let before = code.get(..at).unwrap_or_default();
            if before.ends_with(|character: char| character.is_alphanumeric() || matches!(character, '_' | ':')) {
                continue;
            }
            let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let rest = code.get(at + prefix.len()..).unwrap_or_default();
            let names = match rest.strip_prefix('{') {
                Some(group) => group_names(group),
                None => vec![name(rest)],
            };
            found.extend(names.into_iter().filter(|name| !name.is_empty()).map(|name| (line, name.to_owned())));
        }
    }
    found
}

/// Lines, from 1, on which `word` stands as a path or a name of its own.
#[must_use]
pub fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let edge = |character: char| character.is_alphanumeric() || character == '_';
    let on = |line: &&str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + word.len()..).unwrap_or_default());
            !before.ends_with(edge) && (!after.starts_with(edge) || !word.ends_with(edge))
        })
    };
    code.lines().enumerate().filter(|(_, line)| on(line)).map(|(index, _)| index + 1).collect()
}

fn name(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The first names of the members of `{a::b, c, d::{e, f}}`, from behind its brace.
fn group_names(group: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut start = true;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if character.is_whitespace() => {}
            _ if start => {
                names.push(name(group.get(at..).unwrap_or_default()));
                start = false;
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_tests_are_no_code() {
        let text = "use crate::a; // crate::b\nlet x = \"crate::c\"; let y = r#\"crate::d \"e\"#; let z: &'a str = '\"'.x();\nuse crate::f;\n#[cfg(test)]\nmod tests { use crate::g; }\n";
        assert_eq!(crate_names(&code(text), 2), [(1, "a".to_owned()), (3, "f".to_owned())]);
    }

    #[test]
    fn groups_and_parents_are_followed() {
        let names =
            crate_names("use crate::{a::{x, y}, b};\nuse super::super::c::d;\nuse super::e;\n$crate::f::g!()", 2);
        let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "f", "c"]);
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(lines_with("a.logos()\nlogos::x\n#[logos(y)]\nmylogos", "logos"), [1, 2, 3]);
    }
}
