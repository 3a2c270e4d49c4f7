//! What the kernel numbers: processes, terminals, pipes, namespaces, workers.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::{Role, Subject};

pub(in crate::lint::ephemeral) const PROC: Form = Form {
    name: "proc-entry",
    what: "a process id in a path",
    why: "the next process has another id",
    examples: &[
        ("@file.path", "/proc/48213/environ", "48213"),
        ("@process.args", "/proc/2210/ns/net", "2210"),
        ("@file.path", "/proc/self/task/4821/comm", "4821"),
    ],
    lasting: &[
        ("@file.path", "/proc/self/environ"),
        ("@file.path", "/proc/1/root"),
        ("@file.path", "/proc/2/comm"),
        ("@file.path", "/proc/sys/kernel/core_pattern"),
        ("@file.path", "/proc/*/mem"),
        ("@file.path", "/proc/irq/16/smp_affinity"),
    ],
    needs: Chars::DIGIT.and(Chars::MARKER),
    find: |subject| {
        let pid = |marker: &str| {
            let start = subject.behind(marker)?;
            let range = start..subject.run(start, |byte| byte.is_ascii_digit());
            let ends = matches!(subject.at(range.end), 0 | b'/' | b'"' | b' ' | b'*' | b',' | b';');
            (ends && subject.number(&range)? > 2).then_some(range)
        };
        subject.behind("/proc/")?;
        pid("/proc/").or_else(|| pid("/task/"))
    },
};

pub(in crate::lint::ephemeral) const TERMINAL: Form = Form {
    name: "pseudo-terminal",
    what: "a pseudo-terminal",
    why: "each login gets the number that is free at the time",
    examples: &[
        ("@file.path", "/dev/pts/3", "3"),
        ("@process.tty", "pts/12", "12"),
        ("@process.tty", "pts4", "4"),
        ("@process.args", "--tty=/dev/pts/0", "0"),
    ],
    lasting: &[
        ("@file.path", "/dev/pts/ptmx"),
        ("@file.path", "/dev/tty1"),
        ("@process.tty", "ttyS0"),
        ("@process.tty", "tty1"),
        ("@file.path", "/dev/pts/*"),
        ("@process.args", "stty -F /dev/pts/* rows 40"),
    ],
    needs: Chars::DIGIT.and(Chars::MARKER),
    find: |subject| {
        let start = match subject.facts.leaf() {
            "tty" => subject.behind("pts/").or_else(|| subject.behind("pts"))?,
            _ => subject.behind("/dev/pts/").or_else(|| subject.starts(0, "pts/").then_some(4))?,
        };
        let range = start..subject.run(start, |byte| byte.is_ascii_digit());
        (!range.is_empty() && !subject.at(range.end).is_ascii_alphanumeric()).then_some(range)
    },
};

pub(in crate::lint::ephemeral) const KERNEL_OBJECT: Form = Form {
    name: "kernel-object",
    what: "the number of a pipe, socket or namespace",
    why: "the kernel gives out a new one for each",
    examples: &[
        ("@file.path", "pipe:[203112]", "203112"),
        ("@file.name", "socket:[41822]", "41822"),
        ("@process.args", "net:[4026532281]", "4026532281"),
    ],
    lasting: &[
        ("@file.path", "anon_inode:[eventfd]"),
        ("@file.path", "pid:[4026531836]"),
        ("@process.args", "user:[*]"),
        ("@process.comm", "runc:[2:INIT]"),
    ],
    needs: Chars::DIGIT.and(Chars::BRACKET),
    find: |subject| {
        let range = subject.numbers().find(|range| {
            subject.before(range.start) == b'[' && subject.at(range.end) == b']' && {
                subject.before(range.start - 1) == b':'
            }
        })?;
        (!is_initial_namespace(subject.number(&range)?)).then_some(range)
    },
};

/// Whether a namespace is one of those that the kernel starts with: their numbers are part of its source.
pub(in crate::lint::ephemeral) fn is_initial_namespace(number: u64) -> bool {
    matches!(number, 4_026_531_832..=4_026_531_841 | 4_026_531_956 | 4_026_531_957 | 4_026_531_992)
}

pub(in crate::lint::ephemeral) const NAMED_NUMBER: Form = Form {
    name: "process-id",
    what: "a process id or another number of one run",
    why: "the next run has another number",
    examples: &[
        ("@process.args", "--pid=48213", "48213"),
        ("@process.args", "--ppid 2210", "2210"),
        ("@file.path", "/var/run/worker.48213.pid", "48213"),
        ("@file.path", "/var/run/ssh/agent.4821", "4821"),
        ("@process.args", "--session-id=88213", "88213"),
        ("@process.args", "inode=2883617", "2883617"),
        ("@file.path", "/var/log/java/hs_err_pid48213.log", "48213"),
        ("@file.path", "/var/crash/core.48213", "48213"),
        ("@process.args", "--renderer-client-id=412", "412"),
        ("@process.args", "CI_JOB_ID=8391745520", "8391745520"),
        ("@process.args", "1260087", "1260087"),
    ],
    lasting: &[
        ("@process.args", "--pid=host"),
        ("@process.args", "--pid=1"),
        ("@file.path", "/run/nginx.pid"),
        ("@file.path", "/run/postgresql/5432.pid"),
        ("@process.args", "--pids-limit=100"),
        ("@process.args", "1048576"),
        ("@process.args", "250000"),
        ("@process.args", "8080"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        // A number that is all of an argument: past the ports, and not round as sizes are.
        if subject.facts.leaf() == "args" {
            let whole = subject.whole();
            let bare = subject.numbers().next() == Some(whole.clone())
                && (6..=7).contains(&whole.len())
                && subject.at(0) != b'0';
            let number = subject.number(&whole).filter(|number| bare && *number <= 4_194_304);
            if number.is_some_and(|number| number % 100 != 0 && number % 64 != 0) {
                return Some(whole);
            }
        }
        subject.numbers().find(|range| {
            let long = range.len() >= 3;
            (long && is_named(subject, range) && !subject.at(range.end).is_ascii_alphanumeric())
                || (range.len() >= 3
                    && subject.before(range.start) == b'.'
                    && subject.starts(range.end, ".pid")
                    && !subject.starts(range.end, ".pids"))
        })
    },
};

/// Words that a number of one run follows, after `=`, `:`, `-`, `_`, `.`, a blank, or nothing at all.
const NAMES: &[&[u8]] = &[
    b"pid",
    b"ppid",
    b"tid",
    b"inode",
    b"ino",
    b"session-id",
    b"sessionid",
    b"session_id",
    b"agent",
    b"core",
    b"nspid",
    b"mntid",
    b"mount-id",
    b"mount_id",
    b"client-id",
    b"job_id",
    b"job-id",
    b"run-id",
    b"run_id",
    b"request-id",
    b"thread-id",
    b"target",
];

fn is_named(subject: &Subject<'_>, number: &Range<usize>) -> bool {
    let head = subject.slice(&(0..number.start));
    let (word, sign) = match head.split_last() {
        Some((sign, word)) if b"=:-_. ".contains(sign) => (word, *sign),
        _ => (head, 0),
    };
    NAMES.iter().any(|name| {
        // These two are words of many meanings: a dot behind them is what makes files of them.
        let dotted = !matches!(*name, b"agent" | b"core") || sign == b'.';
        let start = word.len().checked_sub(name.len());
        dotted
            && start.is_some_and(|start| {
                word.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(name))
                    && !subject.before(start).is_ascii_alphanumeric()
            })
    })
}

pub(in crate::lint::ephemeral) const WORKER: Form = Form {
    name: "kernel-worker",
    what: "the name of a kernel worker",
    why: "it holds the number of a processor and of a thread",
    examples: &[
        ("@process.comm", "kworker/0:1-events", "0:1"),
        ("@process.comm", "kworker/u8:3", "u8:3"),
        ("@process.comm", "kworker/2:0H", "2:0H"),
    ],
    lasting: &[("@process.comm", "kworker/*:1"), ("@process.comm", "kthreadd"), ("@process.comm", "ksoftirqd/0")],
    needs: Chars::DIGIT.and(Chars::COLON).and(Chars::MARKER),
    find: |subject| {
        let start = if subject.role == Role::Text { subject.behind("kworker/")? } else { return None };
        let range = start..subject.run(start, |byte| byte.is_ascii_alphanumeric() || byte == b':');
        (!range.is_empty()).then_some(range)
    },
};
