//! What the logic layer claims is held against every event of a small domain: whatever it claims is so, and whatever is
//! so it finds.
//!
//! Programs are made of few keys of each kind: one value or several, text, truth value, number, address, closed set, kind
//! of event, and those that are tied to one another. For each key the values that matter are found by how the tests of
//! the program take them, one of each; an event has any of them, or none.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use quell::event::{self, Event, matches};
use quell::hir::pattern::{Piece, pieces};
use quell::hir::{NodeId, NodeKind, Query, Test};
use quell::logic::{Answer, Budget, Class, Formula, always, normal_form, passes, review};
use quell::schema::{Kind, Schema};
use serde_json::{Value, json};
use tests::generate::Choices;

use crate::analysis::{lenient, lowered};
use crate::cases;

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

pub(crate) fn condition(choices: &mut Choices<'_>, depth: usize) -> String {
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

/// The conditions of rules with these texts.
fn queries(conditions: &[&str]) -> Option<Vec<Query>> {
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
pub(crate) fn events(queries: &[Query]) -> Option<Vec<Value>> {
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

fn holds(query: &Query, event: &Value) -> bool {
    matches(query, &Event::new(event).unwrap(), Schema::embedded())
}

fn budget() -> Budget {
    Budget::new(2_000_000)
}

#[test]
fn what_can_match_is_decided() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..60))| {
        let text = condition(&mut Choices::new(&bytes), 1);
        let Some(queries) = queries(&[&text]) else { return Ok(()) };
        let query = &queries[0];
        let Some(events) = events(&queries) else { return Ok(()) };
        let formula = Formula::new(query, Schema::embedded(), false, 512);
        prop_assert!(formula.is_complete());
        let mut satisfiable = false;
        let mut undecided = false;
        for branch in 0..formula.len() {
            match formula.satisfiable(branch, &mut budget()) {
                Answer::Yes(witness) => {
                    satisfiable = true;
                    prop_assert!(holds(query, &witness.to_json()), "{}\n{}", text, witness.to_json());
                }
                Answer::No(conflict) => prop_assert!(!conflict.literals.is_empty()),
                Answer::Undecided => undecided = true,
            }
        }
        prop_assert!(!undecided, "undecided: {}", text);
        let found = events.iter().find(|event| holds(query, event));
        prop_assert!(satisfiable || found.is_none(), "{}\n{:?}", text, found);
        prop_assert!(!satisfiable || found.is_some(), "nothing found: {}", text);
        match always(query, Schema::embedded(), 512, &mut budget()) {
            Answer::Yes(()) => {
                let not = events.iter().find(|event| !holds(query, event));
                prop_assert!(not.is_none(), "{}\n{:?}", text, not);
            }
            Answer::No(witness) => prop_assert!(!holds(query, &witness.to_json()), "{}\n{}", text, witness.to_json()),
            Answer::Undecided => prop_assert!(false, "undecided: {}", text),
        }
    });
}

#[test]
fn what_follows_is_decided() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..90))| {
        let mut choices = Choices::new(&bytes);
        let (a, b) = (condition(&mut choices, 1), condition(&mut choices, 1));
        let Some(queries) = queries(&[&a, &b]) else { return Ok(()) };
        let Some(events) = events(&queries) else { return Ok(()) };
        let formula = |query: &Query| Formula::new(query, Schema::embedded(), false, 512);
        let (first, second) = (&queries[0], &queries[1]);
        let against = events.iter().find(|event| holds(first, event) && !holds(second, event));
        match formula(first).implies(&formula(second), &mut budget()) {
            Answer::Yes(()) => prop_assert!(against.is_none(), "{}\n{}\n{:?}", a, b, against),
            Answer::No(witness) => {
                let event = witness.to_json();
                prop_assert!(holds(first, &event) && !holds(second, &event), "{}\n{}\n{}", a, b, event);
                prop_assert!(against.is_some(), "{}\n{}\nno event against it is found", a, b);
            }
            Answer::Undecided => prop_assert!(false, "undecided: {} {}", a, b),
        }
    });
}

/// Whether a condition holds with some of its parts taken out; nothing where nothing is left.
fn holds_without(query: &Query, id: NodeId, out: &[NodeId], event: &Event<'_>) -> Option<bool> {
    if out.contains(&id) {
        return None;
    }
    match query.node(id).kind {
        NodeKind::Term { .. } => Some(event::holds(query, id, event, Schema::embedded())),
        NodeKind::Not(of) => holds_without(query, of, out, event).map(|holds| !holds),
        NodeKind::And(list) | NodeKind::Or(list) => {
            let is_and = matches!(query.node(id).kind, NodeKind::And(_));
            let parts = query.children(list).iter().filter_map(|child| holds_without(query, *child, out, event));
            parts.reduce(|all, one| if is_and { all && one } else { all || one })
        }
    }
}

/// Every part of a condition that is one of several.
fn parts(query: &Query) -> Vec<NodeId> {
    let mut parts = Vec::new();
    let mut waiting = vec![query.root()];
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::Term { .. } => {}
            NodeKind::Not(of) => waiting.push(of),
            NodeKind::And(list) | NodeKind::Or(list) => {
                parts.extend(query.children(list));
                waiting.extend(query.children(list));
            }
        }
    }
    parts
}

#[test]
fn what_is_said_of_parts_is_so_and_nothing_is_missed() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..60))| {
        said_of_parts(&condition(&mut Choices::new(&bytes), 1))?;
    });
}

/// Of what is redundant there is always something left to take it from.
#[test]
fn a_group_that_loses_its_members_keeps_one() {
    said_of_parts(
        "(-@process.comm:*b @process.comm:a*b OR @process.comm:(a OR *a) OR @process.comm:*a @process.comm:a \
         @process.executable.path:/u/a) (@process.comm:b @process.executable.path:/u/a OR @process.comm:(a OR a) \
         @process.comm:a @process.comm:a)",
    )
    .unwrap();
}

/// Holds what the review says of a condition against the events of its domain.
fn said_of_parts(text: &str) -> Result<(), TestCaseError> {
    let Some(queries) = queries(&[text]) else { return Ok(()) };
    let query = &queries[0];
    let Some(values) = events(&queries) else { return Ok(()) };
    let events: Vec<Event<'_>> = values.iter().map(|value| Event::new(value).unwrap()).collect();
    let schema = Schema::embedded();
    let found = review(query, schema, &normal_form(query, false, 512), 512, &mut budget());
    prop_assert!(!found.is_undecided, "undecided: {}", text);
    let holds = |id: NodeId, event: &Event<'_>| event::holds(query, id, event, schema);
    prop_assert!(!found.is_never || !events.iter().any(|event| holds(query.root(), event)), "{}", text);
    for never in &found.never {
        // Where its literals stand in one branch, so that nothing else joins them.
        prop_assert!(!never.nodes.is_empty(), "{}", text);
    }
    for always in &found.always {
        let is_same = events.windows(2).all(|pair| holds(always.node, &pair[0]) == holds(always.node, &pair[1]));
        prop_assert!(is_same, "{}\n{:?}", text, query.node(always.node).span.of(text));
    }
    // Each redundant part may go, and all together.
    let root = query.root();
    let mut all = Vec::new();
    for redundant in &found.redundant {
        all.extend(&redundant.nodes);
        let changed =
            events.iter().any(|event| holds_without(query, root, &redundant.nodes, event) != Some(holds(root, event)));
        prop_assert!(!changed, "{}\n{:?}", text, redundant);
    }
    let changed = events.iter().any(|event| holds_without(query, root, &all, event) != Some(holds(root, event)));
    prop_assert!(!changed, "{}\nall of {:?}", text, found.redundant);
    // Whatever is not said of any part is not so.
    let is_silent = found.never.is_empty() && found.always.is_empty() && found.redundant.is_empty();
    if is_silent {
        prop_assert!(events.iter().any(|event| holds(root, event)), "never matches: {}", text);
        prop_assert!(!events.iter().all(|event| holds(root, event)), "always matches: {}", text);
        for part in parts(query) {
            let changes =
                events.iter().any(|event| holds_without(query, root, &[part], event) != Some(holds(root, event)));
            prop_assert!(changes, "{}\nthe part at {:?} changes nothing", text, query.node(part).span);
        }
    }
    Ok(())
}

/// What asks much of few values, and again for each part, is within what one review may cost.
#[test]
fn what_takes_many_questions_is_decided() {
    let ip = "@network.source.ip";
    for text in [
        format!(
            "(@process.parent.comm:a OR @process.uid:* @process.comm:(* OR a)) @process.comm:(a OR a) @process.args:a OR \
             -@process.comm:a* OR -{ip}:*\\:\\:* CIDR({ip},fd00::/8) @process.comm:(*b OR a)"
        ),
        format!(
            "CIDR({ip},fd00::/8) -{ip}:*\\:\\:* (-{ip}:fd* OR {ip}:*\\:1 @process.comm:b OR -{ip}:10.* @process.uid:1) \
             (-{ip}:*.1 OR @process.comm:a)"
        ),
    ] {
        let queries = queries(&[&text]).unwrap();
        let query = &queries[0];
        let form = normal_form(query, false, 512);
        // A part of what the other tests have, so that there is some to spare.
        let found = review(query, Schema::embedded(), &form, 512, &mut Budget::new(500_000));
        assert!(!found.is_undecided, "undecided: {text}");
        assert!(!found.redundant.is_empty(), "{text}");
    }
}

/// How an address is written is known, whether a pattern or a network asks for it.
#[test]
fn addresses_are_decided_by_pattern() {
    let ip = "@network.source.ip";
    for (text, expected) in [
        (format!("-{ip}:10.*"), true),
        (format!("{ip}:10.* -CIDR({ip},10.0.0.0/8)"), false),
        (format!("CIDR({ip},10.0.0.0/8) -{ip}:10.*"), false),
        (format!("CIDR({ip},fd00::/8) -{ip}:fd*"), false),
        (format!("{ip}:fd* -CIDR({ip},fd00::/8)"), true),
        (format!("{ip}:fd00\\:* -CIDR({ip},fd00::/8)"), false),
        (format!("{ip}:*.* -CIDR({ip},0.0.0.0/0)"), true),
        (format!("{ip}:*.* -CIDR({ip},0.0.0.0/0) -{ip}:\\:\\:ffff\\:*"), false),
        (format!("{ip}:*\\:*\\:*\\:*\\:*\\:*\\:*\\:*\\:*"), false),
        (format!("{ip}:*0*\\:\\:0*"), false),
        (format!("{ip}:*\\:0\\:0\\:* -{ip}:*\\:\\:*"), false),
        (format!("{ip}:*\\:0\\:0\\:*"), true),
    ] {
        let queries = queries(&[&text]).unwrap();
        let formula = Formula::new(&queries[0], Schema::embedded(), false, 512);
        let answer = formula.satisfiable(0, &mut budget());
        let found = match &answer {
            Answer::Yes(witness) => holds(&queries[0], &witness.to_json()),
            Answer::No(_) => false,
            Answer::Undecided => panic!("undecided: {text}"),
        };
        assert_eq!((found, matches!(answer, Answer::No(_))), (expected, !expected), "{text}: {answer:?}");
    }
}

#[test]
fn smallest_conflicts_are_conflicts() {
    for (text, size) in [
        ("@process.comm:a @process.uid:1 @process.comm:b", 2),
        ("host:a* host:b* @process.uid:1", 2),
        ("@process.uid:>=2 @process.uid:<=3 -@process.uid:(2 OR 3)", 3),
        ("@process.executable.path:/u/a @process.executable.name:b", 2),
        ("@process.parent.comm:a -@process.ancestors.comm:*", 2),
        ("@evt.name:exec -@evt.name:e*", 2),
    ] {
        let queries = queries(&[text]).unwrap();
        let formula = Formula::new(&queries[0], Schema::embedded(), false, 512);
        match formula.satisfiable(0, &mut budget()) {
            Answer::No(conflict) => assert_eq!(conflict.literals.len(), size, "{text}: {conflict:?}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    // A list of values is one literal.
    let queries = queries(&["@process.comm:(a OR b)"]).unwrap();
    assert!(matches!(queries[0].node(queries[0].root()).kind, NodeKind::Or(_)));
    assert_eq!(Formula::new(&queries[0], Schema::embedded(), false, 1).len(), 1);
}
