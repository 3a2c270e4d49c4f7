//! What the targets write: files that are compared byte for byte, the published schema, and the text of queries, which
//! must read back to what it was.
//!
//! `UPDATE_EXPECT=1` writes the files and the schema anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod compile;
mod round_trip;

use std::path::PathBuf;
use std::{env, fs};

use quell::emit::{Target, document, read_rules};
use serde_json::Value;
use tests::workspace;

/// Every `.quell` file of this folder: its name and its text.
fn programs() -> Vec<(String, String)> {
    let files = workspace::files(&workspace::root().join("tests/emit"), "quell");
    assert!(!files.is_empty());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// Compares with a file of the repository.
fn expect(path: &str, text: &str) {
    let file = workspace::root().join(path);
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(file, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert!(
        expected == text,
        "{path} is not what is written; UPDATE_EXPECT=1 accepts it:\n{}",
        similar::TextDiff::from_lines(expected.as_str(), text).unified_diff()
    );
}

#[test]
fn each_target_writes_what_its_file_holds() {
    for (name, text) in programs() {
        for target in Target::ALL {
            let path = format!("tests/emit/{}.{}.json", name.trim_end_matches(".quell"), target.name());
            expect(&path, &compile::emitted(&name, &text, *target));
        }
    }
}

#[test]
fn the_published_schema_is_that_of_the_structs() {
    expect("grammar/rules.schema.json", &document::json_schema());
}

#[test]
fn documents_fit_the_published_schema() {
    let schema: Value = serde_json::from_str(&document::json_schema()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, text) in programs() {
        let document: Value = serde_json::from_str(&compile::emitted(&name, &text, Target::Rules)).unwrap();
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_published_schema_refuses_what_is_not_read() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&serde_json::from_str(&document::json_schema()).unwrap())
        .unwrap();
    let (name, text) = programs().remove(0);
    let good: Value = serde_json::from_str(&compile::emitted(&name, &text, Target::Rules)).unwrap();
    let term = "/rules/0/queries/signal/condition/and/0/term";
    for (pointer, value) in [
        ("/version".to_owned(), Value::from(2)),
        ("/format".to_owned(), Value::from("quell.tests")),
        ("/rules/0/action".to_owned(), Value::from("allow")),
        ("/rules/0/expires".to_owned(), Value::from("2027-13-01")),
        ("/rules/0/activity/0".to_owned(), Value::from("execute")),
        ("/rules/0/name".to_owned(), Value::Null),
        (format!("{term}/type"), Value::from("text")),
        (format!("{term}/test"), serde_json::json!({ "regex": "a" })),
        (format!("{term}/test"), serde_json::json!({ "present": false })),
        (format!("{term}/test"), serde_json::json!({ "range": { "from": 1 } })),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(&pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
        assert!(read_rules(&bad.to_string()).is_err(), "{pointer}");
    }
}

#[test]
fn documents_read_back() {
    for (name, text) in programs() {
        let written = compile::emitted(&name, &text, Target::Rules);
        let rules = read_rules(&written).unwrap();
        let again = document::Document { format: document::Format::Rules, version: document::VERSION, rules };
        let value: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), value.to_string());
    }
}

#[test]
fn the_deepest_rule_reads_back() {
    let program = |levels: usize| {
        let query = (0..levels).fold("@process.args:a".to_owned(), |query, level| match level % 2 {
            0 => format!("-(host:b OR {query})"),
            _ => format!("-(env:c {query})"),
        });
        format!("suppress deep {{ when event {{ host:a {query} }} }}\n")
    };
    let deepest = (1..80).rev().find(|levels| compile::checked(&program(*levels)).1.is_empty()).unwrap();
    assert!((32..79).contains(&deepest), "{deepest}");
    let written = compile::emitted("deep.quell", &program(deepest), Target::Rules);
    assert_eq!(read_rules(&written).unwrap().len(), 1);
}
