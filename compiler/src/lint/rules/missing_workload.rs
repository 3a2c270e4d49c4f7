//! File activity of which nobody says where.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::schema::Activity;

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MissingWorkload, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    let is_missing = branch.activity == Activity::File && !branch.traits.has(Traits::WORKLOAD.or(Traits::OTHER));
    is_missing.then(|| {
        ctx.report(
            Code::MissingWorkload,
            text!("{0} does not say where the file is touched: it is silenced on every host", ctx.subject),
        )
        .label("no workload")
        .help("add where it is expected: `kube_service:`, `service:`, `host:` or another tag of the workload")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_file_lies_somewhere() {
        let table = [
            (
                "@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x",
                vec!["@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x"],
            ),
            (
                "@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x host:*",
                vec!["@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x host:*"],
            ),
            ("@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x host:c", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b @file.path:/etc/x @container.id:c", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MissingWorkload)), at, "{when}");
        }
    }
}
