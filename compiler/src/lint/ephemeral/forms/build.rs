//! What counts builds and changes: numbers of builds, revisions of packages, commits.

use super::identifier::is_in_uuid;
use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::Role;

pub(in crate::lint::ephemeral) const REVISION: Form = Form {
    name: "snap-revision",
    what: "the revision of a snap",
    why: "each refresh has another; `current` names them all",
    examples: &[
        ("@process.executable.path", "/snap/core20/1974/usr/bin/snap", "1974"),
        ("@process.executable.path", "/snap/firefox/x1/usr/lib/firefox/firefox", "x1"),
        ("@file.path", "/home/app/snap/lxd/24322/state", "24322"),
        ("@file.name", "core20_2434.snap", "2434"),
    ],
    lasting: &[
        ("@process.executable.path", "/snap/core20/current/usr/bin/snap"),
        ("@process.executable.path", "/snap/bin/lxc"),
        ("@file.name", "core20.snap"),
        ("@file.path", "/snap/core20/*/usr/bin/snap"),
    ],
    needs: Chars::DIGIT.and(Chars::MARKER),
    find: |subject| {
        if let Some(end) = subject.behind(".snap") {
            let end = end - ".snap".len();
            let digits = subject.run_back(end)..end;
            let made = !digits.is_empty() && subject.before(digits.start) == b'_';
            return made.then_some(digits);
        }
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
        ("image_tag", "nightly-30518224", "30518224"),
        ("@file.path", "/var/lib/jenkins/workspace/shop_PR-42/build.sh", "42"),
        ("version", "v183", "183"),
        ("@process.args", "refs/pull/1842/merge", "1842"),
        ("@dns.question.name", "deploy-preview-312--docs.example.app", "312"),
        ("task_definition_arn", "arn:aws:ecs:eu-west-1:482019375561:task-definition/web:47", "47"),
        ("@process.args", "--build-number=5521", "5521"),
        ("@process.args", "--pipeline=88120", "88120"),
    ],
    lasting: &[
        ("host", "build-12"),
        ("image_tag", "16-alpine"),
        ("image_tag", "2022-latest"),
        ("image_tag", "2022"),
        ("@process.args", "--build=release"),
        ("@file.path", "/run/9000.sock"),
        ("@file.path", "/opt/bench/run-10.sh"),
        ("image_tag", "v2"),
        ("@process.args", "--jobs=16"),
        ("@process.args", "--port-number=8080"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        const NAMES: &[&str] = &[
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
            "preview",
            "pull",
            "snapshots",
            "requests",
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
                let counted = subject.slice(&(0..digits.start)) == b"v";
                let first = first || counted;
                let year = digits.len() == 4 && subject.number(digits).is_some_and(|n| (2000..2100).contains(&n));
                digits.len() >= 3 && first && last && !year
            })
        {
            return Some(digits);
        }
        if let Some(name) = subject.behind(":task-definition/") {
            let start = subject.run(name, |byte| byte != b':') + 1;
            let revision = start..subject.run(start, |byte| byte.is_ascii_digit());
            return (!revision.is_empty()).then_some(revision);
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
                ("builds" | "runs" | "pipelines" | "pull" | "snapshots" | "requests", b'/' | b'\\') => 1,
                (_, b'/' | b'\\') => return false,
                ("number", _) if !subject.text.to_ascii_lowercase().contains("build") => return false,
                _ if subject.role == Role::Host => 3,
                ("job" | "run" | "rev" | "revision" | "number" | "snapshot", _) => 3,
                _ => 2,
            };
            // A year is written so too.
            digits.len() >= least
                && (b"-_./\\#=: ".contains(&sign) || sign.is_ascii_alphabetic())
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
        ("@process.args", "8776018a2..HEAD", "8776018a2"),
        ("@process.executable.package_version", "3f2a9c1", "3f2a9c1"),
    ],
    lasting: &[
        ("image_tag", "bookworm"),
        ("image_tag", "latest"),
        ("version", "2024a"),
        ("image_tag", "deadbeef"),
        ("image_tag", "nodejs-alpine31"),
        ("@process.args", "git-1234567"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        const MARKS: &[&[u8]] = &[b"git-", b"sha-", b"-g", b"commit-", b"commit=", b"git_", b"commit/", b"rev-"];
        subject.words().find_map(|word| {
            let described = subject.before(word.start) == b'-' && subject.at(word.start) == b'g';
            let word = if described { word.start + 1..word.end } else { word };
            let slice = subject.slice(&word);
            let head = subject.slice(&(0..word.start));
            let range = head.ends_with(b"..") || subject.starts(word.end, "..");
            let marked = range || subject.role == Role::Release || MARKS.iter().any(|mark| head.ends_with(mark));
            let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
            let hex = slice.iter().all(u8::is_ascii_hexdigit) && digits >= 2 && digits < slice.len();
            (marked && hex && (7..=40).contains(&slice.len())).then_some(word)
        })
    },
};

pub(in crate::lint::ephemeral) const COUNTER: Form = Form {
    name: "counter",
    what: "a counter with leading zeros",
    why: "logs and journals count their files so, and the next file counts on",
    examples: &[
        ("@file.path", "/var/lib/mysql/mysql-bin.004127", "004127"),
        ("@file.path", "/var/lib/kafka/data/orders-3/00000000000184720931.log", "00000000000184720931"),
        ("@file.path", "/prometheus/wal/00002841", "00002841"),
    ],
    lasting: &[
        ("@file.path", "/var/lib/kafka/data/orders-3/00000000000000000000.log"),
        ("@file.path", "/dev/bus/usb/001/002"),
        ("@process.args", "0100644"),
        ("@file.path", "/prometheus/wal/000028*"),
        ("@file.path", "/sys/devices/pci0000:00/0000:00:1f.2"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        if subject.role != Role::Text {
            return None;
        }
        subject.words().find(|word| {
            let slice = subject.slice(word);
            let padded = slice.len() >= 6 && slice.first() == Some(&b'0') && slice.iter().all(u8::is_ascii_digit);
            // A file mode in octal, with its type.
            let mode = slice.len() == 7 && slice.iter().all(|byte| (b'0'..=b'7').contains(byte));
            let counts = padded && !mode && slice.iter().any(|byte| *byte != b'0') && subject.is_apart(word);
            counts && !subject.is_given(word.start) && !is_in_uuid(subject, word.start)
        })
    },
};

pub(in crate::lint::ephemeral) const ASSET: Form = Form {
    name: "asset-sum",
    what: "the sum of a bundled file in its name",
    why: "the next build of the bundle has another",
    examples: &[
        ("@file.name", "index-BW_bcQTg.js", "BW_bcQTg"),
        ("@file.path", "/srv/www/assets/main.4f2a9c1b.css", "4f2a9c1b"),
    ],
    lasting: &[
        ("@file.name", "jquery-migrate.js"),
        ("@file.name", "index-polyfill.js"),
        ("@file.name", "app.bundle.js"),
        ("@file.name", "index-*.js"),
        ("@file.name", "report-JUnitXML.json"),
    ],
    needs: Chars::DOT.and(Chars::MARKER),
    find: |subject| {
        let end = [".js", ".css", ".mjs", ".woff2"].iter().find_map(|end| {
            let place = subject.behind(end)? - end.len();
            Some(place).filter(|_| !subject.at(place + end.len()).is_ascii_alphanumeric())
        })?;
        let start = end.checked_sub(8)?;
        let slice = subject.slice(&(start..end));
        let sum = slice.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
        let capitals = slice.iter().skip(1).filter(|byte| byte.is_ascii_uppercase()).count();
        let mixed = capitals >= 2 && slice.iter().any(u8::is_ascii_lowercase) || (2..8).contains(&digits);
        (sum && mixed && matches!(subject.before(start), b'-' | b'.')).then_some(start..end)
    },
};
