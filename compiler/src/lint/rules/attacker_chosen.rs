//! A branch of which an attacker chooses every part.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::AttackerChosen, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    const CHOSEN: Traits =
        Traits::PROCESS.or(Traits::PARENT).or(Traits::ANCESTOR).or(Traits::FILE).or(Traits::NETWORK).or(Traits::KERNEL);
    let branch = ctx.branch;
    // One attribute alone is too few in any case.
    let is_chosen =
        branch.traits.has(CHOSEN) && !branch.traits.has(Traits::ANCHOR.or(Traits::OTHER)) && branch.keys > 1;
    is_chosen.then(|| {
        ctx.report(
            Code::AttackerChosen,
            text!("{0} asks only for what an attacker chooses: names, arguments, what is acted on", ctx.subject),
        )
        .label("all of this can be made to match")
        .help("add what takes the rights of another: a program in a folder of root, its parent, the user, or the image")
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn one_part_must_be_out_of_reach() {
        let table = [
            ("@process.comm:backup @process.args:nightly", vec!["@process.comm:backup @process.args:nightly"]),
            ("@process.comm:backup kube_service:web", vec!["@process.comm:backup kube_service:web"]),
            (
                "@process.executable.path:/tmp/x @process.args:a",
                vec!["@process.executable.path:/tmp/x @process.args:a"],
            ),
            (
                "@process.executable.path:*/restic @process.args:a",
                vec!["@process.executable.path:*/restic @process.args:a"],
            ),
            (
                "@process.executable.path:(/usr/bin/a OR /tmp/a) @process.args:a",
                vec!["@process.executable.path:(/usr/bin/a OR /tmp/a) @process.args:a"],
            ),
            (
                "@dns.question.name:x.example.com kube_service:web",
                vec!["@dns.question.name:x.example.com kube_service:web"],
            ),
            (
                "@file.path:/etc/shadow @process.comm:backup host:a",
                vec!["@file.path:/etc/shadow @process.comm:backup host:a"],
            ),
            ("@process.comm:backup @process.user:app", vec![]),
            ("@process.comm:backup @process.executable.path:/usr/bin/restic", vec![]),
            ("@process.comm:backup @process.parent.executable.path:/usr/sbin/cron", vec![]),
            ("@process.args:a @process.ancestors.executable.user:root", vec![]),
            ("@process.comm:backup image_name:registry.example.com/backup", vec![]),
            ("@process.comm:backup @process.executable.hashes:abc", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::AttackerChosen)), at, "{when}");
        }
    }
}
