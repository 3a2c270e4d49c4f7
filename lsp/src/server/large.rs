//! Answers of very many numbers. The transport holds an answer as a tree of values, which for the tokens of a large
//! document takes twenty times its text; such an answer is written as JSON at once, the transport is given its name, and
//! [`Output`] puts it in the place of the name as it leaves.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use memchr::memmem;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncWrite;

/// What names begin with. Within a JSON text, quotes are escaped, so that no text can look like a result of that name.
const NAME: &str = "quell/large/";

/// A message with a name in it is shorter; the others are not looked at.
const LONGEST: usize = 512;

/// The answers on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Large {
    texts: Arc<Mutex<(u64, FxHashMap<String, String>)>>,
}

impl Large {
    /// Takes an answer; gives what the transport is to have in its place.
    pub(super) fn keep(&self, answer: &impl Serialize) -> Value {
        // What is answered is of plain structs, which always can be written.
        let text = serde_json::to_string(answer).unwrap_or_else(|_| "null".to_owned());
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.0 += 1;
        let name = format!("{NAME}{}", texts.0);
        texts.1.insert(name.clone(), text);
        Value::String(name)
    }

    /// A message with the answer in the place of its name, if it has one.
    fn filled(&self, body: &[u8]) -> Option<Vec<u8>> {
        const RESULT: &[u8] = b"\"result\":\"";
        if body.len() > LONGEST {
            return None;
        }
        let start = memmem::find(body, RESULT)? + RESULT.len() - 1;
        let rest = body.get(start + 1..)?;
        let length = memchr::memchr(b'"', rest)?;
        let name = std::str::from_utf8(rest.get(..length)?).ok()?;
        let text = self.texts.lock().unwrap_or_else(PoisonError::into_inner).1.remove(name)?;
        let mut filled = Vec::with_capacity(body.len() + text.len());
        filled.extend_from_slice(body.get(..start)?);
        filled.extend_from_slice(text.as_bytes());
        filled.extend_from_slice(rest.get(length + 1..)?);
        Some(filled)
    }
}

/// What the transport writes to.
#[derive(Debug)]
pub(super) struct Output<W> {
    inner: W,
    large: Large,
    /// Messages that are not whole yet.
    incoming: Vec<u8>,
    /// Messages on their way, and how much of them has left.
    outgoing: Vec<u8>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> Output<W> {
    pub(super) fn new(inner: W, large: Large) -> Output<W> {
        Output { inner, large, incoming: Vec::new(), outgoing: Vec::new(), written: 0 }
    }

    /// Moves whole messages on.
    fn forward(&mut self) {
        const END: &[u8] = b"\r\n\r\n";
        let mut taken = 0;
        while let Some(rest) = self.incoming.get(taken..)
            && let Some(end) = memmem::find(rest, END)
        {
            let header = rest.get(..end).and_then(|header| std::str::from_utf8(header).ok()).unwrap_or_default();
            let named = header.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let length: usize = named.and_then(|length| length.parse().ok()).unwrap_or_default();
            let start = end + END.len();
            let Some(body) = rest.get(start..start + length) else { break };
            match self.large.filled(body) {
                Some(filled) => {
                    self.outgoing.extend_from_slice(format!("Content-Length: {}\r\n\r\n", filled.len()).as_bytes());
                    self.outgoing.extend(filled);
                }
                None => self.outgoing.extend(rest.get(..start + length).unwrap_or_default()),
            }
            taken += start + length;
        }
        self.incoming.drain(..taken.min(self.incoming.len()));
    }

    /// Writes what is on its way.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.outgoing.get(self.written..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.written = 0;
        // One large answer must not be what it holds for good.
        if self.outgoing.capacity() > 1 << 20 {
            self.outgoing = Vec::new();
        }
        self.outgoing.clear();
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Output<W> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        this.incoming.extend_from_slice(bytes);
        this.forward();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use serde_json::json;

    use super::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// What leaves when it is written in pieces of a size.
    fn sent(large: &Large, text: &str, size: usize) -> String {
        let mut output = Output::new(Vec::new(), large.clone());
        let mut cx = Context::from_waker(Waker::noop());
        for piece in text.as_bytes().chunks(size) {
            assert!(
                matches!(Pin::new(&mut output).poll_write(&mut cx, piece), Poll::Ready(Ok(all)) if all == piece.len())
            );
            assert!(Pin::new(&mut output).poll_flush(&mut cx).is_ready());
        }
        String::from_utf8(output.inner).unwrap()
    }

    #[test]
    fn an_answer_takes_the_place_of_its_name() {
        for size in [1, 7, 1000] {
            let large = Large::default();
            let name = large.keep(&vec![1, 22, 333]);
            let note = framed("{\"method\":\"é\"}");
            let answer = |result: &str| framed(&format!("{{\"jsonrpc\":\"2.0\",\"result\":{result},\"id\":1}}"));
            let text = format!("{note}{}{note}", answer(&name.to_string()));
            assert_eq!(sent(&large, &text, size), format!("{note}{}{note}", answer("[1,22,333]")));
            // It left.
            assert_eq!(sent(&large, &answer(&name.to_string()), size), answer(&name.to_string()));
        }
    }

    #[test]
    fn what_only_looks_like_a_name_stays() {
        let large = Large::default();
        let name = large.keep(&json!({}));
        let said = json!({ "message": format!("\"result\":{name}") }).to_string();
        assert_eq!(sent(&large, &framed(&said), 9), framed(&said));
    }
}
