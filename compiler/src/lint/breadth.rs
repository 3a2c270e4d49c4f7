//! Judges each branch of a `suppress` alone: a rule is as broad as its broadest branch.
//!
//! A branch has one fault: the first of [`BRANCH_LINTS`] that has something to say, whatever its level. Whoever allows
//! that one is not told the next.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Fix, text};
use crate::hir::{Node, NodeId, NodeKind, Query};
use crate::lint::branch::{Branch, Narrowing, hull, literal_span};
use crate::lint::{Condition, LintCtx, rules};
use crate::logic::specificity::BranchSpecificity;

/// More findings of one condition than this tell nothing new.
const MOST: usize = 8;

/// A lint that judges one branch.
#[derive(Clone, Copy, Debug)]
pub struct BranchLint {
    /// What it reports.
    pub code: Code,
    /// Says what is wrong with the branch, at its span or at one of its terms.
    pub check: fn(&BranchCtx<'_>) -> Option<Diagnostic>,
}

/// Every such lint, the gravest and most telling first.
pub const BRANCH_LINTS: &[BranchLint] = &[
    rules::match_all::LINT,
    rules::negation_only::LINT,
    rules::lone_workload_tag::LINT,
    rules::root_alone::LINT,
    rules::generic_executable::LINT,
    rules::attacker_chosen::LINT,
    rules::too_few_attributes::LINT,
    rules::missing_process::LINT,
    rules::missing_file::LINT,
    rules::missing_parent::LINT,
    rules::missing_peer::LINT,
    rules::missing_workload::LINT,
    rules::wide_glob::LINT,
    rules::wide_branch::LINT,
];

/// What such a lint is given.
#[derive(Clone, Copy, Debug)]
pub struct BranchCtx<'a> {
    /// The rule.
    pub lint: &'a LintCtx<'a>,
    /// The `when` block.
    pub condition: &'a Condition<'a>,
    /// The branch.
    pub branch: &'a Branch,
    /// What messages call it.
    pub subject: &'static str,
}

impl<'a> BranchCtx<'a> {
    /// The terms that narrow it, in source order.
    pub fn narrowing(&self) -> impl Iterator<Item = Narrowing> + 'a {
        self.branch.narrowing.iter().copied()
    }

    /// Where one of its terms is written.
    #[must_use]
    pub fn span_of(&self, term: Narrowing) -> Span {
        literal_span(self.lint.source, self.condition.query, term.literal())
    }

    /// How narrow it is.
    #[must_use]
    pub fn specificity(&self) -> Option<BranchSpecificity<'a>> {
        self.condition.specificity.branches().nth(self.branch.index)
    }

    /// A finding at the branch.
    #[must_use]
    pub fn report(&self, code: Code, message: impl Into<crate::diag::Text>) -> Diagnostic {
        Diagnostic::new(code, self.branch.span, message)
    }
}

/// Judges every branch of the rule.
pub(super) fn judge(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    if !lint.is_suppress() {
        return;
    }
    for condition in &lint.conditions {
        if !condition.form.is_complete() {
            out.extend(rules::too_few_attributes::of_whole(lint, condition));
            continue;
        }
        let fault = |branch: &Branch, subject| {
            let ctx = BranchCtx { lint, condition, branch, subject };
            BRANCH_LINTS.iter().find_map(|each| (each.check)(&ctx))
        };
        let faults: Vec<Option<Diagnostic>> =
            condition.branches.iter().map(|branch| fault(branch, branch.subject)).collect();
        if let Some(one) = in_every_branch(lint.source, condition, &faults, |branch| fault(branch, "every branch")) {
            out.push(one);
            continue;
        }
        let from = out.len();
        for (branch, found) in condition.branches.iter().zip(faults) {
            let Some(mut found) = found else { continue };
            let is_told = out.iter().skip(from).any(|told| told.code == found.code && told.span == found.span);
            if is_told {
                continue;
            }
            if out.len() == from + MOST {
                break;
            }
            found.fixes.extend(regroup(lint.source, condition, branch));
            out.push(found);
        }
    }
}

/// Where several branches have one and the same fault as a whole: one finding for all.
fn in_every_branch(
    source: &str,
    condition: &Condition<'_>,
    faults: &[Option<Diagnostic>],
    again: impl Fn(&Branch) -> Option<Diagnostic>,
) -> Option<Diagnostic> {
    let (first, rest) = condition.branches.split_first()?;
    let fault = faults.first()?.as_ref()?;
    let is_same = |(branch, found): (&Branch, &Option<Diagnostic>)| {
        found.as_ref().is_some_and(|found| {
            found.code == fault.code && found.message == fault.message && found.span == branch.span
        })
    };
    let all = fault.span == first.span && condition.branches.iter().zip(faults).all(is_same);
    if rest.is_empty() || !all {
        return None;
    }
    let mut one = again(first)?;
    let literals = condition.form.branches().flatten();
    one.span = hull(source, condition.query, literals).unwrap_or(condition.query.span);
    Some(one)
}

/// For a branch that is one term of an OR beside an AND without parentheses: those that many believe to see there.
///
/// `a OR b c` is read as `(a OR b) c`. That holds for fewer events, but nobody knows whether it was meant.
fn regroup(source: &str, condition: &Condition<'_>, branch: &Branch) -> Option<Fix> {
    let query = condition.query;
    let literals = condition.form.branches().nth(branch.index)?;
    let or = or_of(query, |child| literals.iter().any(|one| one.node == child && one.positive))?;
    let children = query.children(or);
    let at = children.iter().position(|child| literals.iter().any(|one| one.node == *child && one.positive))?;
    let own = query.node(*children.get(at)?);
    let bare_and = |node: Node| match node.kind {
        NodeKind::And(list) if !is_grouped(source, node.span) => Some(query.children(list)),
        _ => None,
    };
    // The terms between it and the AND are read into the parentheses too.
    let is_term = |id: &NodeId| matches!(query.node(*id).kind, NodeKind::Term { .. } | NodeKind::Not(_));
    let behind = children.get(at + 1..)?.iter().find(|id| !is_term(id));
    let before = children.get(..at)?.iter().rev().find(|id| !is_term(id));
    let inside = if let Some(parts) = behind.and_then(|id| bare_and(query.node(*id))) {
        own.span.to(query.node(*parts.first()?).span)
    } else {
        let parts = before.and_then(|id| bare_and(query.node(*id)))?;
        query.node(*parts.last()?).span.to(own.span)
    };
    let text = inside.of(source);
    (is_balanced(text) && !text.starts_with('$')).then(|| Fix {
        title: text!("put `{0}` in parentheses", shown(text)),
        safe: false,
        edits: vec![crate::diag::Edit { span: inside, text: format!("({text})") }],
    })
}

/// Whether each parenthesis outside of quotes has its other one in the same text.
fn is_balanced(text: &str) -> bool {
    let (mut open, mut is_quoted) = (0_usize, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => is_quoted = !is_quoted,
            b'(' if !is_quoted => open += 1,
            b')' if !is_quoted => match open.checked_sub(1) {
                Some(left) => open = left,
                None => return false,
            },
            _ => {}
        }
    }
    open == 0
}

/// On one line.
fn shown(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The children of the outermost OR that has such a child.
fn or_of(query: &Query, is_wanted: impl Fn(NodeId) -> bool) -> Option<crate::hir::Nodes> {
    let mut waiting = vec![query.root()];
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::Or(list) if query.children(list).iter().any(|child| is_wanted(*child)) => return Some(list),
            NodeKind::Or(list) | NodeKind::And(list) => waiting.extend(query.children(list)),
            NodeKind::Not(_) | NodeKind::Term { .. } => {}
        }
    }
    None
}

/// Whether parentheses stand around the span.
fn is_grouped(source: &str, span: Span) -> bool {
    let before = source.get(..span.start as usize).unwrap_or_default().trim_end();
    let after = source.get(span.end as usize..).unwrap_or_default().trim_start();
    before.ends_with('(') && after.starts_with(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::of;

    #[test]
    fn parentheses_are_put_around_whole_groups_only() {
        for (text, balanced) in [
            ("a OR b", true),
            ("(a) OR (b)", true),
            ("a) OR (b", false),
            ("(a OR b", false),
            (r#""(" OR a)"#, false),
            (r"\( OR a", true),
        ] {
            assert_eq!(is_balanced(text), balanced, "{text}");
        }
        let text = "suppress x { when event { @process.args:*a (@process.comm:(a OR a) OR \
                    (@process.comm:a @process.comm:a OR @process.comm:a)) OR @process.comm:a } }";
        for code in BRANCH_LINTS.iter().map(|lint| lint.code) {
            for found in of(text, code) {
                assert!(found.fixes.iter().all(|fix| !fix.title.to_string().contains(") OR (")), "{found:?}");
            }
        }
    }
}
