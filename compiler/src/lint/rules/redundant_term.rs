//! A part of an AND that narrows nothing.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::removal::with_removal;
use crate::lint::shown::shown;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::RedundantTerm, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in &lint.conditions {
        // The kind of event may well be said where it follows from the rest: a reader sees what the rule is about.
        for part in condition.review.redundant.iter().filter(|part| part.joined_by_and && !part.is_kind) {
            let [first, ..] = part.nodes.as_slice() else { continue };
            let name = shown(lint.source, condition.query, *first);
            let mut diagnostic = Diagnostic::new(
                Code::RedundantTerm,
                part.span,
                text!("`{0}` narrows nothing: it follows from the rest", name),
            )
            .label("holds wherever the rest does")
            .help("remove it: what matches stays the same");
            for because in &part.because {
                let place = condition.query.node(*because).span;
                if place != part.span && diagnostic.labels.iter().all(|label| label.span != place) {
                    diagnostic = diagnostic.also(place, "it follows from this");
                }
            }
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
    fn terms_that_follow_from_others_are_found() {
        for (condition, at, left) in [
            ("@process.comm:sh @process.comm:sh", "@process.comm:sh", "@process.comm:sh"),
            ("@process.comm:s* @process.comm:sh", "@process.comm:s*", "@process.comm:sh"),
            (
                "@process.executable.path:/usr/bin/java @process.executable.name:java",
                "@process.executable.name:java",
                "@process.executable.path:/usr/bin/java",
            ),
            (
                "@process.parent.comm:cron @process.ancestors.comm:cron",
                "@process.ancestors.comm:cron",
                "@process.parent.comm:cron",
            ),
            ("@process.uid:0 AND @process.uid:<1000", "@process.uid:<1000", "@process.uid:0"),
            ("@process.comm:sh -@process.comm:bash", "-@process.comm:bash", "@process.comm:sh"),
            ("@process.args:* @process.args:x", "@process.args:*", "@process.args:x"),
            ("@bpf.cmd:BPF_PROG_LOAD -@file.path:/a", "-@file.path:/a", "@bpf.cmd:BPF_PROG_LOAD"),
            ("host:$hosts -host:c", "-host:c", "host:$hosts"),
        ] {
            let text = rule(condition);
            let found = of(&text, Code::RedundantTerm);
            assert_eq!(places(&text, &found), [at], "{condition}: {found:#?}");
            assert_eq!(fixed(&text, &found[0].fixes[0]), rule(left), "{condition}");
            assert!(found[0].fixes[0].safe);
        }
    }

    #[test]
    fn each_part_may_go_and_all_together() {
        // Without the first branch the other one would be needed as it is.
        let text = rule("(@process.comm:a host:b) OR (@process.comm:a -host:b)");
        let found = of(&text, Code::RedundantTerm);
        assert_eq!(places(&text, &found), ["host:b", "-host:b"]);
        assert!(of(&text, Code::RedundantBranch).is_empty());
        // In a branch that never holds nothing is needed, and that is said of the branch.
        let text = rule("@process.comm:a -@process.comm:a OR @process.comm:a");
        assert!(of(&text, Code::RedundantTerm).is_empty() && of(&text, Code::RedundantBranch).is_empty());
        assert_eq!(of(&text, Code::NeverMatches).len(), 1);
    }

    #[test]
    fn what_is_denied_together_is_cut_with_its_own_operator() {
        let text = rule("@process.comm:x -(host:a OR host:a*) -host:(b OR b)");
        let found = of(&text, Code::RedundantTerm);
        assert_eq!(places(&text, &found), ["host:a", "b"]);
        assert_eq!(fixed(&text, &found[0].fixes[0]), rule("@process.comm:x -(host:a*) -host:(b OR b)"));
        assert_eq!(fixed(&text, &found[1].fixes[0]), rule("@process.comm:x -(host:a OR host:a*) -host:(b)"));
    }

    #[test]
    fn what_narrows_passes() {
        for condition in [
            "@process.args:x @process.args:y",
            "@process.comm:s* @process.comm:*h",
            "@process.executable.path:/usr/bin/* @process.executable.name:java",
            "@process.executable.user:root @process.executable.uid:0",
            "@process.ancestors.comm:cron @process.parent.comm:sh",
            "@evt.name:bpf @bpf.cmd:BPF_PROG_LOAD",
            "@process.args:x -@process.args:y",
            "kube_service:a -kube_service:b",
        ] {
            let text = rule(condition);
            let found = of(&text, Code::RedundantTerm);
            assert!(found.is_empty(), "{condition}: {found:#?}");
        }
    }
}
