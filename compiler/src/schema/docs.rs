//! Documentation: one line per attribute, tag, rule key and event kind.
//!
//! A structure that repeats (a process, a file, …) is written once, with `{role}` where the text says whose it is; the
//! table of roles says what `{role}` is below each prefix. A line for the whole path goes before both.

use std::sync::OnceLock;

use super::embedded::Schema;
use super::kind::Kind;
use super::table;
use rustc_hash::FxHashMap;

pub(super) const TEXT: &str = include_str!("../../schema/documentation.en.tsv");
pub(super) const HEADER: &str = "key\ttext";
pub(super) const ROLES: &str = include_str!("../../schema/roles.en.tsv");
pub(super) const ROLES_HEADER: &str = "prefix\tstructure\trole";

/// The line of a key, as it stands in the table.
fn line(key: &str) -> Option<&'static str> {
    static LINES: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    LINES
        .get_or_init(|| table::embedded(TEXT, HEADER).map(|[key, text]: [_; 2]| (key, text)).collect())
        .get(key)
        .copied()
}

/// The structure below a prefix and its role.
fn role(prefix: &str) -> Option<(&'static str, &'static str)> {
    static ALL: OnceLock<FxHashMap<&'static str, (&'static str, &'static str)>> = OnceLock::new();
    ALL.get_or_init(|| {
        table::embedded(ROLES, ROLES_HEADER)
            .map(|[prefix, structure, role]: [_; 3]| (prefix, (structure, role)))
            .collect()
    })
    .get(prefix)
    .copied()
}

/// The line of a path, from the path itself or from the structure it points into.
fn path_line(path: &str) -> Option<String> {
    if let Some(text) = line(path) {
        return Some(text.to_owned());
    }
    path.rmatch_indices('.').find_map(|(dot, _)| {
        let (prefix, leaf) = (path.get(..dot)?, path.get(dot + 1..)?);
        let (structure, role) = role(prefix)?;
        Some(line(&format!("{structure}/{leaf}"))?.replace("{role}", role))
    })
}

impl Schema {
    /// The line for an attribute of which nothing is written.
    #[cfg(test)]
    pub(super) fn documentation_fallback(&self) -> &'static str {
        line("~undocumented").unwrap_or_default()
    }

    /// What an attribute holds, in a sentence or two; empty if the schema says nothing of the path.
    pub fn documentation(&self, path: &str) -> String {
        if let Some((_, attribute)) = self.find(path) {
            if let Some(text) = path_line(&attribute.path) {
                return text;
            }
            let key = if attribute.declared { "~declared" } else { "~undocumented" };
            return line(key).unwrap_or_default().to_owned();
        }
        let Some(never) = self.never_emitted(path) else {
            return String::new();
        };
        let instead: Vec<_> = never.instead.iter().map(|key| format!("`{key}`")).collect();
        let text = line("~never").unwrap_or_default();
        text.replace("{instead}", &instead.join(", ")).replace("{note}", never.note)
    }

    /// What a tag holds; empty if the schema says nothing of it.
    pub fn tag_documentation(&self, name: &str) -> String {
        match line(&format!("tag:{name}")) {
            Some(text) => text.to_owned(),
            None if self.tag(name).is_some() => line("~declared").unwrap_or_default().to_owned(),
            None => String::new(),
        }
    }

    /// What a rule-query key holds; empty if the schema says nothing of it.
    pub fn rule_key_documentation(&self, name: &str) -> String {
        line(&format!("rule:{name}")).unwrap_or_default().to_owned()
    }

    /// When the Agent sends an event of a kind.
    pub fn kind_documentation(&self, kind: Kind) -> &'static str {
        line(&format!("kind:{kind}")).unwrap_or_default()
    }
}
