//! Semantic tokens as the protocol numbers them, and what changed of them since they were last told.
//!
//! Tokens are counted from the one before. An item that stayed has the same tokens, so that a change is told from the
//! items that came and went, with the first token behind them, which is counted from another one now.

use std::sync::Arc;

use quell::hir::Names;
use tower_lsp::lsp_types as lsp;

use crate::ide::items::Placed;
use crate::ide::position::advanced;
use crate::ide::tokens::{Coloured, of_item};
use crate::ide::{ItemId, Position};
use crate::server::view::View;

/// What a client was told of a document.
#[derive(Debug)]
pub(super) struct Told {
    id: u64,
    /// Keys are coloured by what the file sees.
    names: Arc<Names>,
    /// Its items and how many tokens each has.
    items: Vec<(ItemId, u32)>,
}

/// Numbers tokens one after the other.
struct Writer<'v> {
    view: View<'v>,
    last: Position,
    tokens: Vec<lsp::SemanticToken>,
}

impl Writer<'_> {
    /// Writes the tokens of an item; gives how many it has.
    fn item(&mut self, placed: Placed<'_>) -> u32 {
        let coloured = of_item(&placed.item.text, self.view.project.schema(self.view.file()));
        self.some(placed, &coloured);
        coloured.len() as u32
    }

    /// Writes some tokens of an item, in order.
    fn some<'c>(&mut self, placed: Placed<'_>, coloured: impl IntoIterator<Item = &'c Coloured>) {
        let text = &placed.item.text;
        let mut reached = (0, Position::default());
        for token in coloured {
            let start = token.span.start as usize;
            reached = (start, advanced(text, reached, start, self.view.encoding));
            let at = Position { line: reached.1.line + placed.start.line, ..reached.1 };
            let same_line = at.line == self.last.line;
            self.tokens.push(lsp::SemanticToken {
                delta_line: at.line - self.last.line,
                delta_start: if same_line { at.column - self.last.column } else { at.column },
                length: self.view.encoding.len(token.span.of(text)),
                token_type: token.kind as u32,
                token_modifiers_bitset: token.modifiers,
            });
            self.last = at;
        }
    }
}

fn writer(view: View<'_>) -> Writer<'_> {
    Writer { view, last: Position::default(), tokens: Vec::new() }
}

/// Every token of a document.
pub(super) fn full(view: View<'_>, id: u64) -> (Told, Vec<lsp::SemanticToken>) {
    let mut writer = writer(view);
    let items = view.document.items().iter().map(|placed| (placed.item.id, writer.item(placed))).collect();
    let names = view.project.file(view.file()).map(|file| Arc::clone(&file.names)).unwrap_or_default();
    (Told { id, names, items }, writer.tokens)
}

/// The tokens of the items that a range touches.
pub(super) fn range(view: View<'_>, range: lsp::Range) -> Vec<lsp::SemanticToken> {
    let span = view.span(range);
    let mut writer = writer(view);
    let Some(first) = view.document.items().at_offset(span.start) else { return Vec::new() };
    for placed in view.document.items().from(first.cursor, first.start) {
        if placed.start.offset > span.end {
            break;
        }
        let coloured = of_item(&placed.item.text, view.project.schema(view.file()));
        let touches = |token: &&Coloured| {
            let here = token.span.shifted(placed.start.offset);
            here.start < span.end && span.start < here.end
        };
        writer.some(placed, coloured.iter().filter(touches));
    }
    writer.tokens
}

/// What is to be replaced of what was told, if it is that which the client has.
pub(super) fn delta(
    view: View<'_>,
    told: &Told,
    client_has: &str,
    id: u64,
) -> Option<(Told, Vec<lsp::SemanticTokensEdit>)> {
    let names = &view.project.file(view.file())?.names;
    if told.id.to_string() != client_has || !Arc::ptr_eq(names, &told.names) {
        return None;
    }
    let now: Vec<Placed<'_>> = view.document.items().iter().collect();
    let same = |(before, after): &(&(ItemId, u32), &Placed<'_>)| before.0 == after.item.id;
    let head = told.items.iter().zip(&now).take_while(same).count();
    let most = told.items.len().min(now.len()) - head;
    let tail = told.items.iter().rev().zip(now.iter().rev()).take(most).take_while(same).count();
    let removed = told.items.get(head..told.items.len() - tail)?;
    let changed = now.get(head..now.len() - tail)?;
    let before = told.items.get(..head)?;
    let kept = told.items.get(told.items.len() - tail..)?;
    let mut items: Vec<(ItemId, u32)> = before.to_vec();
    let mut writer = writer(view);
    // The last token before the change is what the first one in it is counted from.
    let anchor = before.iter().zip(&now).rev().find(|((_, count), _)| *count > 0).map(|(_, placed)| *placed);
    if let Some(placed) = anchor {
        writer.item(placed);
        writer.tokens.clear();
    }
    let start: u32 = before.iter().map(|(_, count)| count).sum();
    let mut deleted: u32 = removed.iter().map(|(_, count)| count).sum();
    for placed in changed {
        items.push((placed.item.id, writer.item(*placed)));
    }
    // The first token behind.
    let behind = now.get(now.len() - tail..)?;
    if let Some(((_, _), placed)) = kept.iter().zip(behind).find(|((_, count), _)| *count > 0) {
        let written = writer.tokens.len();
        writer.item(*placed);
        writer.tokens.truncate(written + 1);
        deleted += 1;
    }
    items.extend_from_slice(kept);
    let edits = if deleted == 0 && writer.tokens.is_empty() {
        Vec::new()
    } else {
        vec![lsp::SemanticTokensEdit { start: start * 5, delete_count: deleted * 5, data: Some(writer.tokens) }]
    };
    Some((Told { id, names: Arc::clone(names), items }, edits))
}
