//! The tokens of an item, one after the other, with what stood between them.

use crate::syntax::{NESTING_CAP, TokenKind, lex};

/// A token or comment and its distance to the one before.
#[derive(Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    /// Line ends before it.
    pub(super) newlines: u32,
    /// Whether nothing at all stands before it.
    pub(super) glued: bool,
}

impl Piece<'_> {
    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::Comment | TokenKind::DocComment)
    }

    pub(super) fn opens(&self) -> bool {
        matches!(self.kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::Cidr)
    }

    pub(super) fn closes(&self) -> bool {
        matches!(self.kind, TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
    }
}

/// Reads pieces in order.
pub(super) struct Cursor<'t> {
    pieces: Vec<Piece<'t>>,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The pieces of a text; nothing where it is too broken to lay out: a string or bracket without its end, a stray
    /// character, brackets deeper than the cap.
    pub(super) fn new(text: &'t str) -> Option<Cursor<'t>> {
        let mut pieces = Vec::with_capacity(text.len() / 6);
        let mut newlines = 0;
        let mut glued = true;
        let mut open = Vec::new();
        for token in lex(text) {
            match token.kind {
                TokenKind::Blank => glued = false,
                TokenKind::Newline => {
                    newlines += 1;
                    glued = false;
                }
                TokenKind::Stray | TokenKind::OpenString => return None,
                kind => {
                    let piece = Piece { kind, text: token.span.of(text).trim_end_matches([' ', '\t', '\r']), newlines, glued };
                    if piece.opens() {
                        open.push(kind);
                        if open.len() > NESTING_CAP {
                            return None;
                        }
                    } else if piece.closes() {
                        let round = matches!(open.pop()?, TokenKind::OpenParen | TokenKind::Cidr);
                        if round != (kind == TokenKind::CloseParen) {
                            return None;
                        }
                    }
                    pieces.push(piece);
                    newlines = 0;
                    glued = true;
                }
            }
        }
        open.is_empty().then_some(Cursor { pieces, at: 0 })
    }

    pub(super) fn peek(&self) -> Option<Piece<'t>> {
        self.pieces.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<Piece<'t>> {
        let piece = self.peek()?;
        self.at += 1;
        Some(piece)
    }

    /// Takes the next piece if it is of that kind.
    pub(super) fn take(&mut self, kind: TokenKind) -> Option<Piece<'t>> {
        self.peek().filter(|piece| piece.kind == kind)?;
        self.next()
    }

    /// Whether everything up to the partner of the bracket that comes next stands on one line, without a comment.
    pub(super) fn one_line(&self) -> bool {
        let mut depth = 0_usize;
        for (index, piece) in self.pieces.iter().skip(self.at).enumerate() {
            if (index > 0 && piece.newlines > 0) || piece.is_comment() {
                return false;
            }
            if piece.opens() {
                depth += 1;
            } else if piece.closes() {
                depth -= 1;
                if depth == 0 {
                    return true;
                }
            }
        }
        false
    }
}
