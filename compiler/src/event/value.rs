//! An event as data: attributes by path, tags by name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::schema::envelope::{DEPTH, JOINED, OWN, RESERVED, WRAPPERS};

/// More paths than this are not listed.
const PATHS: usize = 16_384;

/// An event of the Agent, or a signal or log that wraps one.
#[derive(Clone, Debug)]
pub struct Event<'v> {
    /// The objects that may hold attributes, the innermost first.
    levels: Vec<&'v Map<String, Value>>,
    tags: Vec<(&'v str, &'v str)>,
}

impl<'v> Event<'v> {
    /// Reads an event; nothing where the JSON is no object.
    #[must_use]
    pub fn new(value: &'v Value) -> Option<Event<'v>> {
        let mut object = value.as_object()?;
        let mut event = Event { levels: Vec::new(), tags: Vec::new() };
        for _ in 0..DEPTH {
            event.levels.insert(0, object);
            event.read_tags(object);
            if OWN.iter().any(|own| object.get(*own).is_some_and(Value::is_object)) {
                break;
            }
            match WRAPPERS.iter().find_map(|wrapper| object.get(*wrapper)?.as_object()) {
                Some(inner) => object = inner,
                None => break,
            }
        }
        Some(event)
    }

    fn read_tags(&mut self, object: &'v Map<String, Value>) {
        let listed = object.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let joined = JOINED.iter().filter_map(|field| object.get(*field)?.as_str());
        for tag in listed.chain(joined.flat_map(|tags| tags.split(','))) {
            self.tags.extend(tag.trim().split_once(':'));
        }
        for field in RESERVED {
            self.tags.extend(object.get(field).and_then(Value::as_str).map(|value| (field, value)));
        }
    }

    /// The values of a tag.
    pub fn tag<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'v str> + 'e {
        self.tags.iter().filter(move |(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Every tag with its value, in the order of the event.
    pub fn tags(&self) -> impl Iterator<Item = (&'v str, &'v str)> + '_ {
        self.tags.iter().copied()
    }

    /// The paths of all attributes that have a value, each once, in order. Of an event with more than some thousands,
    /// the first found.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<(String, &Value)> = Vec::new();
        for level in &self.levels {
            waiting.extend(level.iter().map(|(name, value)| (name.clone(), value)));
            while let Some((path, value)) = waiting.pop() {
                if found.len() >= PATHS {
                    return found;
                }
                match value {
                    Value::Array(list) => waiting.extend(list.iter().map(|value| (path.clone(), value))),
                    Value::Object(inner) => {
                        waiting.extend(inner.iter().map(|(name, value)| (format!("{path}.{name}"), value)));
                    }
                    Value::Null => {}
                    _ => {
                        found.insert(path);
                    }
                }
            }
        }
        found
    }

    /// Every attribute that has a value, without `@`, with what [`Event::attribute`] gives of it, in order of text and each
    /// once, but for the ways around what an event is wrapped in: `process.pid`, and not `attributes.process.pid` too.
    #[must_use]
    pub fn attributes(&self) -> BTreeMap<String, Vec<Cow<'v, str>>> {
        let mut found = BTreeMap::new();
        let mut within: Option<&Map<String, Value>> = None;
        for level in &self.levels {
            let mut own: Vec<(String, Cow<'v, str>)> = Vec::new();
            let is_wrapper = |value: &Value| {
                let wrapped = within.zip(value.as_object());
                wrapped.is_some_and(|(inner, own)| std::ptr::eq(inner, own))
            };
            let fields = level.iter().filter(|(_, value)| !is_wrapper(value));
            let mut waiting: Vec<(String, &'v Value)> = fields.map(|(name, value)| (name.clone(), value)).collect();
            while let Some((path, value)) = waiting.pop() {
                match value {
                    Value::Array(list) => waiting.extend(list.iter().map(|value| (path.clone(), value))),
                    Value::Object(inner) => {
                        waiting.extend(inner.iter().map(|(name, value)| (format!("{path}.{name}"), value)));
                    }
                    scalar => own.extend(text(scalar).map(|text| (path, text))),
                }
            }
            own.sort_unstable();
            own.dedup();
            for same in own.chunk_by(|(a, _), (b, _)| a == b) {
                let Some((path, _)) = same.first() else { continue };
                let values = || same.iter().map(|(_, value)| value.clone()).collect();
                found.entry(path.clone()).or_insert_with(values);
            }
            within = Some(level);
        }
        found
    }

    /// The values of an attribute, without `@`: lists and objects in lists are looked into, and a name may hold dots.
    /// What is null or empty is no value.
    #[must_use]
    pub fn attribute(&self, path: &str) -> Vec<Cow<'v, str>> {
        self.levels.iter().map(|level| values(level, path)).find(|values| !values.is_empty()).unwrap_or_default()
    }
}

/// Iterative: events are as deep as who sends them likes.
fn values<'v>(object: &'v Map<String, Value>, path: &str) -> Vec<Cow<'v, str>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(&'v Map<String, Value>, &str)> = vec![(object, path)];
    while let Some((object, path)) = waiting.pop() {
        let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let Some((value, rest)) = path.get(..end).and_then(|name| object.get(name)).zip(path.get(end..)) else {
                continue;
            };
            let mut elements = Vec::new();
            let mut next = Some(value);
            while let Some(element) = next.take().or_else(|| elements.pop()) {
                match element {
                    Value::Array(list) => elements.extend(list.iter().rev()),
                    Value::Object(inner) => waiting.extend(rest.strip_prefix('.').map(|rest| (inner, rest))),
                    scalar if rest.is_empty() => found.extend(text(scalar)),
                    _ => {}
                }
            }
        }
    }
    found
}

/// A scalar as it is compared: of a number without a fraction its digits.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                (float as i64).to_string().into()
            }
            _ => number.to_string().into(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value, path: &str) -> Vec<String> {
        Event::new(value).unwrap().attribute(path).into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn paths_lead_through_lists_and_dotted_names() {
        let value = json!({"process": {
            "args": ["-c", 5, true, null],
            "ancestors": [{"comm": "a", "args": ["x"]}, {"comm": "b"}, 7],
            "executable.path": "/bin/a",
            "pid": 12.0,
        }});
        assert_eq!(read(&value, "process.args"), ["-c", "5", "true"]);
        assert_eq!(read(&value, "process.ancestors.comm"), ["b", "a"]);
        assert_eq!(read(&value, "process.executable.path"), ["/bin/a"]);
        assert_eq!(read(&value, "process.pid"), ["12"]);
        assert!(read(&value, "process").is_empty() && read(&value, "process.args.x").is_empty());
    }

    #[test]
    fn logs_and_signals_wrap_events() {
        let event = json!({"evt": {"name": "exec"}, "custom": {"x": 1}});
        for value in [
            event.clone(),
            json!({"attributes": event, "tags": ["host:a"]}),
            json!({"id": "1", "attributes": {"custom": event, "host": "a"}}),
            json!({"id": "1", "attributes": {"attributes": event, "ddtags": "env:x, host:a"}}),
        ] {
            assert_eq!(read(&value, "evt.name"), ["exec"], "{value}");
            assert_eq!(read(&value, "custom.x"), ["1"], "{value}");
            let event = Event::new(&value).unwrap();
            assert!(value.get("evt").is_some() || event.tag("host").eq(["a"]), "{value}");
        }
        assert_eq!(read(&json!({"custom": {"x": 1}}), "custom.x"), ["1"]);
        assert!(Event::new(&json!([])).is_none());
    }

    #[test]
    fn all_attributes_are_what_each_of_them_is() {
        let event = json!({"evt": {"name": "exec"}, "process": {
            "args": ["b", "a", "b", 5, null],
            "ancestors": [{"comm": "a"}, {"comm": "b", "args": []}],
            "executable.path": "/bin/a",
            "executable": {"path": "/bin/b"},
            "pid": 12.0,
        }});
        let log = json!({"id": "1", "more": "x", "attributes": {"custom": event, "id": ["2", "3"]}});
        for value in [event, log] {
            let event = Event::new(&value).unwrap();
            let all = event.attributes();
            for (path, values) in &all {
                let mut own = event.attribute(path);
                own.sort();
                own.dedup();
                assert_eq!(*values, own, "{path}");
            }
            let wrapped = |path: &String| path.starts_with("attributes.") || path.starts_with("custom.");
            let paths: BTreeSet<String> = all.into_keys().collect();
            assert_eq!(paths, event.paths().into_iter().filter(|path| !wrapped(path)).collect());
        }
    }

    #[test]
    fn tags_have_values_with_colons() {
        let value = json!({"tags": ["image:a:b", "image:c", "bare", 5], "process": {}});
        assert_eq!(Event::new(&value).unwrap().tag("image").collect::<Vec<_>>(), ["a:b", "c"]);
    }
}
