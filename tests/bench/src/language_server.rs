//! The language server beside one that does nothing, over standard streams, with the same client in the same run.

use std::io::{BufRead as _, Read as _, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::language_client::Client;

use crate::generate;
use crate::process;

const URI: &str = "file:///nowhere/bench.quell";

/// Sizes of the open document, in rules.
const SIZES: [usize; 2] = [100, 10_000];

/// How often each thing is done.
const TIMES: usize = 400;

type Result<T> = std::result::Result<T, String>;

/// Times in milliseconds.
struct Times(Vec<f64>);

impl Times {
    fn of(times: usize, mut run: impl FnMut(usize) -> Result<()>) -> Result<Times> {
        let mut found = Vec::with_capacity(times);
        for number in 0..times {
            let start = Instant::now();
            run(number)?;
            found.push(start.elapsed().as_secs_f64() * 1e3);
        }
        found.sort_by(f64::total_cmp);
        Ok(Times(found))
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share) as usize).copied().unwrap_or_default()
    }

    fn median(&self) -> f64 {
        self.at(0.5)
    }

    fn shown(&self, nothing: &Times) -> String {
        format!(
            "{:.2} ms | {:.2} ms | {:.1} | {:.1}",
            self.median(),
            self.at(0.99),
            self.median() / nothing.median(),
            self.at(0.99) / nothing.at(0.99)
        )
    }
}

/// Measures, and prints the tables.
pub(crate) fn run() -> Result<()> {
    let server = process::build_server().map_err(|error| error.to_string())?;
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    println!("| what | rules | median | p99 | over nothing | p99 over nothing |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let starting = Times::of(20, |_| {
        let mut client = Client::start_with(&mut Command::new(&server))?;
        client.initialize(None, json!({})).map(drop)
    })?;
    println!(
        "| process started, `initialize` answered | 0 | {:.2} ms | {:.2} ms | |",
        starting.median(),
        starting.at(0.99)
    );
    let mut keystrokes = Vec::new();
    let mut memory = String::new();
    for size in SIZES {
        let text = generate::project(size);
        let mut nothing = Client::start_with(Command::new(&own).arg("--nothing"))?;
        open(&mut nothing, &text)?;
        let unit = typing(&mut nothing, &text, TIMES)?;
        println!("| a server that does nothing | {size} | {}", unit.shown(&unit));
        let mut clients = Vec::new();
        for _ in 0..7 {
            let mut client = Client::start_with(&mut Command::new(&server))?;
            client.initialize(None, json!({}))?;
            clients.push(client);
        }
        let opening = Times::of(clients.len(), |number| {
            let Some(client) = clients.get_mut(number) else { return Ok(()) };
            client.open(URI, 1, &text)?;
            client.published(URI, Some(1)).map(drop)
        })?;
        drop(clients);
        println!("| opened, its first diagnostics | {size} | {}", opening.shown(&unit));
        let mut client = Client::start_with(&mut Command::new(&server))?;
        open(&mut client, &text)?;
        // Everything is checked before anything is measured.
        client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }))?;
        typing(&mut client, &text, 20)?;
        let typed = typing(&mut client, &text, TIMES)?;
        println!("| a letter typed, its diagnostics | {size} | {}", typed.shown(&unit));
        keystrokes.push(typed.median());
        for (method, needle, behind) in [
            ("textDocument/completion", "    @process.user", 5),
            ("textDocument/hover", "@process.parent.comm", 3),
            ("textDocument/documentSymbol", "", 0),
            ("textDocument/semanticTokens/full", "", 0),
        ] {
            let at = text.find(needle).unwrap_or_default() + behind;
            let params = json!({ "textDocument": { "uri": URI }, "position": position(&text, at) });
            let times = Times::of(if size > 1000 && needle.is_empty() { 10 } else { TIMES / 4 }, |_| {
                client.request(method, params.clone()).map(drop)
            })?;
            println!("| `{method}` | {size} | {}", times.shown(&unit));
        }
        // At rest: what the answers took is given back while it goes on.
        std::thread::sleep(Duration::from_secs(1));
        typing(&mut client, &text, 20)?;
        let times_text = |held: u64| held as f64 * 1024.0 / text.len() as f64;
        let (held, peak) = (process::resident(client.process()), process::peak(client.process()));
        memory = format!(
            "memory at {size} rules: {} MiB, {:.1} times the text; at most {} MiB, {:.1} times",
            held / 1024,
            times_text(held),
            peak / 1024,
            times_text(peak)
        );
    }
    println!();
    if let [small, large] = keystrokes.as_slice() {
        println!("a letter at {} rules over one at {}: {:.2}", SIZES[1], SIZES[0], large / small);
    }
    println!("{memory}");
    Ok(())
}

fn open(client: &mut Client, text: &str) -> Result<()> {
    client.initialize(None, json!({}))?;
    client.open(URI, 1, text)?;
    client.published(URI, Some(1)).map(drop)
}

/// A letter typed into a value in the middle of the document, and taken back.
fn typing(client: &mut Client, text: &str, times: usize) -> Result<Times> {
    let middle = text.len() / 2;
    let at = text.get(middle..).and_then(|rest| rest.find("@process.user:app")).unwrap_or_default() + middle + 17;
    let (start, end) = (position(text, at), position(text, at + 1));
    static VERSION: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
    Times::of(times * 2, |number| {
        let version = VERSION.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let change = if number % 2 == 0 {
            json!([{ "range": { "start": start, "end": start }, "text": "x" }])
        } else {
            json!([{ "range": { "start": start, "end": end }, "text": "" }])
        };
        client.change(URI, version, change)?;
        client.published(URI, Some(version))?;
        client.log.clear();
        Ok(())
    })
}

fn position(text: &str, at: usize) -> Value {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count();
    json!({ "line": line, "character": before.rsplit('\n').next().unwrap_or_default().len() })
}

/// The server that does nothing: it answers `initialize`, and publishes no diagnostics of each version.
pub(crate) fn nothing() -> std::io::Result<()> {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap_or_default();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body)?;
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        let version = message.pointer("/params/textDocument/version");
        let answer = match message.get("method").and_then(Value::as_str) {
            Some("initialize") => {
                json!({ "jsonrpc": "2.0", "id": message.get("id"), "result": { "capabilities": {} } })
            }
            Some("textDocument/didOpen" | "textDocument/didChange") => json!({
                "jsonrpc": "2.0",
                "method": "textDocument/publishDiagnostics",
                "params": { "uri": URI, "version": version, "diagnostics": [] },
            }),
            _ => continue,
        };
        let answer = answer.to_string();
        write!(output, "Content-Length: {}\r\n\r\n{answer}", answer.len())?;
        output.flush()?;
    }
}
