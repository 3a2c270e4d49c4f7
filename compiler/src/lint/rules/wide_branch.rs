//! A branch that is far broader than the others beside it.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::logic::specificity::{Bits, SPECIFIC};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::WideBranch, check };

/// A branch that lets through some 250 times as much as the next is far broader.
const FAR: Bits = Bits::from_tenths(80);

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let own = ctx.specificity()?.bits;
    let others = ctx.condition.specificity.branches().enumerate().filter(|(index, _)| *index != ctx.branch.index);
    let least = others.map(|(_, other)| other.bits).min()?;
    if own >= SPECIFIC || least.tenths() < own.tenths() + FAR.tenths() {
        return None;
    }
    Some(
        ctx.report(
            Code::WideBranch,
            text!("one branch is far broader than the others: it has {0} bits, each other {1} or more", own, least),
        )
        .label("the rule is as broad as this")
        .help("ask for as much here as in the other branches, or make it a rule of its own"),
    )
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_rule_is_as_broad_as_its_broadest_branch() {
        let narrow = "@process.executable.path:/usr/bin/restic @process.parent.executable.path:/usr/sbin/cron @process.user:app host:web-1";
        let wide = "@process.executable.path:/usr/bin/restic @process.parent.comm:cron";
        let text = |a: &str, b: &str| format!("suppress x {{ when event {{ ({a}) OR ({b}) }} }}");
        let both = text(narrow, wide);
        assert_eq!(places(&both, &of(&both, Code::WideBranch)), [wide]);
        assert!(of(&text(narrow, narrow), Code::WideBranch).is_empty());
        assert!(of(&text(wide, wide), Code::WideBranch).is_empty());
    }
}
