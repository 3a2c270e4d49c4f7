//! A branch that only root narrows.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::RootAlone, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    // What the kernel is asked for does not narrow: whoever is root asks for what they like.
    const BESIDE: Traits = Traits::ROOT.or(Traits::WORKLOAD).or(Traits::RULE).or(Traits::KERNEL);
    if !ctx.branch.traits.has(Traits::ROOT) || !ctx.narrowing().all(|term| term.traits.has(BESIDE)) {
        return None;
    }
    Some(
        ctx.report(
            Code::RootAlone,
            text!("{0} asks for root and for no program: whoever becomes root is silenced", ctx.subject),
        )
        .label("root alone")
        .help("name the program that root is expected to run: `@process.executable.path:`"),
    )
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn root_is_what_attackers_become() {
        let table = [
            ("@process.user:root", vec!["@process.user:root"]),
            (
                "@process.executable.user:root @process.executable.uid:0",
                vec!["@process.executable.user:root @process.executable.uid:0"],
            ),
            ("@process.uid:0 kube_service:web", vec!["@process.uid:0 kube_service:web"]),
            ("@usr.id:root host:web-1", vec!["@usr.id:root host:web-1"]),
            (
                "@bpf.cmd:BPF_PROG_LOAD @process.user:root host:web-1",
                vec!["@bpf.cmd:BPF_PROG_LOAD @process.user:root host:web-1"],
            ),
            ("@process.user:(root OR app)", vec![]),
            ("@process.user:app", vec![]),
            ("@process.executable.user:root @process.executable.path:/usr/sbin/logrotate", vec![]),
            ("@process.user:root @file.path:/etc/shadow", vec![]),
            ("@process.user:root @process.parent.executable.path:/usr/sbin/cron", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::RootAlone)), at, "{when}");
        }
    }

    #[test]
    fn the_parentheses_that_were_meant_are_offered() {
        let rule = |when: &str| format!("suppress x {{ when event {{ {when} }} }}");
        let table = [
            (
                "@process.executable.user:root OR @process.executable.uid:0 @file.path:/x",
                "(@process.executable.user:root OR @process.executable.uid:0) @file.path:/x",
            ),
            (
                "@file.path:/x @process.uid:0 OR @process.user:root",
                "@file.path:/x (@process.uid:0 OR @process.user:root)",
            ),
        ];
        for (when, fixed) in table {
            let text = rule(when);
            let found = of(&text, Code::RootAlone);
            assert_eq!(
                places(&text, &found),
                ["@process.executable.user:root", "@process.user:root"]
                    .map(|root| { if when.contains(root) { vec![root] } else { vec![] } })
                    .concat()
            );
            let fixes: Vec<_> = found.iter().flat_map(|one| &one.fixes).collect();
            assert!(matches!(fixes.as_slice(), [fix] if !fix.safe));
            assert_eq!(crate::lint::testing::fixed(&text, fixes[0]), rule(fixed));
            assert!(of(&rule(fixed), Code::RootAlone).is_empty());
        }
        // Where the AND has its parentheses, there is nothing to misread.
        let text = rule("@process.user:root OR (@process.uid:0 @file.path:/x)");
        assert!(of(&text, Code::RootAlone).iter().all(|one| one.fixes.is_empty()));
    }
}
