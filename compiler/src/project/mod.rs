//! What concerns many items: imports, names across files, the order in which `let`s are put in.
//!
//! Not here: reading files. Whoever reads them hands over their signatures.

mod bindings;
mod imports;
mod relations;
mod resolve;
mod unused;

pub use imports::{ImportError, resolve_import};
pub use relations::{Comparison, Relations, RuleSketch, RuleSummary, compares_rules, link};
pub use resolve::{Linked, Project};
