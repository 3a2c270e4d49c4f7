//! A document to answer a request from.

use quell::base::Span;
use quell::diag::Edit;
use rustc_hash::FxHashMap;
use tower_lsp::lsp_types as lsp;

use crate::ide::{Document, Encoding, FileId, Project};
use crate::server::session::{Place, Session};
use crate::server::{from_proto, to_proto};

/// A document, its project, and how its places are counted.
#[derive(Clone, Copy)]
pub(super) struct View<'s> {
    pub(super) session: &'s Session,
    pub(super) place: Place,
    pub(super) project: &'s Project,
    pub(super) document: &'s Document,
    pub(super) encoding: Encoding,
}

impl View<'_> {
    pub(super) fn file(&self) -> FileId {
        self.place.file
    }

    pub(super) fn offset(&self, position: lsp::Position) -> u32 {
        from_proto::offset(self.document, position, self.encoding)
    }

    pub(super) fn span(&self, range: lsp::Range) -> Span {
        from_proto::span(self.document, range, self.encoding)
    }

    pub(super) fn position(&self, offset: u32) -> lsp::Position {
        to_proto::position(self.document.position(offset, self.encoding))
    }

    pub(super) fn range(&self, span: Span) -> lsp::Range {
        to_proto::range(self.document, span, self.encoding)
    }

    /// A range of another file of the project.
    pub(super) fn range_in(&self, file: FileId, span: Span) -> Option<lsp::Range> {
        Some(to_proto::range(self.project.document(file)?, span, self.encoding))
    }

    /// The name by which the client knows a file of the project.
    pub(super) fn uri(&self, file: FileId) -> Option<lsp::Url> {
        self.session.uri(Place { root: self.place.root, file })
    }

    pub(super) fn location(&self, file: FileId, span: Span) -> Option<lsp::Location> {
        Some(lsp::Location::new(self.uri(file)?, self.range_in(file, span)?))
    }

    pub(super) fn text_edits(&self, edits: Vec<Edit>) -> Vec<lsp::TextEdit> {
        edits.into_iter().map(|edit| lsp::TextEdit::new(self.range(edit.span), edit.text)).collect()
    }

    pub(super) fn workspace_edit(&self, edits: impl IntoIterator<Item = (FileId, Edit)>) -> lsp::WorkspaceEdit {
        let mut changes: FxHashMap<lsp::Url, Vec<lsp::TextEdit>> = FxHashMap::default();
        for (file, edit) in edits {
            if let Some(lsp::Location { uri, range }) = self.location(file, edit.span) {
                changes.entry(uri).or_default().push(lsp::TextEdit::new(range, edit.text));
            }
        }
        lsp::WorkspaceEdit { changes: Some(changes.into_iter().collect()), ..lsp::WorkspaceEdit::default() }
    }
}
