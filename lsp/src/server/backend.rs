//! The handlers: each locks the session, asks it, and returns.

use std::sync::Arc;

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types as lsp;
use tower_lsp::{Client, LanguageServer, async_trait};

use crate::server::capabilities::capabilities;
use crate::server::guard::guard;
use crate::server::session::{Session, Shared};
use crate::server::{input, publish, worker};

/// What the protocol calls.
#[derive(Debug)]
pub(super) struct Backend {
    client: Client,
    shared: Arc<Shared>,
}

impl Backend {
    pub(super) fn new(client: Client, shared: Arc<Shared>) -> Backend {
        Backend { client, shared }
    }

    /// Answers what was no message.
    pub(super) async fn malformed(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        input::answer(&params)
    }

    /// Changes the session, and wakes those who work on what changed.
    fn change(&self, name: &'static str, change: impl FnOnce(&mut Session) -> std::result::Result<(), String>) {
        let changed = guard(name, || change(&mut self.shared.lock()));
        let failed = match changed {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(error) => Some(error.message.into_owned()),
        };
        if let Some(why) = failed {
            let client = self.client.clone();
            tokio::spawn(async move { client.log_message(lsp::MessageType::ERROR, why).await });
        }
        self.shared.published.notify_one();
        self.shared.work.notify_one();
    }
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let mut session = self.shared.lock();
        session.initialize(&params);
        let server_info =
            lsp::ServerInfo { name: "quell-lsp".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        Ok(lsp::InitializeResult { capabilities: capabilities(session.encoding), server_info: Some(server_info) })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        tokio::spawn(publish::publish(Arc::clone(&self.shared), self.client.clone()));
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || worker::run(&shared));
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        self.change("opening", |session| {
            session.open(params.text_document);
            Ok(())
        });
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        self.change("changing", |session| session.change(params));
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        self.change("closing", |session| {
            session.close(&params.text_document.uri);
            Ok(())
        });
    }
}
