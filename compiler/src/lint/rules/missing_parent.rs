//! Process activity of which nobody says what started it.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::schema::Activity;

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MissingParent, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    let is_missing = branch.activity == Activity::Process && !branch.traits.has(Traits::PARENT.or(Traits::ANCESTOR));
    is_missing.then(|| {
        ctx.report(
            Code::MissingParent,
            text!("{0} does not say what started the process: whoever runs it is silenced", ctx.subject),
        )
        .label("no parent, no ancestor")
        .help("add `@process.parent.executable.path:` or an ancestor such as `@process.ancestors.executable.path:`")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_process_has_a_parent() {
        let table = [
            (
                "@process.executable.path:/usr/bin/curl @process.user:app kube_service:web",
                vec!["@process.executable.path:/usr/bin/curl @process.user:app kube_service:web"],
            ),
            (
                "@process.executable.path:/usr/bin/curl @process.user:app host:a @process.parent.comm:*",
                vec!["@process.executable.path:/usr/bin/curl @process.user:app host:a @process.parent.comm:*"],
            ),
            ("@process.executable.path:/usr/bin/curl @process.user:app @process.parent.comm:cron", vec![]),
            ("@process.executable.path:/usr/bin/curl @process.user:app @process.ancestors.comm:cron", vec![]),
            (
                "@process.executable.path:/usr/bin/curl @process.user:app @process.ancestors.executable.args:init",
                vec![],
            ),
            ("@process.executable.path:/usr/bin/curl @process.user:app @file.path:/etc/x", vec![]),
            ("@process.executable.path:/usr/bin/curl @process.user:app @evt.name:bpf", vec![]),
            (
                "@process.executable.path:/usr/sbin/logrotate @process.executable.user:root @process.executable.uid:0",
                vec![],
            ),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MissingParent)), at, "{when}");
        }
    }

    #[test]
    fn what_the_rule_is_about_is_stated_or_inferred() {
        for (activity, is_found) in [("process", true), ("[exec]", true), ("kernel", false), ("[ptrace]", false)] {
            let text = format!(
                "suppress x {{ activity = {activity}\n when {{ @process.executable.path:/bin/a @process.user:b host:c }} }}"
            );
            assert_eq!(of(&text, Code::MissingParent).len(), usize::from(is_found), "{activity}");
        }
    }
}
