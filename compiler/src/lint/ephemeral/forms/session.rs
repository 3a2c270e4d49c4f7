//! What logins and the service manager make for as long as somebody is there.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;

pub(in crate::lint::ephemeral) const SCOPE: Form = Form {
    name: "transient-unit",
    what: "a unit that systemd makes for one run",
    why: "the next run gets a unit of another name",
    examples: &[
        ("@process.cgroup.id", "/user.slice/user-1000.slice/session-42.scope", "42"),
        ("@process.cgroup.id", "session-c3.scope", "c3"),
        ("@process.cgroup.id", "run-u118.service", "u118"),
        ("@process.cgroup.id", "run-p2210.scope", "p2210"),
        ("@process.cgroup.id", "/system.slice/run-p2210-i4711.service", "p2210-i4711"),
        ("@process.args", "run-r0f1e2d3c4b5a69788796a5b4c3d2e1f0.scope", "r0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        ("@process.cgroup.id", "app-gnome-firefox-48213.scope", "48213"),
    ],
    lasting: &[
        ("@process.cgroup.id", "init.scope"),
        ("@process.cgroup.id", "/system.slice/nginx.service"),
        ("@process.cgroup.id", "user-1000.slice"),
        ("@process.cgroup.id", "user@1000.service"),
        ("@process.cgroup.id", "session-*.scope"),
        ("@process.cgroup.id", "getty@tty1.service"),
        ("@process.cgroup.id", "/user.slice/user-1000.slice/session-c.scope"),
        ("@process.cgroup.id", "/user.slice/user-1000.slice/app-gnome-terminal.scope"),
        ("@process.cgroup.id", "/system.slice/prometheus-9090.service"),
        ("@process.cgroup.id", "/machine.slice/vm-12.scope"),
        ("@process.cgroup.id", "/qemu.slice/100.scope"),
        ("@process.cgroup.id", "run-user-1000.mount"),
        ("@process.cgroup.id", "run-postgres-i4711.mount"),
    ],
    needs: Chars::DIGIT.and(Chars::MARKER),
    find: |subject| {
        let end = [".scope", ".service", ".mount"].iter().find_map(|end| Some(subject.behind(end)? - end.len()))?;
        let part = subject.parts().find(|part| part.contains(&end.saturating_sub(1)))?;
        let words: Vec<Range<usize>> =
            subject.words().filter(|word| part.start <= word.start && word.end <= end).collect();
        let last = words.last().filter(|last| last.end == end && subject.before(last.start) == b'-')?.clone();
        // Whether a word is a number, behind one of these letters or none.
        let numbered = |word: &Range<usize>, letters: &[u8]| {
            let slice = subject.slice(word);
            let behind = slice.split_first().filter(|(first, _)| letters.contains(first));
            let digits = behind.map_or(slice, |(_, digits)| digits);
            !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
        };
        let is = |head: &str| subject.starts(part.start, head);
        let scope = subject.starts(end, ".scope");
        let drawn = || subject.slice(&last).strip_prefix(b"r").is_some_and(|id| id.len() == 32);
        match words.as_slice() {
            // A process and the number of its call.
            [_, first, _] if is("run-p") && numbered(first, b"p") && numbered(&last, b"i") => {
                return Some(first.start..last.end);
            }
            [_, _] if is("run-") && (numbered(&last, b"up") || drawn()) => return Some(last),
            _ => {}
        }
        let made =
            (is("session-") && scope && numbered(&last, b"c")) || (scope && numbered(&last, b"") && last.len() >= 3);
        made.then_some(last)
    },
};

pub(in crate::lint::ephemeral) const SESSION: Form = Form {
    name: "session",
    what: "a session",
    why: "each login opens another",
    examples: &[
        ("@file.path", "/run/systemd/sessions/42", "42"),
        ("@file.path", "/var/lib/php/sessions/sess_9k2m4q8v1x7z3b5n", "9k2m4q8v1x7z3b5n"),
        ("@file.path", "/run/screen/S-admin/48213.pts-0.web-1", "48213"),
        ("@process.user", "UMFD-7", "7"),
        ("@usr.sid", "S-1-5-5-0-9685752", "0-9685752"),
    ],
    lasting: &[
        ("@file.path", "/run/systemd/sessions/*"),
        ("@file.path", "/var/lib/php/sessions/sess_*"),
        ("@process.args", "--session=default"),
        ("@usr.sid", "S-1-5-21-3623811015-3361044348-30300820-1013"),
        ("@usr.sid", "S-1-5-18"),
        ("@file.path", "/run/screen/S-admin/80x25"),
        ("@process.user", "DWM-1"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        // The accounts that Windows makes for the desktop of one session, and the identity of one logon.
        if let Some(start) = ["UMFD-", "DWM-"].iter().find_map(|head| subject.starts(0, head).then_some(head.len())) {
            let digits = start..subject.run(start, |byte| byte.is_ascii_digit());
            // The first session, and that of the services, are always there.
            return subject.number(&digits).filter(|number| *number > 1).map(|_| digits);
        }
        if let Some(start) = subject.behind("S-1-5-5-") {
            let logon = start..subject.run(start, |byte| byte.is_ascii_digit() || byte == b'-');
            return (!logon.is_empty()).then_some(logon);
        }
        let numbered = ["/Volatile Environment/", "/systemd/sessions/", "/systemd/inhibit/"]
            .iter()
            .find_map(|marker| subject.behind(marker));
        if let Some(start) = numbered {
            let range = start..subject.run(start, |byte| byte.is_ascii_alphanumeric());
            return (!range.is_empty()).then_some(range);
        }
        if let Some(start) = subject.behind("/sess_").or_else(|| subject.starts(0, "sess_").then_some(5)) {
            let range = start..subject.run(start, |byte| byte.is_ascii_alphanumeric());
            return (range.len() >= 8).then_some(range);
        }
        let start = subject.behind("/screen/S-").map(|start| subject.segment(start).end + 1)?;
        let range = start..subject.run(start, |byte| byte.is_ascii_digit());
        (range.len() >= 2 && subject.at(range.end) == b'.').then_some(range)
    },
};
