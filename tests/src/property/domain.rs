//! A small domain: conditions of few keys of each kind, and every event that they can tell apart.
//!
//! Conditions are made of few keys of each kind: one value or several, text, truth value, number, address, closed set,
//! kind of event, and those that are tied to one another. For each key the values that matter are found by how the tests
//! of the program take them, one of each; an event has any of them, or none.

use std::collections::{BTreeMap, BTreeSet};

use quell::event::{Event, matches};
use quell::hir::pattern::{Piece, pieces};
use quell::hir::{Query, Test};
use quell::logic::{Class, passes};
use quell::schema::{Kind, Schema};
use serde_json::{Value, json};

use crate::generate::Choices;
use crate::property::analysis::{lenient, lowered};

/// More events than this are not gone through.
const MOST: usize = 4_000;

const TEXTS: [&str; 12] = ["a", "b", "ab", "a*", "*b", "*a*", "?", "*", "??", "*a", "b*", "a*b"];

/// Keys with the tests that are asked of them.
fn term(choices: &mut Choices<'_>) -> String {
    match choices.below(12) {
        0 | 1 => format!("@process.comm:{}", choices.one(&TEXTS)),
        2 => format!("@process.args:{}", choices.one(&TEXTS)),
        3 => format!("host:{}", choices.one(&TEXTS)),
        4 => format!("@process.is_thread:{}", choices.one(&["true", "false", "t*", "*"])),
        5 => {
            let value = choices.one(&["1", "2", "[1 TO 3]", ">=2", "<2", "{1 TO 3}", "1*", "?", "*", "12"]);
            format!("@process.uid:{value}")
        }
        6 => match choices.below(3) {
            0 => {
                let value = choices.one(&["10.0.0.1", "10.0.0.2", "10.*", "*.1", r"*\:\:*", "fd*", r"*\:1", "*"]);
                format!("@network.source.ip:{value}")
            }
            _ => {
                let network = choices.one(&["10.0.0.0/31", "10.0.0.0/30", "10.0.0.2/31", "fd00::/8", "0.0.0.0/0"]);
                format!("CIDR(@network.source.ip,{network})")
            }
        },
        7 => format!("@process.executable.path:{}", choices.one(&["/u/a", "/u/*", "*/a", "/o/b", "*", "/?/b"])),
        8 => format!("@process.executable.name:{}", choices.one(&["a", "b", "a*", "?", "*"])),
        9 => format!("@process.parent.comm:{}", choices.one(&TEXTS)),
        10 => format!("@process.ancestors.comm:{}", choices.one(&TEXTS)),
        _ => format!("@evt.name:{}", choices.one(&["exec", "open", "(exec OR open)", "e*", "*"])),
    }
}

/// A condition, with parentheses up to `depth` deep.
pub fn condition(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut out = String::new();
    for branch in 0..1 + choices.below(3) {
        if branch > 0 {
            out.push_str(" OR ");
        }
        for part in 0..1 + choices.below(3) {
            if part > 0 {
                out.push(' ');
            }
            if choices.once_in(3) {
                out.push('-');
            }
            if depth > 0 && choices.once_in(3) {
                out.push_str(&format!("({})", condition(choices, depth - 1)));
            } else if choices.once_in(4) {
                out.push_str(&format!("@process.comm:({} OR {})", choices.one(&TEXTS), choices.one(&TEXTS)));
            } else {
                out.push_str(&term(choices));
            }
        }
    }
    out
}

/// The conditions of rules with these texts; nothing where one of them is refused.
pub fn queries(conditions: &[&str]) -> Option<Vec<Query>> {
    let rules: Vec<String> = conditions
        .iter()
        .enumerate()
        .map(|(at, condition)| format!("suppress rule-{at} {{\n  when event {{ {condition} }}\n}}\n"))
        .collect();
    let rules = rules.concat();
    let mut config = lenient();
    // Combinations that no event carries are for the logic to find too.
    config.lints.insert("no-such-event".to_owned(), quell::config::Level::Allow);
    let queries: Vec<Query> = lowered(&rules, &config).into_iter().filter_map(|(rule, _)| rule.when_event).collect();
    (queries.len() == conditions.len()).then_some(queries)
}

/// Texts that stand for all others, by class.
fn values(class: Class) -> Vec<String> {
    match class {
        Class::Text => {
            let mut texts = vec![String::new()];
            for length in 1..=4 {
                let shorter: Vec<String> = texts.iter().filter(|text| text.len() == length - 1).cloned().collect();
                texts.extend(shorter.iter().flat_map(|text| ["a", "b", "x"].map(|next| format!("{text}{next}"))));
            }
            texts
        }
        Class::Integer { .. } => {
            [-1, 0, 1, 2, 3, 4, 9, 10, 12, 13, 20, 100].map(|number: i32| number.to_string()).into()
        }
        Class::Closed(values) => values.iter().map(|value| (*value).to_owned()).collect(),
        Class::Address => {
            let v4 = ["9.9.9.9", "9.9.9.1", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.9.9.1"];
            let mapped = ["9.9.9.9", "9.9.9.1"].map(|v4| format!("::ffff:{v4}"));
            let v6 = ["", "1", "fd", "fd00"].iter().flat_map(|first| ["1", "2"].map(|last| format!("{first}::{last}")));
            let long = ["1", "fd", "fd00"]
                .iter()
                .flat_map(|first| ["1", "2"].map(|last| format!("{first}:1:1:1:1:1:1:{last}")));
            v4.map(str::to_owned).into_iter().chain(mapped).chain(v6).chain(long).collect()
        }
    }
}

/// Texts that a test takes.
fn texts_of(query: &Query, test: Test) -> Vec<String> {
    match test {
        Test::Exact(text) => vec![query.text(text).to_owned()],
        Test::Glob(glob) => ["", "x", "xy"]
            .iter()
            .map(|run| {
                let piece = |piece| match piece {
                    Piece::Literal(character) => character.to_string(),
                    Piece::Run => (*run).to_owned(),
                    Piece::One => "q".to_owned(),
                };
                pieces(query.text(glob)).map(piece).collect()
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn paths() -> Vec<String> {
    let names = ["", "a", "b", "ab", "x", "ax", "bx", "xa", "xx", "xb"];
    ["/u/", "/o/", "/x/", "/xx/", "/x/x/", "/u/x/", ""]
        .iter()
        .flat_map(|folder| names.map(|name| format!("{folder}{name}")))
        .collect()
}

/// What a program asks of one key.
struct Asked {
    class: Class,
    multi: bool,
    tests: Vec<(usize, Test)>,
}

/// Every event of the domain that the conditions tell apart; nothing where there are too many.
pub fn events(queries: &[Query]) -> Option<Vec<Value>> {
    let schema = Schema::embedded();
    let mut keys: BTreeMap<String, Asked> = BTreeMap::new();
    for (at, query) in queries.iter().enumerate() {
        for (_, _, key, test) in query.terms() {
            let text = query.text(key.text).to_owned();
            let multi = schema.find(text.trim_start_matches('@')).map_or(text != "host", |(_, found)| found.multi);
            let class = Class::of(key, schema);
            keys.entry(text).or_insert(Asked { class, multi, tests: Vec::new() }).tests.push((at, test));
        }
    }
    let signature = |key: &str, value: &str| -> Vec<bool> {
        let Some(asked) = keys.get(key) else { return Vec::new() };
        asked.tests.iter().map(|(at, test)| passes(&queries[*at], *test, asked.class, value)).collect()
    };
    // One value of each kind that the tests of the key, and of those tied to it, tell apart.
    let classes = |key: &str, tied: &[&str], all: Vec<String>, name: bool| -> Vec<String> {
        let mut seen = BTreeSet::new();
        let tell = |value: &String| {
            let mut tell = signature(key, value);
            for tied in tied {
                let of = if name { value.rsplit('/').next().unwrap_or_default() } else { value };
                tell.extend(signature(tied, of));
            }
            seen.insert(tell)
        };
        let mut tell = tell;
        all.into_iter().filter(|value| tell(value)).collect()
    };
    // Each choice is a list of (key, value).
    let mut choices: Vec<Vec<Vec<(String, String)>>> = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let (path, name) = ("@process.executable.path", "@process.executable.name");
    if keys.contains_key(path) {
        let mut options: Vec<Vec<(String, String)>> = Vec::new();
        for value in classes(path, &[name], paths(), true) {
            let last = value.rsplit('/').next().unwrap_or_default().to_owned();
            options.push(vec![(path.to_owned(), value), (name.to_owned(), last)]);
        }
        options.extend(
            classes(name, &[], values(Class::Text), false).into_iter().map(|value| vec![(name.to_owned(), value)]),
        );
        options.push(Vec::new());
        choices.push(options);
        done.extend([path, name]);
    }
    let (parent, ancestors) = ("@process.parent.comm", "@process.ancestors.comm");
    if keys.contains_key(parent) {
        let mut options: Vec<Vec<(String, String)>> = Vec::new();
        let values_of = |key: &str, tied: &[&str]| classes(key, tied, values(Class::Text), false);
        for set in subsets(&values_of(ancestors, &[])) {
            let set: Vec<(String, String)> = set.into_iter().map(|value| (ancestors.to_owned(), value)).collect();
            for first in values_of(parent, &[ancestors]) {
                let mut option = set.clone();
                option.extend([(parent.to_owned(), first.clone()), (ancestors.to_owned(), first)]);
                options.push(option);
            }
            options.push(set);
        }
        choices.push(options);
        done.extend([parent, ancestors]);
    }
    // A lookup carries every key but those of files.
    let kinds: Vec<&str> =
        if keys.contains_key("@evt.name") { vec!["dns", "exec", "exit", "open", "unlink"] } else { vec!["dns"] };
    done.insert("@evt.name");
    for (key, asked) in keys.iter().filter(|(key, _)| !done.contains(key.as_str())) {
        let mut all = values(asked.class);
        for text in asked.tests.iter().flat_map(|(at, test)| texts_of(&queries[*at], *test)) {
            if asked.class.admits(&text) && !all.contains(&text) {
                all.push(text);
            }
        }
        let values = classes(key, &[], all, false);
        let sets = if asked.multi {
            subsets(&values)
        } else {
            values.into_iter().map(|value| vec![value]).chain([Vec::new()]).collect()
        };
        let named = |set: Vec<String>| set.into_iter().map(|value| (key.clone(), value)).collect();
        choices.push(sets.into_iter().map(named).collect());
    }
    let count = choices.iter().map(Vec::len).try_fold(kinds.len(), |all, one| all.checked_mul(one))?;
    if count > MOST {
        return None;
    }
    let mut events: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for options in &choices {
        events = events
            .iter()
            .flat_map(|event| options.iter().map(|option| [event.as_slice(), option.as_slice()].concat()))
            .collect();
    }
    let carries = |kind: &str, key: &str| {
        let kind = Kind::from_name(kind).unwrap();
        schema.find(key.trim_start_matches('@')).is_none_or(|(_, found)| found.kinds.contains(kind))
    };
    let real = kinds.iter().flat_map(|kind| {
        events.iter().filter(|event| event.iter().all(|(key, _)| carries(kind, key))).map(|event| built(kind, event))
    });
    Some(real.collect())
}

/// Every set of values that a few literals can tell apart.
fn subsets(values: &[String]) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = vec![Vec::new()];
    for value in values {
        let with: Vec<Vec<String>> =
            sets.iter().map(|set| [set.as_slice(), std::slice::from_ref(value)].concat()).collect();
        sets.extend(with);
    }
    sets
}

fn built(kind: &str, values: &[(String, String)]) -> Value {
    let mut event = json!({"evt": {"name": kind}, "process": {}});
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in values {
        lists.entry(key).or_default().push(value);
    }
    for (key, values) in lists {
        match key.strip_prefix('@') {
            // Flat names read like nested ones.
            Some(path) => event[path] = json!(values),
            None => event["tags"] = json!(values.iter().map(|value| format!("{key}:{value}")).collect::<Vec<_>>()),
        }
    }
    event
}

/// Whether a condition holds on an event.
pub fn holds(query: &Query, event: &Value) -> bool {
    matches(query, &Event::new(event).unwrap(), Schema::embedded())
}
