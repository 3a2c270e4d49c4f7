//! An event that shows a claim.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::logic::automaton::last_segment;
use crate::logic::key::KeyFacts;
use crate::logic::value::Class;
use crate::schema::Kind;

/// An event: its kind, and values by key.
#[derive(Clone, PartialEq, Debug)]
pub struct Witness {
    /// What happened.
    pub kind: Kind,
    /// Keys as they are written in queries, each with the class of its values and one value; a key may stand several
    /// times.
    values: Vec<(Arc<str>, Class, String)>,
}

impl Witness {
    pub(super) fn new(kind: Kind) -> Witness {
        Witness { kind, values: Vec::new() }
    }

    /// What stands for a detection rule: values of rule keys, as they are written in `rules`.
    #[must_use]
    pub fn of_detection(values: &[(&str, &str)]) -> Witness {
        let mut witness = Witness::new(Kind::Exec);
        values.iter().for_each(|(key, value)| witness.push(&Arc::from(*key), Class::Text, value));
        witness
    }

    /// Adds a value, and what is tied to it.
    pub(super) fn add(&mut self, key: &KeyFacts, value: &str) {
        for name in [&key.ties.name, &key.ties.ancestors_name].into_iter().flatten() {
            self.push(name, Class::Text, last_segment(value));
        }
        if let Some(ancestors) = &key.ties.ancestors {
            self.push(ancestors, key.class, value);
        }
        self.push(&key.text, key.class, value);
    }

    fn push(&mut self, key: &Arc<str>, class: Class, value: &str) {
        if !self.values.iter().any(|(known, _, same)| same == value && known == key) {
            self.values.push((Arc::clone(key), class, value.to_owned()));
        }
    }

    /// The values of a key.
    pub fn values<'w>(&'w self, key: &'w str) -> impl Iterator<Item = &'w str> {
        self.values.iter().filter(move |(known, ..)| **known == *key).map(|(.., value)| value.as_str())
    }

    /// Every key with the class of its values and a value, in the order in which they were found.
    pub fn classed(&self) -> impl Iterator<Item = (&str, Class, &str)> {
        self.values.iter().map(|(key, class, value)| (&**key, *class, value.as_str()))
    }

    /// The event as the Agent would send it. The parent stands also first among the ancestors.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut event = Map::new();
        put(&mut event, "evt.name", self.kind.name().into(), false);
        put(&mut event, "evt.category", self.kind.activity().category().into(), false);
        let mut tags: Vec<Value> = Vec::new();
        // The parent's own values stand in the first ancestor, and each other one in an ancestor of its own, so that it
        // is seen that nothing ties them.
        let mut ancestors: Vec<Value> = Vec::new();
        let mut parent = Map::new();
        for (key, class, value) in &self.values {
            let json = json(*class, value);
            match key.strip_prefix('@') {
                None => tags.push(format!("{key}:{value}").into()),
                Some(path) => match path.strip_prefix("process.ancestors.") {
                    None => {
                        let several = self.values(key).count() > 1;
                        if let Some(rest) = path.strip_prefix("process.parent.") {
                            put(&mut parent, rest, json.clone(), several);
                        }
                        put(&mut event, path, json, several);
                    }
                    Some(rest) => ancestors.extend(self.ancestor(key, rest, value, json)),
                },
            }
        }
        if !parent.is_empty() {
            ancestors.insert(0, parent.into());
        } else if !ancestors.is_empty() {
            ancestors.insert(0, Map::new().into());
        }
        if !ancestors.is_empty() {
            put(&mut event, "process.ancestors", ancestors.into(), false);
        }
        if !tags.is_empty() {
            event.insert("tags".to_owned(), tags.into());
        }
        event.into()
    }

    /// An ancestor with this value; nothing where the value is the parent's, or stands beside the path it is from.
    fn ancestor(&self, key: &str, rest: &str, value: &str, json: Value) -> Option<Value> {
        let of_parent = format!("@process.parent.{rest}");
        if self.values(&of_parent).any(|same| same == value) {
            return None;
        }
        let mut ancestor = Map::new();
        if let Some(stem) = key.strip_suffix("name") {
            let path = format!("{stem}path");
            if self.values(&path).any(|path| last_segment(path) == value) {
                return None;
            }
        }
        if let (Some(stem), Some(own)) = (key.strip_suffix("path"), rest.strip_suffix("path")) {
            let name = format!("{stem}name");
            if let Some(name) = self.values(&name).find(|name| *name == last_segment(value)) {
                put(&mut ancestor, &format!("{own}name"), name.into(), false);
            }
        }
        put(&mut ancestor, rest, json, false);
        Some(ancestor.into())
    }
}

fn json(class: Class, value: &str) -> Value {
    match class {
        Class::Integer { .. } => match (value.parse::<i64>(), value.parse::<u64>()) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => value.into(),
        },
        Class::Closed(["true", "false"]) => (value == "true").into(),
        Class::Text | Class::Closed(_) | Class::Address => value.into(),
    }
}

/// More levels than this are not made: the rest of a path stands as one name, which reads the same.
const LEVELS: usize = 16;

/// Puts a value at a path. Where something that is no object is in the way, the rest of the path stands as one name.
fn put(event: &mut Map<String, Value>, path: &str, value: Value, several: bool) {
    let mut object = event;
    let mut path = path;
    for _ in 0..LEVELS {
        let Some((head, rest)) = path.split_once('.') else { break };
        let in_the_way = object.get(head).is_some_and(|there| !there.is_object());
        if in_the_way {
            break;
        }
        match object.entry(head).or_insert_with(|| Map::new().into()) {
            Value::Object(inner) => (object, path) = (inner, rest),
            _ => return,
        }
    }
    if several && let Value::Array(values) = object.entry(path).or_insert_with(|| Value::Array(Vec::new())) {
        values.push(value);
    } else {
        object.insert(path.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The event with such values, without what every event has.
    fn sent(values: &[(&str, Class, &str)]) -> Value {
        let mut witness = Witness::new(Kind::Exec);
        values.iter().for_each(|(key, class, value)| witness.push(&Arc::from(*key), *class, value));
        let mut event = witness.to_json();
        let evt = event.as_object_mut().and_then(|event| event.shift_remove("evt"));
        assert_eq!(evt, Some(json!({"name": "exec", "category": "Process Activity"})));
        event
    }

    #[test]
    fn values_are_of_their_type() {
        let number = Class::Integer { low: i128::from(i64::MIN), high: i128::from(u64::MAX) };
        let values = [
            ("@process.uid", number, "5"),
            ("@file.inode", number, "18446744073709551615"),
            ("@process.is_thread", Class::Closed(&["true", "false"]), "true"),
            ("host", Class::Text, "5"),
        ];
        let event = json!({"process": {"uid": 5, "is_thread": true}, "file": {"inode": u64::MAX}, "tags": ["host:5"]});
        assert_eq!(sent(&values), event);
    }

    #[test]
    fn the_parent_is_the_first_ancestor_and_what_nothing_ties_stands_apart() {
        let text = |key, value| (key, Class::Text, value);
        let comm = text("@process.ancestors.comm", "init");
        let path = text("@process.ancestors.executable.path", "/a/b");
        for (values, ancestors) in [
            (vec![comm], json!([{}, {"comm": "init"}])),
            (vec![text("@process.parent.comm", "init"), comm], json!([{"comm": "init"}])),
            (vec![text("@process.parent.comm", "sh"), comm], json!([{"comm": "sh"}, {"comm": "init"}])),
            (
                vec![text("@process.ancestors.executable.name", "b"), path],
                json!([{}, {"executable": {"name": "b", "path": "/a/b"}}]),
            ),
            (
                vec![text("@process.ancestors.executable.name", "c"), path],
                json!([{}, {"executable": {"name": "c"}}, {"executable": {"path": "/a/b"}}]),
            ),
        ] {
            assert_eq!(sent(&values).pointer("/process/ancestors"), Some(&ancestors), "{values:?}");
        }
    }
}
