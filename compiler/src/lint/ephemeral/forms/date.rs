//! Days and instants in text.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::{Role, Subject};

/// Before this year a date in a name is that of a standard or an interface, which stays.
const FIRST_YEAR: u64 = 2019;
const LAST_YEAR: u64 = 2099;

pub(in crate::lint::ephemeral) const DATE: Form = Form {
    name: "date",
    what: "a date",
    why: "tomorrow's has another",
    examples: &[
        ("@file.path", "/var/backups/db-2026-01-15.sql.gz", "2026-01-15"),
        ("@file.path", "/var/log/app/20260115.log", "20260115"),
        ("@file.path", "/backup/20260115T031500Z/data", "20260115T031500Z"),
        ("@file.path", "/archive/2026/01/15/part", "2026/01/15"),
        ("@file.path", "/srv/releases/20260115031500/bin/app", "20260115031500"),
        ("@file.path", "/var/log/report-2026-01.csv", "2026-01"),
        ("@process.args", "--since=2026-01-15T03:15:00Z", "2026-01-15T03:15:00Z"),
        ("@file.path", "/var/log/app-2026-01-*.log", "2026-01"),
        ("version", "2026.11.*", "2026.11"),
        ("@file.path", "/var/backups/db-20260115-031500.sql.gz", "20260115-031500"),
        ("@file.path", "/var/backups/2026-01-15/031500.dump", "2026-01-15"),
        ("@file.path", "/var/log/app.2026-01-15.log", "2026-01-15"),
        ("host", "backup-2026-01-15", "2026-01-15"),
        ("@process.args", "report --until 2026-01-15 :8080", "2026-01-15"),
    ],
    lasting: &[
        ("@process.args", "--version=2012-10-17"),
        ("@process.args", "/2018-06-01/runtime/invocation/next"),
        ("@process.args", "CVE-2021-44228"),
        ("@process.args", "api-version=2023-01-31"),
        ("@file.path", "/var/backups/db-*.sql.gz"),
        ("@process.args", "--limit=20261399"),
        ("@process.args", "lib-5.2026-01"),
        ("@process.executable.path", "/opt/julia/2024.06/bin/julia"),
        ("@process.executable.path", "/opt/vivado/2024_06_lts/bin/vivado"),
        ("@file.path", "/usr/lib/php/20220829/opcache.so"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        if matches!(subject.role, Role::Host | Role::Pod) && !subject.has.covers(Chars::DIGIT.and(Chars::DASH)) {
            return None;
        }
        subject.numbers().find_map(|year| date(subject, &year).filter(|found| !subject.is_given(found.start)))
    },
};

fn date(subject: &Subject<'_>, digits: &Range<usize>) -> Option<Range<usize>> {
    let start = digits.start;
    let versioned = ["api-version=", "apiversion=", "api_version=", "api-version "]
        .iter()
        .any(|marker| subject.behind(marker) == Some(start));
    if versioned || subject.before(start) == b'.' && subject.before(start - 1).is_ascii_digit() {
        return None;
    }
    let day = match digits.len() {
        // A whole day, or a day and a time, without signs between.
        8 | 12 | 14 => {
            is_day(subject, &(start..start + 4), &(start + 4..start + 6), &(start + 6..start + 8))?;
            digits.clone()
        }
        4 => {
            let sign = Some(subject.at(digits.end)).filter(|sign| b"-_./\\".contains(sign))?;
            let month = digits.end + 1..subject.run(digits.end + 1, |byte| byte.is_ascii_digit());
            let day = month.end + 1..subject.run(month.end + 1, |byte| byte.is_ascii_digit());
            if subject.at(month.end) == sign && day.len() == 2 && month.len() == 2 {
                is_day(subject, digits, &month, &day)?;
                digits.start..day.end
            } else {
                let named = subject.before(start).is_ascii_alphanumeric();
                // A month alone.
                let open = subject.at(month.end) == sign && matches!(subject.at(month.end + 1), b'*' | b'?');
                let dashed = sign == b'-' && subject.at(month.end) != b'-';
                let alone = (open || dashed) && month.len() == 2 && !named;
                let first = month.start..month.end;
                if !alone || subject.at(month.end).is_ascii_alphanumeric() {
                    return None;
                }
                is_month(subject, digits, &first)?;
                digits.start..month.end
            }
        }
        _ => return None,
    };
    Some(day.start..time(subject, day.end))
}

/// Where a time of day ends that may follow there.
fn time(subject: &Subject<'_>, end: usize) -> usize {
    let sign = subject.at(end);
    if !matches!(sign, b'T' | b't' | b'_' | b'-' | b' ') || !subject.at(end + 1).is_ascii_digit() {
        return end;
    }
    let run = end..subject.run(end + 1, |byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    let slice = subject.slice(&run);
    let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
    // A sign at the end belongs to what follows.
    let time = end + slice.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
    match digits {
        4.. if matches!(subject.at(time), b'Z' | b'z') => time + 1,
        4.. => time,
        _ => end,
    }
}

fn is_month(subject: &Subject<'_>, year: &Range<usize>, month: &Range<usize>) -> Option<()> {
    let year = (FIRST_YEAR..=LAST_YEAR).contains(&subject.number(year)?);
    (year && (1..=12).contains(&subject.number(month)?)).then_some(())
}

fn is_day(subject: &Subject<'_>, year: &Range<usize>, month: &Range<usize>, day: &Range<usize>) -> Option<()> {
    is_month(subject, year, month)?;
    (1..=31).contains(&subject.number(day)?).then_some(())
}

pub(in crate::lint::ephemeral) const EPOCH: Form = Form {
    name: "epoch",
    what: "an instant, counted from 1970",
    why: "the next run has a later one",
    examples: &[
        ("@file.path", "/var/spool/app/1767225600.lock", "1767225600"),
        ("@process.args", "--since=1767225600123", "1767225600123"),
        ("@file.name", "dump1767225600", "1767225600"),
        ("@process.args", "--since=1767225600123456", "1767225600123456"),
        ("@file.path", "/var/log/traces/1767225600123456789.json", "1767225600123456789"),
    ],
    lasting: &[
        ("@process.args", "--memory=2147483648"),
        ("@process.args", "--limit=1048576"),
        ("@process.args", "arn:aws:iam::123456789012:role/x"),
        ("@process.args", "--max=1073741824"),
        ("@process.args", "--interval=1500000000ns"),
        ("@process.uid", "1700000000"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        subject.numbers().find(|digits| {
            let scale = match digits.len() {
                10 => 1,
                13 => 1_000,
                16 => 1_000_000,
                19 => 1_000_000_000,
                _ => return false,
            };
            let seconds = subject.number(digits).unwrap_or_default() / scale;
            let word = subject.words().find(|word| word.contains(&digits.start));
            let named = word.is_some_and(|word| {
                word.end == digits.end && subject.slice(&(word.start..digits.start)).iter().all(u8::is_ascii_alphabetic)
            });
            // From 2014 to 2038, where powers of two begin again.
            (1_400_000_000..2_147_483_647).contains(&seconds) && named && !subject.is_given(digits.start)
        })
    },
};
