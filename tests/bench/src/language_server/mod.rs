//! The language server beside one that does nothing, over standard streams, with the same client in the same run. Times
//! are from the first byte sent to the last one received: what the client makes of JSON is not the server's.

mod nothing;
mod times;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::language_client::Client;

use crate::generate;
use crate::process;
use times::Times;

pub(crate) use nothing::nothing;

/// The document of a server that knows one only.
const URI: &str = "file:///nowhere/bench.quell";

/// Sizes of a lone document, in rules.
const SIZES: [usize; 2] = [100, 10_000];

/// The files of a workspace, and the rules in each.
const FILES: usize = 1_000;
const RULES: usize = 10;

/// How often each thing is done.
const TIMES: usize = 400;

/// How often what takes long is done.
const FEW: usize = 10;

/// How long after the last request a server is at rest.
const REST: Duration = Duration::from_secs(1);

type Result<T> = std::result::Result<T, String>;

/// The programs that are measured.
struct Programs {
    server: PathBuf,
    own: PathBuf,
}

impl Programs {
    fn client(&self) -> Result<Client> {
        Client::start_with(&mut Command::new(&self.server))
    }

    /// How long a letter takes the server that does nothing.
    fn nothing(&self, text: &str) -> Result<Times> {
        let mut client = Client::start_with(Command::new(&self.own).arg("--nothing"))?;
        client.initialize(None, json!({}))?;
        Document::opened(&mut client, URI, text)?.typing(&mut client, TIMES)
    }
}

/// Measures, and prints the table.
pub(crate) fn run() -> Result<()> {
    let server = process::build_server().map_err(|error| error.to_string())?;
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let programs = Programs { server, own };
    println!("| what | where | median | p99 | over nothing | p99 over nothing |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let starting = Times::of(20, |_| {
        let start = Instant::now();
        let mut client = programs.client()?;
        client.initialize(None, json!({}))?;
        Ok(client.arrived() - start)
    })?;
    println!("| process started, `initialize` answered | | {}", starting.alone());
    let mut letters = Vec::new();
    let mut memory = Vec::new();
    for rules in SIZES {
        let place = format!("a file of {rules} rules");
        let text = generate::project(rules);
        let nothing = programs.nothing(&text)?;
        println!("| a letter, a server that does nothing | {place} | {}", nothing.beside(&nothing));
        let opening = Times::of(7, |_| {
            // One after the other: a server that was opened before still checks what nobody waits for.
            let mut client = programs.client()?;
            client.initialize(None, json!({}))?;
            Ok(Document::opened(&mut client, URI, &text)?.opening)
        })?;
        println!("| opened, its first diagnostics | {place} | {}", opening.beside(&nothing));
        let mut client = programs.client()?;
        client.initialize(None, json!({}))?;
        let document = Document::opened(&mut client, URI, &text)?;
        letters.push(document.budgets(&mut client, &place, &nothing)?);
        memory.push(held(&mut client, &document, &place, text.len())?);
    }
    memory.push(workspace(&programs)?);
    println!();
    if let ([small, large], [few, many]) = (letters.as_slice(), SIZES) {
        println!("a letter at {many} rules over one at {few}: {:.2}", large / small);
    }
    memory.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// The same of many small files, one of which is open; gives what is to be said of memory.
fn workspace(programs: &Programs) -> Result<String> {
    let place = format!("{FILES} files of {RULES} rules");
    let (folder, first, bytes) = write_workspace().map_err(|error| error.to_string())?;
    let uri = |path: &Path| format!("file://{}", path.display());
    let text = fs::read_to_string(&first).map_err(|error| error.to_string())?;
    let nothing = programs.nothing(&text)?;
    let read = || -> Result<(Client, Duration)> {
        let mut client = programs.client()?;
        let start = Instant::now();
        client.initialize(Some(&uri(folder.path())), json!({ "window": { "workDoneProgress": true } }))?;
        let value = |message: &Value, field: &str| message.pointer(&format!("/params/value/{field}")).cloned();
        let begun = client.wait_for(|message| value(message, "title") == Some(json!("Reading Quell files")))?;
        let token = begun.pointer("/params/token").cloned();
        client.wait_for(|message| {
            message.pointer("/params/token").cloned() == token && value(message, "kind") == Some(json!("end"))
        })?;
        let took = client.arrived() - start;
        Ok((client, took))
    };
    let reading = Times::of(7, |_| Ok(read()?.1))?;
    println!("| `initialize` until all files are read | {place} | {}", reading.beside(&nothing));
    let (mut client, _) = read()?;
    let first = uri(&first);
    let document = Document::opened(&mut client, &first, &text)?;
    println!("| opened, its first diagnostics | {place} | {:.2} ms | | | |", document.opening.as_secs_f64() * 1e3);
    document.budgets(&mut client, &place, &nothing)?;
    held(&mut client, &document, &place, bytes)
}

/// A folder of rule files; the first of them, and how many bytes all have.
fn write_workspace() -> std::io::Result<(TempDir, PathBuf, usize)> {
    let text = generate::project(FILES * RULES);
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("quell.toml"), "")?;
    for (number, ranges) in quell::syntax::split(&text).chunks(RULES).enumerate() {
        let part: String = ranges.iter().map(|range| range.of(&text)).collect();
        fs::write(folder.path().join(format!("rules-{number:05}.quell")), part)?;
    }
    let first = folder.path().join("rules-00000.quell");
    Ok((folder, first, text.len()))
}

/// What a server holds over the text that it knows: at rest, since what answers took is given back while it goes on,
/// and at most.
fn held(client: &mut Client, document: &Document<'_>, place: &str, text: usize) -> Result<String> {
    std::thread::sleep(REST);
    document.typing(client, 20)?;
    let times_text = |held: u64| held as f64 * 1024.0 / text as f64;
    let (held, peak) = (process::resident(client.process()), process::peak(client.process()));
    Ok(format!(
        "memory, {place}: {} MiB, {:.1} times the text; at most {} MiB, {:.1} times",
        held / 1024,
        times_text(held),
        peak / 1024,
        times_text(peak)
    ))
}

/// A document that is open.
struct Document<'t> {
    uri: &'t str,
    text: &'t str,
    /// How long it took to its first diagnostics.
    opening: Duration,
}

impl<'t> Document<'t> {
    fn opened(client: &mut Client, uri: &'t str, text: &'t str) -> Result<Document<'t>> {
        let document = json!({ "uri": uri, "languageId": "quell", "version": 1, "text": text });
        let params = json!({ "textDocument": document });
        let body = json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }).to_string();
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let start = Instant::now();
        client.send_raw(message.as_bytes())?;
        client.published(uri, Some(1))?;
        Ok(Document { uri, text, opening: client.arrived() - start })
    }

    /// The budgets of an open document, a line each; gives what a letter takes.
    fn budgets(&self, client: &mut Client, place: &str, nothing: &Times) -> Result<f64> {
        // Everything is checked before anything is measured.
        client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": self.uri } }))?;
        self.typing(client, 20)?;
        let typed = self.typing(client, TIMES)?;
        println!("| a letter, its diagnostics | {place} | {}", typed.beside(nothing));
        let is_large = self.text.len() > 1 << 20;
        for (method, needle, behind) in [
            ("textDocument/completion", "    @process.user", 5),
            ("textDocument/hover", "@process.parent.comm", 3),
            ("textDocument/documentSymbol", "", 0),
            ("textDocument/semanticTokens/full", "", 0),
        ] {
            let at = self.text.find(needle).unwrap_or_default() + behind;
            let position = position(self.text, at);
            let times = Times::of(if is_large && needle.is_empty() { FEW } else { TIMES / 4 }, |_| {
                let params = json!({ "textDocument": { "uri": self.uri }, "position": position });
                client.log.clear();
                let start = Instant::now();
                client.request(method, params)?;
                Ok(client.arrived() - start)
            })?;
            println!("| `{method}` | {place} | {}", times.beside(nothing));
        }
        Ok(typed.median())
    }

    /// A letter typed into a value in the middle of the document, and taken back.
    fn typing(&self, client: &mut Client, times: usize) -> Result<Times> {
        const NEEDLE: &str = "@process.user:";
        let middle = self.text.len() / 2;
        let found = self.text.get(middle..).and_then(|rest| rest.find(NEEDLE)).unwrap_or_default();
        let at = middle + found + NEEDLE.len() + 1;
        let (start, end) = (position(self.text, at), position(self.text, at + 1));
        static VERSION: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
        Times::of(times * 2, |number| {
            let version = VERSION.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            let change = if number % 2 == 0 {
                json!([{ "range": { "start": start, "end": start }, "text": "x" }])
            } else {
                json!([{ "range": { "start": start, "end": end }, "text": "" }])
            };
            client.log.clear();
            let begun = Instant::now();
            client.change(self.uri, version, change)?;
            client.published(self.uri, Some(version))?;
            Ok(client.arrived() - begun)
        })
    }
}

fn position(text: &str, at: usize) -> Value {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count();
    json!({ "line": line, "character": before.rsplit('\n').next().unwrap_or_default().len() })
}
