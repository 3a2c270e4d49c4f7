//! Quell: attribute combinations for runtime security signals, checked and compiled to the JSON that Datadog takes.
//!
//! The way of the data: [`split`] a file into items, [`parse_item`] each, collect their signatures into [`Names`],
//! [`check_item`] against them, [`Project::resolve`] what concerns many items, [`emit::emit`] what is left. Analysis never fails: it
//! returns what it understood and a list of diagnostics.
//!
//! Not here: files, clocks, terminals and protocols. Those live in the command line (feature `cli`) and the server.

pub mod base;
pub mod config;
pub mod diag;
pub mod emit;
#[cfg(feature = "eval")]
pub mod eval;
pub mod event;
pub mod fmt;
pub mod hir;
pub mod lint;
pub mod logic;
pub mod project;
pub mod schema;
pub mod suggest;
pub mod syntax;

#[cfg(feature = "cli")]
pub mod cli;

pub use config::{Config, Context};
pub use emit::{CheckedRule, Target};
pub use hir::Names;
pub use lint::{CheckedItem, JudgedRule, check_item};
pub use project::{Linked, Project};
pub use syntax::{ItemRange, ParsedItem, parse_item, split};
