//! Rules that were read elsewhere, as the text of a program.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Found, Imported};
use crate::config::Context;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Names, date, spelling};
use crate::lint::check_item;
use crate::syntax::ast::ItemKind;
use crate::syntax::{ParsedItem, parse_item, split};

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
    let is_name = |name: &&String| is_one(&format!("suppress {name} {{\n  when {{ host:a }}\n}}\n"));
    let own = imported.name.as_ref().filter(is_name).cloned();
    let own = own.unwrap_or_else(|| spelling::name(imported.name.as_ref().unwrap_or(&imported.title), "rule"));
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
            // What is no date is written so that its place says so.
            let value = date::from_rfc3339(value).map_or_else(|| quoted(value), |_| day_or_instant(value, edge));
            let _ = writeln!(out, "  {key} = {value}");
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
        let allow = format!("allow {lint} = {}", quoted(reason));
        let comment = if is_statement(&allow) { "" } else { "# " };
        let _ = writeln!(out, "  {comment}{}", allow.replace(['\n', '\r'], " "));
    }
    for (key, query) in [("rules", &imported.rules), ("when", &imported.signal), ("when event", &imported.event)] {
        if let Some(query) = query {
            block(&mut out, key, query);
        }
    }
    out.push_str("}\n");
    out
}

/// Whether a text without an error of syntax is one rule with one statement; one with an error says so wherever it stands.
fn is_one(text: &str) -> bool {
    let parsed: Vec<_> = split(text).iter().map(|range| parse_item(range.of(text))).collect();
    let mut items = parsed.iter().flat_map(|parsed| &parsed.items);
    let is_one = match (items.next().map(|item| &item.kind), items.next()) {
        (Some(ItemKind::Rule { statements, .. }), None) => statements.len() == 1,
        _ => false,
    };
    is_one || !parsed.iter().all(ParsedItem::is_ok)
}

/// Whether a text is one statement and no more.
fn is_statement(text: &str) -> bool {
    is_one(&format!("suppress x {{\n  {text}\n}}\n"))
}

/// Writes a condition. What closes its bracket and goes on is no query: it stands as a comment in a block of its own, which
/// is an error of the rule.
fn block(out: &mut String, key: &str, query: &str) {
    // No line of a query may begin an item.
    let lines: Vec<&str> = query.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = format!("{key} {{ {} }}", lines.join("\n    "));
    if is_statement(&text) {
        let _ = writeln!(out, "  {text}");
        return;
    }
    let _ = writeln!(out, "  {key} {{\n    # This is more than a query, and is kept as it was:");
    for line in lines {
        let _ = writeln!(out, "    # {line}");
    }
    out.push_str("  }\n");
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

    fn written(imported: Imported) -> String {
        rule(&Imported { title: "a".to_owned(), enabled: true, ..imported }, &mut BTreeSet::new())
    }

    #[test]
    fn a_query_stays_in_its_block() {
        for query in [
            "host:a } when event { env:b",
            "host:a }\n} suppress b { when { env:b",
            "host:a } enabled = false tags = [] when event { env:b",
            "host:a } } suppress b { reason = \"x\" #",
        ] {
            let text = written(Imported { signal: Some(query.to_owned()), ..Imported::default() });
            assert!(text.contains("    # host:a }"), "{text}");
            let [range] = split(&text)[..] else { panic!("{text}") };
            let parsed = parse_item(range.of(&text));
            let ItemKind::Rule { statements, .. } = &parsed.items[0].kind else { panic!("{text}") };
            assert!(parsed.is_ok() && statements.len() == 1, "{text}");
        }
        // What is wrong in itself is left for the checks.
        let text = written(Imported { signal: Some("host:(a".to_owned()), ..Imported::default() });
        assert!(text.contains("  when { host:(a }\n"), "{text}");
    }

    #[test]
    fn names_and_dates_are_no_more_than_that() {
        let text = written(Imported {
            name: Some("a { when { env:b } } suppress c".to_owned()),
            expires: Some("2027-01-01 enabled = false".to_owned()),
            signal: Some("host:a".to_owned()),
            ..Imported::default()
        });
        assert!(text.starts_with("suppress a-when-env-b-suppress-c {\n"), "{text}");
        assert!(text.contains("  expires = \"2027-01-01 enabled = false\"\n"), "{text}");
    }

    #[test]
    fn a_day_is_written_where_it_is_one() {
        assert_eq!(day_or_instant("2027-01-31T23:59:59.999Z", date::Edge::Last), "2027-01-31");
        assert_eq!(day_or_instant("2027-01-31T00:00:00.000Z", date::Edge::Last), "2027-01-31T00:00:00.000Z");
        assert_eq!(day_or_instant("2027-01-31T00:00:00Z", date::Edge::First), "2027-01-31");
    }
}
