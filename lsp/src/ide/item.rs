//! One item of a document with what is remembered of it. Nothing in it says where in the document it stands.

use std::sync::Arc;

use quell::diag::Diagnostic;
use quell::hir::{Signature, scan};
use quell::syntax::ast::ItemKind;
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
    /// What it declares, imports and refers to.
    pub signature: Signature,
    /// Whether it holds a `rules` or `when`, so that it is worth a hint.
    pub has_rules: bool,
}

impl Item {
    /// Parses a text. The tree is given back, since a check follows in most cases.
    pub(super) fn parse(id: ItemId, text: &str) -> (Item, ParsedItem) {
        let parsed = parse_item(text);
        let facts = Facts {
            signature: scan(text),
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
