//! Rules with names resolved, values decoded and every attribute known: what checks, lints and emitters read.
//!
//! Not here: text. A rule that reached this form no longer knows how it was spelled, only where.

mod query;
mod rule;

pub use query::{Bound, Key, KeyKind, Node, NodeId, NodeKind, Nodes, Query, Test, TextRef};
pub use rule::{Allow, Instant, Polarity, Rule, Spanned};
