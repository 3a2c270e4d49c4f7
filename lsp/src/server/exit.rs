//! What is done with a message before the transport hands it on: `exit` ends the process, whether or not the client
//! closes its end, and what has [`LARGE_TOKENS`] for an answer is asked for under that name.

use std::future::Future;
use std::pin::Pin;
use std::process;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How long answers that are on their way may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(10);

/// The method of which the answer does not pass through the transport; see [`crate::server::large`].
const TOKENS: &str = "textDocument/semanticTokens/full";

/// The name that [`TOKENS`] is handed on by: the transport has a handler of its own for the other.
pub(super) const LARGE_TOKENS: &str = "quell/semanticTokens/full";

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
            TOKENS => return Box::pin(self.inner.call(renamed(request, LARGE_TOKENS))),
            _ => {}
        }
        Box::pin(self.inner.call(request))
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
