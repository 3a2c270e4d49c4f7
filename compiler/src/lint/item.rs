//! One range of a file, checked and linted: the façade's `check_item`.

use crate::config::Context;
use crate::diag::{Diagnostic, Severity};
use crate::hir::{LoweredItem, Names, Rule, lower_item};
use crate::lint::{LINTS, LintCtx};
use crate::syntax::ParsedItem;

/// What checking one range gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CheckedItem {
    /// The rules in it that mean something; empty where an error forbids it.
    pub rules: Vec<Rule>,
    /// Everything to say, in source order, weighed by the configuration, allowed lints taken out.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks the items of one range. What it says depends on the text, the names and the context alone.
#[must_use]
pub fn check_item(text: &str, parsed: &ParsedItem, names: &Names, cx: &Context<'_>) -> CheckedItem {
    let LoweredItem { rules, mut diagnostics } = lower_item(text, parsed, names, cx);
    let local = Context { schema: names.schema(cx.schema), ..*cx };
    // A rule is told from its neighbours in the same range by its span.
    for rule in &rules {
        let within = |found: &&Diagnostic| rule.span.contains(found.span);
        if diagnostics.iter().filter(within).any(|found| found.severity == Severity::Error) {
            continue;
        }
        let lint = LintCtx::new(text, rule, &local);
        LINTS.iter().for_each(|each| (each.check)(&lint, &mut diagnostics));
    }
    weigh(&mut diagnostics, &rules, cx);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
    CheckedItem { rules, diagnostics }
}

/// Applies the configured levels, and each rule's own `allow`s.
fn weigh(diagnostics: &mut Vec<Diagnostic>, rules: &[Rule], cx: &Context<'_>) {
    diagnostics.retain_mut(|diagnostic| {
        let Some(severity) = cx.config.severity(diagnostic.code) else { return false };
        diagnostic.severity = severity;
        let allowed = |rule: &Rule| rule.allows.iter().any(|allow| allow.code == diagnostic.code);
        !rules.iter().any(|rule| rule.span.contains(diagnostic.span) && allowed(rule))
    });
}
