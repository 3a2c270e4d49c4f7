//! Tree to typed arena: names are resolved, values decoded, traps of the query bar found.
//!
//! Not here: whether the values fit their attributes. That is for the checks, which see the result.

mod condition;
mod field;
mod key;
mod value;

use std::sync::Arc;

use crate::base::Span;
use crate::config::Context;
use crate::diag::{Code, Diagnostic, Severity, text};
use crate::hir::{Binding, LetSignature, Names, NodeId, Query};
use crate::schema::Schema;
use crate::syntax::ParsedItem;
use crate::syntax::ast::{self, LetBody};

pub(super) use field::{invalid_name, rule};

/// How many nodes of a condition there may be for another one to be put in.
pub const EXPANSION_CAP: usize = 100_000;

/// The deepest that a condition may be once its `let`s are expanded.
pub const DEPTH_CAP: u32 = 128;

/// A combination of the kind that the tuning guide recommends, for someone to fill in.
pub(super) const COMBINATION: &str =
    "@process.executable.path:\"/path/to/program\" @process.parent.executable.path:\"/path/to/parent\"";

/// Where a query stands: it decides which keys may be in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// `rules { }`
    Rules,
    /// `when { }`, `when signal { }`
    Signal,
    /// `when event { }`
    Event,
    /// A `let`: it may be used in any place.
    Let,
}

/// One item on its way down.
pub(super) struct Lowering<'a> {
    text: &'a str,
    parsed: &'a ParsedItem,
    names: &'a Names,
    schema: &'a Schema,
    cx: &'a Context<'a>,
    diagnostics: Vec<Diagnostic>,
    /// Bracket levels and expanded `let`s above the current node.
    depth: u32,
    deepest: u32,
    place: Place,
    /// The blocks of the rule, for fixes that move a term from one to the other.
    blocks: Blocks,
    overflowed: bool,
    /// Whether a `let` was asked for that has an error of its own.
    uses_broken: bool,
}

/// Where the blocks of a rule open, and where a new one may be put.
#[derive(Clone, Copy, Default)]
struct Blocks {
    rules: Option<Span>,
    when: Option<Span>,
    /// Start of the statement that holds the first `when`.
    when_statement: Option<u32>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(text: &'a str, parsed: &'a ParsedItem, names: &'a Names, cx: &'a Context<'a>) -> Lowering<'a> {
        Lowering {
            text,
            parsed,
            names,
            schema: names.schema(cx.schema),
            cx,
            diagnostics: Vec::new(),
            depth: 0,
            deepest: 0,
            place: Place::Let,
            blocks: Blocks::default(),
            overflowed: false,
            uses_broken: false,
        }
    }

    /// Everything that was found.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The text under a span of the item.
    fn of(&self, span: Span) -> &'a str {
        span.of(self.text)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What to say where everything would match, with a combination to fill in for `at`.
    #[cold]
    fn match_all(&mut self, span: Span, message: &'static str, label: &'static str, at: Span) {
        let diagnostic = Diagnostic::new(Code::MatchAll, span, message).label(label);
        self.report(if self.place == Place::Rules {
            diagnostic
                .help(
                    "name detection rules with `ruleId:`, or leave `rules` out to mean every Workload Protection rule",
                )
                .unsafe_fix("say that every Workload Protection rule is meant", at, " type:workload_security ")
        } else {
            diagnostic.help("name what is known to be harmless: the program, its parent and the workload").unsafe_fix(
                "put in a combination to fill in",
                at,
                format!(" {COMBINATION} "),
            )
        });
    }

    /// Lowers a whole block; nothing where there is nothing to keep.
    fn block(&mut self, query: Option<ast::NodeId>, body: Span, place: Place) -> Option<Query> {
        self.place = place;
        let Some(root) = query else {
            let what = match place {
                Place::Rules => "an empty rule query names every detection rule",
                _ => "an empty condition matches everything",
            };
            let inside = Span::new(body.start + 1, body.end.saturating_sub(1));
            self.match_all(body, what, "nothing in it", inside);
            return None;
        };
        // Text is at most what the block holds, until a `let` is put in.
        let room = body.len() as usize;
        let mut lowered = Query::with_capacity(body, room / 24 + 2, room);
        let id = self.condition(&mut lowered, root);
        self.assert_told(id);
        lowered.set_root(id?);
        Some(lowered)
    }

    /// Nothing is given up in silence, nor with a finding that a level can take away: a rule without it would be lost.
    fn assert_told(&self, lowered: Option<NodeId>) {
        debug_assert!(
            lowered.is_some() || self.uses_broken || is_meaningless(&self.diagnostics),
            "given up without an error: {}",
            self.text
        );
    }

    /// Stops an expansion that would not end; true where it must stop.
    #[inline]
    fn is_full(&mut self, query: &Query, span: Span) -> bool {
        if query.len() < EXPANSION_CAP && self.depth <= DEPTH_CAP && !self.overflowed {
            return false;
        }
        self.overflow(span);
        true
    }

    /// Says once that an expansion went past a bound.
    #[cold]
    fn overflow(&mut self, span: Span) {
        if self.overflowed {
            return;
        }
        let too_deep = self.depth > DEPTH_CAP;
        self.overflowed = true;
        let message = if too_deep {
            text!("the condition is deeper than {0} levels once its `let`s are put in", DEPTH_CAP)
        } else {
            text!("the condition has more than {0} parts once its `let`s are put in", EXPANSION_CAP)
        };
        self.report(
            Diagnostic::new(Code::TooComplex, span, message)
                .label("expands past the bound here")
                .help("split the rule, or shorten the lists and fragments it uses"),
        );
    }
}

/// Lowers the body of a `let`. Gives the tree, its depth, and what is wrong with it.
pub(super) fn binding<'a>(
    text: &'a str,
    parsed: &'a ParsedItem,
    body: LetBody,
    span: Span,
    names: &'a Names,
    cx: &'a Context<'a>,
) -> (Option<Query>, u32, Vec<Diagnostic>) {
    let mut lowering = Lowering::new(text, parsed, names, cx);
    let mut query = Query::new(span);
    let root: Option<NodeId> = match body {
        LetBody::Values(root) => {
            let key = value::no_key();
            lowering.values(&mut query, key, root, value::Position::Group)
        }
        LetBody::Fragment(Some(root)) => lowering.condition(&mut query, root),
        LetBody::Fragment(None) => {
            lowering.report(
                Diagnostic::new(Code::MatchAll, span, "an empty fragment matches everything")
                    .label("nothing in it")
                    .help("put a condition between the braces"),
            );
            None
        }
    };
    lowering.assert_told(root);
    let depth = lowering.deepest;
    let query = root.map(|root| {
        query.set_root(root);
        query
    });
    (query, depth, lowering.diagnostics)
}

/// Lowers a `let` for its users: broken where it has an error of its own.
pub(crate) fn lower_let(
    signature: &LetSignature,
    file: Arc<str>,
    offset: u32,
    names: &Names,
    cx: &Context<'_>,
) -> Binding {
    let (text, parsed) = &*signature.source;
    let span = signature.name.span.shifted(offset);
    let Some(ast::ItemKind::Let { body, .. }) = parsed.items.get(signature.index).map(|item| &item.kind) else {
        return Binding { is_values: false, query: Query::default(), depth: 0, file, span, broken: true };
    };
    let (query, depth, diagnostics) = binding(text, parsed, *body, span, names, cx);
    let failed = is_meaningless(&diagnostics);
    Binding {
        is_values: matches!(body, LetBody::Values(_)),
        broken: failed || query.is_none(),
        query: query.unwrap_or_default(),
        depth,
        file,
        span,
    }
}

/// Whether a finding leaves nothing to go on with: an error that no configuration can make less of.
fn is_meaningless(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|found| found.severity == Severity::Error && !found.code.is_configurable())
}
