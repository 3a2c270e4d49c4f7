//! The protocol: requests in, answers out. Everything that names `tower_lsp` is here.
//!
//! Handlers hold no lock across an await, since they await nothing: what they do is done when they return, in the order
//! of messages. Diagnostics are published by one task; slow work is done by one thread, on snapshots.
//!
//! Not here: what anything means. That is for [`crate::ide`].

mod backend;
mod capabilities;
mod client_can;
mod commands;
mod compare;
mod count;
mod disk;
mod exit;
mod from_proto;
mod guard;
mod input;
mod large;
mod pages;
mod progress;
mod publish;
mod pull;
mod requests;
mod sample;
mod scan;
mod session;
mod to_proto;
mod tokens;
mod trials;
mod view;
mod worker;

use std::io::{BufRead, BufReader};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::io::AsyncWrite;
use tower_lsp::{LspService, Server};

use backend::Backend;
use exit::Exit;
use input::Input;
use large::{Large, Output};
use session::Shared;

/// How many requests may be under way at once. None takes long, and a client that asks for more waits.
const CONCURRENCY: usize = 256;

/// Serves on standard input and output until the input ends; `exit` ends the process from within.
#[must_use]
pub fn run() -> ExitCode {
    serve(BufReader::with_capacity(1 << 16, std::io::stdin()), tokio::io::stdout);
    // The input ended without an `exit`: the client is gone.
    ExitCode::FAILURE
}

/// Serves one client until its input ends; `exit` ends the process from within. The output is made within the runtime.
pub fn serve<W: AsyncWrite + Unpin>(input: impl BufRead + Send + 'static, output: impl FnOnce() -> W) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let shared = Arc::new(Shared::default());
        let large = Large::default();
        let (service, socket) = LspService::build(|client| Backend::new(client, Arc::clone(&shared), large.clone()))
            .custom_method(exit::TOKENS, Backend::semantic_tokens)
            .custom_method(exit::SYMBOLS, Backend::symbols)
            .custom_method(exit::LENSES, Backend::lenses)
            .custom_method(exit::LINKS, Backend::links)
            .custom_method(exit::FOLDS, Backend::folds)
            .custom_method(input::MALFORMED, Backend::malformed)
            .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
            .finish();
        let service = Exit::new(service);
        Server::new(Input::new(input), Output::new(output(), large), socket)
            .concurrency_level(CONCURRENCY)
            .serve(service)
            .await;
    });
    // What still reads from the input must not keep the process.
    runtime.shutdown_background();
}
