//! Where a name leads: definition, references, highlights, renaming, symbols, uses, links.

use serde_json::{Value, json};

use crate::program::{Program, URI};

const OTHER: &str = "file:///nowhere/sub/fleet.quell";
const FLEET: &str = "let hosts = (web-1 OR web-2)\nattribute @custom.zone : string\ntag squad\n";
const MAIN: &str = "import \"sub/fleet.quell\"\n\nlet part = { host:$hosts }\n\nsuppress a {\n  when event { $part \
                    host:$hosts @custom.zone:x squad:y }\n}\n\ntest \"t\" { suppressed \"e.json\" by a }\n";

fn open(mark_before: &str) -> Program {
    Program::open(&MAIN.replacen(mark_before, &format!("‸{mark_before}"), 1)).and(OTHER, FLEET)
}

/// Places as `file line:column`.
fn shown(locations: &Value) -> Vec<String> {
    let locations = locations.as_array().unwrap().iter();
    locations
        .map(|found| {
            let start = &found["range"]["start"];
            let name = found["uri"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{name} {}:{}", start["line"], start["character"])
        })
        .collect()
}

#[test]
fn names_lead_to_where_they_are_declared() {
    for (mark, expected) in [
        ("$hosts", "fleet.quell 0:4"),
        ("$part", "a.quell 2:4"),
        ("@custom.zone", "fleet.quell 1:11"),
        ("squad", "fleet.quell 2:4"),
        ("sub/fleet", "fleet.quell 0:0"),
        ("a }", "a.quell 4:9"),
    ] {
        assert_eq!(shown(&open(mark).ask("textDocument/definition")), [expected], "{mark}");
    }
    assert_eq!(open("when").ask("textDocument/definition"), Value::Null);
}

#[test]
fn uses_are_found_across_files() {
    let all = json!({ "context": { "includeDeclaration": true } });
    let uses = json!({ "context": { "includeDeclaration": false } });
    let found = shown(&open("$hosts").ask_with("textDocument/references", all.clone()));
    assert_eq!(found, ["a.quell 2:19", "a.quell 5:27", "fleet.quell 0:4"]);
    let found = shown(&open("$hosts").ask_with("textDocument/references", uses.clone()));
    assert_eq!(found, ["a.quell 2:19", "a.quell 5:27"]);
    let found = shown(&open("a {").ask_with("textDocument/references", all));
    assert_eq!(found, ["a.quell 4:9", "a.quell 8:34"]);
    let found = shown(&open("@custom").ask_with("textDocument/references", uses));
    assert_eq!(found, ["a.quell 5:34"]);
}

#[test]
fn a_name_is_highlighted_in_its_document() {
    let found = open("part = ").ask("textDocument/documentHighlight");
    let kinds: Vec<(u64, u64)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["range"]["start"]["line"].as_u64().unwrap(), found["kind"].as_u64().unwrap()))
        .collect();
    assert_eq!(kinds, [(2, 3), (5, 2)]);
}

#[test]
fn a_new_name_is_written_everywhere() {
    let mut program = open("$hosts");
    let prepared = program.ask("textDocument/prepareRename");
    assert_eq!(prepared["placeholder"], "hosts");
    let edit = program.ask_with("textDocument/rename", json!({ "newName": "fleet-hosts" }));
    let changes = &edit["changes"];
    assert_eq!(program.edited(&changes[URI]), MAIN.replace("$hosts", "$fleet-hosts"));
    assert_eq!(crate::program::apply(FLEET, &changes[OTHER]), FLEET.replace("let hosts", "let fleet-hosts"));
    // What is taken, what is no name, and what is not the program's is refused.
    for (mark, name) in [("$hosts", "part"), ("$hosts", "a b"), ("$hosts", ""), ("when", "x"), ("host:", "x")] {
        let refused = open(mark).try_ask("textDocument/rename", json!({ "newName": name }));
        assert!(refused.unwrap_err().contains("-32803"), "{mark} {name}");
    }
    assert!(open("host:").try_ask("textDocument/prepareRename", json!({})).is_err());
    let edit = open("a {").ask_with("textDocument/rename", json!({ "newName": "b" }));
    let edited = open("a {").edited(&edit["changes"][URI]);
    assert!(edited.contains("suppress b {") && edited.contains("by b }"), "{edited}");
}

#[test]
fn symbols_have_their_places() {
    let mut program = open("import");
    let found = program.ask("textDocument/documentSymbol");
    let shown: Vec<(&str, &str, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| {
            let named = program.under(&symbol["selectionRange"]).trim_matches('"');
            (symbol["detail"].as_str().unwrap(), symbol["name"].as_str().unwrap(), named)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("import", "sub/fleet.quell", "sub/fleet.quell"),
            ("let", "part", "part"),
            ("suppress", "a", "a"),
            ("test", "t", "t")
        ]
    );
    assert_eq!(program.under(&found[2]["range"]).lines().count(), 3);
    let found = program.client.request("workspace/symbol", json!({ "query": "hst" })).unwrap();
    let names: Vec<&str> = found.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["hosts"]);
    assert_eq!(found[0]["location"]["uri"], OTHER);
}

#[test]
fn who_uses_a_let_is_a_hierarchy() {
    let mut program = open("$hosts");
    let item = program.ask("textDocument/prepareCallHierarchy")[0].clone();
    assert_eq!((&item["name"], &item["uri"]), (&json!("hosts"), &json!(OTHER)));
    let callers = program.client.request("callHierarchy/incomingCalls", json!({ "item": item })).unwrap();
    let names: Vec<&str> =
        callers.as_array().unwrap().iter().map(|call| call["from"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["part", "a"]);
    assert_eq!(callers[1]["fromRanges"].as_array().unwrap().len(), 1);
    let mut program = open("a {");
    let item = program.ask("textDocument/prepareCallHierarchy")[0].clone();
    let called = program.client.request("callHierarchy/outgoingCalls", json!({ "item": item })).unwrap();
    let names: Vec<&str> = called.as_array().unwrap().iter().map(|call| call["to"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["part", "hosts"]);
}

#[test]
fn files_that_are_named_are_links() {
    let mut program = open("import");
    let found = program.ask("textDocument/documentLink");
    let shown: Vec<(&str, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|link| (program.under(&link["range"]), link["target"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("sub/fleet.quell", OTHER), ("e.json", "file:///nowhere/e.json")]);
}
