//! An alternative that adds nothing.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::removal::with_removal;
use crate::lint::shown::shown;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::RedundantBranch, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in &lint.conditions {
        for part in condition.review.redundant.iter().filter(|part| !part.joined_by_and) {
            let [first, ..] = part.nodes.as_slice() else { continue };
            let name = shown(lint.source, condition.query, *first);
            let diagnostic = Diagnostic::new(
                Code::RedundantBranch,
                part.span,
                text!("`{0}` adds nothing: what it matches is matched without it", name),
            )
            .label("covered by the alternatives")
            .help("remove it: what matches stays the same");
            out.push(with_removal(diagnostic, lint.source, part.written_with_and));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{fixed, of, places};

    fn rule(condition: &str) -> String {
        format!("let hosts = (a OR b)\nsuppress x {{ when event {{ {condition} }} }}")
    }

    #[test]
    fn alternatives_that_are_covered_are_found() {
        for (condition, at, left) in [
            ("host:(a OR b OR a)", "a", "host:(a OR b)"),
            ("host:(web-1 OR web-*)", "web-1", "host:(web-*)"),
            ("host:(web-a* OR web-*)", "web-a*", "host:(web-*)"),
            ("@process.comm:a OR (@process.comm:a host:b)", "@process.comm:a host:b", "@process.comm:a"),
            (
                "(@process.comm:a OR @process.comm:b) OR @process.comm:(b OR c)",
                "b",
                "(@process.comm:a OR @process.comm:b) OR @process.comm:(c)",
            ),
            ("@process.uid:(0 OR <10)", "0", "@process.uid:(<10)"),
            ("host:(a OR b) -host:b", "b", "host:(a) -host:b"),
            ("@process.comm:x -(host:a OR host:a*)", "host:a", "@process.comm:x -(host:a*)"),
        ] {
            let text = rule(condition);
            let found = of(&text, Code::RedundantBranch);
            let other = of(&text, Code::RedundantTerm);
            // What is denied counts the other way round.
            let all: Vec<_> = found.iter().chain(&other).cloned().collect();
            if condition.contains("-(") {
                assert_eq!(places(&text, &other), [at], "{condition}: {all:#?}");
                continue;
            }
            if condition.contains("-host:b") {
                assert!(places(&text, &all).contains(&at), "{condition}: {all:#?}");
                continue;
            }
            assert_eq!(places(&text, &found), [at], "{condition}: {all:#?}");
            assert_eq!(fixed(&text, &found[0].fixes[0]), rule(left), "{condition}");
            assert!(found[0].fixes[0].safe);
        }
    }

    #[test]
    fn what_adds_passes() {
        for condition in [
            "host:(a OR b)",
            "host:(a* OR *b)",
            "@process.args:(a OR b) @process.args:c",
            "@process.comm:a OR @process.comm:b",
            "@process.comm:x host:$hosts",
        ] {
            let text = rule(condition);
            let found = of(&text, Code::RedundantBranch);
            assert!(found.is_empty(), "{condition}: {found:#?}");
        }
    }

    #[test]
    fn long_lists_take_no_time() {
        let list: Vec<String> = (0..5_000).map(|at| format!("host-{at}")).chain(["host-7".to_owned()]).collect();
        let text = rule(&format!("host:({})", list.join(" OR ")));
        let found = of(&text, Code::RedundantBranch);
        assert_eq!(places(&text, &found), ["host-7"]);
    }
}
