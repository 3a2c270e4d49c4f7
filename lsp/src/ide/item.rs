//! One item of a document with what is remembered of it. Nothing in it says where in the document it stands.

use std::sync::Arc;

use quell::diag::Diagnostic;
use quell::hir::{Signature, scan};
use quell::syntax::ast::{ItemKind, LetBody, NodeKind, StatementKind};
use quell::{ParsedItem, parse_item};

use crate::ide::position::line_ends;

/// Names an item for as long as its text stays as it is; never given twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ItemId(pub(super) u64);

/// A range that `split` gave, parsed once.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which it is.
    pub id: ItemId,
    /// Its text.
    pub text: Arc<str>,
    /// How many line ends there are in it.
    pub lines: u32,
    /// What it declares and uses.
    pub facts: Arc<Facts>,
    /// What is to be said of it by itself, relative to its text.
    pub findings: Arc<[Diagnostic]>,
    /// Whether [`Item::findings`] are of the names and settings in force.
    pub checked: bool,
}

/// What other items need to know of one.
#[derive(Debug, Default)]
pub struct Facts {
    /// What it declares and imports.
    pub signature: Signature,
    /// The `let`s it refers to, sorted, each once.
    pub references: Box<[Box<str>]>,
    /// Whether it holds a `rules` or `when`, so that it is worth a hint.
    pub has_rules: bool,
}

impl Item {
    /// Parses a text. The tree is given back, since a check follows in most cases.
    pub(super) fn parse(id: ItemId, text: &str) -> (Item, ParsedItem) {
        let parsed = parse_item(text);
        let facts = Facts {
            signature: scan(text),
            references: references(text, &parsed),
            has_rules: parsed.items.iter().any(|item| matches!(item.kind, ItemKind::Rule { .. })),
        };
        let item = Item {
            id,
            text: Arc::from(text),
            lines: line_ends(text),
            facts: Arc::new(facts),
            findings: Arc::default(),
            checked: false,
        };
        (item, parsed)
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.text.len() as u32
    }

    /// Whether it has no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// The names behind `$` in every query of a range.
fn references(text: &str, parsed: &ParsedItem) -> Box<[Box<str>]> {
    if !text.contains('$') {
        return Box::default();
    }
    let mut waiting = Vec::new();
    for item in &parsed.items {
        match &item.kind {
            ItemKind::Rule { statements, .. } => {
                for statement in statements {
                    if let StatementKind::Block { query: Some(query), .. } = statement.kind {
                        waiting.push(query);
                    }
                }
            }
            ItemKind::Let { body: LetBody::Values(root) | LetBody::Fragment(Some(root)), .. } => waiting.push(*root),
            _ => {}
        }
    }
    let mut names: Vec<Box<str>> = Vec::new();
    while let Some(id) = waiting.pop() {
        let node = parsed.node(id);
        match node.kind {
            NodeKind::And(list) | NodeKind::Or(list) => waiting.extend(parsed.list(list)),
            NodeKind::Not { of, .. } | NodeKind::Group(of) => waiting.push(of),
            NodeKind::Term { value, .. } => waiting.push(value),
            NodeKind::Reference => names.push(node.span.of(text).trim_start_matches('$').into()),
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    names.into_boxed_slice()
}
