//! Commands that an editor may run.

use quell::diag::Code;
use quell::emit::Target;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types as lsp;

use crate::ide::output;
use crate::server::session::Session;

/// What the project of a document compiles to: `[uri, target]`, the target `rules` if left out.
const COMPILE: &str = "quell.compile";

/// The page of a lint, in Markdown: `[name]`.
const EXPLAIN: &str = "quell.explain";

/// Every command.
pub(super) const ALL: [&str; 2] = [COMPILE, EXPLAIN];

pub(super) fn run(session: &Session, params: &lsp::ExecuteCommandParams) -> Result<Value> {
    let argument = |at: usize| params.arguments.get(at).and_then(Value::as_str);
    match params.command.as_str() {
        COMPILE => {
            let uri = argument(0)
                .and_then(|uri| uri.parse().ok())
                .ok_or_else(|| invalid("the URI of a document is missing"))?;
            let view = session.view(&uri).ok_or_else(|| invalid("there is no such document"))?;
            let name = argument(1).unwrap_or("rules");
            let target = Target::from_name(name).ok_or_else(|| invalid(format!("there is no target `{name}`")))?;
            output::compile(view.project, target).map(Value::from).map_err(|errors| Error {
                code: ErrorCode::ServerError(-32803),
                message: format!("nothing is compiled while there are errors: {errors}").into(),
                data: None,
            })
        }
        EXPLAIN => {
            let name = argument(0).ok_or_else(|| invalid("the name of a lint is missing"))?;
            let page = Code::from_name(name).map(Code::page);
            page.map(Value::from).ok_or_else(|| invalid(format!("there is no lint `{name}`")))
        }
        other => Err(invalid(format!("there is no command `{other}`"))),
    }
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { code: ErrorCode::InvalidParams, message: message.into(), data: None }
}
