//! The index of rules against the evaluator that looks at every rule: the same verdicts, for less work.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use quell::config::{Config, Context};
use quell::event::{Detection, Event, Index, LoweredRule, silences};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::parse_item;
use serde_json::Value;
use tests::workspace;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn events() -> Vec<Value> {
    let files = workspace::files(&workspace::root().join("grammar/examples/events"), "ndjson");
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Keys of which every event has some.
const KEYS: [&str; 8] = [
    "@process.executable.path",
    "@process.parent.executable.path",
    "@process.args",
    "@process.user",
    "@process.uid",
    "@evt.name",
    "host",
    "service",
];

fn term(random: &mut Random, events: &[Value]) -> String {
    loop {
        let event = Event::new(&events[random.next(events.len())]).unwrap();
        let key = KEYS[random.next(KEYS.len())];
        let values: Vec<String> = match key.strip_prefix('@') {
            Some(path) => event.attribute(path).into_iter().map(|value| value.into_owned()).collect(),
            None => event.tag(key).map(str::to_owned).collect(),
        };
        let plain = |text: &&String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
        let Some(value) = values.iter().filter(|value| value.len() > 1 || key == "@process.uid").find(plain) else {
            continue;
        };
        let quoted = format!("\"{value}\"");
        return match random.next(8) {
            0 => format!("-{key}:{quoted}"),
            1 if key != "@evt.name" && key != "@process.uid" => format!("{key}:\\{}*", &value[..1]),
            2 => format!("{key}:({quoted} OR \"other\")")
                .replace("\"other\"", if key == "@process.uid" { "77" } else { "exec" }),
            3 => format!("{key}:*"),
            _ => format!("{key}:{quoted}"),
        };
    }
}

fn rules(count: usize, events: &[Value]) -> Vec<LoweredRule> {
    let mut random = Random(11);
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 0);
    let mut rules = Vec::new();
    while rules.len() < count {
        let mut part = || (0..=random.next(3)).map(|_| term(&mut random, events)).collect::<Vec<_>>().join(" ");
        let (one, two) = (part(), part());
        let condition = if random.next(3) == 0 { format!("({one}) OR ({two})") } else { one };
        let text = match random.next(12) {
            0 => format!("require r {{ rules {{ ruleId:def-000-krp }} when event {{ {condition} }} }}"),
            1 => format!("suppress r {{ when {{ {two} }} when event {{ {condition} }} }}"),
            _ => format!("suppress r {{ when event {{ {condition} }} }}"),
        };
        let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
        rules.extend(lowered.rules.into_iter().map(|rule| LoweredRule { rule, schema: None }));
    }
    rules
}

#[test]
fn what_silences_an_event_is_among_what_is_found() {
    let events = events();
    let rules = rules(1500, &events);
    let index = Index::new(&rules.iter().collect::<Vec<_>>(), Schema::embedded());
    let (mut silenced, mut looked) = (0, 0);
    for value in &events {
        let event = Event::new(value).unwrap();
        let detection = Detection::of(&event);
        let holds = |at: &u32| silences(&rules[*at as usize], &event, &detection, Schema::embedded());
        let found = index.candidates(&event);
        looked += found.len();
        let by_index: Vec<u32> = found.into_iter().filter(holds).collect();
        let by_looking: Vec<u32> = (0..rules.len() as u32).filter(holds).collect();
        assert_eq!(by_index, by_looking, "{value}");
        silenced += by_looking.len();
    }
    assert!(silenced > events.len(), "the rules are about the events");
    assert!(looked < events.len() * rules.len() / 2, "{looked} looks");
}

#[test]
fn a_hundred_times_as_many_rules_of_others_cost_no_look() {
    let events = events();
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 0);
    let of = |count: usize| -> Vec<LoweredRule> {
        (0..count)
            .map(|number| {
                // What all rules share is asked for first, and what only one has last.
                let text = format!(
                    "suppress r {{ when event {{ @process.user:root @evt.name:exec host:web-1 @process.args:job-{number} }} }}"
                );
                let rule = lower_item(&text, &parse_item(&text), &Names::default(), &cx).rules.remove(0);
                LoweredRule { rule, schema: None }
            })
            .collect()
    };
    for count in [100, 10_000] {
        let rules = of(count);
        let index = Index::new(&rules.iter().collect::<Vec<_>>(), cx.schema);
        let looked: usize = events.iter().map(|value| index.candidates(&Event::new(value).unwrap()).len()).sum();
        assert_eq!(looked, 0, "{count} rules");
    }
    let rules = of(10_000);
    let index = Index::new(&rules.iter().collect::<Vec<_>>(), cx.schema);
    let event = serde_json::json!({"process": {"args": ["job-77", "job-78"]}});
    assert_eq!(index.candidates(&Event::new(&event).unwrap()), [77, 78]);
}
