//! What the server says that it can do: nothing that it cannot.

use tower_lsp::lsp_types as lsp;

use crate::ide::Encoding;
use crate::server::to_proto;

pub(super) fn capabilities(encoding: Encoding) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(to_proto::encoding(encoding)),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        ..lsp::ServerCapabilities::default()
    }
}
