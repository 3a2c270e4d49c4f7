//! Which `let` is used by what: as calls, since that is what editors can draw.

use quell::base::Span;
use quell::syntax::{TokenKind, lex};

use crate::ide::names::{Found, Symbol, declaration_of_let, declarations, occurrences, symbol_at};
use crate::ide::project::{FileId, Project};
use crate::ide::symbols::{self, Entry};

/// An item, and the names in it that make it one end of a use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// The file of the item.
    pub file: FileId,
    /// The item.
    pub entry: Entry,
    /// Where the `let` is named: in the item that uses it.
    pub at: Vec<Span>,
}

/// The rule or `let` at a place.
#[must_use]
pub fn at(project: &Project, file: FileId, offset: u32) -> Option<(FileId, Entry)> {
    let Found { symbol, .. } = symbol_at(project, file, offset)?;
    if !matches!(symbol, Symbol::Let(..) | Symbol::Rule(_)) {
        return None;
    }
    let declared = declarations(project, &symbol, file).into_iter().next()?;
    Some((declared.file, entry_at(project, declared.file, declared.span.start)?))
}

/// The items that use the `let` that is named at a place.
#[must_use]
pub fn incoming(project: &Project, file: FileId, offset: u32) -> Vec<Use> {
    let Some(Found { symbol: symbol @ Symbol::Let(..), .. }) = symbol_at(project, file, offset) else {
        return Vec::new();
    };
    let mut uses: Vec<Use> = Vec::new();
    for occurrence in occurrences(project, &symbol, file).into_iter().filter(|occurrence| !occurrence.declares) {
        let Some(entry) = entry_at(project, occurrence.file, occurrence.span.start) else { continue };
        match uses.iter_mut().find(|known| known.file == occurrence.file && known.entry == entry) {
            Some(known) => known.at.push(occurrence.span),
            None => uses.push(Use { file: occurrence.file, entry, at: vec![occurrence.span] }),
        }
    }
    uses
}

/// The `let`s that the item that is named at a place uses.
#[must_use]
pub fn outgoing(project: &Project, file: FileId, offset: u32) -> Vec<Use> {
    let Some(placed) = project.document(file).and_then(|document| document.items().at_offset(offset)) else {
        return Vec::new();
    };
    let text = &*placed.item.text;
    let mut uses: Vec<Use> = Vec::new();
    for token in lex(text).into_iter().filter(|token| token.kind == TokenKind::Reference) {
        let name = token.span.of(text).trim_start_matches('$');
        let Some(declared) = declaration_of_let(project, file, name) else { continue };
        let Some(entry) = entry_at(project, declared.file, declared.span.start) else { continue };
        let at = token.span.shifted(placed.start.offset);
        match uses.iter_mut().find(|known| known.file == declared.file && known.entry == entry) {
            Some(known) => known.at.push(at),
            None => uses.push(Use { file: declared.file, entry, at: vec![at] }),
        }
    }
    uses
}

/// The named item that holds a byte: of several that share a range, the last that begins before it.
fn entry_at(project: &Project, file: FileId, offset: u32) -> Option<Entry> {
    let placed = project.document(file)?.items().at_offset(offset)?;
    let mut entries = symbols::of_item(placed);
    let at = entries.iter().rposition(|entry| entry.span.start <= offset).unwrap_or(0);
    (at < entries.len()).then(|| entries.swap_remove(at))
}
