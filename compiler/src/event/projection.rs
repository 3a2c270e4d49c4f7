//! Which parts of an event are asked for, and reading no more of it than those.
//!
//! Most of an event is never asked for. A reader that leaves it out costs little more than finding the end of the text;
//! what it leaves in is an event like any other, with the same values for whatever was asked for. What it leaves out it
//! reads as strictly as the rest: a text is an event for both or for neither, and the error is the same.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::event::LoweredRule;
use crate::event::matches::Term;
use crate::event::scope::INSTANTS;
use crate::schema::Schema;
use crate::schema::envelope::{JOINED, OWN, RESERVED, RULE_ID, RULE_NAME, WRAPPERS};

/// The parts of an event that are asked for: a machine that goes from object to object by the names of members, and has
/// no way on where nothing is asked for.
#[derive(Clone, Debug)]
pub struct Projection {
    states: Vec<State>,
}

/// The members of an object that are asked for, each with the state of what is in it.
#[derive(Clone, Default, Debug)]
struct State {
    members: FxHashMap<Box<str>, u32>,
}

/// Where an event starts.
const START: u32 = 0;

impl Projection {
    /// What decides whether these rules silence an event, and for which detection rule and when it was; and these
    /// attributes too, named without `@`.
    #[must_use]
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r LoweredRule>, base: &Schema, attributes: &[&str]) -> Projection {
        let mut paths = Paths::default();
        for lowered in rules {
            let schema = lowered.schema(base);
            for query in lowered.rule.conditions() {
                for (_, _, key, test) in query.terms() {
                    // Tags are always read.
                    let term = Term::new(query, key, test, schema);
                    if let (path, true) = term.source() {
                        paths.add(path.split('.'));
                    }
                }
            }
        }
        let always = [&OWN[..], &WRAPPERS, &JOINED, &RESERVED, &RULE_ID, &RULE_NAME, attributes];
        always.into_iter().flatten().for_each(|path| paths.add(path.split('.')));
        INSTANTS.iter().for_each(|path| paths.add(path.iter().copied()));
        paths.machine()
    }

    /// Reads the parts that are asked for.
    ///
    /// # Errors
    ///
    /// As of reading all of it.
    pub fn read(&self, text: &[u8]) -> serde_json::Result<Value> {
        // What is known to be text need not be looked at again, piece by piece.
        match std::str::from_utf8(text) {
            Ok(text) => self.all(serde_json::Deserializer::from_str(text)),
            Err(_) => self.all(serde_json::Deserializer::from_slice(text)),
        }
    }

    fn all<'t, R: serde_json::de::Read<'t>>(&self, mut json: serde_json::Deserializer<R>) -> serde_json::Result<Value> {
        let value = Part { projection: self, state: START }.deserialize(&mut json)?;
        json.end()?;
        Ok(value)
    }

    /// The state of a member; nothing where nothing in it is asked for. A name may hold dots.
    fn member(&self, state: u32, name: &str) -> Option<u32> {
        let step = |state: u32, name: &str| self.states.get(state as usize)?.members.get(name).copied();
        step(state, name).or_else(|| match name.contains('.') {
            true => name.split('.').try_fold(state, step),
            false => None,
        })
    }
}

/// Paths as a tree: of each place, the places below it.
#[derive(Default)]
struct Paths {
    places: Vec<BTreeMap<Box<str>, usize>>,
}

impl Paths {
    fn add<'p>(&mut self, path: impl Iterator<Item = &'p str>) {
        if self.places.is_empty() {
            self.places.push(BTreeMap::new());
        }
        let mut at = 0;
        for name in path {
            let next = self.places.len();
            let Some(place) = self.places.get_mut(at) else { return };
            at = *place.entry(name.into()).or_insert(next);
            if at == next {
                self.places.push(BTreeMap::new());
            }
        }
    }

    /// The machine: as what wraps an event is an object of its own and a level of the event, a member can be at several
    /// places at once, which are one state.
    fn machine(&self) -> Projection {
        let mut states: Vec<State> = Vec::new();
        let mut known: FxHashMap<Vec<usize>, u32> = FxHashMap::default();
        let mut waiting: Vec<Vec<usize>> = vec![vec![0]];
        known.insert(vec![0], START);
        while let Some(places) = waiting.get(states.len()).cloned() {
            let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (name, place) in places.iter().filter_map(|place| self.places.get(*place)).flatten() {
                members.entry(name).or_default().push(*place);
            }
            let mut state = State::default();
            for (name, mut next) in members {
                if places.contains(&0) && WRAPPERS.contains(&name) {
                    next.push(0);
                }
                next.sort_unstable();
                let fresh = waiting.len() as u32;
                let id = *known.entry(next).or_insert_with_key(|next| {
                    waiting.push(next.clone());
                    fresh
                });
                state.members.insert(name.into(), id);
            }
            states.push(state);
        }
        Projection { states }
    }
}

/// A value of which the parts that are asked for are read.
#[derive(Clone, Copy)]
struct Part<'p> {
    projection: &'p Projection,
    state: u32,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(member) = members.next_key_seed(Name(self))? {
            match member {
                // Of several members of one name, the last counts.
                Some((name, part)) => drop(object.insert(name, members.next_value_seed(part)?)),
                None => members.next_value_seed(Skipped)?,
            }
        }
        Ok(Value::Object(object))
    }
}

/// The name of a member, with its part where it is asked for.
struct Name<'p>(Part<'p>);

impl<'de, 'p> DeserializeSeed<'de> for Name<'p> {
    type Value = Option<(String, Part<'p>)>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl<'de, 'p> Visitor<'de> for Name<'p> {
    type Value = Option<(String, Part<'p>)>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a string key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let Name(Part { projection, state }) = self;
        let state = projection.member(state, name);
        Ok(state.map(|state| (name.to_owned(), Part { projection, state })))
    }
}

/// A value that nobody asks for, which has to be right all the same.
#[derive(Clone, Copy)]
struct Skipped;

impl<'de> DeserializeSeed<'de> for Skipped {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skipped {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key_seed(self)?.is_some() {
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn projection(attributes: &[&str]) -> Projection {
        Projection::new([], Schema::embedded(), attributes)
    }

    #[test]
    fn what_is_not_asked_for_is_left_out() {
        let asked = projection(&["process.args", "process.executable.path", "process.ancestors.comm"]);
        let event = json!({
            "date": "2026-01-01T00:00:00Z",
            "evt": {"name": "exec"},
            "process": {
                "args": ["a", 1],
                "pid": 1,
                "executable": {"path": "/bin/a", "user": "root"},
                "executable.path": "/bin/b",
                "executable.user": "root",
                "ancestors": [{"comm": "x", "pid": 2}, 5],
            },
            "tags": ["host:a"],
            "more": {"process": {"args": ["a"]}},
        });
        let part = json!({
            "date": "2026-01-01T00:00:00Z",
            "evt": {},
            "process": {
                "args": ["a", 1],
                "executable": {"path": "/bin/a"},
                "executable.path": "/bin/b",
                "ancestors": [{"comm": "x"}, 5],
            },
            "tags": ["host:a"],
        });
        assert_eq!(asked.read(event.to_string().as_bytes()).unwrap(), part);
        let wrapped = |event: Value| json!({"attributes": {"custom": event, "workflow": {"rule": {"id": "a"}}}});
        assert_eq!(asked.read(wrapped(event).to_string().as_bytes()).unwrap(), wrapped(part));
    }

    #[test]
    fn what_wraps_an_event_can_be_asked_for_by_name() {
        let asked = projection(&["custom.x", "custom.attributes.y"]);
        let event = json!({"custom": {"x": 1, "z": 2, "attributes": {"x": 1, "y": 2, "custom": {"x": 3, "y": 4}}}});
        let part = json!({"custom": {"x": 1, "attributes": {"y": 2, "custom": {"x": 3}}}});
        assert_eq!(asked.read(event.to_string().as_bytes()).unwrap(), part);
    }

    #[test]
    fn what_is_left_out_is_read_as_strictly() {
        let asked = projection(&["process.args"]);
        let deep = |depth: usize| format!("{{\"more\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        for text in [
            "",
            "{",
            "5",
            "{}{}",
            "{\"more\":}",
            "{\"more\":[1,]}",
            "{\"more\":{\"a\" 1}}",
            "{\"more\":{1:1}}",
            "{\"more\":1e999}",
            "{\"more\":01}",
            "{\"more\":\"\\ud800\"}",
            "{\"more\":\"\\ud800\\udc00\"}",
            "{\"more\":\"\\x\"}",
            "{\"more\":\"\u{1}\"}",
            "{\"more\":{\"\\ud800\":1}}",
            "{\"more\":123456789012345678901234567890}",
            "{\"more\":nul}",
            &deep(120),
            &deep(130),
            &deep(100_000),
        ] {
            let all = serde_json::from_slice::<Value>(text.as_bytes());
            let part = asked.read(text.as_bytes());
            assert_eq!(
                all.map(drop).map_err(|error| error.to_string()),
                part.map(drop).map_err(|error| error.to_string())
            );
        }
        for bytes in [&b"{\"more\":\"\xff\"}"[..], b"{\"\xff\":1}", b"\xff"] {
            let all = serde_json::from_slice::<Value>(bytes).unwrap_err();
            assert_eq!(asked.read(bytes).unwrap_err().to_string(), all.to_string());
        }
    }

    #[test]
    fn the_last_of_a_name_counts() {
        let asked = projection(&["process.args"]);
        let text = br#"{"process":{"args":[1],"args":[2]},"process":{"pid":1},"process":{"args":[3]}}"#;
        assert_eq!(asked.read(text).unwrap(), serde_json::from_slice::<Value>(text).unwrap());
    }
}
