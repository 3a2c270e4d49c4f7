//! Standard input, cut into messages. What is no message is turned into one that is answered with an error, since the
//! transport behind ends at the first body that it cannot read.
//!
//! It is read by a thread of its own, which costs as much as the runtime's own way of reading it does.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::jsonrpc::{Error, Result};

/// The method that stands for what is no message.
pub(super) const MALFORMED: &str = "quell/malformed";

/// The largest body, in bytes. What claims to be larger is passed over.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How much of a body is expected to come, in bytes: as much as is set aside for it at once.
const LIKELY: usize = 16 * 1024 * 1024;

/// From how many bytes on a body is handed on as it is: a copy of it costs more than to wake the transport twice.
const LARGE: usize = 256 * 1024;

/// The longest line of a header, in bytes.
const LONGEST_LINE: u64 = 8 * 1024;

/// Messages as bytes; of a large one the header comes first.
#[derive(Debug)]
pub(super) struct Input {
    messages: UnboundedReceiver<Vec<u8>>,
    /// What is left of a message that did not fit, and how much of it was read.
    rest: Vec<u8>,
    read: usize,
}

impl Input {
    /// Starts to read.
    pub(super) fn new(mut from: impl BufRead + Send + 'static) -> Input {
        let (sender, messages) = unbounded_channel();
        std::thread::spawn(move || while forward(&mut from, &sender).is_ok() {});
        Input { messages, rest: Vec::new(), read: 0 }
    }
}

impl AsyncRead for Input {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.read >= this.rest.len() {
            match this.messages.poll_recv(cx) {
                Poll::Ready(Some(message)) => (this.rest, this.read) = (message, 0),
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        let left = this.rest.get(this.read..).unwrap_or_default();
        let taken = left.len().min(buffer.remaining());
        buffer.put_slice(left.get(..taken).unwrap_or_default());
        this.read += taken;
        if this.read == this.rest.len() {
            // What was handed on is not held until the next message comes.
            this.rest = Vec::new();
            this.read = 0;
        }
        Poll::Ready(Ok(()))
    }
}

/// Reads one message and hands it on.
///
/// # Errors
///
/// At the end of the input, and where nobody listens any more.
fn forward(from: &mut impl BufRead, to: &UnboundedSender<Vec<u8>>) -> io::Result<()> {
    let body = match length(from)? {
        Some(length) if length <= LARGEST => {
            // A length that is only claimed takes no memory.
            let mut body = Vec::with_capacity((length as usize).min(LIKELY));
            from.take(length).read_to_end(&mut body)?;
            if (body.len() as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match check(&body) {
                Ok(()) => without_null(body),
                Err(wrong) => wrong,
            }
        }
        Some(length) => {
            io::copy(&mut from.take(length), &mut io::sink())?;
            malformed(&Value::Null, &Error::invalid_request())
        }
        None => malformed(&Value::Null, &Error::parse_error()),
    };
    let mut head = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    let sent = if body.len() < LARGE {
        head.extend(body);
        to.send(head)
    } else {
        to.send(head).and_then(|()| to.send(body))
    };
    sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Reads a header up to its empty line; nothing where it names no length. Lines that are no header are passed over.
fn length(from: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut named = false;
    loop {
        let mut line = Vec::new();
        if from.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_ascii();
        if line.is_empty() && named {
            return Ok(length);
        }
        // Rubbish may stand before a header on its line.
        let text = String::from_utf8_lossy(line);
        if let Some(at) = text.to_ascii_lowercase().rfind("content-length:") {
            named = true;
            length = text.get(at + "content-length:".len()..).and_then(|length| length.trim().parse().ok());
        }
    }
}

/// What every message looks like from the outside.
#[derive(Deserialize)]
struct Shape {
    jsonrpc: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<ErrorShape>,
}

/// A number or a text, which is all that counts.
struct Id;

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Id, D::Error> {
        struct Kinds;

        impl Visitor<'_> for Kinds {
            type Value = Id;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number or a text")
            }

            fn visit_i64<E>(self, _: i64) -> std::result::Result<Id, E> {
                Ok(Id)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Id, E> {
                i64::try_from(number).map(|_| Id).map_err(E::custom)
            }

            fn visit_str<E>(self, _: &str) -> std::result::Result<Id, E> {
                Ok(Id)
            }
        }

        from.deserialize_any(Kinds)
    }
}

/// An error has a number and a text; they are for who asked.
#[derive(Deserialize)]
struct ErrorShape {
    #[serde(rename = "code")]
    _code: i64,
    #[serde(rename = "message")]
    _message: String,
}

/// Any JSON, read as thoroughly as the transport does: to pass over a part, as [`IgnoredAny`] does, asks neither for UTF-8
/// nor for numbers in range, and nests without end.
struct Thorough;

impl<'de> Deserialize<'de> for Thorough {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Thorough, D::Error> {
        from.deserialize_any(Thorough)
    }
}

impl<'de> Visitor<'de> for Thorough {
    type Value = Thorough;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> std::result::Result<Thorough, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> std::result::Result<Thorough, A::Error> {
        while elements.next_element::<Thorough>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Thorough, A::Error> {
        while members.next_entry::<Thorough, Thorough>()?.is_some() {}
        Ok(self)
    }
}

/// Whether the transport can read a body; what to hand on in its place if not.
fn check(body: &[u8]) -> std::result::Result<(), Vec<u8>> {
    match serde_json::from_slice::<Thorough>(body).and_then(|_| serde_json::from_slice::<Shape>(body)) {
        Ok(shape) if shape.jsonrpc == "2.0" && (shape.method.is_some() || is_response(&shape, body)) => Ok(()),
        Err(error) if !error.is_data() => Err(malformed(&Value::Null, &Error::parse_error())),
        _ => {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            let id = value.get("id").filter(|id| id.is_i64() || id.is_string()).cloned().unwrap_or_default();
            Err(malformed(&id, &Error::invalid_request()))
        }
    }
}

/// A message whose parameters are `null`, as Emacs sends with `shutdown`, without them: the transport takes only none.
fn without_null(body: Vec<u8>) -> Vec<u8> {
    // A message without parameters is short, and the others are not read twice.
    const LONGEST: usize = 256;
    if body.len() > LONGEST || !body.windows(4).any(|window| window == b"null") {
        return body;
    }
    let Ok(Value::Object(mut message)) = serde_json::from_slice(&body) else { return body };
    if message.get("params") != Some(&Value::Null) {
        return body;
    }
    message.remove("params");
    serde_json::to_vec(&message).unwrap_or(body)
}

fn is_response(shape: &Shape, body: &[u8]) -> bool {
    // `"result": null` is a result.
    let has_result = || shape.result.is_some() || body.windows(8).any(|window| window == b"\"result\"");
    shape.id.is_some() && (shape.error.is_some() != has_result())
}

fn malformed(id: &Value, error: &Error) -> Vec<u8> {
    json!({ "jsonrpc": "2.0", "id": id, "method": MALFORMED, "params": { "code": error.code.code() } })
        .to_string()
        .into_bytes()
}

/// What [`MALFORMED`] is answered with.
pub(super) fn answer(params: &Value) -> Result<Value> {
    let code = params.get("code").and_then(Value::as_i64);
    Err(if code == Some(Error::parse_error().code.code()) { Error::parse_error() } else { Error::invalid_request() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(bytes: &[u8]) -> Vec<String> {
        let (sender, mut receiver) = unbounded_channel();
        let mut from = bytes;
        while forward(&mut from, &sender).is_ok() {}
        let mut rest = String::new();
        while let Ok(bytes) = receiver.try_recv() {
            rest += std::str::from_utf8(&bytes).unwrap();
        }
        let mut messages = Vec::new();
        while let Some((header, after)) = rest.split_once("\r\n\r\n") {
            let length: usize = header.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
            messages.push(after[..length].to_owned());
            rest = after[length..].to_owned();
        }
        messages
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn parameters_that_are_null_are_none() {
        let shutdown = framed(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown","params":null}"#);
        assert_eq!(forwarded(shutdown.as_bytes()), [r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#]);
    }

    #[test]
    fn messages_pass_as_they_are() {
        let bodies = [
            r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#,
            r#"{"jsonrpc":"2.0","id":"a","result":null}"#,
            r#"{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"é"}}"#,
        ];
        let bytes: String = bodies.iter().map(|body| framed(body)).collect();
        assert_eq!(forwarded(bytes.as_bytes()), bodies);
        let large = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"{}\"}}", "m".repeat(LARGE));
        assert_eq!(forwarded(framed(&large).repeat(2).as_bytes()), [&*large, &*large]);
        let mixed = format!("Content-Type: x\r\ncontent-length: {}\r\n\r\n{}", bodies[0].len(), bodies[0]);
        assert_eq!(forwarded(mixed.as_bytes()), [bodies[0]]);
    }

    /// The transport ends at what it cannot read, wherever in a message that stands.
    #[test]
    fn what_only_looks_like_json_is_no_message() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for params in ["1e999", "\"\\ud800\"", "[\"\\uzzzz\"]", &deep] {
            for member in ["params", "beside"] {
                let body = format!(r#"{{"jsonrpc":"2.0","id":5,"method":"x","{member}":{params}}}"#);
                let [message] = &forwarded(framed(&body).as_bytes())[..] else { panic!("{body}") };
                assert!(message.contains(MALFORMED) && message.contains("-32700"), "{body}: {message}");
            }
        }
        let body = b"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":\"\x89\"}";
        let bytes = [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
        assert!(forwarded(&bytes)[0].contains(MALFORMED));
    }

    #[test]
    fn what_is_no_message_becomes_one() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        for (bytes, id, code) in [
            (framed("{"), "null", -32700),
            (framed("\u{0}"), "null", -32700),
            (framed(""), "null", -32700),
            (framed("[]"), "null", -32600),
            (framed("7"), "null", -32600),
            (framed(r#"{"jsonrpc":"2.0","id":5,"method":7}"#), "5", -32600),
            (framed(r#"{"jsonrpc":"1.0","id":5,"method":"x"}"#), "5", -32600),
            (framed(r#"{"jsonrpc":"2.0","id":6}"#), "6", -32600),
            (framed(r#"{"jsonrpc":"2.0","id":true,"method":"x"}"#), "null", -32600),
            ("Content-Length: many\r\n\r\n".to_owned(), "null", -32700),
        ] {
            let messages = forwarded(format!("{bytes}{}", framed(good)).as_bytes());
            assert_eq!(messages.len(), 2, "{bytes}: {messages:?}");
            let value: Value = serde_json::from_str(&messages[0]).unwrap();
            assert_eq!(
                (value["id"].to_string(), value["params"]["code"].as_i64()),
                (id.to_owned(), Some(code)),
                "{bytes}"
            );
            assert_eq!(messages[1], good);
        }
        // Rubbish between messages is passed over.
        assert_eq!(forwarded(format!("rubbish\n\u{7f}{}", framed(good)).as_bytes()), [good]);
    }
}
