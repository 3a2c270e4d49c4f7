//! What build systems make for one job.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::subject::{Chars, Subject, is_slash};

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
    needs: Chars::SLASH,
    find: |subject| {
        const MARKERS: [&str; 6] = [
            "/_temp/",
            "@tmp/",
            "/tekton/scripts/",
            "/buildAgent/temp/",
            "/pipelines/agent/tmp/",
            "/_runner_file_commands/",
        ];
        below(subject, &MARKERS)
    },
};

pub(in crate::lint::ephemeral) const WORKSPACE: Form = Form {
    name: "ci-workspace",
    what: "the workspace of a build",
    why: "it is made for a job, named after it or after the agent that runs it",
    examples: &[
        ("@process.executable.path", "/home/runner/work/shop/shop/target/debug/app", "shop"),
        ("@file.path", "/builds/x7Kq2VfZ/0/shop/web/Makefile", "x7Kq2VfZ"),
        ("@file.path", "/var/lib/jenkins/workspace/shop-main/build.sh", "shop-main"),
        ("@process.args", "/home/vsts/work/1/s/build.sh", "1"),
        ("@process.args", "/opt/agent/_work/7/s/build.sh", "7"),
        ("@process.args", "D:\\a\\shop\\shop\\build.ps1", "shop"),
    ],
    lasting: &[
        ("@process.args", "/github/workspace"),
        ("@file.path", "/home/circleci/project/Makefile"),
        ("@file.path", "/var/lib/jenkins/workspace/*/build.sh"),
        ("@file.path", "/workspace/Makefile"),
        ("@file.path", "/srv/work/1/app"),
    ],
    needs: Chars::SLASH,
    find: |subject| {
        const MARKERS: [&str; 12] = [
            "/runner/work/",
            "/_work/",
            "/vsts/work/",
            "/jenkins/workspace/",
            "/jenkins_home/workspace/",
            "/hudson/workspace/",
            "/jenkins-agent/workspace/",
            "/gitlab-runner/builds/",
            "/buildkite-agent/builds/",
            "/buildkite/builds/",
            "/buildAgent/work/",
            "/xml-data/build-dir/",
        ];
        let start = subject.starts(0, "/builds/").then_some("/builds/".len());
        let drive = (subject.at(0).is_ascii_alphabetic() && subject.starts(1, ":/a/")).then_some(":/a/".len() + 1);
        let segment = below(subject, &MARKERS).or_else(|| changing(subject, start.or(drive)?))?;
        // What begins so is the runner's own: `_temp`, `_actions`, `_tool`.
        (subject.at(segment.start) != b'_').then_some(segment)
    },
};

/// The segment below the first of these folders that is in the value.
fn below(subject: &Subject<'_>, markers: &[&str]) -> Option<Range<usize>> {
    markers.iter().find_map(|marker| changing(subject, subject.behind(marker)?))
}

/// The segment that starts there, unless there is none or a wildcard is in it.
fn changing(subject: &Subject<'_>, start: usize) -> Option<Range<usize>> {
    let segment = subject.segment(start);
    let ends = segment.len() == 1 && segment.end < subject.text.len() && !is_slash(subject.at(segment.end));
    (!segment.is_empty() && !subject.is_open(&segment) && !ends).then_some(segment)
}
