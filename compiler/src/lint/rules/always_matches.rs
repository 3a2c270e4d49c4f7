//! A condition, or a group in one, that holds on every event.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::removal::removal;
use crate::lint::shown::shown;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::AlwaysMatches, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in &lint.conditions {
        for always in &condition.review.always {
            let span = condition.query.node(always.node).span;
            let is_whole = always.node == condition.query.root();
            let part = shown(lint.source, condition.query, always.node);
            let diagnostic = Diagnostic::new(Code::AlwaysMatches, span, text!("`{0}` holds on every event", part))
                .label(if is_whole { "matches everything" } else { "narrows nothing" });
            out.push(match removal(lint.source, span, always.written_with_and).filter(|_| always.joined_by_and) {
                Some(cut) => diagnostic
                    .help("remove it, or write what was meant: alternatives that cover everything narrow nothing")
                    .safe_fix("remove the group", cut, ""),
                None if lint.is_suppress() => {
                    diagnostic.help("name what is known to be harmless: as it stands, the rule silences everything")
                }
                None => diagnostic.help("name what is to trigger: as it stands, the rule asks for nothing"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{fixed, of, places};

    fn rule(condition: &str) -> String {
        format!("suppress x {{ when event {{ {condition} }} }}")
    }

    #[test]
    fn groups_that_cover_everything_are_found() {
        for (condition, at, left) in [
            ("@process.comm:a (host:a OR -host:a)", "host:a OR -host:a", Some("@process.comm:a")),
            ("(host:a* OR -host:a?) @process.comm:a", "host:a* OR -host:a?", Some("@process.comm:a")),
            ("@process.comm:a -(host:a host:b)", "-(host:a host:b)", Some("@process.comm:a")),
            ("host:a OR -host:a", "host:a OR -host:a", None),
            ("@process.args:* OR -@process.args:x", "@process.args:* OR -@process.args:x", None),
            ("@evt.name:*", "@evt.name:*", None),
        ] {
            let text = rule(condition);
            let found = of(&text, Code::AlwaysMatches);
            assert_eq!(places(&text, &found), [at], "{condition}");
            let fixes: Vec<String> = found[0].fixes.iter().map(|fix| fixed(&text, fix)).collect();
            assert_eq!(fixes, left.map(rule).into_iter().collect::<Vec<_>>(), "{condition}");
        }
    }

    #[test]
    fn what_narrows_passes() {
        for condition in [
            "@process.comm:a OR -@process.comm:b",
            "@process.args:a OR -@process.args:b",
            "@process.uid:<5 OR @process.uid:>=5",
            "@process.comm:a -(kube_service:a kube_service:b*)",
            "@process.comm:a (kube_service:a OR -host:a)",
        ] {
            let text = rule(condition);
            let found = of(&text, Code::AlwaysMatches);
            assert!(found.is_empty(), "{condition}: {found:#?}");
        }
    }
}
