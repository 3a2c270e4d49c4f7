//! Rules that were read elsewhere, as the text of a program.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Found, Imported};
use crate::config::Context;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Names, date, spelling};
use crate::lint::check_item;
use crate::syntax::{parse_item, split};

/// The program, laid out, with a declaration for each key that the schema does not know.
#[must_use]
pub fn program(found: &Found, cx: &Context<'_>) -> String {
    let mut names = BTreeSet::new();
    let rules: Vec<String> = found.rules.iter().map(|imported| rule(imported, &mut names)).collect();
    let rules = rules.join("\n");
    let declarations = declarations(&rules, cx);
    let gap = if declarations.is_empty() { "" } else { "\n" };
    crate::fmt::format(&format!("{declarations}{gap}{rules}"))
}

/// Keys that only the source of the rules knows, in order of their names.
fn declarations(program: &str, cx: &Context<'_>) -> String {
    let mut declarations = BTreeSet::new();
    for (key, code) in unknown_keys(program, cx) {
        let is_word = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
        };
        match (code, key.strip_prefix('@')) {
            (Code::UnknownAttribute, Some(path)) if is_word(path) => {
                declarations.insert(format!("attribute @{path} : any\n"));
            }
            (Code::UnknownTag, None) if is_word(&key) => {
                declarations.insert(format!("tag {key}\n"));
            }
            _ => {}
        }
    }
    declarations.into_iter().collect()
}

fn unknown_keys(program: &str, cx: &Context<'_>) -> Vec<(String, Code)> {
    let mut keys = Vec::new();
    for range in split(program) {
        let text = range.of(program);
        let found = check_item(text, &parse_item(text), &Names::default(), cx).diagnostics;
        let unknown = |found: &&Diagnostic| matches!(found.code, Code::UnknownAttribute | Code::UnknownTag);
        keys.extend(found.iter().filter(unknown).map(|found| (found.span.of(text).to_owned(), found.code)));
    }
    keys
}

fn rule(imported: &Imported, names: &mut BTreeSet<String>) -> String {
    let own = imported.name.clone().unwrap_or_else(|| spelling::name(&imported.title, "rule"));
    let mut name = own.clone();
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("{own}-{number}");
        number += 1;
    }
    let mut out = String::new();
    for comment in imported.comments.iter().flat_map(|comment| comment.lines()) {
        let _ = writeln!(out, "# {comment}");
    }
    if !imported.comments.is_empty() {
        // A comment right above an item would stand between it and its documentation.
        out.push('\n');
    }
    for line in imported.documentation.lines() {
        let _ = writeln!(out, "{}", format!("## {line}").trim_end());
    }
    let _ = writeln!(out, "{} {name} {{", if imported.require { "require" } else { "suppress" });
    if imported.title != name {
        field(&mut out, "title", &imported.title);
    }
    for (key, value) in [
        ("owner", &imported.owner),
        ("reason", &imported.reason),
        ("ticket", &imported.ticket),
        ("protects", &imported.protects),
    ] {
        if let Some(value) = value {
            field(&mut out, key, value);
        }
    }
    for (key, value, edge) in [
        ("starts", &imported.starts, date::Edge::First),
        ("expires", &imported.expires, date::Edge::Last),
        ("review", &imported.review, date::Edge::First),
    ] {
        if let Some(value) = value {
            let _ = writeln!(out, "  {key} = {}", day_or_instant(value, edge));
        }
    }
    if !imported.enabled {
        out.push_str("  enabled = false\n");
    }
    if !imported.tags.is_empty() {
        let tags: Vec<String> = imported.tags.iter().map(|tag| quoted(tag)).collect();
        let _ = writeln!(out, "  tags = [{}]", tags.join(", "));
    }
    if !imported.activity.is_empty() {
        let _ = writeln!(out, "  activity = [{}]", imported.activity.join(", "));
    }
    for (lint, reason) in &imported.allows {
        let _ = writeln!(out, "  allow {lint} = {}", quoted(reason));
    }
    for (key, query) in [("rules", &imported.rules), ("when", &imported.signal), ("when event", &imported.event)] {
        if let Some(query) = query {
            // No line of a query may begin an item.
            let lines: Vec<&str> = query.lines().map(str::trim).collect();
            let _ = writeln!(out, "  {key} {{ {} }}", lines.join("\n    "));
        }
    }
    out.push_str("}\n");
    out
}

fn field(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "  {key} = {}", quoted(value));
}

/// A string as fields write it, which is JSON's way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A day where that says the same as the instant.
fn day_or_instant(instant: &str, edge: date::Edge) -> String {
    let day = instant.get(..10).unwrap_or_default();
    let same = date::parse(day, edge).is_ok_and(|of_day| date::from_rfc3339(instant) == Some(of_day));
    if same { day.to_owned() } else { instant.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_where_it_is_one() {
        assert_eq!(day_or_instant("2027-01-31T23:59:59.999Z", date::Edge::Last), "2027-01-31");
        assert_eq!(day_or_instant("2027-01-31T00:00:00.000Z", date::Edge::Last), "2027-01-31T00:00:00.000Z");
        assert_eq!(day_or_instant("2027-01-31T00:00:00Z", date::Edge::First), "2027-01-31");
    }
}
