//! Random events about a query: its keys, with values that pass its tests, just miss them, or have nothing to do with
//! them.
//!
//! Only what the open matcher can read: an attribute has one value, a text or a number as its key has it, and no text
//! breaks a line. A tag may have several, and no blank around it.

use std::collections::BTreeMap;

use quell::hir::{Bound, Query, Test};
use serde_json::{Map, Value, json};

use crate::generate::{Choices, NUMBER_KEYS};
use crate::quell::terms;

/// The one tag of the generator that a log carries as a field of its own.
const FIELD: &str = "host";

/// An event with some of the keys of a query.
#[must_use]
pub fn event(query: &Query, choices: &mut Choices<'_>) -> Value {
    let mut tests: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    for (key, test) in terms(query) {
        tests.entry(key).or_default().push(test);
    }
    let mut root = Map::new();
    // What makes it an event of the Agent.
    root.insert("evt".to_owned(), json!({ "name": "exec" }));
    let mut tags = vec![json!("pool:blue")];
    for (key, tests) in &tests {
        match key.strip_prefix('@') {
            Some(path) => {
                if let Some(value) = value(query, key, tests, choices) {
                    insert(&mut root, path, value);
                }
            }
            None if key == FIELD => root.extend(value(query, key, tests, choices).map(|value| (key.clone(), value))),
            None => {
                for _ in 0..1 + choices.below(2) {
                    let value = value(query, key, tests, choices);
                    tags.extend(value.and_then(|value| Some(json!(format!("{key}:{}", value.as_str()?.trim_end())))));
                }
            }
        }
    }
    root.insert("tags".to_owned(), Value::Array(tags));
    Value::Object(root)
}

fn insert(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(object.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                insert(inner, rest, value);
            }
        }
    }
}

/// A value of a key; sometimes none.
fn value(query: &Query, key: &str, tests: &[Test], choices: &mut Choices<'_>) -> Option<Value> {
    let test = *tests.get(choices.below(tests.len()))?;
    let how = choices.below(8);
    if how == 0 {
        return None;
    }
    if NUMBER_KEYS.contains(&key) {
        return Some(number(query, test, choices));
    }
    let text = if how == 1 {
        choices.one(&["", "x", "/usr/bin/", "日本"]).to_owned()
    } else {
        passing(query, test, choices)
    };
    Some(json!(if how == 2 { missing(text, choices) } else { text }))
}

/// A text that passes a test.
fn passing(query: &Query, test: Test, choices: &mut Choices<'_>) -> String {
    match test {
        Test::Exact(text) => query.text(text).to_owned(),
        Test::Glob(text) => {
            let mut out = String::new();
            let mut characters = query.text(text).chars();
            while let Some(character) = characters.next() {
                match character {
                    '\\' => out.extend(characters.next()),
                    '*' => out.push_str(choices.one(&["", "a", "/b c", "*", ":é"])),
                    character => out.push(character),
                }
            }
            out
        }
        Test::Present | Test::Range { .. } | Test::Networks(_) => "y".to_owned(),
    }
}

/// A text that is nearly the same.
fn missing(mut text: String, choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        0 => text.push('a'),
        1 => drop(text.pop()),
        2 => text = text.to_uppercase(),
        _ => text.insert(0, ' '),
    }
    text
}

/// A number around what a test asks for: whole, or with a fraction that both sides write alike.
fn number(query: &Query, test: Test, choices: &mut Choices<'_>) -> Value {
    let around = match test {
        Test::Range { low, high } => {
            let bound: Option<Bound> = if choices.below(2) == 0 { low.or(high) } else { high.or(low) };
            bound.map_or(0.0, |bound| bound.value)
        }
        test => passing(query, test, choices).parse().unwrap_or(1.0),
    };
    match choices.below(6) {
        0 => json!(around.floor() as i64 - 1),
        1 => json!(around.floor() as i64 + 1),
        2 => json!(around.floor() + 0.5),
        3 => json!(7),
        4 => json!(9_007_199_254_740_993_i64),
        _ if around.fract() == 0.0 => json!(around as i64),
        _ => json!(around),
    }
}
