//! A branch that says only what is not.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::NegationOnly, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    (branch.has_denied && branch.traits == Traits::default()).then(|| {
        ctx.report(Code::NegationOnly, text!("{0} says only what is not: everything else is silenced", ctx.subject))
            .label("nothing is asked for")
            .help("name what is known to be harmless as well; to keep a detection for some only, write a `require`")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn something_must_be_asked_for() {
        let table = [
            ("-kube_service:vault", vec!["-kube_service:vault"]),
            ("-host:(a OR b) NOT env:dev", vec!["-host:(a OR b) NOT env:dev"]),
            ("-host:a @process.comm:*", vec!["-host:a @process.comm:*"]),
            ("-(host:a OR host:b)", vec!["-(host:a OR host:b)"]),
            ("@process.comm:a OR -host:b", vec!["-host:b"]),
            ("@process.comm:a -host:b", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::NegationOnly)), at, "{when}");
        }
        assert!(of("require x { rules { ruleId:a } when { -env:dev } }", Code::NegationOnly).is_empty());
    }
}
