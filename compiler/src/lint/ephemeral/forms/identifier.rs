//! Identifiers that programs make up so that no two are the same.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::letters::is_odd;
use crate::lint::ephemeral::subject::Subject;

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
        ("@process.args", "--type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"),
        ("@process.args", "ab6a4b40-0f3c-11d3-9a0c-0305e82c3301"),
        ("@process.args", "--job=*"),
        ("@registry.key_name", "{5D3C1B7E-0F42-4A8E-9D61-2F7B8C90A1E3}"),
        ("@process.args", "--serial=10042718-0311-0042-0007-91500019"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        let range = uuid(subject)?;
        let class = subject.facts.leaf() == "key_name" && subject.before(range.start) == b'{';
        let stays =
            class || is_constant(subject.slice(&range)) || subject.is_given(range.start) || subject.is_resolved();
        (!stays).then_some(range)
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

/// UUIDs and sums that are the same everywhere, in lower case: types of GPT partitions; the sums of nothing.
const CONSTANTS: &[&[u8]] = &[
    b"0fc63daf-8483-4772-8e79-3d69d8477de4",
    b"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
    b"e6d6d379-f507-44c2-a23c-238f2a3df928",
    b"a19d880f-05fc-4d3b-a006-743f0f84911e",
    b"933ac7e1-2eb4-4f13-b844-0e14e2aef915",
    b"3b8f8425-20e0-4f3b-907f-1a25a76f98e8",
    b"4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
    b"b921b045-1df0-41c3-af44-4c6f280d3fae",
    b"bc13c2ff-59e6-4262-a352-b275fd6f7172",
    b"ca7d7ccb-63ed-4c53-861c-1742536059cc",
    b"21686148-6449-6e6f-744e-656564454649",
    b"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
    b"e3c9e316-0b5c-4db8-817d-f92df00215ae",
    b"de94bba4-06d1-4d40-a16a-bfd50179d6ac",
    b"5808c8aa-7e8f-42e0-85d2-e1e90434cfb3",
    b"af9b60a0-1431-4f62-bc68-3311714a69ad",
    b"7c3457ef-0000-11aa-aa11-00306543ecac",
    b"d41d8cd98f00b204e9800998ecf8427e",
    b"da39a3ee5e6b4b0d3255bfef95601890afd80709",
    b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    b"4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
];

/// Whether a UUID or a sum is the same everywhere.
///
/// A UUID of the first version holds the time at which it was made: what is from before 2010 has been a constant of
/// some interface since.
pub(in crate::lint::ephemeral) fn is_constant(slice: &[u8]) -> bool {
    let digits = || slice.iter().filter(|byte| !matches!(byte, b'-' | b'_'));
    let one = digits().all(|digit| *digit == b'0') || digits().all(|digit| digit.eq_ignore_ascii_case(&b'f'));
    let old = slice.len() == 36
        && matches!(slice.get(14..17), Some([b'1', b'0', _] | [b'1', b'1', b'0'..=b'9' | b'a'..=b'd' | b'A'..=b'D']));
    one || old || CONSTANTS.iter().any(|constant| constant.eq_ignore_ascii_case(slice))
}

/// Whether a place lies in a UUID: those that do not last have a form of their own.
pub(in crate::lint::ephemeral) fn is_in_uuid(subject: &Subject<'_>, place: usize) -> bool {
    uuid(subject).is_some_and(|uuid| uuid.contains(&place))
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
    lasting: &[("@process.args", "01HF3Z*"), ("@file.name", "00000000000000000000000000")],
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
        ("@process.args", "--access-key=AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
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
            if slice.len() < 20 {
                return None;
            }
            let mixed = slice.iter().any(u8::is_ascii_lowercase) && slice.iter().any(u8::is_ascii_uppercase);
            let digits = slice.iter().any(u8::is_ascii_digit);
            let token = slice.starts_with(b"eyJ") || slice.starts_with(b"AKIA");
            let encoded = (mixed || slice.len() >= 32) && digits && is_odd(slice, 40);
            let hex = slice.iter().all(u8::is_ascii_hexdigit);
            let padding = subject.run(run.end, |byte| byte == b'=');
            let stays = || hex || subject.is_resolved() || subject.is_given(run.start);
            ((token || encoded) && !stays()).then_some(run.start..padding)
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
        ("@process.args", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        ("@file.path", "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4"),
        ("@connect.hostnames", "4F66AD9A0B2E8C1D7B3E5A90C6D2F841.gr7.eu-west-1.eks.amazonaws.com"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        subject.words().find_map(|word| {
            let marked = matches!(subject.slice(&word), [b'0', b'x', ..]);
            let word = if marked { word.start + 2..word.end } else { word };
            let slice = subject.slice(&word);
            let stays = || {
                is_constant(slice)
                    || is_in_uuid(subject, word.start)
                    || subject.is_resolved()
                    || subject.is_given(word.start)
            };
            (slice.len() >= 12 && is_hex_run(slice) && !stays()).then_some(word)
        })
    },
};

/// Whether these are hexadecimal digits, of both kinds and not by chance a word or a number.
pub(in crate::lint::ephemeral) fn is_hex_run(slice: &[u8]) -> bool {
    let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = slice.len() - digits;
    slice.iter().all(u8::is_ascii_hexdigit) && digits >= 2 && letters >= 2
}
