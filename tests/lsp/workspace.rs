//! Folders on disk: what is read, what is watched, what is pulled, and commands.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::language_client::Client;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}{}{name}", folder.canonicalize().unwrap().display(), if name.is_empty() { "" } else { "/" })
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

fn start(folder: &TempDir, capabilities: Value) -> Client {
    Client::initialized(Some(&uri(folder.path(), "")), capabilities).unwrap()
}

const BROKEN: &str = "suppress a { when { $nobody } }\n";

#[test]
fn files_that_are_not_open_are_checked_too() {
    let folder = folder(&[
        ("quell.toml", "[paths]\nexclude = [\"skipped/**\"]\n"),
        ("a.quell", BROKEN),
        ("sub/fine.quell", "let x = (y)\n"),
        ("skipped/b.quell", BROKEN),
    ]);
    let mut client = start(&folder, json!({ "window": { "workDoneProgress": true } }));
    let published = client.published(&uri(folder.path(), "a.quell"), None).unwrap();
    assert!(codes(&published).contains(&"unknown-name"), "{published}");
    // How far it is was told from the first file to the last.
    client.wait_method("window/workDoneProgress/create").unwrap();
    for kind in ["begin", "report", "end"] {
        client
            .wait_for(|message| message["method"] == "$/progress" && message["params"]["value"]["kind"] == kind)
            .unwrap();
    }
    let rest = client.drain(Duration::from_millis(200));
    let other = rest.iter().find(|message| message["method"] == "textDocument/publishDiagnostics");
    assert!(other.is_none(), "{other:?}");
    // Found by name, though never opened.
    let found = client.request("workspace/symbol", json!({ "query": "x" })).unwrap();
    assert_eq!(found[0]["location"]["uri"], uri(folder.path(), "sub/fine.quell"));
}

#[test]
fn what_is_imported_is_read_where_it_lies() {
    // No folder is open: the file alone, and what it names.
    let folder = folder(&[
        ("main.quell", ""),
        ("lib/hosts.quell", "import \"more.quell\"\nlet hosts = $more\n"),
        ("lib/more.quell", "let more = (a)\n"),
    ]);
    let mut client = Client::initialized(None, json!({})).unwrap();
    let main = uri(folder.path(), "main.quell");
    client.open(&main, 1, "let part = { host:a }\n").unwrap();
    client.published(&main, Some(1)).unwrap();
    client.change(&main, 2, json!([{ "text": "import \"lib/hosts.quell\"\nlet part = { host:$hosts }\n" }])).unwrap();
    let published = client.published(&main, Some(2)).unwrap();
    assert!(!codes(&published).contains(&"import-not-found"), "{published}");
    // Nothing outside of the folder.
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.quell"), "let hosts = (a)\n").unwrap();
    client.change(&main, 3, json!([{ "text": "import \"../x.quell\"\n" }])).unwrap();
    assert_eq!(codes(&client.published(&main, Some(3)).unwrap()), ["outside-project"]);
}

#[test]
fn changes_on_disk_are_followed() {
    let folder = folder(&[
        ("quell.toml", ""),
        ("a.quell", BROKEN),
        ("open.quell", "import \"lib.quell\"\nlet p = { host:$hosts }\n"),
    ]);
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = start(&folder, capabilities);
    let registered = client.wait_method("client/registerCapability").unwrap();
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    let (a, open) = (uri(folder.path(), "a.quell"), uri(folder.path(), "open.quell"));
    client.published(&a, None).unwrap();
    client.open(&open, 1, &fs::read_to_string(folder.path().join("open.quell")).unwrap()).unwrap();
    let published = client.published(&open, Some(1)).unwrap();
    assert!(codes(&published).contains(&"import-not-found"), "{published}");
    let watched = |client: &mut Client, name: &str, kind: u32| {
        let changes = json!({ "changes": [{ "uri": uri(folder.path(), name), "type": kind }] });
        client.notify("workspace/didChangeWatchedFiles", changes).unwrap();
    };
    // A file comes.
    fs::write(folder.path().join("lib.quell"), "let hosts = (x)\n").unwrap();
    watched(&mut client, "lib.quell", 1);
    client.published_until(&open, |codes| codes.is_empty()).unwrap();
    // A file changes, and goes.
    fs::write(folder.path().join("a.quell"), "let fine = (x)\n").unwrap();
    watched(&mut client, "a.quell", 2);
    assert_eq!(codes(&client.published(&a, None).unwrap()), [""; 0]);
    fs::write(folder.path().join("a.quell"), BROKEN).unwrap();
    watched(&mut client, "a.quell", 2);
    assert!(!codes(&client.published(&a, None).unwrap()).is_empty());
    fs::remove_file(folder.path().join("a.quell")).unwrap();
    watched(&mut client, "a.quell", 3);
    assert_eq!(codes(&client.published(&a, None).unwrap()), [""; 0]);
    // A file that goes while it is open stays as the editor has it.
    fs::remove_file(folder.path().join("open.quell")).unwrap();
    watched(&mut client, "open.quell", 3);
    client.change(&open, 2, json!([{ "text": BROKEN }])).unwrap();
    assert!(codes(&client.published(&open, Some(2)).unwrap()).contains(&"unknown-name"));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": open } })).unwrap();
    client.published_until(&open, |codes| codes.is_empty()).unwrap();
}

#[test]
fn settings_are_followed_and_their_faults_told() {
    let folder = folder(&[("quell.toml", ""), ("a.quell", "suppress a { when { team:x } }\n")]);
    let mut client = start(&folder, json!({}));
    let (a, toml) = (uri(folder.path(), "a.quell"), uri(folder.path(), "quell.toml"));
    client.published_until(&a, |codes| codes.contains(&"unknown-tag")).unwrap();
    let changed = json!({ "changes": [{ "uri": toml, "type": 2 }] });
    fs::write(folder.path().join("quell.toml"), "[lints]\nunknown-tag = \"allow\"\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed.clone()).unwrap();
    let published = client
        .wait_for(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == a
                && message["params"]["diagnostics"]
                    .as_array()
                    .is_some_and(|found| !found.iter().any(|found| found["code"] == "unknown-tag"))
        })
        .unwrap();
    assert!(published["params"]["version"].is_null());
    fs::write(folder.path().join("quell.toml"), "\n[lints]\nunknown-tag = 7\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed).unwrap();
    let published = client.published(&toml, None).unwrap();
    assert_eq!(published[0]["range"]["start"]["line"], 2, "{published}");
}

#[test]
fn a_client_that_pulls_is_not_published_to() {
    let folder = folder(&[("quell.toml", ""), ("a.quell", BROKEN), ("b.quell", "let b = (x)\n")]);
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = start(&folder, capabilities);
    let (a, b) = (uri(folder.path(), "a.quell"), uri(folder.path(), "b.quell"));
    // The folder was read: the client is asked to pull.
    client.wait_method("workspace/diagnostic/refresh").unwrap();
    let mut report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    while !report["items"].as_array().unwrap().iter().any(|item| item["uri"] == a && item["items"] != json!([])) {
        client.wait_method("workspace/diagnostic/refresh").unwrap();
        report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    }
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{report}");
    let previous: Vec<Value> =
        items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    let again = client.request("workspace/diagnostic", json!({ "previousResultIds": previous })).unwrap();
    assert!(again["items"].as_array().unwrap().iter().all(|item| item["kind"] == "unchanged"), "{again}");

    client.open(&b, 1, "let b = (x)\n").unwrap();
    client.change(&b, 2, json!([{ "text": BROKEN }])).unwrap();
    let report = client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": b } })).unwrap();
    assert!(codes(&report["items"]).contains(&"unknown-name"), "{report}");
    let params = json!({ "textDocument": { "uri": b }, "previousResultId": report["resultId"] });
    let again = client.request("textDocument/diagnostic", params).unwrap();
    assert_eq!(again["kind"], "unchanged");
    assert!(!client.log.iter().any(|(_, message)| message["method"] == "textDocument/publishDiagnostics"));
}

#[test]
fn imports_follow_files_that_are_renamed() {
    let folder = folder(&[
        ("quell.toml", ""),
        ("main.quell", "import \"lib/hosts.quell\"\nimport \"lib/other.quell\"\n"),
        ("lib/hosts.quell", "import \"other.quell\"\nlet hosts = (a)\n"),
        ("lib/other.quell", "let other = (b)\n"),
    ]);
    let mut client = start(&folder, json!({ "window": { "workDoneProgress": true } }));
    client.wait_for(|message| message["params"]["value"]["kind"] == "end").unwrap();
    let rename = |client: &mut Client, old: &str, new: &str| {
        let files = json!({ "files": [{ "oldUri": uri(folder.path(), old), "newUri": uri(folder.path(), new) }] });
        let edit = client.request("workspace/willRenameFiles", files).unwrap();
        let mut texts: Vec<(String, String)> = Vec::new();
        for (file, edits) in edit["changes"].as_object().cloned().unwrap_or_default() {
            for edit in edits.as_array().unwrap() {
                let name = file.rsplit('/').next().unwrap().to_owned();
                texts.push((name, edit["newText"].as_str().unwrap().to_owned()));
            }
        }
        texts.sort();
        texts
    };
    let pair = |file: &str, text: &str| (file.to_owned(), text.to_owned());
    let moved = rename(&mut client, "lib/hosts.quell", "fleet.quell");
    assert_eq!(moved, [pair("hosts.quell", "lib/other.quell"), pair("main.quell", "fleet.quell")]);
    // A folder takes its files along, and what they say of one another stays.
    let moved = rename(&mut client, "lib", "library");
    assert_eq!(moved, [pair("main.quell", "library/hosts.quell"), pair("main.quell", "library/other.quell")]);
    assert_eq!(rename(&mut client, "main.quell", "lib/main.quell").len(), 2);
}

#[test]
fn folders_come_and_go() {
    let (one, two) =
        (folder(&[("quell.toml", ""), ("a.quell", BROKEN)]), folder(&[("quell.toml", ""), ("b.quell", BROKEN)]));
    let mut client = start(&one, json!({}));
    let (a, b) = (uri(one.path(), "a.quell"), uri(two.path(), "b.quell"));
    assert!(!codes(&client.published(&a, None).unwrap()).is_empty());
    let folder = |folder: &TempDir| json!({ "uri": uri(folder.path(), ""), "name": "x" });
    let event = json!({ "event": { "added": [folder(&two)], "removed": [folder(&one)] } });
    client.notify("workspace/didChangeWorkspaceFolders", event).unwrap();
    assert!(!codes(&client.published(&b, None).unwrap()).is_empty());
    assert_eq!(codes(&client.published(&a, None).unwrap()), [""; 0]);
}

#[test]
fn commands_compile_and_explain() {
    let folder = folder(&[
        ("quell.toml", ""),
        ("a.quell", "suppress a { rules { ruleId:x } when { @process.executable.path:/usr/bin/a } }\n"),
    ]);
    let mut client = start(&folder, json!({}));
    let a = uri(folder.path(), "a.quell");
    client.open(&a, 1, &fs::read_to_string(folder.path().join("a.quell")).unwrap()).unwrap();
    let run = |client: &mut Client, command: &str, arguments: Value| {
        client.request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
    };
    let output = run(&mut client, "quell.compile", json!([a, "datadog"])).unwrap();
    let compiled: Value = serde_json::from_str(output.as_str().unwrap()).unwrap();
    assert_eq!(compiled[0]["data"]["attributes"]["suppression_query"], "@process.executable.path:\"/usr/bin/a\"");
    let output = run(&mut client, "quell.compile", json!([a])).unwrap();
    assert!(output.as_str().unwrap().contains("quell.rules"));
    client.change(&a, 2, json!([{ "text": BROKEN }])).unwrap();
    assert!(run(&mut client, "quell.compile", json!([a])).unwrap_err().contains("errors"));
    let page = run(&mut client, "quell.explain", json!(["match-all"])).unwrap();
    assert!(page.as_str().unwrap().starts_with("# match-all"));
    for (command, arguments) in
        [("quell.explain", json!(["nope"])), ("quell.nope", json!([])), ("quell.compile", json!([a, "x"]))]
    {
        assert!(run(&mut client, command, arguments).is_err(), "{command}");
    }
}
