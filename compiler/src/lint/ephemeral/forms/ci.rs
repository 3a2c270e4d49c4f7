//! What build systems make for one job.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::Subject;

pub(in crate::lint::ephemeral) const RUNNER_FILE: Form = Form {
    name: "runner-file",
    what: "a file that a build runner makes for one step",
    why: "each step of each job gets files of its own",
    examples: &[
        (
            "@process.args",
            "/home/runner/work/_temp/5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3.sh",
            "5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3.sh",
        ),
        ("@process.args", "/var/lib/jenkins/workspace/shop@tmp/durable-4b5a6978/script.sh", "durable-4b5a6978"),
        ("@file.path", "/tekton/scripts/script-0-x7kq2", "script-0-x7kq2"),
        ("@process.args", "D:\\a\\_temp\\run.ps1", "run.ps1"),
    ],
    lasting: &[
        ("@process.args", "/home/runner/work/_temp/*.sh"),
        ("@process.executable.path", "/home/runner/bin/Runner.Listener"),
        ("@process.executable.path", "/tekton/bin/entrypoint"),
    ],
    needs: Chars::SLASH.and(Chars::MARKER),
    find: |subject| {
        const MARKERS: &[&str] = &[
            "/_temp/",
            "@tmp/",
            "/tekton/scripts/",
            "/buildAgent/temp/",
            "/pipelines/agent/tmp/",
            "/_runner_file_commands/",
        ];
        below(subject, MARKERS)
    },
};

pub(in crate::lint::ephemeral) const WORKSPACE: Form = Form {
    name: "ci-workspace",
    what: "the workspace of one agent or one branch",
    why: "the next build runs on another agent, or for another change",
    examples: &[
        ("@file.path", "/builds/x7Kq2VfZ/0/shop/web/Makefile", "x7Kq2VfZ/0"),
        ("@process.args", "/opt/agent/_work/7/s/build.sh", "7"),
        ("@process.args", "docker run -v /opt/agent/_work/7 alpine", "7"),
        ("@file.path", "/var/lib/buildkite-agent/builds/ip-10-0-3-41-1/shop/web/Makefile", "ip-10-0-3-41-1"),
        ("@file.path", "/var/lib/jenkins/workspace/shop_main@2/build.sh", "2"),
    ],
    lasting: &[
        ("@process.args", "/github/workspace"),
        ("@process.args", "/home/vsts/work/1/s/build.sh"),
        ("@process.executable.path", "/home/runner/work/shop/shop/target/debug/app"),
        ("@file.path", "/builds/shop/web/Makefile"),
        ("@file.path", "/builds/checkout/k8s/deploy.yaml"),
        ("@file.path", "/home/circleci/project/Makefile"),
        ("@file.path", "/var/lib/jenkins/workspace/shop-v2/build.sh"),
        ("@file.path", "/builds/*/*/shop/web/Makefile"),
        ("@file.path", "/srv/work/1/app"),
    ],
    needs: Chars::SLASH.and(Chars::DIGIT).and(Chars::MARKER),
    find: |subject| {
        const AGENTS: &[&str] = &["/buildkite-agent/builds/", "/buildkite/builds/", "/bamboo-agent/builds/"];
        const NUMBERED: &[&str] = &["/_work/", "/vsts/work/", "/buildAgent/work/"];
        const JENKINS: &[&str] = &["/jenkins/workspace/", "/jenkins_home/workspace/"];
        let of_agent = || below(subject, AGENTS);
        let numbered = || {
            let segment = below(subject, NUMBERED)?;
            // Agents that serve one job and go call every workspace so.
            let first = subject.slice(&segment) == b"1";
            (!first && subject.slice(&segment).iter().all(u8::is_ascii_digit)).then_some(segment)
        };
        // A token of the runner, and which of its builds at a time.
        let of_runner = || {
            let token = changing(subject, subject.behind("/builds/")?)?;
            let slot = changing(subject, token.end + 1)?;
            let digits = subject.slice(&slot).iter().all(u8::is_ascii_digit);
            let made = (8..=12).contains(&token.len());
            (digits && made).then_some(token.start..slot.end)
        };
        // A second build at the same time.
        let copy = || {
            let segment = below(subject, JENKINS)?;
            let digits = subject.run_back(segment.end)..segment.end;
            (!digits.is_empty() && subject.before(digits.start) == b'@').then_some(digits)
        };
        of_agent().or_else(numbered).or_else(of_runner).or_else(copy)
    },
};

/// The segment below the first of these folders that is in the value.
fn below(subject: &Subject<'_>, markers: &[&str]) -> Option<Range<usize>> {
    markers.iter().find_map(|marker| changing(subject, subject.behind(marker)?))
}

/// The segment that starts there, unless there is none or a wildcard is in it.
fn changing(subject: &Subject<'_>, start: usize) -> Option<Range<usize>> {
    let segment = subject.segment(start);
    (!segment.is_empty() && !subject.is_open(&segment)).then_some(segment)
}
