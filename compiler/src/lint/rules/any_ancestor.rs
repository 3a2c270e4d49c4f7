//! Two terms on ancestors that need not hold of the same one.

use crate::diag::{Code, Diagnostic, text};
use crate::hir::{KeyKind, Query};
use crate::lint::branch::{Branch, Traits, key_of, literal_span};
use crate::lint::{Condition, Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::AnyAncestor, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in &lint.conditions {
        let from = out.len();
        for branch in &condition.branches {
            let Some(found) = of_branch(lint, condition, branch) else { continue };
            if !out.iter().skip(from).any(|told| told.span == found.span) {
                out.push(found);
            }
        }
    }
}

fn of_branch(lint: &LintCtx<'_>, condition: &Condition<'_>, branch: &Branch) -> Option<Diagnostic> {
    if !branch.traits.has(Traits::ANCESTOR) {
        return None;
    }
    let query: &Query = condition.query;
    let mut terms = branch
        .narrowing
        .iter()
        .filter(|term| term.traits.has(Traits::ANCESTOR))
        .filter_map(|term| Some((literal_span(lint.source, query, term.literal()), key_of(query, term.node)?)))
        // Of keys that are never emitted it is said that they are; the rest follows once they are mended.
        .filter(|(_, key)| key.kind != KeyKind::NeverEmitted)
        .map(|(span, key)| (span, query.text(key.text)));
    let (first, first_key) = terms.next()?;
    let (second, key) = terms.find(|(_, key)| *key != first_key)?;
    Some(
        Diagnostic::new(
            Code::AnyAncestor,
            second,
            text!("`{0}` and `{1}` may hold of two different ancestors", first_key, key),
        )
        .label("of any ancestor")
        .also(first, "of any ancestor too")
        .help("where the parent is meant, write `@process.parent.`: that is one process"),
    )
}

#[cfg(test)]
mod tests {
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{of, places};

    #[test]
    fn two_attributes_may_be_of_two_ancestors() {
        let table = [
            ("@process.ancestors.comm:a @process.ancestors.args:b", vec!["@process.ancestors.args:b"]),
            ("@process.ancestors.comm:a (@process.ancestors.args:b OR host:c)", vec!["@process.ancestors.args:b"]),
            ("@process.ancestors.comm:a OR @process.ancestors.args:b", vec![]),
            ("@process.ancestors.comm:a @process.ancestors.comm:b", vec![]),
            ("@process.ancestors.comm:a @process.parent.comm:b", vec![]),
            ("@process.ancestors.executable.comm:a @process.ancestors.executable.args:b", vec![]),
            ("@process.ancestors.comm:a -@process.ancestors.args:b", vec![]),
            ("@process.ancestors.comm:a @process.ancestors.args:*", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when {{ {when} }} }}");
            let found = of(&text, Code::AnyAncestor);
            assert_eq!(places(&text, &found), at, "{when}");
            assert!(found.iter().all(|one| one.severity == Severity::Hint));
        }
    }
}
