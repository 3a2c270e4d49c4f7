//! The protocol's types into those of [`crate::ide`].

use tower_lsp::lsp_types as lsp;

use quell::base::Span;

use crate::ide::{Document, Encoding, Position};

/// The unit of columns: bytes where the client knows them, which cost nothing here, then characters.
pub(super) fn encoding(capabilities: &lsp::ClientCapabilities) -> Encoding {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    let offers = |kind: &lsp::PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
    if offers(&lsp::PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(&lsp::PositionEncodingKind::UTF32) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

pub(super) fn position(position: lsp::Position) -> Position {
    Position { line: position.line, column: position.character }
}

/// The byte of a place, clamped to the text.
pub(super) fn offset(document: &Document, at: lsp::Position, encoding: Encoding) -> u32 {
    document.offset(position(at), encoding)
}

/// The bytes of a range, clamped to the text; one that runs backwards is turned.
pub(super) fn span(document: &Document, range: lsp::Range, encoding: Encoding) -> Span {
    let (start, end) = (offset(document, range.start, encoding), offset(document, range.end, encoding));
    Span::new(start.min(end), start.max(end))
}
