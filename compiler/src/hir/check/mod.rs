//! Whether values fit their attributes.

use crate::config::Context;
use crate::diag::Diagnostic;
use crate::hir::Rule;

/// Runs every check on a rule.
pub fn check_rule(_source: &str, _rule: &Rule, _cx: &Context<'_>, _out: &mut Vec<Diagnostic>) {}
