//! The tree of any text at all.

use quell::base::Span;
use quell::syntax::ast::{
    EventSource, Expectation, FieldValue, Item, ItemKind, LetBody, NodeId, NodeKind, Statement, StatementKind,
};
use quell::syntax::{ParsedItem, parse_item, split};

use crate::property::analysis::assert_fits;

/// A rule that stands behind anything.
const LAST: &str = "suppress behind-anything {\n  when { host:a }\n}\n";

/// The tree of each item lies in its text, parts within the whole, and whatever stands before a rule on lines of its own
/// leaves the rule what it is.
///
/// # Panics
///
/// Where that is not so.
pub fn assert_parses(text: &str) {
    let followed = format!("{text}\n{LAST}");
    let ranges = split(&followed);
    for range in &ranges {
        let item = range.of(&followed);
        let parsed = parse_item(item);
        assert_eq!(parsed, parse_item(item));
        Tree { text: item, parsed: &parsed }.assert_nests();
        for diagnostic in &parsed.diagnostics {
            assert_fits(item, diagnostic);
        }
    }
    let last = ranges.last().map(|range| range.of(&followed)).unwrap_or_default();
    let parsed = parse_item(last);
    let alone = parse_item(LAST);
    let from_keyword = last.len() - LAST.len();
    let rules = parsed.items.iter().filter(|item| item.span.start as usize >= from_keyword);
    assert_eq!(rules.count(), alone.items.len(), "{text:?}\n{parsed:#?}");
}

struct Tree<'t> {
    text: &'t str,
    parsed: &'t ParsedItem,
}

impl Tree<'_> {
    fn assert_nests(&self) {
        let whole = Span::new(0, self.text.len() as u32);
        for item in &self.parsed.items {
            self.assert_within(item.span, whole);
            self.item(item);
        }
        self.parsed.references().for_each(|span| self.assert_within(span, whole));
    }

    fn assert_within(&self, span: Span, outer: Span) {
        let is_inside = outer.start <= span.start && span.start <= span.end && span.end <= outer.end;
        assert!(is_inside, "{span:?} is not within {outer:?}\n{:?}\n{:#?}", self.text, self.parsed);
        assert!(self.text.get(span.range()).is_some(), "{span:?} splits a character\n{:?}", self.text);
    }

    fn item(&self, item: &Item) {
        let within = |span: Span| self.assert_within(span, item.span);
        match &item.kind {
            ItemKind::Import { path: span } | ItemKind::Tag { name: span } => within(*span),
            ItemKind::Rule { name, statements, .. } => {
                within(*name);
                for statement in statements {
                    within(statement.span);
                    self.statement(statement);
                }
            }
            ItemKind::Let { name, body } => {
                within(*name);
                match *body {
                    LetBody::Values(values) => self.node(values, item.span),
                    LetBody::Fragment(query) => query.into_iter().for_each(|query| self.node(query, item.span)),
                }
            }
            ItemKind::Attribute { path, ty, .. } => [*path, *ty].into_iter().for_each(within),
            ItemKind::Test { title, expectations } => {
                within(*title);
                for Expectation { event, by, span, .. } in expectations {
                    within(*span);
                    let (EventSource::File(event) | EventSource::Inline(event)) = event;
                    by.iter().chain([event]).for_each(|part| self.assert_within(*part, *span));
                }
            }
        }
    }

    fn statement(&self, statement: &Statement) {
        let within = |span: Span| self.assert_within(span, statement.span);
        match &statement.kind {
            StatementKind::Field { name, value } => {
                within(*name);
                self.value(value, statement.span);
            }
            StatementKind::Allow { lint, reason } => {
                within(*lint);
                reason.iter().copied().for_each(within);
            }
            StatementKind::Block { name, qualifier, body, query } => {
                [*name, *body].into_iter().chain(*qualifier).for_each(within);
                query.iter().for_each(|query| self.node(*query, *body));
            }
        }
    }

    fn value(&self, value: &FieldValue, outer: Span) {
        self.assert_within(value.span(), outer);
        if let FieldValue::List { span, elements } = value {
            elements.iter().for_each(|element| self.value(element, *span));
        }
    }

    /// INVARIANT: recursion is bounded by how deep brackets may nest.
    fn node(&self, id: NodeId, outer: Span) {
        let node = self.parsed.node(id);
        self.assert_within(node.span, outer);
        let within = |span: Span| self.assert_within(span, node.span);
        match node.kind {
            NodeKind::And(list) | NodeKind::Or(list) => {
                let mut at = node.span.start;
                for part in self.parsed.list(list) {
                    self.node(part, node.span);
                    let span = self.parsed.node(part).span;
                    assert!(at <= span.start, "parts are in order\n{:?}\n{:#?}", self.text, self.parsed);
                    at = span.end;
                }
            }
            NodeKind::Not { of, .. } | NodeKind::Group(of) => self.node(of, node.span),
            NodeKind::Term { key, value } => {
                within(key);
                self.node(value, node.span);
            }
            NodeKind::MissingValue { key } => within(key),
            NodeKind::Range { low, high, .. } => [low, high].into_iter().for_each(within),
            NodeKind::Cidr { arguments } => within(arguments),
            NodeKind::Bare | NodeKind::Quoted | NodeKind::Mixed | NodeKind::Reference | NodeKind::Word => {}
        }
    }
}
