//! Any messages to the language server, which lives through all of them: one server for the whole process.
//!
//! A message is what stands between two bytes that no text has. Where it is a request, an answer must come; behind all of
//! them, one more request is answered.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWrite;

use crate::generate::{Choices, mutated, program, soup};

/// Between messages.
pub const SEPARATOR: u8 = 0xff;

/// In front of a message that is made by choices.
pub const MADE: u8 = 0xfe;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What would end the server, make it look at files, or hold what the next input finds.
const LEFT_OUT: [&str; 4] = ["exit", "shutdown", "initialize", "workspace/didChangeWorkspaceFolders"];

const URIS: [&str; 2] = ["file:///nowhere/a.quell", "file:///nowhere/b.quell"];

const REQUESTS: [&str; 25] = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/documentLink",
    "textDocument/codeLens",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/prepareCallHierarchy",
    "textDocument/inlayHint",
    "textDocument/signatureHelp",
    "textDocument/diagnostic",
    "workspace/symbol",
    "workspace/executeCommand",
    "quell/unknown",
];

/// Bytes from one thread to another.
struct Pipe {
    from: Receiver<Vec<u8>>,
    rest: io::Cursor<Vec<u8>>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.rest.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.from.recv() {
                Ok(bytes) => self.rest = io::Cursor::new(bytes),
                Err(_) => return Ok(0),
            }
        }
    }
}

struct Written(Sender<Vec<u8>>);

impl AsyncWrite for Written {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe.into());
        Poll::Ready(sent.map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A server in a thread of its own.
struct Server {
    input: Sender<Vec<u8>>,
    output: Receiver<Vec<u8>>,
    unread: Vec<u8>,
    asked: u64,
}

impl Server {
    fn start() -> Server {
        let (input, from) = channel();
        let (written, output) = channel();
        std::thread::spawn(move || {
            let pipe = Pipe { from, rest: io::Cursor::default() };
            quell_lsp::server::serve(BufReader::new(pipe), || Written(written));
        });
        let mut server = Server { input, output, unread: Vec::new(), asked: 0 };
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        let id = server.ask("initialize", params);
        server.wait(&mut BTreeSet::from([id]));
        server.send(&framed(&notification("initialized", json!({}))));
        server
    }

    fn send(&self, bytes: &[u8]) {
        self.input.send(bytes.to_vec()).expect("the server reads no more");
    }

    /// Asks something; gives the number of it.
    fn ask(&mut self, method: &str, params: Value) -> String {
        self.asked += 1;
        let id = format!("own-{}", self.asked);
        self.send(&framed(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()));
        Value::from(id).to_string()
    }

    /// The next message.
    fn next(&mut self) -> Value {
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            let bytes = self.output.recv_timeout(PATIENCE).expect("the server is silent");
            self.unread.extend(bytes);
        }
    }

    fn take(&mut self) -> Option<Value> {
        const END: &[u8] = b"\r\n\r\n";
        let end = self.unread.windows(END.len()).position(|window| window == END)?;
        let head = std::str::from_utf8(&self.unread[..end]).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let (start, length) = (end + END.len(), length.parse::<usize>().unwrap());
        let message = serde_json::from_slice(self.unread.get(start..start + length)?).expect("what comes is JSON");
        self.unread.drain(..start + length);
        Some(message)
    }

    /// Reads until all of these have an answer.
    fn wait(&mut self, asked: &mut BTreeSet<String>) {
        while !asked.is_empty() {
            let message = self.next();
            let id = message.get("id").map(Value::to_string);
            match (message.get("method"), id) {
                (None, Some(id)) => {
                    let error = message["error"]["message"].as_str().unwrap_or_default();
                    assert_ne!(message["error"]["code"], -32603, "a feature failed: {error}");
                    asked.remove(&id);
                }
                (Some(_), Some(_)) => {
                    let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": null });
                    self.send(&framed(&answer.to_string()));
                }
                _ => {}
            }
        }
    }

    /// Sends what the bytes hold, and waits for every answer.
    fn serve(&mut self, bytes: &[u8]) {
        let mut asked = BTreeSet::new();
        for part in bytes.split(|byte| *byte == SEPARATOR) {
            let body = match part.split_first() {
                Some((&MADE, choices)) => message(&mut Choices::new(choices), asked.len()).into_bytes(),
                _ => part.to_vec(),
            };
            let value: Value = serde_json::from_slice(&body).unwrap_or_default();
            let method = value["method"].as_str();
            if method.is_some_and(|method| LEFT_OUT.contains(&method)) {
                continue;
            }
            let id = &value["id"];
            let is_request = value["jsonrpc"] == "2.0" && method.is_some() && (id.is_i64() || id.is_string());
            // Whoever asks twice by one number cannot tell the answers apart.
            if is_request && !asked.insert(id.to_string()) {
                continue;
            }
            self.send(&framed_bytes(&body));
        }
        let at = json!({ "textDocument": { "uri": URIS[0] }, "position": { "line": 0, "character": 0 } });
        asked.insert(self.ask("textDocument/hover", at));
        self.wait(&mut asked);
        for uri in URIS {
            self.send(&framed(&notification("textDocument/didClose", json!({ "textDocument": { "uri": uri } }))));
        }
    }
}

fn framed(body: &str) -> Vec<u8> {
    framed_bytes(body.as_bytes())
}

fn framed_bytes(body: &[u8]) -> Vec<u8> {
    let mut framed = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    framed.extend(body);
    framed
}

fn notification(method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string()
}

fn position(choices: &mut Choices<'_>) -> Value {
    json!({ "line": choices.below(12), "character": choices.below(40) })
}

fn range(choices: &mut Choices<'_>) -> Value {
    json!({ "start": position(choices), "end": position(choices) })
}

fn text(choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        0 => soup(choices),
        1 => {
            let whole = program(choices);
            mutated(choices, &whole)
        }
        2 => choices
            .one(&["a", "\n", "\r\n", "$", "\"", "{", "}", "é🦀", "let a = (x)\n", "import \"b.quell\"\n"])
            .to_owned(),
        _ => program(choices),
    }
}

/// A message as an editor sends it.
fn message(choices: &mut Choices<'_>, number: usize) -> String {
    let uri = choices.one(&URIS);
    match choices.below(6) {
        0 => {
            let text = text(choices);
            let document = json!({ "uri": uri, "languageId": "quell", "version": 1, "text": text });
            notification("textDocument/didOpen", json!({ "textDocument": document }))
        }
        1 | 2 => {
            let text = text(choices);
            let change = match choices.below(3) {
                0 => json!({ "text": text }),
                _ => json!({ "range": range(choices), "text": text }),
            };
            let document = json!({ "uri": uri, "version": choices.below(100) });
            let params = json!({ "textDocument": document, "contentChanges": [change] });
            notification("textDocument/didChange", params)
        }
        _ => {
            let method = choices.one(&REQUESTS);
            let mut params = json!({
                "textDocument": { "uri": uri },
                "position": position(choices),
                "positions": [position(choices)],
                "range": range(choices),
                "context": { "includeDeclaration": choices.below(2) == 0, "diagnostics": [] },
                "options": { "tabSize": 2, "insertSpaces": true },
                "ch": choices.one(&["}", "\n"]),
                "newName": choices.one(&["b", "a b", "", "é"]),
                "query": choices.one(&["", "a", "gen"]),
            });
            if method == "workspace/executeCommand" {
                params["command"] = choices.one(&["quell.runTest", "quell.unknown", ""]).into();
                params["arguments"] = json!([uri, number]);
            }
            json!({ "jsonrpc": "2.0", "id": number, "method": method, "params": params }).to_string()
        }
    }
}

/// Sends messages to the server of this process, which must answer all that it is asked, and after them one more.
///
/// # Panics
///
/// Where it does not.
pub fn assert_survives(bytes: &[u8]) {
    static SERVER: OnceLock<Mutex<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Mutex::new(Server::start()));
    server.lock().unwrap_or_else(PoisonError::into_inner).serve(bytes);
}
