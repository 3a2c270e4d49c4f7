//! Commands that an editor may run.

use quell::diag::Code;
use quell::emit::Target;
use serde_json::Value;
use tower_lsp::Client;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types as lsp;

use crate::ide::{hover, output, suggested};
use crate::server::session::Session;
use crate::server::{disk, pages};

/// What the project of a document compiles to: `[uri, target]`, the target `rules` if left out.
const COMPILE: &str = "quell.compile";

/// The page of a lint, in Markdown: `[name]`; or what there is to know of a rule of a document, which the editor shows,
/// too: `[name, uri]`.
pub(super) const EXPLAIN: &str = "quell.explain";

/// A rule, with a test, that silences every event of a file and no known attack of the project that is the nearest to
/// it: `[uri]`. The file is JSON as it is, not compressed.
const SUGGEST: &str = "quell.suggest";

/// Every command that is done at once.
pub(super) const ALL: [&str; 3] = [COMPILE, EXPLAIN, SUGGEST];

/// What a command came to.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Value,
    /// What the editor is to show.
    pub(super) shown: Option<Shown>,
}

/// A text to show.
#[derive(Debug)]
pub(super) enum Shown {
    Page(lsp::Url),
    Message(String),
}

/// Shows a text, whatever the editor makes of it.
pub(super) async fn show(client: Client, shown: Shown) {
    match shown {
        Shown::Page(uri) => {
            let params = lsp::ShowDocumentParams { uri, external: None, take_focus: Some(false), selection: None };
            // An answer is listened for however late it comes.
            let _ = client.show_document(params).await;
        }
        Shown::Message(text) => client.show_message(lsp::MessageType::INFO, text).await,
    }
}

pub(super) fn run(session: &mut Session, params: &lsp::ExecuteCommandParams) -> Result<Done> {
    let argument = |at: usize| params.arguments.get(at).and_then(Value::as_str);
    if let (EXPLAIN, Some(rule), Some(uri)) = (params.command.as_str(), argument(0), argument(1)) {
        let view = uri.parse().ok().and_then(|uri| session.view(&uri));
        let view = view.ok_or_else(|| invalid("there is no such document"))?;
        let text = hover::of_rule_named(view.project, view.file(), rule);
        let text = text.ok_or_else(|| invalid(format!("there is no rule `{rule}` in it")))?;
        let page = session.client.shows_documents.then(|| pages::of_rule(&text)).flatten();
        let shown = page.map_or_else(|| Shown::Message(text.clone()), Shown::Page);
        return Ok(Done { answer: Value::from(text), shown: Some(shown) });
    }
    answer(session, params).map(|answer| Done { answer, shown: None })
}

fn answer(session: &mut Session, params: &lsp::ExecuteCommandParams) -> Result<Value> {
    let argument = |at: usize| params.arguments.get(at).and_then(Value::as_str);
    match params.command.as_str() {
        COMPILE => {
            let uri = argument(0)
                .and_then(|uri| uri.parse().ok())
                .ok_or_else(|| invalid("the URI of a document is missing"))?;
            let view = session.view(&uri).ok_or_else(|| invalid("there is no such document"))?;
            let name = argument(1).unwrap_or("rules");
            let target = Target::from_name(name).ok_or_else(|| invalid(format!("there is no target `{name}`")))?;
            output::compile(view.project, target)
                .map(Value::from)
                .map_err(|errors| failed(format!("nothing is compiled while there are errors: {errors}")))
        }
        EXPLAIN => {
            let name = argument(0).ok_or_else(|| invalid("the name of a lint is missing"))?;
            let page = Code::from_name(name).map(Code::page);
            page.map(Value::from).ok_or_else(|| invalid(format!("there is no lint `{name}`")))
        }
        SUGGEST => {
            let uri = argument(0).and_then(|uri| uri.parse::<lsp::Url>().ok());
            let named = uri.as_ref().and_then(|uri| Some((uri, uri.to_file_path().ok()?)));
            let (uri, path) = named.ok_or_else(|| invalid("the URI of a file of events is missing"))?;
            let text = disk::read(&path).ok_or_else(|| failed(format!("`{}` cannot be read", path.display())))?;
            let events = suggested::events(&text).map_err(failed)?;
            let project = session.project_of(uri).ok_or_else(|| failed("it is in no project"))?;
            suggested::rule(project, &events, &[], None).map(|found| Value::from(found.text)).map_err(failed)
        }
        other => Err(invalid(format!("there is no command `{other}`"))),
    }
}

pub(super) fn failed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}

pub(super) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { code: ErrorCode::InvalidParams, message: message.into(), data: None }
}
