//! A long session with random edits, requests and rubbish: at its end the server is alive, knows what a fresh one
//! knows, has grown no further, and has answered everything once and in order.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::generate::{self, Choices};
use tests::language_client::Client;

const URIS: [&str; 2] = ["file:///nowhere/a.quell", "file:///nowhere/b.quell"];

const REQUESTS: [&str; 13] = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/semanticTokens/full",
    "textDocument/documentLink",
    "textDocument/codeLens",
    "textDocument/formatting",
    "textDocument/prepareCallHierarchy",
    "textDocument/onTypeFormatting",
    "quell/unknown",
];

const RUBBISH: [&str; 5] =
    ["{", "[]", "\u{0}", "{\"jsonrpc\":\"2.0\",\"method\":5}", "{\"jsonrpc\":\"2.0\",\"id\":{}}"];

/// How large a document may grow, in bytes: it is cut to a rule when it does.
const LARGEST: usize = 20_000;

/// How long the last comparison of rules may take.
const REST: Duration = Duration::from_secs(20);

struct Session {
    client: Client,
    texts: [String; 2],
    versions: [i64; 2],
    asked: Vec<i64>,
    rubbish: usize,
}

impl Session {
    fn start() -> Session {
        let capabilities = json!({ "general": { "positionEncodings": ["utf-8"] } });
        let client = Client::initialized(Some("file:///nowhere"), capabilities).unwrap();
        let mut session =
            Session { client, texts: [String::new(), String::new()], versions: [1, 1], asked: Vec::new(), rubbish: 0 };
        for uri in URIS {
            session.client.open(uri, 1, "").unwrap();
        }
        session
    }

    fn position(&self, number: usize, at: usize) -> Value {
        let before = &self.texts[number][..at];
        // A lone CR is a line end to editors.
        let line =
            before.replace("\r\n", "\n").matches(['\n', '\r']).count() - usize::from(self.splits_crlf(number, at));
        let start = if self.splits_crlf(number, at) {
            before[..at - 1].rfind(['\n', '\r'])
        } else {
            before.rfind(['\n', '\r'])
        };
        json!({ "line": line, "character": at - start.map_or(0, |at| at + 1) })
    }

    fn splits_crlf(&self, number: usize, at: usize) -> bool {
        self.texts[number][..at].ends_with('\r') && self.texts[number][at..].starts_with('\n')
    }

    fn place(&self, choices: &mut Choices<'_>, number: usize) -> usize {
        let text = &self.texts[number];
        let at = (choices.below(256) * 256 + choices.below(256)) % (text.len() + 1);
        let fits = |at: &usize| text.is_char_boundary(*at) && !self.splits_crlf(number, *at);
        (0..=at).rev().find(fits).unwrap_or_default()
    }

    fn edit(&mut self, choices: &mut Choices<'_>) {
        let number = choices.below(2);
        let (a, b) = (self.place(choices, number), self.place(choices, number));
        let (from, to) = (a.min(b), a.max(b));
        let text = self.texts[number].clone();
        let (from, to, new) = match choices.below(10) {
            _ if text.len() > LARGEST => (0, text.len(), "suppress a { when { host:x } }\n".to_owned()),
            0 => {
                let import = ["import \"b.quell\"\n", "import \"a.quell\"\n"][number];
                (0, 0, import.to_owned())
            }
            1 | 2 => (from, from, generate::program(choices)),
            3 if to - from < 400 => (from, to, String::new()),
            4 => (0, text.len(), generate::mutated(choices, &text)),
            5 => (
                from,
                from,
                choices.one(&["let a = (x)\n", "\nlet b = { $a }\n", "{", "}", "\"", "é🦀", "\r\n", "\r"]).to_owned(),
            ),
            _ => (from, from, choices.one(&["a", "b", " ", "\n", ":", "@", "$", "x", "(", ")"]).to_owned()),
        };
        let change = if choices.once_in(8) {
            let mut whole = text.clone();
            whole.replace_range(from..to, &new);
            json!([{ "text": whole }])
        } else {
            let range = json!({ "start": self.position(number, from), "end": self.position(number, to) });
            json!([{ "range": range, "text": new }])
        };
        self.versions[number] += 1;
        self.client.change(URIS[number], self.versions[number], change).unwrap();
        self.texts[number].replace_range(from..to, &new);
    }

    fn ask(&mut self, choices: &mut Choices<'_>) {
        let number = choices.below(2);
        let at = self.place(choices, number);
        let method = choices.one(&REQUESTS);
        let params = json!({
            "textDocument": { "uri": URIS[number] },
            "position": self.position(number, at),
            "ch": choices.one(&["}", "\n"]),
            "options": { "tabSize": 2, "insertSpaces": true },
        });
        let id = self.client.ask(method, params).unwrap();
        self.asked.push(id);
    }

    /// Waits until everything is answered.
    fn catch_up(&mut self) {
        for id in std::mem::take(&mut self.asked) {
            let answer =
                self.client.wait_for(|message| message.get("method").is_none() && message["id"] == id).unwrap();
            let code = answer["error"]["code"].as_i64().unwrap_or_default();
            assert!(matches!(code, 0 | -32601), "{answer}");
        }
        for _ in 0..std::mem::take(&mut self.rubbish) {
            self.client.wait_for(|message| message["error"]["code"].as_i64().is_some()).unwrap();
        }
        let id = self
            .client
            .ask(
                "textDocument/hover",
                json!({ "textDocument": { "uri": URIS[0] }, "position": { "line": 0, "character": 0 } }),
            )
            .unwrap();
        self.client.answer(id).unwrap();
        self.check_order();
    }

    /// Versions never go back; what was looked at is forgotten.
    fn check_order(&mut self) {
        let mut last: BTreeMap<String, i64> = BTreeMap::new();
        for (_, message) in self.client.log.drain(..) {
            if message["method"] == "textDocument/publishDiagnostics" {
                let uri = message["params"]["uri"].as_str().unwrap().to_owned();
                let version = message["params"]["version"].as_i64().unwrap();
                assert!(last.insert(uri, version).is_none_or(|last| last <= version), "versions went back");
            }
        }
        self.client.forget("textDocument/publishDiagnostics");
    }
}

/// What a server says of two documents once it has come to rest: diagnostics and tokens.
fn state(client: &mut Client) -> Vec<(Value, Value)> {
    // A pull waits for all to be checked, and says what would be published.
    URIS.iter()
        .map(|uri| {
            let params = json!({ "textDocument": { "uri": uri } });
            let diagnostics = client.request("textDocument/diagnostic", params.clone()).unwrap()["items"].clone();
            let tokens = client.request("textDocument/semanticTokens/full", params).unwrap()["data"].clone();
            (diagnostics, tokens)
        })
        .collect()
}

/// What a process holds in memory, in KiB; nothing where the system does not tell.
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn a_long_session_leaves_the_server_as_a_fresh_one() {
    let steps: usize = std::env::var("QUELL_LSP_SOAK").ok().and_then(|steps| steps.parse().ok()).unwrap_or(600);
    let mut session = Session::start();
    let mut at_half = None;
    for step in 0..steps {
        let bytes = generate::bytes(step as u64, 400);
        let mut choices = Choices::new(&bytes);
        match choices.below(16) {
            0 => {
                let body = choices.one(&RUBBISH);
                session.client.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
                session.rubbish += 1;
            }
            1..=4 => session.ask(&mut choices),
            _ => session.edit(&mut choices),
        }
        if step % 100 == 99 {
            session.catch_up();
        }
        if step == steps / 2 {
            session.catch_up();
            at_half = memory(session.client.process());
        }
    }
    session.catch_up();
    let at_end = memory(session.client.process());
    if let (Some(half), Some(end)) = (at_half, at_end) {
        // Fragments come and go; what is kept must not.
        assert!(end < half + half / 4 + 8 * 1024, "{half} KiB at half, {end} KiB at the end");
    }
    let known = state(&mut session.client);
    let capabilities = json!({ "general": { "positionEncodings": ["utf-8"] } });
    let mut fresh = Client::initialized(Some("file:///nowhere"), capabilities).unwrap();
    for (uri, text) in URIS.iter().zip(&session.texts) {
        fresh.open(uri, 1, text).unwrap();
    }
    // What only many items show comes when there is time, on both sides.
    let mut wanted = state(&mut fresh);
    let end = Instant::now() + REST;
    let mut known = known;
    while known != wanted && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
        (known, wanted) = (state(&mut session.client), state(&mut fresh));
    }
    assert_eq!(known, wanted);
}
