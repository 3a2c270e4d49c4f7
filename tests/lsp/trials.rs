//! Tests and recordings from the editor: what runs them, what they say, and when that is taken back.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::binary;
use tests::language_client::Client;

const RULES: &str = "suppress backup {\n  when event { @process.comm:restic host:web-1 }\n}\n";

const TESTS: &str = "test \"is silenced\" {\n  suppressed { \"process\": { \"comm\": \"restic\" }, \"tags\": [\"host:web-1\"] } by backup\n}\n\n\
                     test \"from a file\" {\n  suppressed \"events.ndjson\"\n}\n";

const SILENCED: &str = "{\"process\":{\"comm\":\"restic\"},\"tags\":[\"host:web-1\"]}\n";
const FIRES: &str = "{\"process\":{\"comm\":\"sh\"},\"tags\":[\"host:web-1\"]}\n";

/// A project with a file of rules, one of tests and one of events, open in an editor.
struct Project {
    folder: TempDir,
    client: Client,
}

impl Project {
    fn open(events: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("quell.toml", ""), ("a.quell", RULES), ("t.quell", TESTS), ("events.ndjson", events)] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let uri = format!("file://{}", folder.path().display());
        let client = Client::initialized(Some(&uri), json!({})).unwrap();
        let mut project = Project { folder, client };
        for (name, text) in [("a.quell", RULES), ("t.quell", TESTS)] {
            let uri = project.uri(name);
            project.client.open(&uri, 1, text).unwrap();
        }
        project
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.path().display())
    }

    fn run(&mut self, command: &str, arguments: Value) -> Result<Value, String> {
        self.client.request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
    }

    /// Waits for a list of failed expectations of the file of tests of that length; gives the list.
    fn failed(&mut self, count: usize) -> Vec<Value> {
        let uri = self.uri("t.quell");
        let failed = |message: &Value| -> Vec<Value> {
            let found = message["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
            found.into_iter().filter(|found| found["source"] == "quell test").collect()
        };
        let told = self.client.wait_for(|message| message["params"]["uri"] == uri && failed(message).len() == count);
        failed(&told.unwrap())
    }

    /// Forgets what was published so far.
    fn forget(&mut self) {
        self.run("quell.explain", json!(["match-all"])).unwrap();
        self.client.forget("textDocument/publishDiagnostics");
    }

    /// What the command line prints.
    fn printed(&self, arguments: &[&str]) -> Value {
        let output = Command::new(binary::quell().unwrap())
            .args(arguments)
            .args(["--now", "2026-11-24"])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }
}

fn passed(reports: &Value) -> Vec<bool> {
    reports.as_array().unwrap().iter().map(|report| report["passed"].as_bool().unwrap()).collect()
}

#[test]
fn tests_run_by_command_say_what_the_command_line_says() {
    let mut project = Project::open(&format!("{SILENCED}{FIRES}"));
    let folder = project.uri("");
    let reports = project.run("quell.test", json!([folder.trim_end_matches('/')])).unwrap();
    assert_eq!(reports, project.printed(&["test", "--format", "json"]));
    assert_eq!(passed(&reports), [true, false]);
    let failed = project.failed(1);
    assert_eq!(failed[0]["severity"], 1);
    assert_eq!(failed[0]["range"]["start"], json!({ "line": 5, "character": 2 }));
    let message = failed[0]["message"].as_str().unwrap();
    assert!(message.starts_with("events.ndjson:2: it has to be silenced, and it fires"), "{message}");
    assert!(message.contains("nearest is `backup` (a.quell:1)"), "{message}");
    // One alone, and what the user is told.
    let tests = project.uri("t.quell");
    let reports = project.run("quell.test", json!([tests, "is silenced"])).unwrap();
    assert_eq!(passed(&reports), [true]);
    let told = project
        .client
        .wait_for(|message| {
            message["method"] == "window/showMessage"
                && message["params"]["message"].as_str().is_some_and(|text| text.starts_with("passed: "))
        })
        .unwrap();
    assert_eq!(told["params"]["message"], "passed: is silenced, 1 events");
    let reports = project.run("quell.test", json!([project.uri("a.quell")])).unwrap();
    assert_eq!(reports, json!([]));
}

#[test]
fn what_failed_is_told_on_saving_and_taken_back_with_what_it_hangs_on() {
    let start = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    for touched in ["a.quell", "t.quell", "events.ndjson"] {
        let mut project = Project::open(FIRES);
        let (uri, tests) = (project.uri(touched), project.uri("t.quell"));
        // Waits for the files to be read.
        project.run("quell.test", json!([project.uri("a.quell")])).unwrap();
        project.client.notify("textDocument/didSave", json!({ "textDocument": { "uri": tests } })).unwrap();
        project.failed(1);
        project.forget();
        match touched {
            "a.quell" => {
                let rule = "suppress other { when event { @process.comm:sh host:web-1 } }\n";
                project.client.change(&uri, 2, json!([{ "range": start, "text": rule }])).unwrap();
            }
            "t.quell" => {
                let at = TESTS.find("suppressed \"events").unwrap();
                let line = TESTS[..at].matches('\n').count();
                let range =
                    json!({ "start": { "line": line, "character": 2 }, "end": { "line": line, "character": 12 } });
                project.client.change(&uri, 2, json!([{ "range": range, "text": "fires" }])).unwrap();
            }
            _ => {
                let changes = json!({ "changes": [{ "uri": uri, "type": 2 }] });
                project.client.notify("workspace/didChangeWatchedFiles", changes).unwrap();
            }
        }
        project.failed(0);
    }
}

#[test]
fn a_test_that_was_put_right_fails_no_more() {
    let mut project = Project::open(FIRES);
    let tests = project.uri("t.quell");
    assert_eq!(passed(&project.run("quell.test", json!([tests])).unwrap()), [true, false]);
    project.failed(1);
    project.forget();
    fs::write(project.folder.path().join("events.ndjson"), SILENCED).unwrap();
    assert_eq!(passed(&project.run("quell.test", json!([tests])).unwrap()), [true, true]);
    project.failed(0);
}

#[test]
fn a_recording_is_replayed_as_the_command_line_does() {
    let mut project = Project::open(&format!("{SILENCED}{FIRES}no event\n{SILENCED}"));
    let events = project.uri("events.ndjson");
    let report = project.run("quell.replay", json!([events])).unwrap();
    assert_eq!(report, project.printed(&["replay", "events.ndjson", "--format", "json"]));
    assert_eq!((&report["suppressed"], &report["bad_lines"]), (&json!(2), &json!(1)));
    let with = json!([events, project.uri("a.quell")]);
    assert_eq!(project.run("quell.replay", with).unwrap(), report);
}

#[test]
fn nothing_is_tried_outside_of_the_project_or_with_errors() {
    let mut project = Project::open(FIRES);
    let rules = project.uri("a.quell");
    let outside = tempfile::NamedTempFile::new().unwrap();
    let outside = format!("file://{}", outside.path().display());
    let error = project.run("quell.replay", json!([outside, rules])).unwrap_err();
    assert!(error.contains("outside of the project"), "{error}");
    let error = project.run("quell.replay", json!([project.uri("none.ndjson")])).unwrap_err();
    assert!(error.contains("no file `none.ndjson`"), "{error}");
    for arguments in [json!([]), json!([5])] {
        assert!(project.run("quell.test", arguments.clone()).unwrap_err().contains("-32602"));
        assert!(project.run("quell.replay", arguments).unwrap_err().contains("-32602"));
    }
    project.client.change(&rules, 2, json!([{ "text": "suppress {" }])).unwrap();
    let error = project.run("quell.test", json!([project.uri("t.quell")])).unwrap_err();
    assert!(error.contains("while there are errors"), "{error}");
}

#[test]
fn lenses_run_what_they_say() {
    let mut project = Project::open(SILENCED);
    let mut lenses = Vec::new();
    for name in ["a.quell", "t.quell"] {
        let uri = project.uri(name);
        let found = project.client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).unwrap();
        lenses.extend(found.as_array().unwrap().clone());
    }
    let titles: Vec<(&str, u64)> = lenses
        .iter()
        .map(|lens| {
            let line = lens["range"]["start"]["line"].as_u64().unwrap();
            (lens["command"]["title"].as_str().unwrap(), line)
        })
        .collect();
    assert_eq!(titles, [("explain", 0), ("run test", 0), ("run test", 4)]);
    let answers: Vec<Value> = lenses
        .iter()
        .map(|lens| {
            let command = &lens["command"];
            project.run(command["command"].as_str().unwrap(), command["arguments"].clone()).unwrap()
        })
        .collect();
    let explained = answers[0].as_str().unwrap();
    assert!(explained.starts_with("**backup**") && explained.contains("bits"), "{explained}");
    assert!(explained.contains("**missing-owner**"), "{explained}");
    assert_eq!([passed(&answers[1]), passed(&answers[2])], [[true], [true]]);
    // An editor that cannot show a document is told in words.
    let told = |message: &Value| message["params"]["message"].as_str() == Some(explained);
    project.client.wait_for(told).unwrap();
}

#[test]
fn an_explanation_is_shown_where_documents_can_be() {
    let capabilities = json!({ "window": { "showDocument": { "support": true } } });
    let mut client = Client::initialized(Some("file:///nowhere"), capabilities).unwrap();
    client.open("file:///nowhere/a.quell", 1, RULES).unwrap();
    let params = json!({ "command": "quell.explain", "arguments": ["backup", "file:///nowhere/a.quell"] });
    let text = client.request("workspace/executeCommand", params).unwrap();
    let shown = client.wait_method("window/showDocument").unwrap();
    let page = shown["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert_eq!(fs::read_to_string(page).unwrap(), text.as_str().unwrap());
}
