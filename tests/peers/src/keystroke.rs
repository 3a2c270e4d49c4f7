//! A letter typed in the middle of a large file, until its diagnostics are there: Quell's language server and another,
//! each with the same rules in its own language.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use peers::language_client::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::generate::Job;
use crate::measure::{in_turns, shown, times};
use crate::{Result, generate, programs};

/// How large the file is, in bytes.
const SIZE: usize = 2_000_000;

/// Letters in one turn, half of them taken back.
const LETTERS: usize = 10;

/// A server with the file open.
struct Open {
    name: &'static str,
    client: Client,
    uri: String,
    /// The place behind which a letter is typed.
    place: Value,
    /// The same, one further.
    behind: Value,
    version: i64,
    bytes: usize,
    opening: Duration,
}

/// The table.
pub(crate) fn table() -> Result<String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let quell = Command::new(programs::own("quell-lsp")?);
    let mut ruff = Command::new(programs::installed("ruff")?);
    ruff.arg("server");
    let mut servers = [
        Open::new("`quell-lsp`", quell, &folder, "rules.quell", "quell", &quell_text(), "@process.user:")?,
        Open::new("`ruff server`", ruff, &folder, "rules.py", "python", &python_text(), "\"process.user\": \"")?,
    ];
    let measured = in_turns(&mut servers, Open::typing)?;
    let mut out = String::from("| | bytes | opened | a letter | |\n| --- | ---: | ---: | ---: | ---: |\n");
    let letter = |turn: f64| turn / LETTERS as f64;
    let unit = measured.first().and_then(|times| times.median()).ok_or("nothing was measured")?;
    for (server, measured) in servers.iter().zip(&measured) {
        let Some(median) = measured.median() else { continue };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | **{}** |",
            server.name,
            server.bytes,
            shown(server.opening.as_secs_f64()),
            shown(letter(median)),
            times(median, unit)
        );
    }
    Ok(out)
}

impl Open {
    fn new(
        name: &'static str,
        mut command: Command,
        folder: &TempDir,
        file: &str,
        language: &str,
        text: &str,
        needle: &str,
    ) -> Result<Open> {
        let path = folder.path().join(file);
        fs::write(&path, text).map_err(|error| error.to_string())?;
        let uri = uri(&path);
        let middle = text.get(text.len() / 2..).and_then(|rest| rest.find(needle)).ok_or("the text has no middle")?;
        let at = text.len() / 2 + middle + needle.len() + 1;
        let mut client = Client::start_with(&mut command)?;
        client.initialize(Some(&self::uri(folder.path())), json!({}))?;
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        let start = Instant::now();
        client.notify("textDocument/didOpen", json!({ "textDocument": document }))?;
        let found = client.published(&uri, Some(1))?;
        if found.as_array().is_some_and(|found| found.iter().any(|found| found.get("severity") == Some(&json!(1)))) {
            return Err(format!("{name} finds an error in its file"));
        }
        let opening = client.arrived() - start;
        let (place, behind) = (position(text, at), position(text, at + 1));
        Ok(Open { name, client, uri, place, behind, version: 1, bytes: text.len(), opening })
    }

    /// Letters, each typed once the diagnostics of the one before are there.
    fn typing(&mut self) -> Result<Duration> {
        let mut all = Duration::ZERO;
        for number in 0..LETTERS {
            self.version += 1;
            let change = if number % 2 == 0 {
                json!([{ "range": { "start": self.place, "end": self.place }, "text": "x" }])
            } else {
                json!([{ "range": { "start": self.place, "end": self.behind }, "text": "" }])
            };
            self.client.log.clear();
            let start = Instant::now();
            self.client.change(&self.uri, self.version, change)?;
            self.client.published(&self.uri, Some(self.version))?;
            all += self.client.arrived() - start;
        }
        Ok(all)
    }
}

fn quell_text() -> String {
    let one = generate::project(1).len();
    generate::project(SIZE / one + 1)
}

/// The same rules as calls in Python.
fn python_text() -> String {
    let mut out = String::from("from rules import suppress\n\n");
    for number in 0.. {
        let job = Job::of(number);
        let argument = job.argument();
        let Job { number, name, program, parent, service, user } = job;
        let _ = write!(
            out,
            r#"# The nightly job {name} of {service} starts {program} and reads its own configuration.
suppress(
    name="nightly-{name}",
    owner="platform@example.com",
    reason="job {name} is started by the scheduler and touches its own files only",
    ticket="SEC-{number}",
    expires="2027-06-30",
    rules=["def-000-krp", "oqn-z2v-zb0"],
    when={{
        "process.args": "{argument}",
        "process.executable.path": "{program}",
        "process.executable.user": "root",
        "process.parent.executable.path": "{parent}",
        "process.parent.comm": ["cron", "systemd"],
        "process.user": "{user}",
        "kube_service": "{service}",
    }},
    unless={{"env": "staging"}},
)

"#
        );
        if out.len() >= SIZE {
            break;
        }
    }
    out
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn position(text: &str, at: usize) -> Value {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count();
    json!({ "line": line, "character": before.rsplit('\n').next().unwrap_or_default().len() })
}
