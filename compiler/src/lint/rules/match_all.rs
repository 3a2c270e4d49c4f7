//! A branch that holds for every event.
//!
//! An empty condition and `*:*` are found when the condition is read; this is `*` for what every event carries.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MatchAll, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    (branch.has_any && !branch.has_denied && branch.traits == Traits::default()).then(|| {
        ctx.report(Code::MatchAll, text!("{0} holds for every event: each has some value here", ctx.subject))
            .label("`*` leaves nothing out")
            .help("name what is known to be harmless: the program, its parent and the workload")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_branch_of_stars_holds_for_every_event() {
        let table = [
            ("host:*", vec!["host:*"]),
            ("@process.comm:* host:*", vec!["@process.comm:* host:*"]),
            ("@process.executable.path:** OR @process.comm:a", vec!["@process.executable.path:**"]),
            ("@process.comm:* OR host:*", vec!["@process.comm:* OR host:*"]),
            ("@process.comm:* host:web-1", vec![]),
            ("@container.id:*", vec![]),
            ("-host:*", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MatchAll)), at, "{when}");
        }
        assert!(of("require x { rules { ruleId:a } when { host:* } }", Code::MatchAll).is_empty());
    }
}
