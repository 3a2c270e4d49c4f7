//! Rules with names resolved, values decoded and every attribute known: what checks, lints and emitters read.
//!
//! Not here: text. A rule that reached this form no longer knows how it was spelled, only where.

pub mod check;
pub mod date;
mod item;
pub(crate) mod kinds;
mod lower;
mod names;
pub mod pattern;
mod query;
mod rule;
pub mod spelling;

pub use crate::base::Instant;
pub use item::{LoweredItem, lower_item};
pub use lower::{DEPTH_CAP, EXPANSION_CAP, Place};
pub use names::{Binding, LetSignature, Names, Signature, scan, signature};
pub use query::{Bound, Key, KeyKind, Node, NodeId, NodeKind, Nodes, Query, Test, TextRef};
pub use rule::{Allow, Polarity, Rule, Spanned};

pub(crate) use lower::lower_let;
