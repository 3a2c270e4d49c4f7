//! Keys whose every value is of one run, as the schema says.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::forms::{address, process};
use crate::lint::ephemeral::subject::{Role, Subject};
use crate::schema::Stability;

pub(in crate::lint::ephemeral) const PER_RUN: Form = Form {
    name: "per-run-value",
    what: "a value of one run only",
    why: "the kernel or the runtime gives it out anew each time",
    examples: &[
        ("@process.pid", "48213", "48213"),
        ("@process.ppid", "2210", "2210"),
        ("@file.inode", "2883617", "2883617"),
        ("@file.mount_id", "84", "84"),
        ("@container.id", "4f66ad9a0b2e*", "4f66ad9a0b2e*"),
        ("@network.source.port", "32768", "32768"),
        ("@process.exec_time", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("@network.device.netns", "4026532281", "4026532281"),
        ("container_id", "0a9fd2c11e53", "0a9fd2c11e53"),
    ],
    lasting: &[
        ("@process.ppid", "1"),
        ("@process.pid", "2"),
        ("@file.inode", "2"),
        ("@network.source.port", "123"),
        ("@network.device.netns", "4026531840"),
        ("@network.device.ifindex", "1"),
        ("@process.uid", "1000"),
        ("@cgroup.id", "/system.slice/cron.service"),
        ("@file.gid", "4294967294"),
    ],
    needs: Chars::NONE,
    find,
};

/// Keys of one run whose values are told by their form all the same: some of them last.
const TOLD_BY_FORM: &[&str] = &["@process.cgroup.id", "@cgroup.id"];

fn find(subject: &Subject<'_>) -> Option<Range<usize>> {
    let facts = subject.facts;
    let per_run = match (facts.is_tag(), facts.leaf()) {
        (true, leaf) => leaf == "container_id",
        (false, "tty") => false,
        (false, "id") if facts.key.ends_with(".cgroup.id") || TOLD_BY_FORM.contains(&facts.key) => false,
        (false, _) => facts.stability != Stability::Stable,
    };
    if !per_run || lasts(subject) {
        return None;
    }
    Some(subject.whole())
}

/// The few values that are the same in each run.
fn lasts(subject: &Subject<'_>) -> bool {
    if !matches!(subject.role, Role::Number | Role::Port) {
        return false;
    }
    let Some(number) = subject.number(&subject.whole()) else { return false };
    match subject.facts.leaf() {
        // The first process, the kernel's own threads' parent, and no process at all.
        "pid" | "ppid" | "tid" => number <= 2,
        // The root of most file systems.
        "inode" => number <= 2,
        // The loopback.
        "ifindex" => number <= 1,
        "netns" => process::is_initial_namespace(number),
        "port" | "ssh_port" => number < address::EPHEMERAL_PORTS,
        _ => false,
    }
}
