//! One item of a document with what is remembered of it. Nothing in it says where in the document it stands.

use std::sync::Arc;

use quell::diag::Diagnostic;
use quell::hir::{Signature, scan};

use crate::ide::position::line_ends;

/// Names an item for as long as its text stays as it is; never given twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ItemId(pub(super) u64);

/// A range that `split` gave.
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
}

impl Facts {
    /// Whether it declares a rule, so that it is worth a hint.
    #[must_use]
    pub fn has_rules(&self) -> bool {
        !self.signature.rules.is_empty()
    }
}

impl Item {
    /// Looks at what a text declares and uses. It is parsed when it is checked.
    pub(super) fn new(id: ItemId, text: &str) -> Item {
        Item {
            id,
            text: Arc::from(text),
            lines: line_ends(text),
            facts: Arc::new(Facts { signature: scan(text) }),
            findings: Arc::default(),
            checked: false,
        }
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
