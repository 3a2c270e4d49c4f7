//! Queries as they are typed into the query bar, one a line; `#` lines above one are its documentation.

use super::{Found, Imported};

pub(super) fn read(text: &str) -> Found {
    let mut found = Found::default();
    let mut documentation: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            documentation.push(comment.trim_start_matches('#').trim());
        } else if line.is_empty() {
            documentation.clear();
        } else {
            found.rules.push(Imported {
                title: format!("imported-{}", found.rules.len() + 1),
                documentation: documentation.join("\n"),
                enabled: true,
                signal: Some(line.to_owned()),
                ..Imported::default()
            });
            documentation.clear();
        }
    }
    found
}
