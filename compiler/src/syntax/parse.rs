//! One item's text to its tree, with every syntax error in it.

use chumsky::Parser as _;
use chumsky::error::{EmptyErr, Rich};
use chumsky::inspector::SimpleState;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::syntax::ast::{Item, List, Node, NodeId, NodeKind};
use crate::syntax::grammar::{self, Arena, Terminal};
use crate::syntax::keyword::Keyword;
use crate::syntax::lexer::lex_into;
use crate::syntax::token::{Token, TokenKind};
use crate::syntax::{brackets, deception, message};

/// What one range of a file holds. All spans are relative to its text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ParsedItem {
    /// The items: one, or several that share a line, or none where there are only comments.
    pub items: Vec<Item>,
    /// Syntax errors and deceptive characters.
    pub diagnostics: Vec<Diagnostic>,
    nodes: Vec<Node>,
}

impl ParsedItem {
    /// Whether it has no error, so that checks may run.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// A node of a query; ids of another item give a word of no text.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(Node {
            kind: NodeKind::Word,
            span: Span::default(),
            next: None,
        })
    }

    /// Every `$name`, in source order.
    pub fn references(&self) -> impl Iterator<Item = Span> + '_ {
        self.nodes.iter().filter(|node| node.kind == NodeKind::Reference).map(|node| node.span)
    }

    /// The members of a list, in order.
    pub fn list(&self, list: List) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = Some(list.first);
        std::iter::from_fn(move || {
            let id = next?;
            next = if id == list.last { None } else { self.node(id).next };
            Some(id)
        })
    }
}

/// Parses the text of one range that [`super::split`] gave; it never fails and never panics.
#[must_use]
pub fn parse_item(text: &str) -> ParsedItem {
    let mut terminals = Vec::with_capacity(text.len() / 12 + 8);
    let mut diagnostics = Vec::new();
    lex_into(
        text,
        #[inline(always)]
        |Token { kind, first_on_line, span }| {
            let keyword = match kind {
                kind if kind.is_trivia() => return,
                TokenKind::Word => Keyword::of(span.of(text)),
                TokenKind::OpenString => {
                    diagnostics.push(unterminated(span, text));
                    Keyword::None
                }
                TokenKind::Stray => return diagnostics.extend(stray(span, text)),
                _ => Keyword::None,
            };
            terminals.push(Terminal { kind, keyword, first_on_line, span });
        },
    );
    deception::find(text, &mut diagnostics);
    let blocked = brackets::check(text, &terminals, &mut diagnostics);
    if blocked {
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        return ParsedItem { items: Vec::new(), diagnostics, nodes: Vec::new() };
    }
    let mut arena = SimpleState(Arena(Vec::with_capacity(terminals.len())));
    let quick = grammar::items::<EmptyErr>().parse_with_state(&terminals, &mut arena).into_output_errors();
    let items = match quick {
        (Some(items), errors) if errors.is_empty() => items,
        _ => {
            arena = SimpleState(Arena::default());
            let (items, errors) =
                grammar::items::<Rich<'_, Terminal>>().parse_with_state(&terminals, &mut arena).into_output_errors();
            if diagnostics.is_empty() {
                diagnostics.extend(errors.into_iter().map(|error| message::syntax_error(text, &terminals, &error)));
            }
            items.unwrap_or_default()
        }
    };
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    ParsedItem { items, diagnostics, nodes: arena.0.0 }
}

#[cold]
fn unterminated(span: Span, text: &str) -> Diagnostic {
    let trimmed = span.of(text).trim_end();
    let end = span.start + trimmed.len() as u32;
    // A backslash at the end would swallow the quote.
    let closing = if trimmed.ends_with('\\') { "\\\"" } else { "\"" };
    Diagnostic::new(Code::UnterminatedString, span, "the string has no closing `\"` on its line")
        .label("opened here")
        .help("close the string; a quote inside it is written `\\\"`, a line break cannot be in it")
        .safe_fix("close the string at the end of the line", Span::empty(end), closing)
}

/// What fits nowhere; nothing of a character that deceives, which has a diagnostic of its own.
#[cold]
fn stray(span: Span, text: &str) -> Option<Diagnostic> {
    let found = span.of(text);
    let diagnostic = if found.starts_with('\\') {
        Diagnostic::new(Code::InvalidEscape, span, "a backslash escapes one character, and none follows it here")
            .label("nothing to escape")
            .help("write `\\\\` for a backslash itself, or remove it")
            .safe_fix("write the backslash itself", span, "\\\\")
    } else {
        Diagnostic::new(Code::SyntaxError, span, text!("unexpected `{0}`", found))
            .label("means nothing here")
            .help("remove it, or put it in quotes as part of a value")
            .unsafe_fix("remove it", span, "")
    };
    found.is_ascii().then_some(diagnostic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_escapes_no_line_end() {
        for end in ["\n", "\r\n"] {
            let text = ["suppress x {", "  when { @process.args:a\\", "  }", "}", ""].join(end);
            let found: Vec<(Code, &str)> =
                parse_item(&text).diagnostics.iter().map(|found| (found.code, found.span.of(&text))).collect();
            assert_eq!(found, [(Code::InvalidEscape, "\\")], "{end:?}");
        }
    }
}
