//! Reasoning about conditions that the lints share: normal form, what can match at all, what implies what, how narrow
//! a condition is.
//!
//! Not here: what to say about it, which is for lints, and events, which are for the evaluator.

mod normal;

pub use normal::{Branch, Literal, NormalForm, list_key, normal_form};
