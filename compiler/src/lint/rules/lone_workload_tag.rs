//! A branch that says where, and not what.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::LoneWorkloadTag, check };

/// What says what happens.
const WHAT: Traits = Traits::PROCESS
    .or(Traits::PARENT)
    .or(Traits::ANCESTOR)
    .or(Traits::USER)
    .or(Traits::FILE)
    .or(Traits::NETWORK)
    .or(Traits::KERNEL)
    .or(Traits::OTHER);

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let traits = ctx.branch.traits;
    (traits.has(Traits::WORKLOAD) && !traits.has(WHAT)).then(|| {
        ctx.report(
            Code::LoneWorkloadTag,
            text!("{0} says where, and not what: everything in the workload is silenced", ctx.subject),
        )
        .label("nothing about process or file")
        .help("name the process, such as `@process.executable.path:`, or the file beside the workload")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_workload_is_no_behaviour() {
        let table = [
            ("kube_service:web", vec!["kube_service:web"]),
            ("kube_service:web env:prod", vec!["kube_service:web env:prod"]),
            ("@container.id:abc host:web-1", vec!["@container.id:abc host:web-1"]),
            ("kube_service:web @evt.name:exec", vec!["kube_service:web @evt.name:exec"]),
            ("kube_service:web @process.executable.path:*", vec!["kube_service:web @process.executable.path:*"]),
            ("kube_service:web -@process.comm:sh", vec!["kube_service:web -@process.comm:sh"]),
            ("kube_service:(web OR checkout)", vec!["kube_service:(web OR checkout)"]),
            ("host:a OR env:b", vec!["host:a OR env:b"]),
            ("host:a OR @process.comm:b @process.user:c", vec!["host:a"]),
            ("host:a (env:b OR @process.comm:c)", vec!["env:b"]),
            ("kube_service:web @process.comm:nginx", vec![]),
            ("kube_service:web @file.path:/etc/x", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::LoneWorkloadTag)), at, "{when}");
        }
    }

    #[test]
    fn where_is_all_that_a_require_needs() {
        assert!(of("require x { rules { ruleId:a } when { kube_service:web } }", Code::LoneWorkloadTag).is_empty());
    }
}
