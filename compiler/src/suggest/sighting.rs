//! What one event says: every value that the schema knows, and of these the ones that last.

use std::collections::BTreeMap;

use serde_json::Value;

use super::term::Wanted;
use crate::base::Span;
use crate::event::{Detection, Event};
use crate::hir::{Key, KeyKind, TextRef};
use crate::lint::ephemeral::{self, Facts, recognise};
use crate::logic::Class;
use crate::schema::{Attribute, Family, Kind, Schema, Scope, Stability, Type};

/// A longer value is no way to tell an event.
const LONGEST: usize = 200;

/// One event, seen with the eyes of a schema.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sighting {
    values: BTreeMap<String, Vec<String>>,
    lasting: BTreeMap<String, Vec<Wanted>>,
    /// What happened, where the event says it in a word that is known.
    pub(super) kind: Option<Kind>,
    /// The id of its detection rule.
    pub(super) detection: Option<String>,
}

impl Sighting {
    pub(super) fn new(value: &Value, schema: &Schema) -> Sighting {
        let Some(event) = Event::new(value) else { return Sighting::default() };
        let mut sighting = Sighting { detection: Detection::of(&event).id, ..Sighting::default() };
        for path in event.paths() {
            let Some((id, attribute)) = schema.find(&path) else { continue };
            let key = Key { text: TextRef::default(), span: Span::default(), kind: KeyKind::Attribute(id) };
            let class = Class::of(key, schema);
            let values = event.attribute(&path);
            let values = values.iter().map(|value| class.canonical(value).into_owned());
            let key = format!("@{path}");
            let facts = Facts::of_attribute(&key, attribute);
            sighting.see(&key, values, &facts, tells(attribute) && is_word(&path));
        }
        let mut names: Vec<&str> = event.tags().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let Some((_, tag)) = schema.tag(name) else { continue };
            let tells = tag.stability == Stability::Stable
                && tag.family != Family::Rule
                && tag.scopes.contains(Scope::Signal)
                && tag.scopes.contains(Scope::Event);
            let values = event.tag(name).map(str::to_owned);
            sighting.see(name, values, &Facts::of_tag(name, tag), tells);
        }
        sighting.kind = sighting.values("@evt.name").first().and_then(|name| Kind::from_name(name));
        sighting
    }

    fn see(&mut self, key: &str, values: impl Iterator<Item = String>, facts: &Facts<'_>, tells: bool) {
        let mut values: Vec<String> = values.collect();
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            return;
        }
        if tells {
            let mut lasting: Vec<Wanted> = values.iter().filter_map(|value| wanted(value, facts)).collect();
            lasting.sort_unstable();
            lasting.dedup();
            if !lasting.is_empty() {
                self.lasting.insert(key.to_owned(), lasting);
            }
        }
        self.values.insert(key.to_owned(), values);
    }

    /// Every value of a key.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.values.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// What of a key lasts.
    pub(super) fn lasting(&self, key: &str) -> &[Wanted] {
        self.lasting.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// All keys with a value that lasts.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.lasting.keys().map(String::as_str)
    }

    /// Whether nothing that lasts tells the two apart.
    pub(super) fn is_like(&self, other: &Sighting) -> bool {
        self.lasting == other.lasting && self.detection == other.detection
    }
}

/// A value, or the pattern that leaves open what of it changes; nothing where all of it does.
fn wanted(value: &str, facts: &Facts<'_>) -> Option<Wanted> {
    if value.len() > LONGEST || value.chars().any(char::is_control) || value.trim() != value {
        return None;
    }
    if recognise(value, facts).is_none() {
        return Some(Wanted::Exact(value.to_owned()));
    }
    let pattern = ephemeral::Value::new(value, false).opened(facts)?;
    let read = ephemeral::Value::new(&pattern, true);
    read.opened(facts).is_none().then_some(())?;
    // What is left has to name something.
    let literal = pattern.bytes().filter(u8::is_ascii_alphanumeric).count();
    (literal >= 3 && recognise(read.text(), facts).is_none()).then_some(Wanted::Pattern(pattern))
}

/// Whether values of an attribute can tell what happened, tomorrow as today.
fn tells(attribute: &Attribute) -> bool {
    let of_rule = attribute.family == Family::Rule && !matches!(&*attribute.path, "agent.rule_id" | "evt.name");
    attribute.stability == Stability::Stable
        && !attribute.kinds.is_empty()
        && attribute.ty != Type::Timestamp
        && !of_rule
}

fn is_word(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}
