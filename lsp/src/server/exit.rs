//! Ends the process on `exit`, whether or not the client closes its end.

use std::future::Future;
use std::pin::Pin;
use std::process;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How long answers that are on their way may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(10);

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
        Box::pin(self.inner.call(request))
    }
}
