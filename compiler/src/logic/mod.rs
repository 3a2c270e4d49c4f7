//! Reasoning about conditions that the lints share: normal form, what can match at all, what implies what, how narrow
//! a condition is.
//!
//! A [`Formula`] is a condition taken out of its query. What is asked of it is answered exactly, or with
//! [`Answer::Undecided`] where a [`Budget`] is used up; whatever is claimed is shown by a [`Witness`] or by the literals
//! that exclude one another.
//!
//! Not here: what to say about it, which is for lints, and events, which are for the evaluator.

mod address;
mod anchor;
mod automaton;
mod block;
mod budget;
mod candidate;
mod denial;
mod digits;
mod element;
mod fit;
mod formula;
mod implies;
mod key;
mod normal;
mod plain;
mod review;
mod set;
mod solve;
pub mod specificity;
#[cfg(test)]
mod testing;
mod value;
mod witness;

pub use anchor::{ExactAnchor, PREFIX, PrefixAnchor};
pub use block::{Block, BlockAnchor};
pub use budget::Budget;
pub use denial::{Cluster, Denial, DeniedValue, Said};
pub use formula::Formula;
pub(crate) use formula::members;
pub use implies::always;
pub use normal::{Branch, Literal, NormalForm, list_key, normal_form, normal_form_at};
pub use plain::Plain;
pub use review::{Always, Never, Redundant, Review, review};
pub use solve::{Answer, Conflict};
pub use value::{Class, Number, Range, networks, passes};
pub use witness::Witness;
