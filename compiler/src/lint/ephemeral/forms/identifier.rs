//! Identifiers that programs make up so that no two are the same.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::letters::is_odd;
use crate::lint::ephemeral::subject::{Chars, Subject};

pub(in crate::lint::ephemeral) const UUID: Form = Form {
    name: "uuid",
    what: "a UUID",
    why: "it is made so that no two are the same",
    examples: &[
        ("@process.args", "--job=5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3", "5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3"),
        ("@file.path", "/data/{5D3C1B7E-0F42-4A8E-9D61-2F7B8C90A1E3}.tmp", "5D3C1B7E-0F42-4A8E-9D61-2F7B8C90A1E3"),
    ],
    lasting: &[
        ("@file.path", "/dev/disk/by-uuid/5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3"),
        ("@registry.key_path", "\\REGISTRY\\MACHINE\\SOFTWARE\\Classes\\CLSID\\{20D04FE0-3AEA-1069-A2D8-08002B30309D}"),
        ("@file.path", "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"),
        ("@process.args", "00000000-0000-0000-0000-000000000000"),
        ("@process.args", "--job=*"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        let range = uuid(subject)?;
        let digits = subject.slice(&range).iter().filter(|byte| !matches!(byte, b'-' | b'_'));
        let nil =
            digits.clone().all(|digit| *digit == b'0') || digits.clone().all(|digit| digit.eq_ignore_ascii_case(&b'f'));
        (!nil && !subject.is_given(range.start)).then_some(range)
    },
};

/// The first run of hexadecimal digits in groups of 8, 4, 4, 4 and 12, parted by `-` or by `_`.
pub(in crate::lint::ephemeral) fn uuid(subject: &Subject<'_>) -> Option<Range<usize>> {
    subject.runs(|byte| byte.is_ascii_hexdigit()).find_map(|first| {
        let start = first.end.checked_sub(8).filter(|start| *start >= first.start)?;
        let sign = Some(subject.at(first.end)).filter(|sign| matches!(sign, b'-' | b'_'))?;
        let mut end = first.end;
        for length in [4, 4, 4, 12] {
            let group = end + 1..subject.run(end + 1, |byte| byte.is_ascii_hexdigit());
            if subject.at(end) != sign || group.len() != length {
                return None;
            }
            end = group.end;
        }
        (!subject.at(end).is_ascii_alphanumeric()).then_some(start..end)
    })
}

pub(in crate::lint::ephemeral) const SORTABLE: Form = Form {
    name: "sortable-id",
    what: "an id that begins with the time",
    why: "each thing that is made gets one of its own",
    examples: &[
        ("@process.args", "--run=01HF3ZC9V7Q2W8K4N6M0XJRTYB", "01HF3ZC9V7Q2W8K4N6M0XJRTYB"),
        ("@file.path", "/var/spool/jobs/01hf3zc9v7q2w8k4n6m0xjrtyb", "01hf3zc9v7q2w8k4n6m0xjrtyb"),
        ("@process.args", "2Yx8K3mQ9vB7nL5pR1tW4zC6dFg", "2Yx8K3mQ9vB7nL5pR1tW4zC6dFg"),
    ],
    lasting: &[("@process.args", "01HF3Z*"), ("@file.name", "0123456789")],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        subject.words().find(|word| {
            let slice = subject.slice(word);
            let one_case = slice.iter().any(u8::is_ascii_uppercase) != slice.iter().any(u8::is_ascii_lowercase);
            let ulid = slice.len() == 26
                && one_case
                && slice.first().is_some_and(|first| (b'0'..=b'7').contains(first))
                && !slice.iter().any(|byte| b"ILOUilou".contains(byte));
            let ksuid = slice.len() == 27 && slice.first().is_some_and(u8::is_ascii_digit);
            (ulid || ksuid) && is_odd(slice, 35) && subject.is_apart(word)
        })
    },
};

pub(in crate::lint::ephemeral) const ENCODED: Form = Form {
    name: "encoded-run",
    what: "a run of encoded bytes",
    why: "a token, a key or a sum in text form is made anew each time",
    examples: &[
        ("@process.args", "--token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"),
        ("@process.args", "Zm9vYmFyYmF6cXV4Cg3x9KQ2vT7=", "Zm9vYmFyYmF6cXV4Cg3x9KQ2vT7="),
        (
            "@process.executable.path",
            "/nix/store/z0j1h7kq9x3v5w8rbn2mfs4yc6dlp1ga-git/bin/git",
            "z0j1h7kq9x3v5w8rbn2mfs4yc6dlp1ga",
        ),
    ],
    lasting: &[
        ("@process.args", "com.example.SecurityManagerFactoryBeanPostProcessor2"),
        ("@process.args", "--header=*"),
        ("@process.executable.path", "/nix/store/*-git/bin/git"),
    ],
    needs: Chars::LONG,
    find: |subject| {
        subject.runs(|byte| byte.is_ascii_alphanumeric() || byte == b'+').find_map(|run| {
            let slice = subject.slice(&run);
            let mixed = slice.iter().any(u8::is_ascii_lowercase) && slice.iter().any(u8::is_ascii_uppercase);
            let digits = slice.iter().any(u8::is_ascii_digit);
            let token = slice.len() >= 16 && (slice.starts_with(b"eyJ") || slice.starts_with(b"AKIA"));
            let encoded = slice.len() >= 20 && (mixed || slice.len() >= 32) && digits && is_odd(slice, 40);
            let hex = slice.iter().all(u8::is_ascii_hexdigit);
            let padding = subject.run(run.end, |byte| byte == b'=');
            ((token || encoded) && !hex).then_some(run.start..padding)
        })
    },
};

pub(in crate::lint::ephemeral) const HEX: Form = Form {
    name: "long-hex",
    what: "a long hexadecimal number",
    why: "ids, sums and random numbers are written so, and each run has its own",
    examples: &[
        ("@file.path", "/var/cache/nginx/4f66ad9a0b2e8c1d7b3e5a90c6d2f841", "4f66ad9a0b2e8c1d7b3e5a90c6d2f841"),
        ("host", "0a9fd2c11e53", "0a9fd2c11e53"),
        ("@process.args", "--trace-id=4f66ad9a0b2e8c1d", "4f66ad9a0b2e8c1d"),
        ("@process.args", "0x7ffd3a9c1b20", "7ffd3a9c1b20"),
    ],
    lasting: &[
        ("@file.name", "deadbeef"),
        ("@process.args", "--magic=deadbeefcafe"),
        ("@process.args", "0xdeadbeef"),
        ("@file.path", "/etc/ssl/certs/5ad8a5d6.0"),
        ("@file.path", "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        subject.words().find_map(|word| {
            let marked = matches!(subject.slice(&word), [b'0', b'x', ..]);
            let word = if marked { word.start + 2..word.end } else { word };
            let slice = subject.slice(&word);
            (slice.len() >= 12 && is_hex_run(slice) && !subject.is_given(word.start)).then_some(word)
        })
    },
};

/// Whether these are hexadecimal digits, of both kinds and not by chance a word or a number.
pub(in crate::lint::ephemeral) fn is_hex_run(slice: &[u8]) -> bool {
    let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = slice.len() - digits;
    slice.iter().all(u8::is_ascii_hexdigit) && digits >= 2 && letters >= 2
}
