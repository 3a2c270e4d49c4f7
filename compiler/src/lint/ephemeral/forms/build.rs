//! What counts builds and changes: numbers of builds, revisions of packages, commits.

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::subject::{Chars, Role};

pub(in crate::lint::ephemeral) const REVISION: Form = Form {
    name: "snap-revision",
    what: "the revision of a snap",
    why: "each refresh has another; `current` names them all",
    examples: &[
        ("@process.executable.path", "/snap/core20/1974/usr/bin/snap", "1974"),
        ("@process.executable.path", "/snap/firefox/x1/usr/lib/firefox/firefox", "x1"),
        ("@file.path", "/home/app/snap/lxd/24322/state", "24322"),
    ],
    lasting: &[
        ("@process.executable.path", "/snap/core20/current/usr/bin/snap"),
        ("@process.executable.path", "/snap/bin/lxc"),
        ("@file.path", "/snap/core20/*/usr/bin/snap"),
    ],
    needs: Chars::SLASH.and(Chars::DIGIT),
    find: |subject| {
        let name = subject.segment(subject.behind("/snap/")?);
        let revision = subject.segment(name.end + 1);
        let slice = subject.slice(&revision);
        let digits = slice.strip_prefix(b"x").unwrap_or(slice);
        (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(revision)
    },
};

pub(in crate::lint::ephemeral) const NUMBER: Form = Form {
    name: "build-number",
    what: "the number of a build or a run",
    why: "the next one counts on",
    examples: &[
        ("@file.path", "/srv/artifacts/build-1042/app", "1042"),
        ("@file.path", "/var/lib/jenkins/jobs/shop/builds/87/log", "87"),
        ("image_tag", "build.3311", "3311"),
        ("image_tag", "20481", "20481"),
        ("image_tag", "main-3812", "3812"),
        ("@process.args", "--build-number=5521", "5521"),
        ("@process.args", "--pipeline=88120", "88120"),
    ],
    lasting: &[
        ("host", "build-1"),
        ("image_tag", "16-alpine"),
        ("image_tag", "2022-latest"),
        ("@process.args", "--build=release"),
        ("@file.path", "/run/10.socket"),
        ("image_tag", "v2"),
        ("@process.args", "--jobs=16"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        const NAMES: [&str; 17] = [
            "build",
            "builds",
            "buildnumber",
            "number",
            "pipeline",
            "pipelines",
            "run",
            "runs",
            "pr",
            "mr",
            "bld",
            "snapshot",
            "revision",
            "changelist",
            "buildid",
            "job",
            "rev",
        ];
        if subject.role == Role::Release
            && let Some(digits) = subject.numbers().find(|digits| {
                let first = digits.start == 0 || subject.before(digits.start) == b'-';
                let last = digits.end == subject.text.len();
                let year = digits.len() == 4 && subject.number(digits).is_some_and(|n| (2000..2100).contains(&n));
                digits.len() >= 3 && first && last && !year
            })
        {
            return Some(digits);
        }
        subject.numbers().find(|digits| {
            let sign = subject.before(digits.start);
            let end = if sign.is_ascii_alphabetic() { digits.start } else { digits.start.saturating_sub(1) };
            let head = subject.slice(&(0..end));
            let word = head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let word = head.get(head.len() - word..).unwrap_or_default();
            let Some(name) = NAMES.iter().find(|name| word.eq_ignore_ascii_case(name.as_bytes())) else {
                return false;
            };
            let least = match (*name, sign) {
                ("builds" | "runs" | "pipelines", b'/' | b'\\') => 1,
                (_, b'/' | b'\\') => return false,
                ("number", _) if !subject.text.to_ascii_lowercase().contains("build") => return false,
                _ if subject.role == Role::Host => 3,
                ("job" | "run" | "rev" | "revision" | "number" | "snapshot", _) => 3,
                _ => 2,
            };
            // A year is written so too.
            digits.len() >= least
                && b"-_./\\#=: ".contains(&sign) | sign.is_ascii_alphabetic()
                && !subject.at(digits.end).is_ascii_alphanumeric()
        })
    },
};

pub(in crate::lint::ephemeral) const COMMIT: Form = Form {
    name: "commit",
    what: "a commit",
    why: "the next change has another",
    examples: &[
        ("image_tag", "main-3f2a9c1", "3f2a9c1"),
        ("version", "3f2a9c1", "3f2a9c1"),
        ("image_tag", "sha-3f2a9c1", "3f2a9c1"),
        ("@process.args", "git-3f2a9c1", "3f2a9c1"),
        ("image_tag", "1.4-g3f2a9c1", "3f2a9c1"),
    ],
    lasting: &[("image_tag", "bookworm"), ("image_tag", "latest"), ("version", "2024a"), ("image_tag", "deadbeef")],
    needs: Chars::DIGIT,
    find: |subject| {
        const MARKS: [&[u8]; 8] = [b"git-", b"sha-", b"-g", b"commit-", b"commit=", b"git_", b"commit/", b"rev-"];
        subject.words().find_map(|word| {
            let described = subject.before(word.start) == b'-' && subject.at(word.start) == b'g';
            let word = if described { word.start + 1..word.end } else { word };
            let slice = subject.slice(&word);
            let head = subject.slice(&(0..word.start));
            let marked = subject.role == Role::Release || MARKS.iter().any(|mark| head.ends_with(mark));
            let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
            let hex = slice.iter().all(u8::is_ascii_hexdigit) && digits >= 2 && digits < slice.len();
            (marked && hex && (7..=40).contains(&slice.len())).then_some(word)
        })
    },
};
