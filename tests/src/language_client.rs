//! A client of a language server over its standard streams, as plain as the protocol allows: what is sent and what
//! comes is JSON, and nothing is guessed.
//!
//! Not here: where the server is. This file stands alone, so that what measures another server can include it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer may take before a test gives up: far longer than any takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message and when the last of its bytes came.
#[derive(Debug)]
struct Arrived {
    at: Instant,
    message: Value,
}

/// A running server.
#[derive(Debug)]
pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Arrived>,
    /// Notifications and requests of the server that nobody asked for yet.
    waiting: VecDeque<Arrived>,
    /// When what was waited for last was there, not read as JSON yet.
    arrived: Instant,
    next: i64,
    /// Every message in both directions, in order, each with who sent it.
    pub log: Vec<(&'static str, Value)>,
}

impl Client {
    /// Starts a server by a command.
    ///
    /// # Errors
    ///
    /// Where it cannot be started.
    pub fn start_with(command: &mut Command) -> Result<Client, String> {
        let mut child = command
            .env("QUELL_NOW", "2026-11-24")
            .env("XDG_CACHE_HOME", std::env::temp_dir().join("quell-tests-cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let stdin = child.stdin.take();
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::with_capacity(1 << 16, stdout);
            while let Some(message) = read(&mut reader) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let arrived = Instant::now();
        Ok(Client { child, stdin, incoming, waiting: VecDeque::new(), arrived, next: 1, log: Vec::new() })
    }

    /// Shakes hands; gives the result of `initialize`.
    ///
    /// # Errors
    ///
    /// Where the server does not answer.
    pub fn initialize(&mut self, folder: Option<&str>, capabilities: Value) -> Result<Value, String> {
        let folders = folder.map(|uri| json!([{ "uri": uri, "name": "test" }]));
        let params = json!({
            "processId": null,
            "rootUri": folder,
            "workspaceFolders": folders,
            "capabilities": capabilities,
        });
        let result = self.request("initialize", params)?;
        self.notify("initialized", json!({}))?;
        Ok(result)
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<(), String> {
        let stdin = self.stdin.as_mut().ok_or("the input is closed")?;
        stdin
            .write_all(bytes)
            .and_then(|()| stdin.flush())
            .map_err(|error| format!("the server does not read: {error}"))
    }

    /// Sends a message.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn send(&mut self, message: Value) -> Result<(), String> {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
        self.log.push(("client", message));
        Ok(())
    }

    /// Sends a notification.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn notify(&mut self, method: &str, params: Value) -> Result<(), String> {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Sends a request, and gives its number.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<i64, String> {
        let id = self.next;
        self.next += 1;
        let message = match params {
            Value::Null => json!({ "jsonrpc": "2.0", "id": id, "method": method }),
            params => json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }),
        };
        self.send(message)?;
        Ok(id)
    }

    /// Sends a request and waits for its result.
    ///
    /// # Errors
    ///
    /// The error that the server answers with, as JSON; or that no answer came.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.ask(method, params)?;
        self.answer(id).map_err(|error| format!("{method}: {error}"))
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    ///
    /// As of [`Client::request`].
    pub fn answer(&mut self, id: i64) -> Result<Value, String> {
        let response = self.wait_for(|message| message.get("method").is_none() && *at(message, "/id") == id)?;
        match response.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(at(&response, "/result").clone()),
        }
    }

    /// Waits for a notification or a request of the server.
    ///
    /// # Errors
    ///
    /// Where none comes.
    pub fn wait_method(&mut self, method: &str) -> Result<Value, String> {
        self.wait_for(|message| *at(message, "/method") == method).map(|message| at(&message, "/params").clone())
    }

    /// The next published diagnostics of a document, of that version where one is given.
    ///
    /// # Errors
    ///
    /// Where none come.
    pub fn published(&mut self, uri: &str, version: Option<i64>) -> Result<Value, String> {
        let message = self.wait_for(|message| {
            *at(message, "/method") == "textDocument/publishDiagnostics"
                && *at(message, "/params/uri") == uri
                && version.is_none_or(|version| *at(message, "/params/version") == version)
        })?;
        Ok(at(&message, "/params/diagnostics").clone())
    }

    /// Published diagnostics of a document of which `fits` holds; those before are passed over.
    ///
    /// # Errors
    ///
    /// Where none come.
    pub fn published_until(&mut self, uri: &str, fits: impl Fn(&[&str]) -> bool) -> Result<Value, String> {
        let message = self.wait_for(|message| {
            let codes = || {
                at(message, "/params/diagnostics")
                    .as_array()
                    .map(|found| found.iter().filter_map(|found| at(found, "/code").as_str()).collect::<Vec<_>>())
            };
            *at(message, "/method") == "textDocument/publishDiagnostics"
                && *at(message, "/params/uri") == uri
                && codes().is_some_and(|codes| fits(&codes))
        })?;
        Ok(at(&message, "/params/diagnostics").clone())
    }

    /// The first message that fits, of those that came and of those that come; others stay for later.
    ///
    /// # Errors
    ///
    /// Where none comes in time.
    pub fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> Result<Value, String> {
        let waiting = self.waiting.iter().position(|waiting| fits(&waiting.message));
        let end = Instant::now() + PATIENCE;
        let mut found = waiting.and_then(|at| self.waiting.remove(at));
        loop {
            if let Some(Arrived { at, message }) = found {
                self.arrived = at;
                return Ok(message);
            }
            let arrived = self.receive(end.saturating_duration_since(Instant::now()))?;
            if fits(&arrived.message) {
                found = Some(arrived);
            } else {
                self.waiting.push_back(arrived);
            }
        }
    }

    /// When what was waited for last had come, before it was read as JSON.
    #[must_use]
    pub fn arrived(&self) -> Instant {
        self.arrived
    }

    /// Every message that is there or comes before a time is up.
    pub fn drain(&mut self, time: Duration) -> Vec<Value> {
        let end = Instant::now() + time;
        let mut messages: Vec<Value> = self.waiting.drain(..).map(|waiting| waiting.message).collect();
        while let Ok(arrived) = self.receive(end.saturating_duration_since(Instant::now())) {
            messages.push(arrived.message);
        }
        messages
    }

    /// Drops what came of a method and was not asked for.
    pub fn forget(&mut self, method: &str) {
        self.waiting.retain(|waiting| *at(&waiting.message, "/method") != method);
    }

    fn receive(&mut self, time: Duration) -> Result<Arrived, String> {
        let arrived = self.incoming.recv_timeout(time).map_err(|error| match error {
            RecvTimeoutError::Timeout => "no such message came".to_owned(),
            RecvTimeoutError::Disconnected => "the server has closed its output".to_owned(),
        })?;
        let message = &arrived.message;
        self.log.push(("server", message.clone()));
        // What the server asks is granted; what it says of it is for the test.
        if let (Some(id), Some(method)) = (message.get("id"), message.get("method")) {
            let result = match method.as_str() {
                Some("workspace/applyEdit") => json!({ "applied": true }),
                _ => Value::Null,
            };
            self.send(json!({ "jsonrpc": "2.0", "id": id, "result": result }))?;
        }
        Ok(arrived)
    }

    /// Opens a document.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn open(&mut self, uri: &str, version: i64, text: &str) -> Result<(), String> {
        let document = json!({ "uri": uri, "languageId": "quell", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
    }

    /// Changes a document.
    ///
    /// # Errors
    ///
    /// Where the server has closed its end.
    pub fn change(&mut self, uri: &str, version: i64, changes: Value) -> Result<(), String> {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
    }

    /// Closes the input of the server.
    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for the process to end.
    ///
    /// # Errors
    ///
    /// Where it does not within that time.
    pub fn wait_exit(&mut self, time: Duration) -> Result<ExitStatus, String> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err("the server does not end".to_owned())
    }

    /// The number of the process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What stands at a path in a message; null where nothing does.
fn at<'m>(message: &'m Value, path: &str) -> &'m Value {
    message.pointer(path).unwrap_or(&Value::Null)
}

/// One message; nothing at the end of the stream, or where what comes is no message.
fn read(reader: &mut impl BufRead) -> Option<Arrived> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse::<usize>().ok();
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    let at = Instant::now();
    Some(Arrived { at, message: serde_json::from_slice(&body).ok()? })
}
