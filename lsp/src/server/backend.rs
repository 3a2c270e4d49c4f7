//! The handlers: each locks the session, asks it, and returns.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types as lsp;
use tower_lsp::{Client, LanguageServer, async_trait};

use crate::server::capabilities::capabilities;
use crate::server::guard::guard;
use crate::server::large::Large;
use crate::server::pages::Pages;
use crate::server::progress::Progress;
use crate::server::requests::{self, ActionData, CompletionData};
use crate::server::session::{Session, Shared};
use crate::server::view::View;
use crate::server::{commands, compare, count, input, publish, pull, sample, scan, tokens, trials, worker};

/// What the protocol calls.
#[derive(Debug)]
pub(super) struct Backend {
    client: Client,
    shared: Arc<Shared>,
    large: Large,
}

impl Backend {
    pub(super) fn new(client: Client, shared: Arc<Shared>, large: Large) -> Backend {
        Backend { client, shared, large }
    }

    /// Every token of a document.
    pub(super) async fn semantic_tokens(&self, params: lsp::SemanticTokensParams) -> Result<Value> {
        let tokens = guard("semantic tokens", || self.shared.lock().tokens(&params.text_document.uri))?;
        Ok(tokens.map(|tokens| self.large.keep(&tokens)).unwrap_or_default())
    }

    /// Everything that a document declares.
    pub(super) async fn symbols(&self, params: lsp::DocumentSymbolParams) -> Result<Value> {
        self.ask_much("symbols", &params.text_document.uri, requests::document_symbols)
    }

    /// What can be done with the items of a document.
    pub(super) async fn lenses(&self, params: lsp::CodeLensParams) -> Result<Value> {
        let uri = &params.text_document.uri;
        self.ask_much("lenses", uri, |view| requests::lenses(view, uri))
    }

    /// Everything that a document leads to.
    pub(super) async fn links(&self, params: lsp::DocumentLinkParams) -> Result<Value> {
        self.ask_much("links", &params.text_document.uri, requests::links)
    }

    /// Everything that can be folded.
    pub(super) async fn folds(&self, params: lsp::FoldingRangeParams) -> Result<Value> {
        self.ask_much("folding", &params.text_document.uri, requests::folding)
    }

    /// Asks a feature whose answer grows with the document.
    fn ask_much<T: Serialize>(
        &self,
        name: &'static str,
        uri: &lsp::Url,
        feature: impl FnOnce(View<'_>) -> T,
    ) -> Result<Value> {
        Ok(self.ask(name, uri, feature)?.map(|answer| self.large.keep(&answer)).unwrap_or_default())
    }

    /// Answers what was no message.
    pub(super) async fn malformed(&self, params: Value) -> Result<Value> {
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
        self.shared.samples.notify_one();
    }

    /// Stops what the client shows the progress of.
    pub(super) async fn cancel_progress(&self, params: lsp::WorkDoneProgressCancelParams) {
        let lsp::NumberOrString::String(token) = params.token else { return };
        if let Some(number) = token.strip_prefix(compare::TOKEN).and_then(|number| number.parse().ok()) {
            self.shared.lock().cancel_comparison(number);
        } else if token.starts_with(scan::TOKEN) {
            self.shared.lock().cancel_scan();
        }
    }

    /// Reads the folders of the client on a thread of its own.
    fn scan(&self) {
        let (number, shows) = {
            let mut session = self.shared.lock();
            if session.folders().is_empty() {
                session.cancel_scan();
                return;
            }
            (session.begin_scan(), session.client.progress)
        };
        let token = format!("{}{number}", scan::TOKEN);
        let progress = shows.then(|| Progress::begin(self.client.clone(), token, "Reading Quell files"));
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || {
            if guard("reading folders", || scan::run(&shared, number, progress.as_ref())).is_err() {
                shared.lock().cancel_scan();
            }
        });
    }

    /// Asks to be told of files that change.
    fn watch(&self) {
        if !self.shared.lock().client.watches {
            return;
        }
        let watchers = ["**/*.quell", "**/quell.toml", "**/*.tsv", "**/*.{json,ndjson,jsonl}", "**/*.{gz,zst}"]
            .map(|glob| lsp::FileSystemWatcher { glob_pattern: lsp::GlobPattern::String(glob.to_owned()), kind: None });
        let options = lsp::DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
        let registration = lsp::Registration {
            id: "quell/watch".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let client = self.client.clone();
        tokio::spawn(async move {
            let _ = client.register_capability(vec![registration]).await;
        });
    }

    /// Asks a feature about a document; nothing where it is not known.
    fn ask<T>(&self, name: &'static str, uri: &lsp::Url, feature: impl FnOnce(View<'_>) -> T) -> Result<Option<T>> {
        guard(name, || self.shared.lock().view(uri).map(feature))
    }
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let mut session = self.shared.lock();
        session.initialize(&params);
        let server_info =
            lsp::ServerInfo { name: "quell-lsp".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let capabilities = capabilities(session.encoding, session.client);
        Ok(lsp::InitializeResult { capabilities, server_info: Some(server_info) })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        let follows_codes = self.shared.lock().client.follows_codes;
        if follows_codes {
            let pages = Pages::new();
            self.shared.lock().pages = pages;
        }
        tokio::spawn(publish::publish(Arc::clone(&self.shared), self.client.clone()));
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || worker::run(&shared));
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || sample::run(&shared));
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || count::run(&shared));
        let (shared, client, runtime) = (Arc::clone(&self.shared), self.client.clone(), Handle::current());
        std::thread::spawn(move || compare::run(&shared, &client, &runtime));
        self.watch();
        self.scan();
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

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        let shared = Arc::clone(&self.shared);
        let uri = params.text_document.uri;
        // What a test failed of is told with the diagnostics; that it could not be run is told by those of the rules.
        tokio::task::spawn_blocking(move || guard("testing", || trials::saved(&shared, &uri)));
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        let uri = &params.text_document_position.text_document.uri;
        self.ask("completion", uri, |view| requests::completion(view, &params))
    }

    async fn completion_resolve(&self, item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
        let data = item.data.clone().and_then(|data| serde_json::from_value::<CompletionData>(data).ok());
        let Some(data) = data else { return Ok(item) };
        let plain = item.clone();
        let resolved = self.ask("completion", &data.uri, |view| requests::completion_resolve(view, item, &data))?;
        Ok(resolved.unwrap_or(plain))
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        Ok(self.ask("hover", &text_document.uri, |view| requests::hover(view, position))?.flatten())
    }

    async fn goto_definition(&self, params: lsp::GotoDefinitionParams) -> Result<Option<lsp::GotoDefinitionResponse>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        Ok(self.ask("definition", &text_document.uri, |view| requests::definition(view, position))?.flatten())
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let all = params.context.include_declaration;
        Ok(self.ask("references", &text_document.uri, |view| requests::references(view, position, all))?.flatten())
    }

    async fn document_highlight(
        &self,
        params: lsp::DocumentHighlightParams,
    ) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        Ok(self.ask("highlight", &text_document.uri, |view| requests::highlight(view, position))?.flatten())
    }

    async fn prepare_rename(
        &self,
        params: lsp::TextDocumentPositionParams,
    ) -> Result<Option<lsp::PrepareRenameResponse>> {
        let uri = &params.text_document.uri;
        self.ask("rename", uri, |view| requests::prepare_rename(view, params.position))?.transpose()
    }

    async fn rename(&self, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.ask("rename", &text_document.uri, |view| requests::rename(view, position, &params.new_name))?.transpose()
    }

    async fn symbol(&self, params: lsp::WorkspaceSymbolParams) -> Result<Option<Vec<lsp::SymbolInformation>>> {
        guard("symbols", || {
            let session = self.shared.lock();
            Some(requests::workspace_symbols(&session.root_views(), &params.query))
        })
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<lsp::CodeActionResponse>> {
        self.ask("code actions", &params.text_document.uri, |view| requests::code_actions(view, &params))
    }

    async fn code_action_resolve(&self, action: lsp::CodeAction) -> Result<lsp::CodeAction> {
        let data = action.data.clone().and_then(|data| serde_json::from_value::<ActionData>(data).ok());
        let Some(data) = data else { return Ok(action) };
        let plain = action.clone();
        Ok(self.ask("code actions", &data.uri, |view| requests::resolve_action(view, action))?.unwrap_or(plain))
    }

    async fn formatting(&self, params: lsp::DocumentFormattingParams) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.ask("formatting", &params.text_document.uri, requests::formatting)
    }

    async fn range_formatting(&self, params: lsp::DocumentRangeFormattingParams) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.ask("formatting", &params.text_document.uri, |view| requests::range_formatting(view, params.range))
    }

    async fn on_type_formatting(
        &self,
        params: lsp::DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<lsp::TextEdit>>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let typed = &params.ch;
        self.ask("formatting", &text_document.uri, |view| requests::on_type_formatting(view, position, typed))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: lsp::SemanticTokensDeltaParams,
    ) -> Result<Option<lsp::SemanticTokensFullDeltaResult>> {
        let uri = &params.text_document.uri;
        guard("semantic tokens", || self.shared.lock().tokens_delta(uri, &params.previous_result_id))
    }

    async fn semantic_tokens_range(
        &self,
        params: lsp::SemanticTokensRangeParams,
    ) -> Result<Option<lsp::SemanticTokensRangeResult>> {
        let uri = &params.text_document.uri;
        let data = self.ask("semantic tokens", uri, |view| tokens::range(view, params.range))?;
        Ok(data.map(|data| lsp::SemanticTokens { result_id: None, data }.into()))
    }

    async fn selection_range(&self, params: lsp::SelectionRangeParams) -> Result<Option<Vec<lsp::SelectionRange>>> {
        let uri = &params.text_document.uri;
        self.ask("selection", uri, |view| requests::selection(view, &params.positions))
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        self.ask("hints", &params.text_document.uri, |view| requests::inlay_hints(view, params.range))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: lsp::CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        Ok(self.ask("call hierarchy", &text_document.uri, |view| requests::prepare_calls(view, position))?.flatten())
    }

    async fn incoming_calls(
        &self,
        params: lsp::CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
        let at = params.item.selection_range.start;
        self.ask("call hierarchy", &params.item.uri, |view| requests::incoming_calls(view, at))
    }

    async fn outgoing_calls(
        &self,
        params: lsp::CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
        let at = params.item.selection_range.start;
        self.ask("call hierarchy", &params.item.uri, |view| requests::outgoing_calls(view, at))
    }

    async fn diagnostic(&self, params: lsp::DocumentDiagnosticParams) -> Result<lsp::DocumentDiagnosticReportResult> {
        let uri = &params.text_document.uri;
        let found = guard("diagnostics", || self.shared.lock().pull(uri))?;
        Ok(pull::document(found, params.previous_result_id.as_deref()))
    }

    async fn workspace_diagnostic(
        &self,
        params: lsp::WorkspaceDiagnosticParams,
    ) -> Result<lsp::WorkspaceDiagnosticReportResult> {
        let found = guard("diagnostics", || self.shared.lock().pull_all())?;
        Ok(pull::workspace(found, &params.previous_result_ids))
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        let mut all = false;
        self.change("watching", |session| {
            all = session.watched(&params.changes);
            Ok(())
        });
        if all {
            self.scan();
        }
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        self.change("changing folders", |session| {
            session.change_folders(&params.event);
            Ok(())
        });
        self.scan();
    }

    async fn will_rename_files(&self, params: lsp::RenameFilesParams) -> Result<Option<lsp::WorkspaceEdit>> {
        guard("renaming files", || self.shared.lock().rename_files(&params.files))
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>> {
        let (shared, client) = (Arc::clone(&self.shared), self.client.clone());
        let Some(job) = trials::Job::new(&params)? else {
            let done = guard("command", || commands::run(&mut self.shared.lock(), &params))??;
            if let Some(shown) = done.shown {
                tokio::spawn(commands::show(client, shown));
            }
            return Ok(Some(done.answer));
        };
        // It may take as long as there are rules and events: the answer is waited for, nothing else is.
        let done = tokio::task::spawn_blocking(move || guard("command", || job.run(&shared))).await;
        let done = done.unwrap_or_else(|_| Err(Error::internal_error()))??;
        if let Some(message) = done.message {
            tokio::spawn(async move { client.show_message(lsp::MessageType::INFO, message).await });
        }
        Ok(Some(done.answer))
    }
}
