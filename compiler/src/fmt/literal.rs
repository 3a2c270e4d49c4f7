//! JSON values of tests and lists of fields: what stood on one line and fits stays on one, else a member a line.

use crate::fmt::cursor::Piece;
use crate::fmt::page::{Page, width};
use crate::syntax::TokenKind;

/// A piece of the value as if all of it stood on one line.
struct Place {
    /// The column behind it.
    end: usize,
    /// Line ends and comments up to it.
    breaks: usize,
    /// The index of its closing bracket.
    partner: usize,
}

/// Writes a value, from its opening bracket to the partner. `reserve` characters must fit behind it on its line.
///
/// Nothing where it holds what no JSON value holds.
pub(super) fn write(pieces: &[Piece<'_>], reserve: usize, page: &mut Page) -> Option<()> {
    let places = places(pieces)?;
    let mut indent = page.indent();
    let mut index = 0;
    let mut before: Option<Piece<'_>> = None;
    while let Some(piece) = pieces.get(index) {
        if piece.newlines > 1 && before.is_some_and(|before| !before.opens()) && !piece.closes() {
            page.blank_line();
        }
        if piece.is_comment() {
            if piece.newlines == 0 {
                page.trailing_comment(piece.text);
            } else {
                page.comment(piece.text, indent);
            }
        } else {
            if piece.closes() {
                indent = indent.saturating_sub(2);
                page.start_line(indent);
            } else if !page.on_line() || before.is_some_and(|before| before.opens() || before.kind == TokenKind::Comma)
            {
                page.start_line(indent);
            } else if before.is_some_and(|before| apart(before, *piece)) {
                page.blanks(1);
            }
            page.write(piece.text);
        }
        before = Some(*piece);
        if piece.opens() {
            let (open, partner) = (places.get(index)?, places.get(index)?.partner);
            let close = places.get(partner)?;
            let behind = if index == 0 { reserve } else { 1 };
            let fits = close.breaks == open.breaks && page.fits(close.end.saturating_sub(open.end) + behind);
            if fits || partner == index + 1 {
                for inner in pieces.get(index + 1..=partner).unwrap_or_default() {
                    if before.is_some_and(|before| apart(before, *inner)) {
                        page.blanks(1);
                    }
                    page.write(inner.text);
                    before = Some(*inner);
                }
                index = partner;
            } else {
                indent += 2;
            }
        }
        index += 1;
    }
    Some(())
}

fn places(pieces: &[Piece<'_>]) -> Option<Vec<Place>> {
    let mut places: Vec<Place> = Vec::with_capacity(pieces.len());
    let mut open: Vec<usize> = Vec::new();
    let (mut end, mut breaks) = (0, 0);
    let mut before: Option<Piece<'_>> = None;
    for (index, piece) in pieces.iter().enumerate() {
        if matches!(piece.kind, TokenKind::OpenParen | TokenKind::CloseParen | TokenKind::Cidr) {
            return None;
        }
        if piece.is_comment() || (piece.newlines > 0 && index > 0) {
            breaks += 1;
        }
        end += width(piece.text) + usize::from(before.is_some_and(|before| apart(before, *piece)));
        if piece.opens() {
            open.push(index);
        } else if piece.closes()
            && let Some(opening) = open.pop().and_then(|opening| places.get_mut(opening))
        {
            opening.partner = index;
        }
        places.push(Place { end, breaks, partner: index });
        before = Some(*piece);
    }
    Some(places)
}

/// Whether a blank stands between two pieces on one line: `{ "a": [1, -2] }`.
fn apart(before: Piece<'_>, piece: Piece<'_>) -> bool {
    use TokenKind::{CloseBrace, CloseBracket, Colon, Comma, OpenBrace, OpenBracket, String};
    match (before.kind, piece.kind) {
        (OpenBrace, CloseBrace) | (OpenBracket, _) | (_, CloseBracket | Comma) | (String, Colon) => false,
        (OpenBrace | Comma | Colon, _) | (_, CloseBrace) => true,
        _ => !piece.glued,
    }
}
