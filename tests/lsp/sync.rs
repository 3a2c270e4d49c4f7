//! Documents as the client edits them, and what is published of them.

use std::time::Duration;

use serde_json::{Value, json};
use tests::language_client::Client;

const URI: &str = "file:///nowhere/a.quell";

fn edit(line: u32, from: u32, to: u32, text: &str) -> Value {
    json!([{
        "range": { "start": { "line": line, "character": from }, "end": { "line": line, "character": to } },
        "text": text,
    }])
}

/// Codes with their lines and columns.
fn shown(diagnostics: &Value) -> Vec<String> {
    let place = |at: &Value| format!("{}:{}", at["line"], at["character"]);
    let diagnostics = diagnostics.as_array().unwrap().iter();
    diagnostics
        .map(|found| {
            let range = &found["range"];
            format!("{} {}-{}", found["code"].as_str().unwrap(), place(&range["start"]), place(&range["end"]))
        })
        .collect()
}

const RULE: &str = "suppress a {\n  owner = \"o\"\n  reason = \"r\"\n  expires = 2027-01-01\n  rules { ruleId:x }\n  \
                    when { @process.executable.path:/usr/bin/a @process.usr:root @process.parent.comm:b host:é🦀 x:1 }\n}\n";

#[test]
fn findings_stand_where_the_client_counts_them() {
    for (offered, counted, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", 109),
        (json!(["utf-16", "utf-32"]), "utf-32", 105),
        (json!(["utf-16"]), "utf-16", 106),
        (Value::Null, "utf-16", 106),
    ] {
        let mut client = Client::start().unwrap();
        let capabilities = match offered {
            Value::Null => json!({}),
            offered => json!({ "general": { "positionEncodings": offered } }),
        };
        let result = client.initialize(None, capabilities).unwrap();
        assert_eq!(result["capabilities"]["positionEncoding"], counted);
        client.open(URI, 1, RULE).unwrap();
        let found = shown(&client.published(URI, Some(1)).unwrap());
        assert!(found.contains(&"unknown-attribute 5:45-5:57".to_owned()), "{found:?}");
        let last = RULE.lines().nth(5).unwrap().find("x:1").unwrap() as u32;
        let bytes = 109 - column;
        let at = last - bytes;
        assert!(found.contains(&format!("unknown-tag 5:{at}-5:{}", at + 1)), "{found:?}");
        // And edits are read in the same units: the tag becomes one that exists.
        client.change(URI, 2, edit(5, at, at + 1, "host")).unwrap();
        let found = shown(&client.published(URI, Some(2)).unwrap());
        assert!(!found.iter().any(|found| found.starts_with("unknown-tag")), "{found:?}");
    }
}

#[test]
fn a_message_says_what_is_wrong_and_what_to_do() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, RULE).unwrap();
    let published = client.published(URI, Some(1)).unwrap();
    let found = published.as_array().unwrap().iter().find(|found| found["code"] == "unknown-attribute").unwrap();
    let message = found["message"].as_str().unwrap();
    assert!(message.starts_with("unknown attribute `@process.usr`\n"), "{message}");
    assert!(message.contains("\nhelp: did you mean"), "{message}");
    assert_eq!((&found["severity"], &found["source"]), (&json!(1), &json!("quell")));
}

#[test]
fn a_code_leads_to_its_page() {
    let capabilities = json!({ "textDocument": { "publishDiagnostics": { "codeDescriptionSupport": true } } });
    let mut client = Client::initialized(None, capabilities).unwrap();
    client.open(URI, 1, RULE).unwrap();
    let published = client.published(URI, Some(1)).unwrap();
    let found = published.as_array().unwrap().iter().find(|found| found["code"] == "unknown-attribute").unwrap();
    let page = found["codeDescription"]["href"].as_str().unwrap().strip_prefix("file://").unwrap();
    assert!(std::fs::read_to_string(page).unwrap().starts_with("# unknown-attribute\n"));
}

#[test]
fn edits_past_every_end_are_taken_to_the_end() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, "suppress a {").unwrap();
    client.published(URI, Some(1)).unwrap();
    let range = json!({ "start": { "line": 900, "character": 900 }, "end": { "line": 901, "character": 0 } });
    client.change(URI, 2, json!([{ "range": range, "text": "\n  owner = 7\n}\n" }])).unwrap();
    let found = shown(&client.published(URI, Some(2)).unwrap());
    assert!(found.iter().any(|found| found.starts_with("invalid-field 1:10-1:11")), "{found:?}");
    // Backwards.
    let range = json!({ "start": { "line": 1, "character": 11 }, "end": { "line": 1, "character": 10 } });
    client.change(URI, 3, json!([{ "range": range, "text": "\"x\"" }])).unwrap();
    let found = shown(&client.published(URI, Some(3)).unwrap());
    assert!(!found.iter().any(|found| found.starts_with("invalid-field")), "{found:?}");
    // As a whole, and several at once: each on what the one before left.
    let changes = json!([
        { "text": "let a = (x)\n" },
        { "range": { "start": { "line": 0, "character": 9 }, "end": { "line": 0, "character": 10 } }, "text": "(" },
        { "range": { "start": { "line": 0, "character": 10 }, "end": { "line": 0, "character": 11 } }, "text": "" },
    ]);
    client.change(URI, 4, changes).unwrap();
    assert_eq!(shown(&client.published(URI, Some(4)).unwrap()), ["unclosed-delimiter 0:9-0:10"]);
    // Of a document that is not open.
    client.change("file:///nowhere/b.quell", 1, json!([{ "text": "" }])).unwrap();
    let logged = client.wait_method("window/logMessage").unwrap();
    assert!(logged["message"].as_str().unwrap().contains("not open"), "{logged}");
}

#[test]
fn versions_never_go_back_and_the_last_one_is_told() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, RULE).unwrap();
    for version in 2..200 {
        client.change(URI, version, edit(0, 9, 10, if version % 2 == 0 { "b" } else { "" })).unwrap();
        client.change(URI, version, edit(0, 9, 9, if version % 2 == 0 { "" } else { "b" })).unwrap();
    }
    client.change(URI, 200, json!([{ "text": "let a = (x)\n" }])).unwrap();
    let diagnostics = client.published(URI, Some(200)).unwrap();
    assert_eq!(shown(&diagnostics), [""; 0]);
    let versions: Vec<i64> = client
        .log
        .iter()
        .filter(|(_, message)| message["method"] == "textDocument/publishDiagnostics")
        .map(|(_, message)| message["params"]["version"].as_i64().unwrap())
        .collect();
    assert!(versions.is_sorted(), "{versions:?}");
}

#[test]
fn a_document_that_is_closed_has_nothing_said_of_it() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, RULE).unwrap();
    assert!(!shown(&client.published(URI, Some(1)).unwrap()).is_empty());
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } })).unwrap();
    assert_eq!(shown(&client.published(URI, None).unwrap()), [""; 0]);
    // It may be opened again.
    client.open(URI, 1, RULE).unwrap();
    assert!(!shown(&client.published(URI, Some(1)).unwrap()).is_empty());
    assert!(client.drain(Duration::from_millis(50)).is_empty());
}

#[test]
fn names_are_seen_across_documents() {
    let mut client = Client::initialized(Some("file:///nowhere"), json!({})).unwrap();
    let (one, two) = ("file:///nowhere/one.quell", "file:///nowhere/sub/two.quell");
    client.open(one, 1, "import \"sub/two.quell\"\nlet a = { host:$hosts }\n").unwrap();
    let found = shown(&client.published(one, Some(1)).unwrap());
    assert_eq!(found, ["import-not-found 0:7-0:22", "unknown-name 1:15-1:21"]);
    client.open(two, 1, "let hosts = (a OR b)\n").unwrap();
    assert_eq!(shown(&client.published(one, None).unwrap()), [""; 0]);
    client.change(two, 2, edit(0, 4, 9, "other")).unwrap();
    assert_eq!(shown(&client.published(one, None).unwrap()), ["unknown-name 1:15-1:21"]);
    // A label may lie in the other file.
    client.change(two, 3, json!([{ "text": "\nlet hosts = { env:x }\n" }])).unwrap();
    let published = client.published(one, None).unwrap();
    assert_eq!(shown(&published), ["wrong-let-kind 1:15-1:21"]);
    let related = &published[0]["relatedInformation"][0]["location"];
    assert_eq!((&related["uri"], &related["range"]["start"]["line"]), (&json!(two), &json!(1)));
}
