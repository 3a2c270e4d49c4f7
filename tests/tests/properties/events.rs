//! An event of which only what rules ask for is read is to them the event that is read as a whole.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use quell::config::{Config, Context, Level};
use quell::eval::{parse, parse_part};
use quell::event::{Detection, Event, LoweredRule, Projection, instant, silences};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::parse_item;
use serde_json::{Map, Value, json};
use tests::generate::Choices;
use tests::workspace;

use crate::cases;

/// What the rules ask for, with a rule for each: attributes of every depth, and what events are wrapped in.
const ASKED: [&str; 16] = [
    "@process.args:*",
    "@process.args:*a*",
    "@process.executable.path:/usr/*",
    "@process.executable.name:*",
    "@process.ancestors.comm:(sh OR bash)",
    "@process.ancestors.executable.path:*bin*",
    "@process.uid:<1000",
    "-@process.uid:0",
    "@evt.name:(exec OR open)",
    "@file.path:*",
    "@custom.process.uid:0",
    "@attributes.custom.evt.name:*",
    "@network.destination.port:[1 TO 1024]",
    "host:*",
    "env:prod -service:web",
    "@usr.id:root @evt.outcome:Success",
];

/// Attributes that are asked for beside.
const MORE: [&str; 2] = ["process.executable.user", "odd.name.with.dots"];

/// Names of members that have a meaning somewhere.
const NAMES: [&str; 14] = [
    "attributes",
    "custom",
    "process",
    "evt",
    "args",
    "executable.path",
    "tags",
    "ddtags",
    "host",
    "date",
    "workflow",
    "rule.id",
    "odd.name",
    "process.args",
];

static EXAMPLES: LazyLock<Vec<Value>> = LazyLock::new(examples);

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    config
});

static RULES: LazyLock<Vec<LoweredRule>> = LazyLock::new(|| rules(&Context::new(Schema::embedded(), &CONFIG, 0)));

static PART: LazyLock<Projection> = LazyLock::new(|| Projection::new(&*RULES, Schema::embedded(), &MORE));

fn rules(cx: &Context<'_>) -> Vec<LoweredRule> {
    let texts = ASKED.iter().map(|asked| format!("suppress x {{ rules {{ ruleId:a* }} when event {{ {asked} }} }}"));
    texts
        .map(|text| {
            let lowered = lower_item(&text, &parse_item(&text), &Names::default(), cx);
            let rule = lowered.rules.into_iter().next();
            LoweredRule { rule: rule.unwrap_or_else(|| panic!("{text}: {:#?}", lowered.diagnostics)), schema: None }
        })
        .collect()
}

fn examples() -> Vec<Value> {
    let files = workspace::files(&workspace::root().join("grammar/examples/events"), "ndjson");
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

/// Somewhere in an event, chosen step by step.
fn place<'v>(mut value: &'v mut Value, choices: &mut Choices<'_>) -> &'v mut Value {
    for _ in 0..choices.below(6) {
        let inner = match value {
            Value::Object(members) => members.len(),
            Value::Array(elements) => elements.len(),
            _ => 0,
        };
        if inner == 0 {
            break;
        }
        let at = choices.below(inner.min(256));
        value = match value {
            Value::Object(members) => members.values_mut().nth(at).unwrap(),
            Value::Array(elements) => elements.get_mut(at).unwrap(),
            _ => unreachable!("only objects and arrays hold values"),
        };
    }
    value
}

fn some_value(choices: &mut Choices<'_>) -> Value {
    match choices.below(12) {
        0 => json!("a"),
        1 => json!(0),
        2 => json!(-7),
        3 => json!(12.0),
        4 => json!(0.1),
        5 => json!(u64::MAX),
        6 => json!(1e300),
        7 => Value::Null,
        8 => json!(true),
        9 => json!([]),
        10 => json!({"comm": "sh", "args": ["a", 1]}),
        _ => json!("env:prod,host:a, service:web"),
    }
}

/// Changes one thing in an event.
fn change(event: &mut Value, choices: &mut Choices<'_>) {
    let at = place(event, choices);
    match choices.below(6) {
        0 => *at = some_value(choices),
        1 => *at = json!([at.take(), some_value(choices)]),
        2 => {
            let name = choices.one(&NAMES).to_owned();
            *at = Value::Object(Map::from_iter([(name, at.take())]));
        }
        3 => {
            if let Value::Object(members) = at {
                members.insert(choices.one(&NAMES).to_owned(), some_value(choices));
            }
        }
        4 => {
            if let Value::Object(members) = at {
                let name = members.keys().nth(choices.below(members.len().clamp(1, 256))).cloned();
                name.and_then(|name| members.shift_remove(&name));
            }
        }
        _ => {
            // A member of a member under a name with a dot.
            let Value::Object(members) = at else { return };
            let Some((name, Value::Object(inner))) = members.iter().find(|(_, value)| value.is_object()) else {
                return;
            };
            let Some((below, value)) = inner.iter().next() else { return };
            let (dotted, value) = (format!("{name}.{below}"), value.clone());
            members.insert(dotted, value);
        }
    }
}

/// Changes the text of an event: a byte, a piece, or a member written twice.
fn change_text(text: &mut Vec<u8>, choices: &mut Choices<'_>) {
    let at = |choices: &mut Choices<'_>| (choices.below(256) * 256 + choices.below(256)) % text.len().max(1);
    let start = at(choices);
    match choices.below(4) {
        0 => text[start] = choices.below(256) as u8,
        1 => drop(text.drain(start..(start + choices.below(20)).min(text.len()))),
        2 => {
            let pieces = ["\\ud83d", "\\u0041", "1e999", "[[", "\u{0}", "{}", "\"", ",", "e5", "é"];
            text.splice(start..start, choices.one(&pieces).bytes());
        }
        _ => {
            let twice = br#"{"process":{"args":["x"],"uid":1},"tags":["env:prod"],"#;
            text.splice(0..usize::from(text.first() == Some(&b'{')), twice.iter().copied());
        }
    }
}

fn values(event: &Event<'_>, path: &str) -> Vec<String> {
    event.attribute(path).into_iter().map(|value| value.into_owned()).collect()
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn what_rules_ask_for_is_all_that_they_need(
        example in any::<prop::sample::Index>(),
        changes in prop::collection::vec(any::<u8>(), 0..120),
        texts in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut event = example.get(&EXAMPLES).clone();
        let mut choices = Choices::new(&changes);
        while !choices.is_empty() {
            change(&mut event, &mut choices);
        }
        let mut text = event.to_string().into_bytes();
        let mut choices = Choices::new(&texts);
        while !choices.is_empty() && !text.is_empty() {
            change_text(&mut text, &mut choices);
        }
        let (all, part) = (parse(&text), parse_part(&text, &PART));
        prop_assert_eq!(all.as_ref().err(), part.as_ref().err());
        let (Ok(all), Ok(part)) = (all, part) else { return Ok(()) };
        prop_assert!(part.to_string().len() <= all.to_string().len());
        prop_assert_eq!(instant(&all), instant(&part));
        let (all, part) = (Event::new(&all).unwrap(), Event::new(&part).unwrap());
        prop_assert!(all.tags().eq(part.tags()));
        let detection = Detection::of(&all);
        prop_assert_eq!(&detection, &Detection::of(&part));
        let paths = ASKED.iter().filter_map(|asked| asked.trim_start_matches('-').strip_prefix('@')?.split(':').next());
        for path in paths.chain(MORE) {
            prop_assert_eq!(values(&all, path), values(&part, path), "{}", path);
        }
        for rule in &*RULES {
            let verdict = |event| silences(rule, event, &detection, Schema::embedded());
            prop_assert_eq!(verdict(&all), verdict(&part));
        }
    }
}
