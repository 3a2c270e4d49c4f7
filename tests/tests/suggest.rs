//! What `suggest` promises, over the example events: many subsets of them, each with attacks that must fire.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;

use quell::config::{Config, Context, SpecificityLevel};
use quell::event::{Detection, Event, LoweredRule, silences};
use quell::hir::{KeyKind, Names, Query, Test, date};
use quell::lint::check_item;
use quell::lint::ephemeral::{Facts, recognise};
use quell::schema::{Family, Schema, Stability, Type};
use quell::suggest::{Options, Recorded, Refusal, suggest};
use quell::syntax::{parse_item, split};
use serde_json::Value;
use tests::workspace;

/// How many subsets are drawn.
const DRAWS: u64 = 90;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn some<'v>(&mut self, from: &[&'v Value], most: usize) -> Vec<&'v Value> {
        let count = 1 + self.next(most);
        (0..count).map(|_| from[self.next(from.len())]).collect()
    }
}

/// All example events by file: the noise of every day, and what must fire.
fn examples() -> (Vec<Vec<Value>>, Vec<Value>) {
    let folder = workspace::root().join("grammar/examples/events");
    let (mut noise, mut attacks) = (Vec::new(), Vec::new());
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let mut files: Vec<_> = workspace::files(&folder, "ndjson");
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let events = fs::read_to_string(&path).unwrap();
        let events = events.lines().map(|line| serde_json::from_str(line).unwrap());
        let row = readme.lines().find(|row| row.contains(&format!("`{name}`"))).unwrap();
        if row.contains("| benign |") { noise.push(events.collect()) } else { attacks.extend(events) }
    }
    (noise, attacks)
}

#[test]
fn a_suggestion_holds_what_it_promises() {
    let (noise, attacks) = examples();
    let all: Vec<&Value> = noise.iter().flatten().collect();
    let attacks: Vec<&Value> = attacks.iter().collect();
    let config = Config::default();
    let now = date::parse("2026-11-24", date::Edge::First).unwrap();
    let cx = Context::new(Schema::embedded(), &config, now);
    let mut random = Random(7);
    let mut refused = Vec::new();
    for draw in 0..DRAWS {
        // Of one story, of all, of a single one; and one that must fire may be as near as another benign one.
        let story: Vec<&Value> = noise[random.next(noise.len())].iter().collect();
        let events = match draw % 3 {
            0 => random.some(&story, 6),
            1 => random.some(&all, 12),
            _ => random.some(&all, 1),
        };
        let mut must_fire = if draw % 2 == 0 { attacks.clone() } else { random.some(&attacks, 20) };
        if draw % 5 == 0 {
            must_fire.extend(random.some(&all, 8).into_iter().filter(|one| !events.contains(one)));
        }
        let given: Vec<Recorded<'_>> = events.iter().map(|value| Recorded { value, file: None }).collect();
        let fires: Vec<Recorded<'_>> = must_fire.iter().map(|value| Recorded { value, file: None }).collect();
        match suggest(&given, &fires, &Options::default(), &cx) {
            Ok(suggestion) => hold(&suggestion.text, &events, &must_fire, &cx),
            Err(Refusal::Alike { event, must_fire: foe }) => {
                let (event, foe) = (lasting(events[event]), lasting(must_fire[foe]));
                assert_eq!(event, foe, "draw {draw}: they can be told apart");
            }
            Err(other) => refused.push(format!("draw {draw}: {other:?}")),
        }
    }
    assert!(refused.is_empty(), "{} of {DRAWS}:\n{}", refused.len(), refused.join("\n"));
}

/// Everything that lasts of an event, found without the code under test.
fn lasting(value: &Value) -> BTreeMap<String, Vec<String>> {
    let schema = Schema::embedded();
    let event = Event::new(value).unwrap();
    let mut found = BTreeMap::new();
    for (_, attribute) in schema.attributes() {
        let is_event_itself = attribute.family == Family::Rule;
        if attribute.stability != Stability::Stable || attribute.ty == Type::Timestamp || is_event_itself {
            continue;
        }
        let key = format!("@{}", attribute.path);
        let values = event.attribute(&attribute.path).into_iter().map(|value| value.into_owned());
        let mut values: Vec<String> =
            values.filter(|value| recognise(value, &Facts::of_attribute(&key, attribute)).is_none()).collect();
        values.sort();
        values.dedup();
        if !values.is_empty() {
            found.insert(key, values);
        }
    }
    found
}

fn hold(text: &str, events: &[&Value], must_fire: &[&Value], cx: &Context<'_>) {
    assert_eq!(quell::fmt::format(text), text, "it is laid out");
    let ranges = split(text);
    assert_eq!(ranges.len(), 2, "{text}");
    let rule = ranges[0].of(text);
    let checked = check_item(rule, &parse_item(rule), &Names::default(), cx);
    assert!(checked.diagnostics.is_empty(), "{text}\n{:#?}", checked.diagnostics);
    let test = ranges[1].of(text);
    let found = check_item(test, &parse_item(test), &Names::default(), cx).diagnostics;
    assert!(found.is_empty(), "{text}\n{found:#?}");
    let judged = &checked.rules[0];
    assert_eq!(judged.specificity.as_ref().unwrap().level(), SpecificityLevel::Specific, "{text}");
    let lowered = LoweredRule { rule: judged.rule.clone(), schema: None };
    let silenced = |value: &Value| {
        let event = Event::new(value).unwrap();
        silences(&lowered, &event, &Detection::of(&event), cx.schema)
    };
    for event in events {
        assert!(silenced(event), "{text}\nhas to silence {event}");
    }
    for event in must_fire {
        assert!(!silenced(event), "{text}\nmust not silence {event}");
    }
    let conditions = [&judged.rule.when_signal, &judged.rule.when_event];
    conditions.into_iter().flatten().for_each(|query| nothing_ephemeral(query, text));
}

fn nothing_ephemeral(query: &Query, text: &str) {
    for (_, _, key, test) in query.terms() {
        let name = query.text(key.text);
        let facts = Facts::of(name, Schema::embedded());
        assert!(!matches!(key.kind, KeyKind::UnknownAttribute | KeyKind::UnknownTag), "{text}");
        assert_eq!(facts.stability, Stability::Stable, "{text}");
        if let Test::Exact(value) | Test::Glob(value) = test {
            let found = recognise(query.text(value), &facts).map(|found| found.form.name);
            assert_eq!(found, None, "{text}\n{name}:{}", query.text(value));
        }
    }
}
