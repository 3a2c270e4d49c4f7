//! The same events against the same rules: which rules hold on each.
//!
//! The events are the examples, each as the attributes of the event itself with its tags beside them, which is what all
//! sides read. The rules are made from their values, and one in a hundred holds on some.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use oracle::matcher::{self, Matcher};
use quell::config::{Config, Context};
use quell::eval::{PlacedRule, Ruleset};
use quell::event::{Event, LoweredRule};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::parse_item;
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use rsigma_parser::parse_sigma_yaml;
use serde_json::{Map, Value, json};

use crate::Result;
use crate::measure::{in_turns, shown, times};

/// Numbers of rules, each with whether the matcher that tries rule by rule is asked too.
const SIZES: [(usize, bool); 2] = [(1_000, true), (10_000, false)];

/// What rules ask for: attributes and tags with one value that is a text.
const KEYS: [&str; 8] = [
    "@process.executable.path",
    "@process.executable.name",
    "@process.executable.user",
    "@process.parent.executable.path",
    "@process.parent.comm",
    "@process.user",
    "@evt.name",
    "host",
];

/// One in that many rules is about an event as it is; the others ask for one value that no event has.
const MATCHING: usize = 101;

/// The rules that hold on each event, by number.
type Verdicts = Vec<Vec<usize>>;

/// Someone who matches.
struct Side<'s> {
    name: String,
    /// Over all events once.
    verdicts: Box<dyn FnMut() -> Result<Verdicts> + 's>,
    /// The same, for the time that it takes, less what is nobody's fault.
    run: Box<dyn FnMut() -> Result<Duration> + 's>,
}

/// The table.
pub(crate) fn table() -> Result<String> {
    let events = events()?;
    let values = values(&events);
    let mut out = String::from("| | rules | an event | | goal |\n| --- | ---: | ---: | ---: | ---: |\n");
    for (size, is_one_by_one) in SIZES {
        let rules: Vec<Vec<Term>> =
            (0..).zip(values.iter().cycle()).take(size).map(|(number, values)| rule(number, values)).collect();
        let ruleset = ruleset(&rules)?;
        let engine = engine(&rules)?;
        let matchers = if is_one_by_one { matchers(&rules)? } else { Vec::new() };
        let mut sides = vec![quell_side(&ruleset, &events), rsigma_side(&engine, &events)];
        if is_one_by_one {
            sides.push(vrl_side(&matchers, &events));
        }
        agree(&mut sides)?;
        let measured = in_turns(&mut sides, |side| (side.run)())?;
        let unit = measured.first().and_then(|times| times.median()).ok_or("nothing was measured")?;
        for ((side, measured), goal) in sides.iter().zip(&measured).zip(["", "2", "40"]) {
            let Some(median) = measured.median() else { continue };
            let an_event = shown(median / events.len() as f64);
            let _ = writeln!(out, "| {} | {size} | {an_event} | **{}** | {goal} |", side.name, times(median, unit));
        }
    }
    let _ = writeln!(
        out,
        "\n{} events. The function of `vrl` copies its event for every rule: that is taken off.",
        events.len()
    );
    Ok(out)
}

/// All sides say the same of every event, and something.
fn agree(sides: &mut [Side<'_>]) -> Result<()> {
    let mut expected: Option<Verdicts> = None;
    for side in sides {
        let found = (side.verdicts)()?;
        if found.iter().all(Vec::is_empty) {
            return Err(format!("{} finds nothing", side.name));
        }
        match &expected {
            Some(expected) if *expected != found => {
                let event = expected.iter().zip(&found).position(|(a, b)| a != b).unwrap_or_default();
                let (ours, theirs) = (expected.get(event), found.get(event));
                return Err(format!("event {event}: Quell finds {ours:?}, {} {theirs:?}", side.name));
            }
            Some(_) => {}
            None => expected = Some(found),
        }
    }
    Ok(())
}

/// The examples, in order of their files.
fn events() -> Result<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar/examples/events");
    let listed = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    paths.sort();
    let mut events = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            events.extend(plain(&value));
        }
    }
    Ok(events)
}

/// An event out of what wraps it, with its host as a field and its other tags in a list.
fn plain(value: &Value) -> Option<Value> {
    let mut inner = value.as_object()?;
    while !inner.contains_key("evt") {
        inner = ["attributes", "custom"].iter().find_map(|name| inner.get(*name)?.as_object())?;
    }
    let mut event: Map<String, Value> = inner.clone();
    let mut tags: Vec<Value> = Vec::new();
    for (name, value) in Event::new(value)?.tags() {
        if name == "host" {
            event.insert(name.to_owned(), json!(value));
        } else {
            tags.push(json!(format!("{name}:{value}")));
        }
    }
    tags.dedup();
    event.insert("tags".to_owned(), Value::Array(tags));
    Some(Value::Object(event))
}

/// One condition of a rule.
struct Term {
    key: &'static str,
    test: Test,
}

enum Test {
    Is(String),
    OneOf([String; 2]),
    Starts(String),
    IsNot(String),
}

/// The values that the rules can be about: of each event that has one for every key.
fn values(events: &[Value]) -> Vec<Vec<String>> {
    let value = |event: &Value, key: &str| -> Option<String> {
        let path = key.strip_prefix('@').unwrap_or(key);
        let text = path.split('.').try_fold(event, |value, name| value.get(name))?.as_str()?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
        (is_plain && text.len() > 2).then(|| text.to_owned())
    };
    events.iter().filter_map(|event| KEYS.iter().map(|key| value(event, key)).collect()).collect()
}

/// A rule about the values of one event. Most ask for one more that is only theirs.
fn rule(number: usize, values: &[String]) -> Vec<Term> {
    // Of the last two keys the names are known, and one is denied.
    let unique = (!number.is_multiple_of(MATCHING)).then_some(number % 6);
    let term = |(at, (key, value)): (usize, (&&'static str, &String))| {
        let value = if unique == Some(at) { format!("{value}-{number}") } else { value.clone() };
        let test = match at {
            3 => Test::OneOf([value, format!("/opt/job-{number}/run")]),
            4 => Test::Starts(value),
            7 => Test::IsNot(format!("{value}-staging")),
            _ => Test::Is(value),
        };
        Term { key, test }
    };
    KEYS.iter().zip(values).enumerate().map(term).collect()
}

fn ruleset(rules: &[Vec<Term>]) -> Result<Ruleset> {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 0);
    let mut placed = Vec::new();
    for (number, terms) in rules.iter().enumerate() {
        let text = format!("suppress r-{number} {{ when event {{ {} }} }}", query(terms));
        let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
        let [rule] = <[_; 1]>::try_from(lowered.rules).map_err(|_| format!("{text}: {:?}", lowered.diagnostics))?;
        let lowered = LoweredRule { rule, schema: None };
        placed.push(PlacedRule { lowered, text: text.into(), file: "r.quell".into(), line: 1 });
    }
    Ok(Ruleset::new(placed, Vec::new(), &cx))
}

/// The rule as a query.
fn query(terms: &[Term]) -> String {
    let term = |Term { key, test }: &Term| match test {
        Test::Is(value) => format!("{key}:{value}"),
        Test::OneOf([one, other]) => format!("{key}:({one} OR {other})"),
        Test::Starts(value) => format!("{key}:{value}*"),
        Test::IsNot(value) => format!("-{key}:{value}"),
    };
    terms.iter().map(term).collect::<Vec<_>>().join(" ")
}

fn engine(rules: &[Vec<Term>]) -> Result<Engine> {
    let mut collection = rsigma_parser::SigmaCollection::new();
    for (number, terms) in rules.iter().enumerate() {
        let parsed = parse_sigma_yaml(&sigma(number, terms)).map_err(|error| error.to_string())?;
        if let Some(error) = parsed.errors.first() {
            return Err(error.clone());
        }
        collection.rules.extend(parsed.rules);
    }
    let mut engine = Engine::new();
    engine.add_collection(&collection).map_err(|error| error.to_string())?;
    if engine.rule_count() == rules.len() { Ok(engine) } else { Err("Sigma rules are missing".to_owned()) }
}

fn sigma(number: usize, terms: &[Term]) -> String {
    let (mut selection, mut filter) = (String::new(), String::new());
    for Term { key, test } in terms {
        let key = key.trim_start_matches('@');
        let _ = match test {
            Test::Is(value) => writeln!(selection, "        {key}: '{value}'"),
            Test::OneOf([one, other]) => writeln!(selection, "        {key}: ['{one}', '{other}']"),
            Test::Starts(value) => writeln!(selection, "        {key}|startswith: '{value}'"),
            Test::IsNot(value) => writeln!(filter, "        {key}: '{value}'"),
        };
    }
    let (filter, condition) = if filter.is_empty() {
        (String::new(), "selection")
    } else {
        (format!("    filter:\n{filter}"), "selection and not filter")
    };
    format!(
        "title: '{number}'\nlogsource:\n    product: linux\ndetection:\n    selection:\n{selection}{filter}    condition: {condition}\n"
    )
}

fn matchers(rules: &[Vec<Term>]) -> Result<Vec<Matcher>> {
    rules.iter().map(|terms| Matcher::new(&query(terms))).collect()
}

fn quell_side<'s>(ruleset: &'s Ruleset, events: &'s [Value]) -> Side<'s> {
    // The clock stands still, and no rule here ends.
    let verdicts = move || -> Result<Verdicts> {
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 0);
        let of = |value| {
            let event = Event::new(value).ok_or("no event")?;
            Ok(ruleset.silencing(&event, &cx).collect())
        };
        events.iter().map(of).collect()
    };
    Side { name: "Quell's index".to_owned(), verdicts: Box::new(verdicts), run: Box::new(move || timed(verdicts)) }
}

fn rsigma_side<'s>(engine: &'s Engine, events: &'s [Value]) -> Side<'s> {
    let verdicts = move || -> Result<Verdicts> {
        let of = |value| {
            let found = engine.evaluate(&JsonEvent::borrow(value));
            let number = |title: &str| title.parse::<usize>().map_err(|_| format!("a rule is called {title}"));
            let mut found: Vec<usize> =
                found.iter().map(|found| number(&found.header.rule_title)).collect::<Result<_>>()?;
            found.sort_unstable();
            Ok(found)
        };
        events.iter().map(of).collect()
    };
    // Its findings are all that it is asked for; their names are read only to compare them.
    let run = move || {
        let start = Instant::now();
        for value in events {
            std::hint::black_box(engine.evaluate(&JsonEvent::borrow(value)));
        }
        Ok(start.elapsed())
    };
    Side { name: "`rsigma-eval`'s index".to_owned(), verdicts: Box::new(verdicts), run: Box::new(run) }
}

fn vrl_side<'s>(matchers: &'s [Matcher], events: &'s [Value]) -> Side<'s> {
    let verdicts = move || -> Result<Verdicts> {
        let of = |value| {
            let mut event = matcher::Event::new(value);
            let mut found = Vec::new();
            for (number, matcher) in matchers.iter().enumerate() {
                if matcher.holds(&mut event)? {
                    found.push(number);
                }
            }
            Ok(found)
        };
        events.iter().map(of).collect()
    };
    let run = move || {
        let mut all = Duration::ZERO;
        for value in events {
            let mut event = matcher::Event::new(value);
            let start = Instant::now();
            for matcher in matchers {
                std::hint::black_box(matcher.holds(&mut event)?);
            }
            let matching = start.elapsed();
            let start = Instant::now();
            for _ in matchers {
                std::hint::black_box(event.copied());
            }
            all += matching.saturating_sub(start.elapsed());
        }
        Ok(all)
    };
    Side { name: "`vrl`, rule by rule".to_owned(), verdicts: Box::new(verdicts), run: Box::new(run) }
}

fn timed(run: impl FnOnce() -> Result<Verdicts>) -> Result<Duration> {
    let start = Instant::now();
    std::hint::black_box(run()?);
    Ok(start.elapsed())
}
