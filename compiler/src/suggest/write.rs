//! A suggestion as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::sighting::Sighting;
use super::term::Term;
use super::{Options, Recorded};
use crate::base::{Instant, Span};
use crate::hir::date;
use crate::hir::spelling;

/// More events are not written into a test one by one.
const INLINE: usize = 8;

/// A rule with nothing but these terms, and where each stands.
pub(super) fn probe(terms: &[Term], of_signals: bool) -> (String, Vec<Span>) {
    let mut text = format!("suppress x {{\n  {} {{\n", block(of_signals));
    let spans = terms.iter().map(|term| {
        let start = text.len();
        text.push_str(&term.written());
        let span = Span::new(start as u32, text.len() as u32);
        text.push('\n');
        span
    });
    let spans = spans.collect();
    text.push_str("}\n}\n");
    (text, spans)
}

fn block(of_signals: bool) -> &'static str {
    if of_signals { "when" } else { "when event" }
}

/// What the text of a rule is made of.
pub(super) struct Draft<'a> {
    pub(super) name: &'a str,
    pub(super) options: &'a Options<'a>,
    pub(super) expires: Instant,
    /// Ids of detection rules.
    pub(super) rules: &'a BTreeSet<String>,
    /// Whether no detection rule can be named.
    pub(super) is_unscoped: bool,
    /// Whether its branches are too many to be checked together; each was by itself.
    pub(super) is_long: bool,
    pub(super) of_signals: bool,
    pub(super) branches: &'a [Vec<Term>],
    pub(super) count: usize,
}

impl Draft<'_> {
    /// The rule, not laid out, and where each term of each branch stands.
    pub(super) fn rule(&self) -> (String, Vec<Vec<Span>>) {
        let mut out = String::new();
        let events =
            if self.count == 1 { "one recorded event".to_owned() } else { format!("{} recorded events", self.count) };
        let reason = format!("suggested from {events}; say why they are harmless");
        let _ = writeln!(out, "suppress {} {{", self.name);
        let _ = writeln!(out, "  owner = {}", quoted(self.options.owner.unwrap_or("nobody yet")));
        let _ = writeln!(out, "  reason = {}", quoted(self.options.reason.unwrap_or(&reason)));
        let _ = writeln!(out, "  expires = {}", date::rfc3339(self.expires).get(..10).unwrap_or_default());
        if self.is_unscoped {
            let _ = writeln!(out, "  allow unscoped-rule = \"the events name no detection rule\"");
        }
        if self.is_long {
            let _ = writeln!(out, "  allow not-decided = \"each branch was checked by itself\"");
        }
        if !self.rules.is_empty() {
            let ids: Vec<String> = self.rules.iter().map(|id| spelling::value(id, false)).collect();
            let _ = match ids.as_slice() {
                [one] => writeln!(out, "  rules {{ ruleId:{one} }}"),
                several => writeln!(out, "  rules {{ ruleId:({}) }}", several.join(" OR ")),
            };
        }
        let _ = writeln!(out, "  {} {{", block(self.of_signals));
        let grouped = self.branches.len() > 1;
        let mut spans = Vec::with_capacity(self.branches.len());
        for (index, branch) in self.branches.iter().enumerate() {
            if index > 0 {
                out.push_str("    OR\n");
            }
            out.push_str(if grouped { "    (\n" } else { "" });
            let mut own = Vec::with_capacity(branch.len());
            for term in branch {
                out.push_str("    ");
                let start = out.len() as u32;
                out.push_str(&term.written());
                own.push(Span::new(start, out.len() as u32));
                out.push('\n');
            }
            out.push_str(if grouped { "    )\n" } else { "" });
            spans.push(own);
        }
        out.push_str("  }\n}\n");
        (out, spans)
    }

    /// The test that holds the rule to the events.
    pub(super) fn test(&self, events: &[(Recorded<'_>, &Sighting)], must_fire: &[(Recorded<'_>, &Sighting)]) -> String {
        let mut out = String::new();
        let fires = if must_fire.is_empty() { "" } else { ", what must fire fires" };
        let _ = writeln!(out, "test {} {{", quoted(&format!("{} is quiet{fires}", self.name)));
        // Of events without a file one for each branch is shown.
        let mut shown: BTreeSet<usize> = BTreeSet::new();
        let of_branch =
            |sighting: &Sighting| self.branches.iter().position(|terms| terms.iter().all(|term| term.holds(sighting)));
        for file in files(events) {
            let _ = writeln!(out, "  suppressed {} by {}", quoted(file), self.name);
        }
        for (recorded, sighting) in events.iter().filter(|(recorded, _)| recorded.file.is_none()) {
            if of_branch(sighting).is_some_and(|branch| shown.insert(branch)) && shown.len() <= INLINE {
                let _ = writeln!(out, "  suppressed {} by {}", self.reduced(recorded.value, sighting), self.name);
            }
        }
        for file in files(must_fire) {
            let _ = writeln!(out, "  fires {}", quoted(file));
        }
        for (recorded, sighting) in must_fire.iter().filter(|(recorded, _)| recorded.file.is_none()).take(INLINE) {
            let _ = writeln!(out, "  fires {}", self.reduced(recorded.value, sighting));
        }
        out.push_str("}\n");
        out
    }

    /// An event cut down to what the rule asks for.
    fn reduced(&self, _event: &Value, sighting: &Sighting) -> Value {
        let keys: BTreeSet<&str> = self.branches.iter().flatten().map(|term| term.key.as_str()).collect();
        let mut event = Map::new();
        if let Some(id) = sighting.detection.as_deref().filter(|_| !self.rules.is_empty()) {
            put(&mut event, "workflow.rule.id", id.into());
        }
        let mut tags: Vec<Value> = Vec::new();
        let by_key: BTreeMap<&str, &[String]> = keys.into_iter().map(|key| (key, sighting.values(key))).collect();
        for (key, values) in by_key {
            match (key.strip_prefix('@'), values) {
                (_, []) => {}
                (None, values) => tags.extend(values.iter().map(|value| Value::from(format!("{key}:{value}")))),
                (Some(path), [one]) => put(&mut event, path, scalar(one)),
                (Some(path), values) => put(&mut event, path, values.iter().map(|value| scalar(value)).collect()),
            }
        }
        if !tags.is_empty() {
            event.insert("tags".to_owned(), tags.into());
        }
        event.into()
    }
}

/// The files of events, each once, in order.
fn files<'r>(events: &[(Recorded<'r>, &Sighting)]) -> Vec<&'r str> {
    let mut files: Vec<&str> = Vec::new();
    for (recorded, _) in events {
        if let Some(file) = recorded.file.filter(|file| !files.contains(file)) {
            files.push(file);
        }
    }
    files
}

/// A value as JSON has it; what is a number in the event and a text here compares the same.
fn scalar(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}

/// Puts a value at a path. Where a part of the path is no object, the rest is a name with dots.
fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    let (mut object, mut path) = (object, path);
    while let Some((name, rest)) = path.split_once('.') {
        if object.get(name).is_some_and(|found| !found.is_object()) {
            break;
        }
        match object.entry(name).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => (object, path) = (inner, rest),
            _ => return,
        }
    }
    object.insert(path.to_owned(), value);
}

/// A string as fields write it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
