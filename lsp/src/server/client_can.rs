//! What the client says that it can do.

use tower_lsp::lsp_types as lsp;

/// What the client can do, where it matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClientCan {
    /// It shows Markdown in hovers, and in what there is to read of a completion.
    pub(super) markdown: bool,
    /// It fills in the places of a snippet.
    pub(super) snippets: bool,
    /// It is VS Code or made of it, and so has a command that asks for completions.
    pub(super) suggests: bool,
    /// It asks for the edits of a code action when they are needed.
    pub(super) resolves_actions: bool,
    /// It asks for diagnostics itself, so that they are not published.
    pub(super) pulls: bool,
    /// It follows the link of a code.
    pub(super) follows_codes: bool,
    /// It can show how far something is.
    pub(super) progress: bool,
    /// It can be asked to show a document.
    pub(super) shows_documents: bool,
    /// It can be told that hints are to be asked for again.
    pub(super) refreshes_hints: bool,
    /// It can be told that lenses are to be asked for again.
    pub(super) refreshes_lenses: bool,
    /// It can be asked to watch files.
    pub(super) watches: bool,
}

impl ClientCan {
    pub(super) fn new(params: &lsp::InitializeParams) -> ClientCan {
        let capabilities = &params.capabilities;
        let name = params.client_info.as_ref().map(|client| client.name.to_lowercase()).unwrap_or_default();
        let document = capabilities.text_document.as_ref();
        let item = document.and_then(|document| document.completion.as_ref()?.completion_item.as_ref());
        let hover = document.and_then(|document| document.hover.as_ref()?.content_format.as_ref());
        let documentation = item.and_then(|item| item.documentation_format.as_ref());
        let action = document.and_then(|document| document.code_action.as_ref());
        let workspace = capabilities.workspace.as_ref();
        ClientCan {
            suggests: ["visual studio code", "vscodium", "code - oss", "code-server"]
                .iter()
                .any(|known| name.starts_with(known)),
            markdown: [hover, documentation]
                .iter()
                .all(|formats| formats.is_some_and(|formats| formats.contains(&lsp::MarkupKind::Markdown))),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            resolves_actions: action.is_some_and(|action| {
                let edits = action.resolve_support.as_ref();
                edits.is_some_and(|edits| edits.properties.iter().any(|property| property == "edit"))
            }),
            follows_codes: document
                .and_then(|document| document.publish_diagnostics.as_ref()?.code_description_support)
                .unwrap_or(false),
            pulls: document.is_some_and(|document| document.diagnostic.is_some()),
            progress: capabilities.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false),
            shows_documents: capabilities
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|show| show.support),
            refreshes_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support)
                .unwrap_or(false),
            watches: workspace
                .and_then(|workspace| workspace.did_change_watched_files?.dynamic_registration)
                .unwrap_or(false),
        }
    }
}
