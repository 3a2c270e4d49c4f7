//! A server that does nothing, which everything is held against.

use std::io::{BufRead as _, Read as _, Write as _};

use serde_json::{Value, json};

use super::URI;

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
