//! What a rule that means something is advised of: whether it is narrow, will last, is alive, and is answered for.
//!
//! One lint is one file in `rules/` with its tests, and one line in [`LINTS`]. A lint sees the typed rule and the logic
//! layer only, and never a rule with errors.
//!
//! Not here: what many rules together mean, which is for `project`.

mod branch;
mod breadth;
mod context;
pub mod ephemeral;
mod generic;
mod glob;
mod item;
mod place;
mod removal;
mod rules;
mod shown;
#[cfg(test)]
mod testing;
mod unused_allow;

pub use branch::{Branch, Narrowing, Traits};
pub use breadth::{BRANCH_LINTS, BranchCtx, BranchLint};
pub use context::{Condition, LintCtx};
pub use item::{CheckedItem, JudgedRule, check_item};
pub use rules::wide_glob::is_wide;

use crate::diag::{Code, Diagnostic};

/// One lint.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// What it reports.
    pub code: Code,
    /// Appends what it finds, in any order.
    pub check: fn(&LintCtx<'_>, &mut Vec<Diagnostic>),
}

/// Every lint that looks at one rule.
pub const LINTS: &[Lint] = &[
    rules::ephemeral_value::LINT,
    rules::unscoped_rule::LINT,
    rules::any_ancestor::LINT,
    rules::too_many_branches::LINT,
    rules::missing_owner::LINT,
    rules::missing_reason::LINT,
    rules::missing_expiry::LINT,
    rules::too_long_lived::LINT,
    rules::expires_soon::LINT,
    rules::never_matches::LINT,
    rules::always_matches::LINT,
    rules::redundant_term::LINT,
    rules::redundant_branch::LINT,
    rules::not_decided::LINT,
    rules::expired::LINT,
    rules::review_due::LINT,
];
