//! One range of a file, checked and linted: the façade's `check_item`.

use crate::config::Context;
use crate::diag::{Code, Diagnostic, Severity};
use crate::hir::{Allow, LoweredItem, Names, Place, Rule, lower_item};
use crate::lint::{LINTS, LintCtx, breadth, unused_allow};
use crate::logic::specificity::RuleSpecificity;
use crate::syntax::ParsedItem;

/// What checking one range gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CheckedItem {
    /// The rules in it that mean something; empty where an error forbids it.
    pub rules: Vec<JudgedRule>,
    /// Everything to say, in source order, weighed by the configuration, allowed lints taken out.
    pub diagnostics: Vec<Diagnostic>,
}

/// A rule and how narrow it is.
#[derive(Clone, PartialEq, Debug)]
pub struct JudgedRule {
    /// The rule.
    pub rule: Rule,
    /// How narrow its conditions are; nothing for a `require`, which silences what its condition leaves out.
    pub specificity: Option<RuleSpecificity>,
}

/// Checks the items of one range. What it says depends on the text, the names and the context alone.
#[must_use]
pub fn check_item(text: &str, parsed: &ParsedItem, names: &Names, cx: &Context<'_>) -> CheckedItem {
    let LoweredItem { rules, mut diagnostics } = lower_item(text, parsed, names, cx);
    let local = Context { schema: names.schema(cx.schema), ..*cx };
    // A rule is told from its neighbours in the same range by its span.
    let mut judged = Vec::with_capacity(rules.len());
    for rule in &rules {
        let lint = LintCtx::new(text, rule, &local);
        let own = |found: &&Diagnostic| rule.span.contains(found.span);
        let is_broken = diagnostics.iter().filter(own).any(|found| found.severity == Severity::Error);
        if !is_broken {
            LINTS.iter().for_each(|each| (each.check)(&lint, &mut diagnostics));
            breadth::judge(&lint, &mut diagnostics);
        }
        silence(text, rule, is_broken, &mut diagnostics);
        judged.push(specificity(lint));
    }
    diagnostics.retain_mut(|diagnostic| match cx.config.severity(diagnostic.code) {
        Some(severity) => {
            // Where a lint weighs one finding less than its code, no level weighs it more.
            let lighter = Some(diagnostic.severity).filter(|own| *own < diagnostic.code.severity());
            diagnostic.severity = lighter.map_or(severity, |own| own.min(severity));
            true
        }
        None => false,
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
    let rules = rules.into_iter().zip(judged).map(|(rule, specificity)| JudgedRule { rule, specificity });
    CheckedItem { rules: rules.collect(), diagnostics }
}

fn specificity(lint: LintCtx<'_>) -> Option<RuleSpecificity> {
    let mut found = lint.is_suppress().then(RuleSpecificity::default)?;
    for condition in lint.conditions {
        let place = match condition.place {
            Place::Signal => &mut found.signal,
            Place::Event => &mut found.event,
            Place::Rules | Place::Let => continue,
        };
        *place = Some(condition.specificity);
    }
    Some(found)
}

/// Takes out what the rule allows, and says which `allow` takes out nothing.
///
/// Of a rule with errors nothing is said: its lints have not run. Nor of a lint that looks at many rules: it has not run
/// either.
fn silence(text: &str, rule: &Rule, is_broken: bool, diagnostics: &mut Vec<Diagnostic>) {
    let unused = |diagnostics: &[Diagnostic], allow: &Allow, index: usize| {
        let earlier = rule.allows.iter().take(index).any(|other| other.code == allow.code);
        let is_its = |found: &Diagnostic| found.code == allow.code && rule.span.contains(found.span);
        earlier || !diagnostics.iter().any(is_its)
    };
    if !is_broken {
        let checked = rule.allows.iter().enumerate().filter(|(_, allow)| !allow.code.is_cross_rule());
        // An `allow` of `unused-allow` is judged last, once it is known what the others leave.
        let (own, others): (Vec<_>, Vec<_>) = checked.partition(|(_, allow)| allow.code == Code::UnusedAllow);
        for (index, allow) in others.into_iter().chain(own) {
            if unused(diagnostics, allow, index) {
                diagnostics.push(unused_allow::report(text, allow));
            }
        }
    }
    diagnostics
        .retain(|found| !rule.span.contains(found.span) || !rule.allows.iter().any(|allow| allow.code == found.code));
}
