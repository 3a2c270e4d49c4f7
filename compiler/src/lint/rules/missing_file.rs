//! File activity of which nobody says which file it is.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::schema::{Activity, Kind, KindSet};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MissingFile, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    // What is mounted is told by attributes of the mount, and what is unmounted by nothing but the number of the mount.
    let is_missing = branch.activity == Activity::File
        && !branch.traits.has(Traits::FILE.or(Traits::KERNEL))
        && !KindSet::of(Kind::Umount).contains_all(branch.kinds);
    is_missing.then(|| {
        ctx.report(
            Code::MissingFile,
            text!("{0} does not say which file is touched: all of them are silenced", ctx.subject),
        )
        .label("no file")
        .help("add the file or its folder: `@file.path:`")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_process_touches_a_file() {
        let table = [
            (
                "@process.executable.path:/usr/bin/a @process.user:b host:c",
                vec!["@process.executable.path:/usr/bin/a @process.user:b host:c"],
            ),
            (
                "@process.executable.path:/usr/bin/a @process.user:b host:c @file.path:*",
                vec!["@process.executable.path:/usr/bin/a @process.user:b host:c @file.path:*"],
            ),
            ("@process.executable.path:/usr/bin/a @process.user:b host:c @file.path:/etc/x", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b host:c @evt.name:umount", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b host:c @mount.source.path:/dev/sda", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ activity = file\n when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MissingFile)), at, "{when}");
        }
    }
}
