//! Tickets lead to where they are kept.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::language_client::Client;

const RULES: &str = "## After SEC-7.\nsuppress a {\n  ticket = \"SEC-12\"\n  when { host:SEC-3 }\n}\n";

fn uri(folder: &TempDir, name: &str) -> String {
    format!("file://{}/{name}", folder.path().display())
}

fn links(config: &str) -> (Client, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("quell.toml"), config).unwrap();
    let mut client = Client::initialized(Some(&uri(&folder, "")), json!({})).unwrap();
    let document = uri(&folder, "a.quell");
    client.open(&document, 1, RULES).unwrap();
    let found = client.request("textDocument/documentLink", json!({ "textDocument": { "uri": document } })).unwrap();
    (client, found.as_array().unwrap().clone())
}

#[test]
fn tickets_are_links_where_the_project_says_how() {
    let (_, found) = links("[tickets]\npattern = 'SEC-\\d+'\nurl = \"https://tracker.example.com/browse/{ticket}\"\n");
    let shown: Vec<(&str, u64, u64)> = found
        .iter()
        .map(|link| {
            let start = &link["range"]["start"];
            let place = |field: &str| start[field].as_u64().unwrap();
            (link["target"].as_str().unwrap(), place("line"), place("character"))
        })
        .collect();
    assert_eq!(
        shown,
        [("https://tracker.example.com/browse/SEC-7", 0, 9), ("https://tracker.example.com/browse/SEC-12", 2, 12)]
    );
    assert!(links("").1.is_empty());
}

#[test]
fn a_pattern_that_is_none_is_told_at_the_settings() {
    let (mut client, found) = links("[tickets]\npattern = 'SEC-('\nurl = \"https://t.example/{ticket}\"\n");
    assert!(found.is_empty());
    let told = client
        .wait_for(|message| message["params"]["uri"].as_str().is_some_and(|uri| uri.ends_with("/quell.toml")))
        .unwrap();
    let message = told["params"]["diagnostics"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("`tickets.pattern` is no regular expression"), "{message}");
}
