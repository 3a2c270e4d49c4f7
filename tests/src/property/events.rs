//! Events as any bytes, and the index of rules against the evaluator that looks at every rule.

use std::fs;
use std::io::{self, Cursor, Write as _};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use quell::config::{Config, Context};
use quell::eval::{Batch, Stream, parse};
use quell::event::{Detection, Event, Index, LoweredRule, silences};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::parse_item;
use serde_json::Value;

use crate::workspace;

/// What a few bytes may become when they are taken apart.
const LARGEST: u64 = 1 << 20;

/// Rules enough that every event of the examples is silenced by some.
const RULES: usize = 200;

/// The example events.
///
/// # Panics
///
/// Where a file cannot be read.
#[must_use]
pub fn examples() -> Vec<Value> {
    let files = workspace::files(&workspace::root().join("grammar/examples/events"), "ndjson");
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
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

/// So many rules about what the events hold, the same in every run.
#[must_use]
pub fn rules(count: usize, events: &[Value]) -> Vec<LoweredRule> {
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

/// The rules that silence an event, found by the index and by looking at each; and how many the index has looked at.
///
/// # Panics
///
/// Where the two differ.
pub fn assert_found(rules: &[LoweredRule], index: &Index, event: &Event<'_>) -> (usize, usize) {
    let detection = Detection::of(event);
    let holds = |at: &u32| silences(&rules[*at as usize], event, &detection, Schema::embedded());
    let found = index.candidates(event);
    let looked = found.len();
    let by_index: Vec<u32> = found.into_iter().filter(holds).collect();
    let by_looking: Vec<u32> = (0..rules.len() as u32).filter(holds).collect();
    assert_eq!(by_index, by_looking, "{event:?}");
    (by_looking.len(), looked)
}

type Found = Vec<(u64, Vec<u8>)>;

/// The texts of a stream with their numbers, and whether it came to its end.
fn read(bytes: &[u8]) -> (Found, bool) {
    let mut found = Found::new();
    let end = Stream::at_most(Cursor::new(bytes.to_vec()), LARGEST).and_then(|stream| {
        stream.read(&mut |batch: Batch| found.extend(batch.events().map(|(number, text)| (number, text.to_vec()))))
    });
    (found, end.is_ok())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes)?;
    gzip.finish()
}

/// Any bytes are read to events with numbers that grow, or refused; the events are read again from every form that a
/// stream may have, and each is silenced by the rules of which a look at all of them says so.
///
/// # Panics
///
/// Where that is not so.
pub fn assert_reads(bytes: &[u8]) {
    static PROGRAM: OnceLock<(Vec<LoweredRule>, Index)> = OnceLock::new();
    let (rules, index) = PROGRAM.get_or_init(|| {
        let rules = rules(RULES, &examples());
        let index = Index::new(&rules.iter().collect::<Vec<_>>(), Schema::embedded());
        (rules, index)
    });
    let (found, _) = read(bytes);
    assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0), "numbers grow: {found:?}");
    let values: Vec<Value> = found.iter().filter_map(|(_, text)| parse(text).ok()).collect();
    for value in &values {
        assert_found(rules, index, &Event::new(value).unwrap());
    }
    if values.is_empty() {
        return;
    }
    let lines: Vec<String> = values.iter().map(Value::to_string).collect();
    let (lines, array) = (lines.join("\n"), format!("[{}]", lines.join(",\n")));
    let zstd = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    for form in [lines.as_bytes(), array.as_bytes(), &gzip(lines.as_bytes()).unwrap(), &zstd] {
        let (again, is_whole) = read(form);
        let again: Vec<Value> = again.iter().filter_map(|(_, text)| parse(text).ok()).collect();
        assert!(is_whole && again == values, "{lines}");
    }
}
