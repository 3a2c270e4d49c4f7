use crate::base::Span;
use crate::diag::{Diagnostic, Text};
use crate::hir::check::CheckCtx;
use crate::hir::{Key, KeyKind, Test, TextRef};
use crate::schema::Attribute;

/// One term, and how it stands in the source, so that fixes can rewrite it.
pub(super) struct Term<'a> {
    pub(super) ctx: &'a CheckCtx<'a>,
    /// `key:value`; inside a group, the value; from a `let`, the reference.
    pub(super) span: Span,
    pub(super) key: Key,
    pub(super) test: Test,
}

impl<'a> Term<'a> {
    /// The text behind a reference.
    pub(super) fn text(&self, at: TextRef) -> &'a str {
        self.ctx.query.text(at)
    }

    /// The key as Datadog takes it, `@` included.
    pub(super) fn key_text(&self) -> &'a str {
        self.text(self.key.text)
    }

    /// The attribute, where the key is one that the schema knows.
    pub(super) fn attribute(&self) -> Option<&'a Attribute> {
        match self.key.kind {
            KeyKind::Attribute(id) => Some(self.ctx.cx.schema.attribute(id)),
            _ => None,
        }
    }

    /// Exactly this text or a pattern, and whether it is a pattern.
    pub(super) fn value(&self) -> Option<(&'a str, bool)> {
        match self.test {
            Test::Exact(text) => Some((self.text(text), false)),
            Test::Glob(text) => Some((self.text(text), true)),
            _ => None,
        }
    }

    /// Whether it came from a `let`: what is written is the reference, which no fix may touch.
    pub(super) fn is_expanded(&self) -> bool {
        let start = self.span.start as usize;
        self.ctx.source.as_bytes().get(start) == Some(&b'$')
    }

    /// Whether key and value stand side by side, so that they can be rewritten as one.
    pub(super) fn is_direct(&self) -> bool {
        self.span.start == self.key.span.start && !self.is_expanded()
    }

    /// Whether the value was written once for several keys, by a key with a wildcard: it need not fit each of them.
    pub(super) fn is_one_of_several_keys(&self) -> bool {
        if !self.is_expanded() {
            return self.key.span.of(self.ctx.source).contains(['*', '?']);
        }
        // A `let` does not tell how it was written: the same value for two keys is taken for one with a wildcard.
        self.value().is_some()
            && self.ctx.query.terms().any(|(_, span, key, test)| {
                let other = Term { ctx: self.ctx, span, key, test };
                span == self.span && other.value() == self.value() && other.key_text() != self.key_text()
            })
    }

    /// The value, where a fix may rewrite it.
    pub(super) fn value_span(&self) -> Option<Span> {
        if self.is_expanded() || matches!(self.test, Test::Networks(_)) {
            None
        } else if self.is_direct() {
            Some(Span::new(self.key.span.end + 1, self.span.end))
        } else {
            Some(self.span)
        }
    }

    /// The whole term, where a fix may rewrite it together with its key.
    pub(super) fn whole_span(&self) -> Option<Span> {
        let network = matches!(self.test, Test::Networks(_));
        let written = self.key.span.of(self.ctx.source) == self.key_text();
        (written && (network || self.is_direct())).then_some(self.span)
    }

    /// Another attribute of the same object: `leaf` in place of the last segment.
    pub(super) fn sibling(&self, leaf: &str) -> Option<String> {
        let (object, _) = self.key_text().rsplit_once('.')?;
        let path = format!("{object}.{leaf}");
        self.ctx.cx.schema.attribute_id(path.strip_prefix('@')?)?;
        Some(path)
    }

    /// The most exact place of the value: what a finding about it points at.
    pub(super) fn place(&self) -> Span {
        self.value_span().unwrap_or(self.span)
    }
}

/// How a fix answers to its promise.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Confidence {
    /// Says what was plainly meant, of a program that could not be compiled.
    Plain,
    /// A guess, or one that makes a term match that matched nothing.
    Guess,
}

/// Adds a fix that replaces `span`, if there is one to replace.
pub(super) fn with_fix(
    diagnostic: Diagnostic,
    span: Option<Span>,
    confidence: Confidence,
    title: impl Into<Text>,
    text: impl Into<String>,
) -> Diagnostic {
    match (span, confidence) {
        (None, _) => diagnostic,
        (Some(span), Confidence::Plain) => diagnostic.safe_fix(title, span, text),
        (Some(span), Confidence::Guess) => diagnostic.unsafe_fix(title, span, text),
    }
}
