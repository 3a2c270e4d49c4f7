//! File activity of which nobody says which process it is.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::schema::Activity;

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MissingProcess, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    let is_missing = branch.activity == Activity::File
        && !branch.traits.has(Traits::PROCESS.or(Traits::PARENT).or(Traits::ANCESTOR));
    is_missing.then(|| {
        ctx.report(
            Code::MissingProcess,
            text!("{0} does not say which process touches the file: any program is silenced", ctx.subject),
        )
        .label("no process")
        .help("add the program that touches the file: `@process.executable.path:`")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_file_is_touched_by_a_process() {
        let table = [
            (
                "@file.path:/etc/x @process.user:app kube_service:web",
                vec!["@file.path:/etc/x @process.user:app kube_service:web"],
            ),
            ("@file.path:/etc/x @process.executable.path:/usr/bin/a @process.user:app kube_service:web", vec![]),
            ("@file.path:/etc/x @process.parent.executable.path:/usr/bin/a kube_service:web", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MissingProcess)), at, "{when}");
        }
    }
}
