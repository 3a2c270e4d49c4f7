//! Inputs that ask for more than there is: each ends with what the reference says of its bound, and what is below the
//! bound passes. `QUELL_LONG=1` makes the longest ones fifty times as long.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::Cursor;

use quell::config::{Config, Context};
use quell::diag::Code;
use quell::eval::{Batch, Stream, parse};
use quell::event::Event;
use quell::hir::scan;
use quell::project::Project;
use quell::schema::{Schema, import};
use quell::syntax::split;
use tests::property::analysis::{Analysis, NOW, analyse};

fn times(modest: usize) -> usize {
    if std::env::var_os("QUELL_LONG").is_some_and(|value| value == "1") { modest * 50 } else { modest }
}

fn rule(condition: &str) -> String {
    format!("suppress a {{\n  when event {{ {condition} }}\n}}\n")
}

fn joined(count: usize, between: &str, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(between)
}

fn codes(analysis: &Analysis) -> Vec<Code> {
    analysis.diagnostics.iter().map(|found| found.code).collect()
}

#[track_caller]
fn assert_finds(text: &str, code: Code) {
    let found = codes(&analyse(text, &Config::default()));
    assert!(found.contains(&code), "{found:?}");
}

/// What the linked project says of files of these texts, by their names.
fn linked(files: impl Iterator<Item = (String, String)>) -> Vec<Code> {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let mut project = Project::default();
    for (name, text) in files {
        project.add_file(&name, split(&text).into_iter().map(|range| (range.start, scan(range.of(&text)))));
    }
    project.resolve(&cx).diagnostics.iter().map(|(_, diagnostic)| diagnostic.code).collect()
}

/// Each bracket doubles the ways through a condition.
#[test]
fn ways_that_double() {
    for (levels, between) in [(40, " "), (400, " "), (4_000, "\n")] {
        let text = rule(&joined(levels, between, |at| format!("(@process.args:a{at} OR host:b{at})")));
        assert_finds(&text, Code::TooManyBranches);
    }
    let denied = joined(60, " OR ", |at| format!("(@process.args:a{at} host:b{at})"));
    assert_finds(&rule(&format!("@process.comm:x -({denied})")), Code::TooManyBranches);
}

/// To say whether a text fits patterns and none of as many others takes a look at all of them together.
#[test]
fn a_thousand_patterns_against_a_thousand() {
    let patterns = |letter: char| joined(1_000, " OR ", |at| format!("*{letter}{at}??????{letter}*"));
    let text = rule(&format!("host:({}) -host:({}) host:(*x????????????????y* OR *z)", patterns('a'), patterns('b')));
    let found = codes(&analyse(&text, &Config::default()));
    assert!(!found.contains(&Code::NeverMatches) && !found.contains(&Code::AlwaysMatches), "{found:?}");
    assert!(found.contains(&Code::NotDecided), "{found:?}");
}

/// Each `let` names the one before: what it stands for nests too deep or is too much long before the last.
#[test]
fn chains_of_lets() {
    let count = times(20_000);
    let mut fragments = String::from("let n0 = { host:a }\n");
    let mut lists = String::from("let n0 = (a)\n");
    for number in 1..count {
        let _ = writeln!(fragments, "let n{number} = {{ -($n{} host:b) }}", number - 1);
        let _ = writeln!(lists, "let n{number} = (a{number} OR $n{})", number - 1);
    }
    assert_finds(&format!("{fragments}{}", rule(&format!("$n{}", count - 1))), Code::TooComplex);
    assert_finds(&format!("{lists}{}", rule(&format!("host:$n{}", count - 1))), Code::TooComplex);
}

/// A list that is written out may be as long as the bound; put in twice a shorter one is past it.
#[test]
fn long_lists() {
    let written = |count: usize| rule(&format!("host:({})", joined(count, " OR ", |at| format!("h{at}"))));
    let found = codes(&analyse(&written(100_000), &Config::default()));
    assert!(!found.contains(&Code::TooComplex), "{found:?}");
    assert_finds(&written(100_001), Code::TooComplex);
    let list = format!("let hosts = ({})\n", joined(60_000, " OR ", |at| format!("h{at}")));
    let found = codes(&analyse(&format!("{list}{}", rule("host:$hosts")), &Config::default()));
    assert!(!found.contains(&Code::TooComplex), "{found:?}");
    assert_finds(&format!("{list}{}", rule("host:$hosts -env:$hosts -team:$hosts")), Code::TooComplex);
}

/// One file imports thousands, and thousands import one another in a row.
#[test]
fn imports_wide_and_deep() {
    let count = times(2_000);
    let wide = (0..count).map(|at| (format!("f{at}.quell"), format!("let n{at} = (a)\n")));
    let main = joined(count, "", |at| format!("import \"f{at}.quell\"\n"));
    assert_eq!(linked(wide.chain([("main.quell".to_owned(), main)])), []);
    let deep = |last: String| {
        let next =
            move |at: usize| if at + 1 < count { format!("import \"f{}.quell\"\n", at + 1) } else { last.clone() };
        (0..count).map(move |at| (format!("f{at}.quell"), next(at)))
    };
    assert_eq!(linked(deep("let n = (a)\n".to_owned())), []);
    assert!(linked(deep("import \"f0.quell\"\n".to_owned())).contains(&Code::ImportCycle));
    // Every one imports every other.
    let all = joined(200, "", |at| format!("import \"f{at}.quell\"\n"));
    assert!(linked((0..200).map(|at| (format!("f{at}.quell"), all.clone()))).contains(&Code::ImportCycle));
}

/// An event that nests deeper than any is refused, wherever it stands in a recording, and what is beside it is read.
#[test]
fn events_that_nest_deep() {
    let count = times(100_000);
    let deep = format!("{}1{}", "{\"a\":".repeat(count), "}".repeat(count));
    assert!(parse(deep.as_bytes()).unwrap_err().contains("recursion limit exceeded"));
    for text in [format!("{{}}\n{deep}\n{{}}\n"), format!("[{{}}, {deep}, {{}}]")] {
        let mut events = Vec::new();
        let stream = Stream::of(Cursor::new(text.into_bytes())).unwrap();
        stream.read(&mut |batch: Batch| events.extend(batch.events().map(|(_, event)| parse(event).is_ok()))).unwrap();
        assert_eq!(events, [true, false, true]);
    }
    let deepest = format!("{}1{}", "{\"a\":".repeat(120), "}".repeat(120));
    let value = parse(deepest.as_bytes()).unwrap();
    assert_eq!(Event::new(&value).unwrap().paths().len(), 1);
    assert_finds(&format!("test \"t\" {{\n  fires {deep}\n}}\n"), Code::NestingTooDeep);
}

/// A schema that leads on and on, and one that nests, are refused.
#[test]
fn schemas_without_end() {
    let count = times(10_000);
    let nested = format!("{}{{}}{}", "{\"properties\":{\"a\":".repeat(count), "}}".repeat(count));
    assert!(import(&nested, None).is_err());
    let chain = joined(count, ",", |at| format!("\"d{at}\":{{\"$ref\":\"#/$defs/d{}\"}}", at + 1));
    let chain = format!("{{\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d0\"}}}},\"$defs\":{{{chain}}}}}");
    assert!(import(&chain, None).is_err());
    // Each level has the next one twice.
    let double = joined(60, ",", |at| {
        let next = format!("{{\"$ref\":\"#/$defs/d{}\"}}", at + 1);
        format!("\"d{at}\":{{\"properties\":{{\"a\":{next},\"b\":{next}}}}}")
    });
    let double = format!("{{\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d0\"}}}},\"$defs\":{{{double}}}}}");
    assert!(import(&double, None).is_err());
}
