//! The example events: what the Agent sends, every kind of it, and what the example rules are about.
//!
//! Where `QUELL_SHARED` names a folder with the Agent's schemas (`agent/event_schemas/`, `agent/backend_linux.schema.json`,
//! `agent/backend_windows.schema.json`), each event is validated against those of its kind and its system.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{env, fs};

use quell::config::{Config, Context};
use quell::event::{Event, matches};
use quell::hir::{NodeKind, Polarity, Query, Rule, lower_item, signature};
use quell::project::Project;
use quell::schema::{Kind, KindSet, Platforms, Schema, Scope};
use quell::syntax::{parse_item, split};
use serde_json::{Map, Value, json};
use tests::workspace;

/// Fewer events would leave kinds, forms or sides with one example.
const LEAST: usize = 70;

/// An attack is close to a rule if no more terms than these keep the rule from silencing it.
const CLOSE: usize = 2;

/// What a pipeline attaches to an event of the Agent.
const ATTACHED: [&str; 3] = ["tags", "asset", "workflow"];

/// Described by the schema of its kind alone: the schemas of whole events, and ours, do not know it.
const KIND_ALONE: &str = "setrlimit";

/// Identities that the Agent cannot leave out: where a kind has none, it sends them as 0.
const ZERO: [&str; 4] = ["file.uid", "file.gid", "file.destination.uid", "file.destination.gid"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Event,
    Signal,
    Log,
}

/// One line of a file.
struct Example {
    /// The file, without its extension, and the line.
    place: (String, usize),
    line: Value,
}

impl Example {
    /// How it is wrapped, and what is in it.
    fn open(&self) -> (Form, &Map<String, Value>) {
        let line = &self.line;
        let (form, event) = match line["type"].as_str() {
            Some("signal") => (Form::Signal, &line["attributes"]["custom"]),
            Some("log") => (Form::Log, &line["attributes"]["attributes"]),
            _ if line.get("custom").is_some() => (Form::Log, &line["custom"]),
            _ => (Form::Event, line),
        };
        (form, event.as_object().unwrap_or_else(|| panic!("{:?} holds no event", self.place)))
    }

    fn form(&self) -> Form {
        self.open().0
    }

    /// What the Agent sent.
    fn agent(&self) -> Value {
        let event = self.open().1.iter().filter(|(key, _)| !ATTACHED.contains(&key.as_str()));
        Value::Object(event.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn name(&self) -> &str {
        self.open().1["evt"]["name"].as_str().unwrap()
    }

    fn kind(&self) -> Kind {
        Kind::from_name(self.name()).unwrap_or_else(|| panic!("{:?}: {}", self.place, self.name()))
    }

    fn is_windows(&self) -> bool {
        self.open().1["agent"]["os"] == "windows"
    }

    /// The line as a signal shows the detection rule that it is of; nothing where it is no signal.
    fn with_rule(&self) -> Option<Value> {
        let rule = self.open().1.get("workflow")?["rule"]["id"].as_str()?;
        let mut line = self.line.clone();
        line["attributes"]["tags"].as_array_mut().unwrap().push(json!(format!("ruleId:{rule}")));
        Some(line)
    }
}

fn folder() -> PathBuf {
    workspace::root().join("grammar/examples")
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for path in workspace::files(&folder().join("events"), "ndjson") {
        let story = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with('\n') && !text.contains('\r'), "{story}");
        for (index, line) in text.lines().enumerate() {
            let place = (story.clone(), index + 1);
            let line = serde_json::from_str(line).unwrap_or_else(|error| panic!("{place:?}: {error}"));
            examples.push(Example { place, line });
        }
    }
    examples
}

/// A row of the table of files.
#[derive(Debug, PartialEq, Eq, Default)]
struct Row {
    attack: bool,
    events: usize,
    kinds: BTreeSet<String>,
}

/// The table of the page, by file.
fn table() -> BTreeMap<String, Row> {
    let page = fs::read_to_string(folder().join("events/README.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| [`")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [file, _, side, events, kinds] = cells[..] else { panic!("{line}") };
        let story = file.strip_prefix("[`").unwrap().split(".ndjson").next().unwrap();
        assert_eq!(file, format!("[`{story}.ndjson`]({story}.ndjson)"));
        assert!(side == "benign" || side == "attack", "{line}");
        let row = Row {
            attack: side == "attack",
            events: events.parse().unwrap(),
            kinds: kinds.split(", ").map(str::to_owned).collect(),
        };
        (story.to_owned(), row)
    });
    rows.collect()
}

/// The benign examples, and the attacks.
fn sides() -> (Vec<Example>, Vec<Example>) {
    let table = table();
    examples().into_iter().partition(|example| !table[&example.place.0].attack)
}

/// Calls with the path and the text of every scalar.
fn scalars(value: &Value, path: &str, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                scalars(value, &path, visit);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| scalars(element, path, visit)),
        Value::String(text) => visit(path, text),
        Value::Null => panic!("{path} is null"),
        scalar => visit(path, &scalar.to_string()),
    }
}

#[test]
fn every_line_is_an_event() {
    let examples = examples();
    assert!(examples.len() >= LEAST, "{}", examples.len());
    for example in &examples {
        let event = Event::new(&example.line).unwrap();
        assert_eq!(event.attribute("evt.name"), [example.name()], "{:?}", example.place);
        assert_eq!(event.attribute("evt.category"), [example.kind().activity().category()], "{:?}", example.place);
        assert_eq!(event.attribute("date").len(), 1, "{:?}", example.place);
        assert_eq!(event.attribute("agent.rule_id").len(), 1, "{:?}", example.place);
        assert_eq!(event.tag("host").count(), 1, "{:?}", example.place);
        assert_eq!(event.tag("env").count(), 1, "{:?}", example.place);
    }
    let distinct: BTreeSet<_> = examples.iter().map(|example| example.line.to_string()).collect();
    assert_eq!(distinct.len(), examples.len());
}

#[test]
fn every_kind_and_every_form_is_there() {
    let examples = examples();
    let kinds: KindSet = examples.iter().map(Example::kind).collect();
    assert_eq!(KindSet::ALL.difference(kinds), KindSet::EMPTY, "none of {}", KindSet::ALL.difference(kinds));
    for side in [sides().0, sides().1] {
        let forms: BTreeSet<_> = side.iter().map(Example::form).collect();
        assert_eq!(forms, BTreeSet::from([Form::Event, Form::Signal, Form::Log]));
    }
    let plain = examples.iter().filter(|example| example.form() == Form::Event).count();
    assert!(plain * 2 > examples.len(), "{plain} of {} are plain events", examples.len());
}

#[test]
fn the_page_tells_what_is_in_the_files() {
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    let table = table();
    for example in examples() {
        let story = &example.place.0;
        let row = found.entry(story.clone()).or_default();
        row.attack = table.get(story).is_some_and(|row| row.attack);
        row.events += 1;
        row.kinds.insert(example.name().to_owned());
    }
    assert_eq!(table, found);
}

#[test]
fn attributes_and_values_are_known() {
    let schema = Schema::embedded();
    let mut wrong = BTreeSet::new();
    for example in examples() {
        let (kind, form) = (example.kind(), example.form());
        let platform = if example.is_windows() { Platforms::WINDOWS } else { Platforms::LINUX };
        scalars(&example.agent(), "", &mut |path, value| {
            let Some((_, attribute)) = schema.find(path) else {
                if path.split('.').next() != Some(KIND_ALONE) {
                    wrong.insert(format!("{path} is no attribute"));
                }
                return;
            };
            if !attribute.kinds.contains(kind) && !ZERO.contains(&path) {
                wrong.insert(format!("{path} is not carried by {kind:?}"));
            }
            if !attribute.platforms.contains(platform) {
                wrong.insert(format!("{path} is not sent on {platform}"));
            }
            if form == Form::Signal && attribute.scope != Scope::Signal {
                wrong.insert(format!("{path} is not carried by signals"));
            }
            if attribute.is_closed() && !attribute.values().contains(&value) {
                wrong.insert(format!("{path} is never {value}"));
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rules of some files under `grammar/examples`, with what tells whether one holds on an event.
struct Rules {
    rules: Vec<(Rule, usize)>,
    linked: quell::Linked,
}

impl Rules {
    /// Files that can import each other; `within` is the root of their imports.
    fn read(within: &str) -> Rules {
        let root = folder().join(within);
        let paths = if root.is_dir() { workspace::files(&root, "quell") } else { vec![root.clone()] };
        let texts: Vec<_> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 0);
        let mut project = Project::default();
        for (path, text) in paths.iter().zip(&texts) {
            let signatures: Vec<_> = split(text)
                .iter()
                .map(|range| (range.start, signature(range.of(text), &parse_item(range.of(text)))))
                .collect();
            project.add_file(path.file_name().unwrap().to_str().unwrap(), signatures);
        }
        let linked = project.resolve(&cx);
        let mut rules = Vec::new();
        for (file, text) in texts.iter().enumerate() {
            let names = linked.names(file).unwrap();
            for range in split(text) {
                let item = range.of(text);
                rules
                    .extend(lower_item(item, &parse_item(item), names, &cx).rules.into_iter().map(|rule| (rule, file)));
            }
        }
        assert!(!rules.is_empty(), "{within}");
        Rules { rules, linked }
    }

    fn of(&self, polarity: Polarity) -> impl Iterator<Item = (&Rule, &Schema)> {
        self.rules.iter().filter(move |(rule, _)| rule.polarity == polarity).map(|(rule, file)| {
            let schema = self.linked.names(*file).unwrap().schema(Schema::embedded());
            (rule, schema)
        })
    }
}

fn condition(rule: &Rule) -> &Query {
    rule.when_signal.as_ref().or(rule.when_event.as_ref()).unwrap()
}

fn holds(query: &Query, line: &Value, schema: &Schema) -> bool {
    matches(query, &Event::new(line).unwrap(), schema)
}

/// How many of the terms that must all hold do not.
fn missed(query: &Query, line: &Value, schema: &Schema) -> usize {
    let NodeKind::And(terms) = query.node(query.root()).kind else { return usize::from(!holds(query, line, schema)) };
    let mut one = query.clone();
    let terms = query.children(terms).iter();
    terms
        .filter(|term| {
            one.set_root(**term);
            !holds(&one, line, schema)
        })
        .count()
}

#[test]
fn each_rule_silences_noise_and_a_close_attack_fires() {
    let (benign, attacks) = sides();
    for within in ["shop", "guide"] {
        let rules = Rules::read(within);
        for (rule, schema) in rules.of(Polarity::Suppress) {
            let (name, query) = (&rule.name.value, condition(rule));
            assert!(
                benign.iter().any(|example| holds(query, &example.line, schema)),
                "{within}: {name} silences nothing"
            );
            let missed = |example: &Example| (missed(query, &example.line, schema), example.place.clone());
            let (terms, place) = attacks.iter().map(missed).min().unwrap();
            assert!(terms > 0, "{within}: {name} silences the attack {place:?}");
            assert!(terms <= CLOSE, "{within}: no attack is close to {name}: {terms} terms keep {place:?} away");
        }
    }
}

#[test]
fn a_require_lets_the_attacks_through_and_silences_the_rest() {
    let (benign, attacks) = sides();
    let rules = Rules::read("shop");
    let mut seen = 0;
    for (rule, schema) in rules.of(Polarity::Require) {
        let name = &rule.name.value;
        let of = |side: &[Example]| -> Vec<bool> {
            let signals = side.iter().filter_map(Example::with_rule);
            let mine = signals.filter(|line| holds(rule.rules.as_ref().unwrap(), line, schema));
            mine.map(|line| holds(condition(rule), &line, schema)).collect()
        };
        let (noise, fires) = (of(&benign), of(&attacks));
        assert!(!noise.is_empty() && noise.iter().all(|holds| !holds), "{name}: {noise:?}");
        assert!(!fires.is_empty() && fires.iter().all(|holds| *holds), "{name}: {fires:?}");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn benign_signals_are_silenced_for_their_detection_rule() {
    let rules = [Rules::read("shop"), Rules::read("guide")];
    for example in sides().0 {
        let Some(line) = example.with_rule() else { continue };
        let silenced = rules.iter().any(|rules| {
            let about = |rule: &Rule, schema| rule.rules.as_ref().is_none_or(|query| holds(query, &line, schema));
            let holds = |rule: &Rule, schema| holds(condition(rule), &line, schema);
            rules.of(Polarity::Suppress).any(|(rule, schema)| about(rule, schema) && holds(rule, schema))
                || rules.of(Polarity::Require).any(|(rule, schema)| about(rule, schema) && !holds(rule, schema))
        });
        assert!(silenced, "{:?}", example.place);
    }
}

/// The rule's keys as the guide prints them are never sent: it silences nothing, and so no attack either.
#[test]
fn the_rule_as_the_guide_prints_it_misses_the_test_by_the_keys_that_are_never_sent() {
    let rules = Rules::read("java-pentest.quell");
    let (rule, schema) = rules.of(Polarity::Suppress).next().unwrap();
    let missed: Vec<_> = examples().iter().map(|example| missed(condition(rule), &example.line, schema)).collect();
    assert_eq!(missed.iter().min(), Some(&2));
}

/// A file of the folder that `QUELL_SHARED` names, or nothing where the variable is not set.
fn shared(path: &str) -> Option<PathBuf> {
    Some(PathBuf::from(env::var_os("QUELL_SHARED")?).join(path))
}

fn read(path: &PathBuf) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The schemas of single kinds, by name. They refer to each other by file.
fn kind_schemas() -> Option<Map<String, Value>> {
    let files = workspace::files(&shared("agent/event_schemas")?, "json");
    assert!(!files.is_empty());
    let schemas = files.iter().map(|path| {
        let file = path.file_name().unwrap().to_str().unwrap();
        let mut schema = read(path);
        // One file bears the name of another.
        schema["$id"] = json!(format!("https://example.com/{file}"));
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        (file.strip_suffix(".schema.json").unwrap().to_owned(), schema)
    });
    Some(schemas.collect())
}

/// What validates against the schemas that are named; all of them are in reach of their references.
fn validator(schemas: &Map<String, Value>, names: &[&str]) -> jsonschema::Validator {
    let all: Vec<_> =
        names.iter().map(|name| json!({ "$ref": format!("https://example.com/{name}.schema.json") })).collect();
    let schema = json!({ "$id": "https://example.com/", "allOf": all, "$defs": schemas });
    jsonschema::draft202012::new(&schema).unwrap()
}

/// The schema without what must be there: a signal is a part of its event.
fn part(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(key, value)| key != "required" || !value.is_array());
            Value::Object(kept.map(|(key, value)| (key, part(value))).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(part).collect()),
        scalar => scalar,
    }
}

fn errors(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn events_fit_the_schema_of_their_kind() {
    let Some(schemas) = kind_schemas() else { return };
    let mut validators = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for example in examples().iter().filter(|example| example.form() != Form::Signal && !example.is_windows()) {
        let event = example.agent();
        let name = match (example.name(), event.get("file")) {
            ("load_module", None) => "load_module_no_file",
            (name, _) if schemas.contains_key(name) => name,
            (_, Some(_)) => "host_event",
            (_, None) => "host_event_no_file",
        };
        seen.insert(name.to_owned());
        let all = validators.entry(name).or_insert_with(|| validator(&schemas, &[name, "message"]));
        let found = errors(all, &event);
        assert!(found.is_empty(), "{:?}: {found:#?}", example.place);
        // The schemas of kinds name the file's own and do not ask for it. After an umount there is no file left.
        if let Some(file) = event.get("file").filter(|_| example.kind() != Kind::Umount) {
            let found = errors(validators.entry("file").or_insert_with(|| validator(&schemas, &["file"])), file);
            assert!(found.is_empty(), "{:?}: {found:#?}", example.place);
        }
        for lacking in ["process", "evt", "date"] {
            let mut event = event.clone();
            event.as_object_mut().unwrap().remove(lacking);
            assert!(!validators[name].is_valid(&event), "{:?} without `{lacking}`", example.place);
        }
    }
    let kinds = schemas.keys().filter(|name| Kind::from_name(name).is_some() || name.ends_with("_no_file"));
    let expected: BTreeSet<_> = kinds.filter(|name| !name.starts_with("container")).cloned().collect();
    assert_eq!(expected.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn events_fit_the_schema_of_their_system() {
    let Some((linux, windows)) =
        shared("agent/backend_linux.schema.json").zip(shared("agent/backend_windows.schema.json"))
    else {
        return;
    };
    let schemas = [read(&linux), read(&windows)];
    let whole = schemas.clone().map(|schema| jsonschema::draft202012::new(&schema).unwrap());
    let parts = schemas.map(|schema| jsonschema::draft202012::new(&part(schema)).unwrap());
    for example in examples() {
        let mut event = example.agent();
        event.as_object_mut().unwrap().remove(KIND_ALONE);
        let validators = if example.form() == Form::Signal { &parts } else { &whole };
        let validator = &validators[usize::from(example.is_windows())];
        let found = errors(validator, &event);
        assert!(found.is_empty(), "{:?}: {found:#?}", example.place);
        event["process"]["paths"] = json!("/bin/sh");
        assert!(!validator.is_valid(&event), "{:?}", example.place);
    }
}
