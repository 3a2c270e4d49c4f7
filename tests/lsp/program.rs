//! A program with a cursor, open in a server.

use serde_json::{Value, json};
use tests::language_client::Client;

pub(crate) const URI: &str = "file:///nowhere/a.quell";

/// A document that is open, and the place of `‸` in it.
pub(crate) struct Program {
    pub(crate) client: Client,
    pub(crate) text: String,
    pub(crate) at: Value,
}

impl Program {
    /// Opens a program. Columns are bytes, so that a test can count them.
    pub(crate) fn open(marked: &str) -> Program {
        Program::open_as(marked, json!({}))
    }

    /// The same in an editor that can do more.
    pub(crate) fn open_as(marked: &str, mut capabilities: Value) -> Program {
        capabilities["general"] = json!({ "positionEncodings": ["utf-8"] });
        capabilities["textDocument"]["hover"]["contentFormat"] = json!(["markdown"]);
        capabilities["textDocument"]["completion"]["completionItem"]["documentationFormat"] = json!(["markdown"]);
        let mut client = Client::initialized(Some("file:///nowhere"), capabilities).unwrap();
        let (text, at) = unmark(marked);
        client.open(URI, 1, &text).unwrap();
        Program { client, text, at }
    }

    /// Opens another document of the project.
    pub(crate) fn and(mut self, uri: &str, text: &str) -> Program {
        self.client.open(uri, 1, text).unwrap();
        self
    }

    /// Asks at the cursor.
    pub(crate) fn ask(&mut self, method: &str) -> Value {
        self.ask_with(method, json!({}))
    }

    /// Asks at the cursor, with more to say.
    pub(crate) fn ask_with(&mut self, method: &str, more: Value) -> Value {
        self.try_ask(method, more).unwrap()
    }

    pub(crate) fn try_ask(&mut self, method: &str, more: Value) -> Result<Value, String> {
        let mut params = json!({ "textDocument": { "uri": URI }, "position": self.at });
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.client.request(method, params)
    }

    /// The text after edits, which must not overlap.
    pub(crate) fn edited(&self, edits: &Value) -> String {
        apply(&self.text, edits)
    }

    /// The range of a piece of the text.
    pub(crate) fn range(&self, piece: &str) -> Value {
        let start = self.text.find(piece).unwrap();
        json!({ "start": place(&self.text, start), "end": place(&self.text, start + piece.len()) })
    }

    /// What stands in a range.
    pub(crate) fn under(&self, range: &Value) -> &str {
        &self.text[byte(&self.text, &range["start"])..byte(&self.text, &range["end"])]
    }
}

/// A text without its mark, and where that stood.
pub(crate) fn unmark(marked: &str) -> (String, Value) {
    let at = marked.find('‸').unwrap_or(0);
    let text = marked.replacen('‸', "", 1);
    let at = place(&text, at);
    (text, at)
}

pub(crate) fn place(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    json!({ "line": line, "character": before.rsplit('\n').next().unwrap().len() })
}

pub(crate) fn byte(text: &str, place: &Value) -> usize {
    let line = place["line"].as_u64().unwrap() as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    start + place["character"].as_u64().unwrap() as usize
}

pub(crate) fn apply(text: &str, edits: &Value) -> String {
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (byte(text, &range["start"]), byte(text, &range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|edit| (edit.0, edit.1));
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}
