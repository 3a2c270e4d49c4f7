//! Recorded events of a project: what is counted shows wherever a rule or a key is told about, and follows the files.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::language_client::Client;
use tests::{binary, workspace};

const RULE: &str = "suppress a {\n  rules { ruleId:def-000-krp }\n  when event { @process.args:x }\n}\n";

fn event(number: usize) -> String {
    let args = if number.is_multiple_of(4) { "--quiet run" } else { "x" };
    json!({ "process": { "args": [args], "comm": format!("c{}", number % 3) }, "tags": ["env:prod"] }).to_string()
        + "\n"
}

fn events(count: usize) -> String {
    (0..count).map(event).collect()
}

struct Session {
    folder: TempDir,
    client: Client,
}

impl Session {
    fn start(settings: &str, samples: &str) -> Session {
        Session::start_able(settings, samples, json!({}))
    }

    /// With a client that can do more than the least.
    fn start_able(settings: &str, samples: &str, capabilities: Value) -> Session {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("samples")).unwrap();
        for (name, text) in [("quell.toml", settings), ("a.quell", RULE), ("samples/a.ndjson", samples)] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let client = Client::initialized(Some(&uri(folder.path(), "")), capabilities).unwrap();
        let mut session = Session { folder, client };
        let own = session.uri("a.quell");
        session.client.open(&own, 1, RULE).unwrap();
        session
    }

    fn uri(&self, name: &str) -> String {
        uri(self.folder.path(), name)
    }

    fn ask(&mut self, method: &str, line: u32, character: u32) -> Value {
        let document = json!({ "uri": self.uri("a.quell") });
        let position = json!({ "line": line, "character": character });
        self.client.request(method, json!({ "textDocument": document, "position": position })).unwrap()
    }

    fn hover(&mut self, line: u32, character: u32) -> String {
        self.ask("textDocument/hover", line, character)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The hover once it says something: what is read in the background may take its time.
    #[track_caller]
    fn hover_until(&mut self, line: u32, character: u32, says: &str) -> String {
        let start = Instant::now();
        loop {
            let hover = self.hover(line, character);
            if hover.contains(says) {
                return hover;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "no `{says}` in {hover}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn change(&mut self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
        let changes = json!({ "changes": [{ "uri": self.uri(name), "type": 2 }] });
        self.client.notify("workspace/didChangeWatchedFiles", changes).unwrap();
    }
}

fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}{}{name}", folder.canonicalize().unwrap().display(), if name.is_empty() { "" } else { "/" })
}

const SETTINGS: &str = "[samples]\nfiles = [\"samples/*.ndjson\"]\n";

#[test]
fn keys_and_terms_come_with_their_counts() {
    let mut session = Session::start(SETTINGS, &events(4000));
    let of_key = session.hover_until(2, 20, "sampled events");
    assert!(of_key.ends_with("on 4,000 of 4,000 sampled events\n- x: 3,000\n- --quiet run: 1,000"), "{of_key}");
    let of_rule = session.hover(0, 9);
    assert!(of_rule.contains("- 0.4 @process.args:\"x\", 3,000 of 4,000 sampled events"), "{of_rule}");
    let counted = session.hover_until(0, 9, "\nsilences ");
    assert!(counted.contains("\nsilences 3,000 of 4,000 sampled events\n"), "{counted}");
    // What is written in the project comes first, then what was counted, the most frequent first and quoted where need be.
    let own = session.uri("a.quell");
    let edit = json!([{ "range": { "start": { "line": 2, "character": 29 }, "end": { "line": 2, "character": 30 } }, "text": "" }]);
    session.client.change(&own, 2, edit).unwrap();
    let offered = session.ask("textDocument/completion", 2, 29);
    let offered: Vec<(&str, &str)> = offered["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["label"].as_str().unwrap(), item["detail"].as_str().unwrap_or_default()))
        .collect();
    let counted = [("x", "3,000 of 4,000 sampled events"), ("\"--quiet run\"", "1,000 of 4,000 sampled events")];
    assert_eq!(offered, counted);
}

/// The titles of the lenses over the rule.
fn lenses(client: &mut Client, uri: &str) -> Vec<String> {
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).unwrap();
    let lenses = lenses.as_array().unwrap();
    lenses.iter().map(|lens| lens["command"]["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_a_rule_silences_stands_over_it() {
    let mut session = Session::start(SETTINGS, &events(400));
    session.hover_until(0, 9, "silences 300 of 400 sampled events");
    let own = session.uri("a.quell");
    assert_eq!(lenses(&mut session.client, &own), ["explain", "silences 300 of 400 sampled events"]);
    // An edited rule is never shown with what it was before.
    let edit = json!([{ "range": { "start": { "line": 2, "character": 29 }, "end": { "line": 2, "character": 30 } }, "text": "y" }]);
    session.client.change(&own, 2, edit).unwrap();
    assert!(!lenses(&mut session.client, &own).iter().any(|title| title.contains("300")));
}

#[test]
fn a_client_is_told_when_lenses_are_counted() {
    let able = json!({ "workspace": { "codeLens": { "refreshSupport": true } } });
    let mut session = Session::start_able(SETTINGS, &events(400), able);
    session.client.wait_method("workspace/codeLens/refresh").unwrap();
    let own = session.uri("a.quell");
    assert!(lenses(&mut session.client, &own).contains(&"silences 300 of 400 sampled events".to_owned()));
}

#[test]
fn the_count_of_a_rule_is_never_that_of_another_text() {
    let mut session = Session::start(SETTINGS, &events(400));
    session.hover_until(0, 9, "silences 300 of 400 sampled events");
    let own = session.uri("a.quell");
    let change = |from: u32, to: u32, text: &str| json!([{ "range": { "start": { "line": 2, "character": from }, "end": { "line": 2, "character": to } }, "text": text }]);
    session.client.change(&own, 2, change(29, 30, "\"--quiet run\"")).unwrap();
    let hover = session.hover(0, 9);
    assert!(!hover.contains("silences") || hover.contains("silences 100 of 400"), "{hover}");
    session.hover_until(0, 9, "silences 100 of 400 sampled events");
}

#[test]
fn hints_are_asked_for_again_once_events_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("quell.toml", "[samples]\nfiles = [\"e.ndjson\"]\n"), ("a.quell", RULE), ("e.ndjson", &events(8))]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let capabilities = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    let mut client = Client::initialized(Some(&uri(folder.path(), "")), capabilities).unwrap();
    client.open(&uri(folder.path(), "a.quell"), 1, RULE).unwrap();
    client.wait_method("workspace/inlayHint/refresh").unwrap();
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 4, "character": 0 } });
    let document = json!({ "uri": uri(folder.path(), "a.quell") });
    let hints = client.request("textDocument/inlayHint", json!({ "textDocument": document, "range": range })).unwrap();
    assert_eq!(hints[0]["label"], "0.5 bits, broad", "{hints}");
}

#[test]
fn the_rules_of_the_shop_are_counted_as_replay_does() {
    let folder = tempfile::tempdir().unwrap();
    let examples = workspace::root().join("grammar/examples");
    fs::create_dir(folder.path().join("events")).unwrap();
    for from in ["shop", "events"] {
        let below = if from == "events" { folder.path().join(from) } else { folder.path().to_path_buf() };
        for entry in fs::read_dir(examples.join(from)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), below.join(entry.file_name())).unwrap();
        }
    }
    let settings = folder.path().join("quell.toml");
    let own = fs::read_to_string(&settings).unwrap();
    fs::write(settings, format!("{own}\n[samples]\nfiles = [\"events/*.ndjson\"]\n")).unwrap();
    let mut events: Vec<_> =
        fs::read_dir(folder.path().join("events")).unwrap().map(|entry| entry.unwrap().path()).collect();
    events.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    let run = Command::new(binary::quell().unwrap())
        .current_dir(folder.path())
        .args(["replay", "--now", "2026-11-24", "--format", "json"])
        .args(&events)
        .output()
        .unwrap();
    let replayed: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let mut client = Client::initialized(Some(&uri(folder.path(), "")), json!({})).unwrap();
    let rules = replayed["rules"].as_array().unwrap();
    assert!(rules.len() > 20 && rules.iter().any(|rule| rule["matched"] != 0), "{}", rules.len());
    for rule in rules {
        let (name, file) = (rule["name"].as_str().unwrap(), rule["file"].as_str().unwrap());
        let line = rule["line"].as_u64().unwrap() - 1;
        let says = format!("silences {} of {} sampled events", rule["matched"], replayed["events"]);
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        let character = text.lines().nth(line as usize).unwrap().find(name).unwrap();
        let params = json!({
            "textDocument": { "uri": uri(folder.path(), file) },
            "position": { "line": line, "character": character },
        });
        let start = Instant::now();
        loop {
            let hover = client.request("textDocument/hover", params.clone()).unwrap();
            let hover = hover["contents"]["value"].as_str().unwrap_or_default();
            if hover.contains(&says) {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{name}: no `{says}` in {hover}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn files_of_events_are_followed() {
    let mut session = Session::start(SETTINGS, &events(8));
    session.hover_until(2, 20, "on 8 of 8 sampled events");
    session.change("samples/a.ndjson", &events(12));
    session.hover_until(2, 20, "on 12 of 12 sampled events");
    session.change("samples/b.ndjson", &events(4));
    session.hover_until(2, 20, "on 16 of 16 sampled events");
    session.hover_until(0, 9, "silences 12 of 16 sampled events");
    // Without the setting nothing is counted.
    session.change("quell.toml", "");
    let start = Instant::now();
    while session.hover(2, 20).contains("sampled") {
        assert!(start.elapsed() < Duration::from_secs(30));
    }
    assert!(!session.hover(0, 9).contains("sampled"));
}

#[test]
fn what_is_wrong_with_them_is_told_in_the_settings() {
    let settings = "[samples]\nfiles = [\n  \"samples/*.ndjson\",\n  \"gone.json\",\n]\n";
    let mut session = Session::start(settings, "{}\nno event\n");
    let toml = session.uri("quell.toml");
    let told = session.client.published(&toml, None).unwrap();
    let told: Vec<(u64, &str)> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["range"]["start"]["line"].as_u64().unwrap(), found["message"].as_str().unwrap()))
        .collect();
    assert_eq!(told[0], (3, "`gone.json` cannot be read: there is no such file"));
    assert!(told[1].0 == 2 && told[1].1.starts_with("`samples/a.ndjson:2` is no event: it is not JSON"), "{told:?}");
    // Mended, it is taken back.
    session.change("gone.json", "{}");
    session.change("samples/a.ndjson", "{}\n");
    let is_clean = |message: &Value| {
        message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["uri"] == toml
            && message["params"]["diagnostics"] == json!([])
    };
    session.client.wait_for(is_clean).unwrap();
}
