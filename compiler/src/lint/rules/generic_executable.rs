//! A program that does whatever it is given, and nothing says what that is.

use crate::diag::{Code, Diagnostic, text};
use crate::hir::Test;
use crate::lint::branch::Traits;
use crate::lint::branch::tests_of;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::lint::generic;

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::GenericExecutable, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    const TOLD: Traits = Traits::GIVEN.or(Traits::PARENT).or(Traits::ANCESTOR);
    let traits = ctx.branch.traits;
    if !traits.has(Traits::GENERIC) || traits.has(TOLD) {
        return None;
    }
    let query = ctx.condition.query;
    let term = ctx.narrowing().find(|term| term.traits.has(Traits::GENERIC))?;
    let name = tests_of(query, term.node).find_map(|test| match test {
        Test::Exact(value) | Test::Glob(value) if generic::is_generic(query.text(value)) => Some(query.text(value)),
        _ => None,
    })?;
    Some(
        Diagnostic::new(
            Code::GenericExecutable,
            ctx.span_of(term),
            text!("`{0}` runs whatever it is given, and nothing says what that is", name),
        )
        .label("any script, any command")
        .help("name its script or arguments with `@process.args:`, or what starts it with `@process.parent.executable.path:`"),
    )
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_shell_is_no_behaviour() {
        let table = [
            ("@process.executable.path:/bin/bash", vec!["@process.executable.path:/bin/bash"]),
            (
                "@process.executable.path:/usr/bin/python3.* @process.user:app kube_service:web",
                vec!["@process.executable.path:/usr/bin/python3.*"],
            ),
            ("@process.comm:sh kube_service:web", vec!["@process.comm:sh"]),
            (
                "@process.executable.path:(/usr/bin/restic OR /bin/sh) @process.user:app",
                vec!["@process.executable.path:(/usr/bin/restic OR /bin/sh)"],
            ),
            (
                "@process.executable.path:/bin/sh OR @process.executable.path:/usr/bin/restic",
                vec!["@process.executable.path:/bin/sh OR @process.executable.path:/usr/bin/restic"],
            ),
            ("@process.executable.path:/bin/bash @process.args:/opt/x.sh", vec![]),
            ("@process.executable.path:/usr/bin/python3 @process.comm:certbot", vec![]),
            ("@process.executable.path:/bin/sh @process.parent.executable.path:/usr/sbin/cron", vec![]),
            ("@process.executable.path:/bin/sh @process.ancestors.comm:cron", vec![]),
            ("@process.executable.path:/usr/sbin/nginx @process.user:app", vec![]),
            ("@process.parent.executable.path:/bin/bash", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::GenericExecutable)), at, "{when}");
        }
    }
}
