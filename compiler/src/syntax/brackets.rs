//! Brackets, before the grammar: each has its partner, and they nest no deeper than the cap.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::syntax::grammar::Terminal;
use crate::syntax::token::TokenKind;

/// How deep brackets may nest. Nothing that walks a tree recurses deeper.
pub const NESTING_CAP: usize = 64;

/// Reports brackets without a partner and nesting past the cap; true where the grammar must not run.
pub(super) fn check(text: &str, terminals: &[Terminal], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let mut open: Vec<(TokenKind, Span)> = Vec::with_capacity(8);
    for terminal in terminals {
        match terminal.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace | TokenKind::Cidr => {
                if open.len() >= NESTING_CAP {
                    diagnostics.push(too_deep(terminal.span));
                    return true;
                }
                open.push((terminal.kind, terminal.span));
            }
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                let Some((kind, span)) = open.pop() else {
                    diagnostics.push(unopened(text, terminal.span));
                    return true;
                };
                if !fits(kind, terminal.kind) {
                    // With nothing open that it could close, it is one too many.
                    if !open.iter().any(|(kind, _)| fits(*kind, terminal.kind)) {
                        diagnostics.push(unopened(text, terminal.span));
                        return true;
                    }
                    diagnostics.push(unclosed(text, kind, span, Some(terminal.span)));
                    return true;
                }
            }
            _ => {}
        }
    }
    match open.pop() {
        Some((kind, span)) => {
            diagnostics.push(unclosed(text, kind, span, None));
            true
        }
        None => false,
    }
}

/// A range may mix `[` and `{`: that has a diagnostic of its own.
fn fits(open: TokenKind, close: TokenKind) -> bool {
    match open {
        TokenKind::OpenParen | TokenKind::Cidr => close == TokenKind::CloseParen,
        _ => matches!(close, TokenKind::CloseBracket | TokenKind::CloseBrace),
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::NestingTooDeep, span, text!("brackets nest deeper than {0} levels", NESTING_CAP))
        .label("one level too many")
        .help("name inner parts with `let NAME = { … }` and use `$NAME`")
}

fn unopened(text: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnclosedDelimiter, span, text!("`{0}` closes nothing", span.of(text)))
        .label("no partner before it in this item")
        .help("remove it, or open it where it begins")
        .unsafe_fix("remove it", span, "")
}

fn unclosed(text: &str, kind: TokenKind, span: Span, found: Option<Span>) -> Diagnostic {
    let partner = match kind {
        TokenKind::OpenParen | TokenKind::Cidr => ")",
        TokenKind::OpenBracket => "]",
        _ => "}",
    };
    let diagnostic = Diagnostic::new(Code::UnclosedDelimiter, span, text!("`{0}` is never closed", span.of(text)))
        .label(text!("needs a `{0}`", partner));
    match found {
        Some(found) => {
            // Before a closing brace that stands on a line of its own, the partner belongs at the end of the line above.
            let before = text.get(..found.start as usize).unwrap_or_default();
            let at = before.trim_end().len() as u32;
            diagnostic
                .also(found, text!("`{0}` comes first", found.of(text)))
                .help(text!("add `{0}` before `{1}`", partner, found.of(text)))
                .unsafe_fix(text!("add `{0}`", partner), Span::empty(at), partner)
        }
        None => {
            let at = text.trim_end().len() as u32;
            let insert = if partner == "}" { "\n}" } else { partner };
            diagnostic.help(text!("add `{0}` where it ends", partner)).unsafe_fix(
                text!("add `{0}` at the end of the item", partner),
                Span::empty(at),
                insert,
            )
        }
    }
}
