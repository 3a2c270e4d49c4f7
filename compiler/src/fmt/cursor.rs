//! The tokens of a range, one after the other, with what stood between them.

use std::ops::Range;

use crate::base::Span;
use crate::syntax::{NESTING_CAP, TokenKind, lex_into};

/// A token or comment and its distance to the one before.
#[derive(Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    /// Where it is in the range.
    pub(super) span: Span,
    /// Line ends before it.
    pub(super) newlines: u32,
    /// Whether nothing at all stands before it.
    pub(super) glued: bool,
}

impl Piece<'_> {
    pub(super) fn is_comment(&self) -> bool {
        is_comment(self.kind)
    }

    pub(super) fn opens(&self) -> bool {
        matches!(self.kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::Cidr)
    }

    pub(super) fn closes(&self) -> bool {
        matches!(self.kind, TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
    }
}

fn is_comment(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::DocComment)
}

/// Reads pieces in order.
pub(super) struct Cursor<'t> {
    source: &'t str,
    pieces: Vec<Piece<'t>>,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The pieces of a text; nothing where it is too broken to lay out: a string or bracket without its end, a stray
    /// character, brackets deeper than the cap.
    pub(super) fn new(text: &'t str) -> Option<Cursor<'t>> {
        let mut pieces = Vec::with_capacity(text.len() / 12 + 8);
        let mut newlines = 0;
        let mut glued = true;
        let mut open: Vec<TokenKind> = Vec::with_capacity(8);
        let mut broken = false;
        lex_into(text, |token| match token.kind {
            TokenKind::Blank => glued = false,
            TokenKind::Newline => {
                newlines += 1;
                glued = false;
            }
            TokenKind::Stray | TokenKind::OpenString => broken = true,
            kind => {
                let written = token.span.of(text);
                let shown = if is_comment(kind) { written.trim_end_matches([' ', '\t', '\r']) } else { written };
                let piece = Piece { kind, text: shown, span: token.span, newlines, glued };
                if piece.opens() {
                    open.push(kind);
                    broken |= open.len() > NESTING_CAP;
                } else if piece.closes() {
                    let round = matches!(open.pop(), Some(TokenKind::OpenParen | TokenKind::Cidr));
                    broken |= round != (kind == TokenKind::CloseParen);
                }
                pieces.push(piece);
                newlines = 0;
                glued = true;
            }
        });
        (!broken && open.is_empty()).then_some(Cursor { source: text, pieces, at: 0 })
    }

    /// The source from one piece to another that is glued to it.
    pub(super) fn between(&self, from: Span, to: Span) -> &'t str {
        from.to(to).of(self.source)
    }

    /// Whether `out` holds the same tokens and comments as the text, blanks and line ends aside.
    pub(super) fn same_as(&self, out: &str) -> bool {
        let (source, out) = (self.source.trim_ascii_end(), out.trim_ascii_end());
        // What a token is depends on those before it, blanks aside, and no token crosses a line: where both go on with
        // the same lines behind the same tokens, they go on with the same tokens.
        let alike = lines_alike(source, out);
        let cut = source.len() - alike;
        let changed = out.get(..out.len() - alike).unwrap_or(out);
        let mut rest = self.pieces.iter().take_while(|piece| (piece.span.start as usize) < cut);
        let mut same = true;
        lex_into(changed, |token| {
            if !matches!(token.kind, TokenKind::Blank | TokenKind::Newline) {
                same &=
                    rest.next().is_some_and(|piece| piece.kind == token.kind && piece.text == token.span.of(changed));
            }
        });
        same && rest.next().is_none()
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

    /// Takes the bracket that comes next and all up to its partner.
    pub(super) fn take_brackets(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            let piece = self.next()?;
            if piece.opens() {
                depth += 1;
            } else if piece.closes() {
                depth = depth.checked_sub(1)?;
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }

    /// Pieces that [`Cursor::take_brackets`] gave.
    pub(super) fn pieces(&self, range: Range<usize>) -> &[Piece<'t>] {
        self.pieces.get(range).unwrap_or_default()
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
                depth = depth.saturating_sub(1);
            }
            if depth == 0 {
                return true;
            }
        }
        false
    }
}

/// How many bytes of whole lines two texts have in common at their ends. A first line of either is not one of them.
fn lines_alike(a: &str, b: &str) -> usize {
    let bytes = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    let tail = a.as_bytes().get(a.len() - bytes..).unwrap_or_default();
    memchr::memchr(b'\n', tail).map_or(0, |newline| bytes - newline - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_texts_end_with() {
        assert_eq!(lines_alike("a\nb\nc", "x\nb\nc"), 3);
        assert_eq!(lines_alike("a\nbb\nc", "a\n b\nc"), 1);
        assert_eq!(lines_alike("a\r\nb", "a\nb"), 1);
        assert_eq!(lines_alike("same", "same"), 0);
        assert_eq!(lines_alike("\nsame", "\nsame"), 4);
        assert_eq!(lines_alike("", "x"), 0);
    }

    #[test]
    fn a_token_that_the_layout_would_change_is_seen() {
        let same = |source: &str, out: &str| Cursor::new(source).is_some_and(|cursor| cursor.same_as(out));
        let source = "suppress a {\n owner=\"b\"\n  when { @a:b }\n}\n\n";
        assert!(same(source, "suppress a {\n  owner = \"b\"\n  when { @a:b }\n}\n"));
        assert!(!same(source, "suppress a {\n  owner = \"c\"\n  when { @a:b }\n}"));
        assert!(!same(source, "suppress a {\n  when { @a:b }\n}"));
        assert!(!same(source, "suppress a {\n  owner = \"b\"\n  when { @a: b }\n}"));
        assert!(!same("let a = (b\n c)", "let a=(d\n c)"));
    }
}
