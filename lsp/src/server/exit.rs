//! What is done with a message before the transport hands it on: `exit` ends the process, whether or not the client
//! closes its end, and what is answered past the transport is asked for under a name of its own.

use std::future::Future;
use std::pin::Pin;
use std::process;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How long answers that are on their way may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(10);

/// Methods whose answers grow with a document and so do not pass through the transport, each with the name that it is
/// handed on by, since the transport has a handler of its own for the other; see [`crate::server::large`].
pub(super) const LARGE: [(&str, &str); 5] = [
    ("textDocument/semanticTokens/full", TOKENS),
    ("textDocument/documentSymbol", SYMBOLS),
    ("textDocument/codeLens", LENSES),
    ("textDocument/documentLink", LINKS),
    ("textDocument/foldingRange", FOLDS),
];

pub(super) const TOKENS: &str = "quell/semanticTokens/full";
pub(super) const SYMBOLS: &str = "quell/documentSymbol";
pub(super) const LENSES: &str = "quell/codeLens";
pub(super) const LINKS: &str = "quell/documentLink";
pub(super) const FOLDS: &str = "quell/foldingRange";

/// A service that looks at the name of each message on its way in.
#[derive(Debug)]
pub(super) struct Exit<S> {
    inner: S,
    shut_down: bool,
}

impl<S> Exit<S> {
    pub(super) fn new(inner: S) -> Exit<S> {
        Exit { inner, shut_down: false }
    }
}

impl<S> Service<Request> for Exit<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // The inner service is not ready once it was told to exit; by then this one has ended the process.
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match request.method() {
            "shutdown" => self.shut_down = true,
            "exit" => {
                let status = i32::from(!self.shut_down);
                return Box::pin(async move {
                    tokio::time::sleep(LAST_WORDS).await;
                    process::exit(status)
                });
            }
            _ => {}
        }
        let large = LARGE.iter().find(|(method, _)| *method == request.method());
        Box::pin(self.inner.call(match large {
            Some((_, name)) => renamed(request, name),
            None => request,
        }))
    }
}

/// The same request by another name.
fn renamed(request: Request, name: &'static str) -> Request {
    let (_, id, params) = request.into_parts();
    let mut renamed = Request::build(name);
    if let Some(id) = id {
        renamed = renamed.id(id);
    }
    if let Some(params) = params {
        renamed = renamed.params(params);
    }
    renamed.finish()
}
