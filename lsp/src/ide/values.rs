//! Values as they are written behind a key.

use rustc_hash::FxHashMap;

/// The value or the values at the start of a text.
pub(super) fn values_at(text: &str, found: &mut FxHashMap<String, usize>) {
    let (group, text) = match text.strip_prefix('(') {
        Some(rest) => (true, rest.split_once(')').map_or(rest, |(inside, _)| inside)),
        None => (false, text),
    };
    let mut rest = text;
    loop {
        rest = if group { rest.trim_start() } else { rest };
        let end = if rest.starts_with('"') {
            let mut escaped = false;
            let close = rest.char_indices().skip(1).find(|(_, c)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes || *c == '\n'
            });
            close.map_or(rest.len(), |(at, _)| at + 1)
        } else {
            rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '{' | '}' | '[' | ']'))
                .unwrap_or(rest.len())
        };
        let value = rest.get(..end).unwrap_or_default();
        if !value.is_empty() && !matches!(value, "OR" | "AND" | "NOT" | "*") && !value.starts_with('$') {
            *found.entry(value.to_owned()).or_insert(0) += 1;
        }
        rest = rest.get(end..).unwrap_or_default();
        if !group || rest.is_empty() || end == 0 {
            return;
        }
    }
}
