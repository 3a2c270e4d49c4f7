//! The last resort: a word that looks as if nobody had written it.

use super::identifier::{is_constant, is_in_uuid};
use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::letters::is_odd;

pub(in crate::lint::ephemeral) const RANDOM: Form = Form {
    name: "random-looking",
    what: "a run of characters that looks random",
    why: "what looks random is mostly made anew for each run; this one is known by its looks alone",
    examples: &[
        ("@file.path", "/var/cache/app/x7kq2vfz9b/index", "x7kq2vfz9b"),
        ("@process.args", "--token=aB3dE5fG7hJ9", "aB3dE5fG7hJ9"),
        ("@file.name", "q9w2x7r4", "q9w2x7r4"),
        ("@process.args", "--secret=qzVkxWjhPtBngRxd", "qzVkxWjhPtBngRxd"),
        ("@file.path", "/var/cache/app/v7kq2xfz9b4n8m1r5t3w/index", "v7kq2xfz9b4n8m1r5t3w"),
        ("@process.args", "--nonce=q4beta9x2w7k", "q4beta9x2w7k"),
        ("@file.path", "/var/cache/app/en4k9q2z7w/index", "en4k9q2z7w"),
    ],
    lasting: &[
        ("@process.executable.path", "/usr/bin/mysqldump"),
        ("@process.executable.path", "/usr/lib/x86_64-linux-gnu/libgssapi_krb5.so.2"),
        ("@process.args", "--cipher=ECDHE-RSA-AES128-GCM-SHA256"),
        ("@process.args", "org.springframework.boot.loader.JarLauncher"),
        ("@process.executable.path", "/usr/bin/wkhtmltopdf"),
        ("@file.name", "secp256r1"),
        ("@file.path", "/dev/nvme1n1p2"),
        ("@process.args", "-Xms4096m"),
        ("@process.args", "XXXXXXXXXX"),
        ("@process.args", "--pattern=A5A5A5A5"),
        ("@file.path", "/srv/clients/v1p1beta1/client.py"),
        ("@network.device.ifname", "wlp0s20f3"),
        ("@process.args", "--curve=x25519kyber768"),
        ("@process.args", "--board=mtk8183x"),
        ("@process.args", "XkbGfxMgrs"),
    ],
    needs: Chars::LONG,
    find: |subject| {
        subject.words().find(|word| {
            let slice = subject.slice(word);
            if slice.len() < 8 {
                return false;
            }
            let digits = slice.iter().any(u8::is_ascii_digit);
            let lower = slice.iter().any(u8::is_ascii_lowercase);
            let upper = slice.iter().any(u8::is_ascii_uppercase);
            let odd = match slice.len() {
                // A word with one number in it, and perhaps a unit behind, was written by somebody.
                ..10 => changes(slice) >= 3 && is_odd(slice, 55),
                _ if digits => is_odd(slice, 42),
                _ => (lower != upper || slice.len() >= 14) && is_odd(slice, 48),
            };
            let known = || {
                is_interface_version(slice)
                    || is_uniform(slice)
                    || is_device(slice)
                    || is_constant(slice)
                    || is_in_uuid(subject, word.start)
            };
            odd && !known() && !subject.is_resolved() && !subject.is_given(word.start)
        })
    },
};

/// Whether a word is a device that is named after its place: `enp0s31f6`, `wlp2s0`, `nvme0n1p2`, `mmcblk0p1`.
fn is_device(word: &[u8]) -> bool {
    const HEADS: &[&[u8]] = &[b"en", b"wl", b"ww", b"ib", b"nvme", b"mmcblk"];
    let place = HEADS.iter().find_map(|head| word.strip_prefix(*head));
    place.is_some_and(|place| {
        place.iter().all(|byte| byte.is_ascii_hexdigit() || b"cnopstuvx".contains(byte))
            && place.iter().any(u8::is_ascii_digit)
            && !place.windows(2).any(|pair| pair.iter().all(u8::is_ascii_alphabetic))
    })
}

/// How often letters and digits take turns.
fn changes(word: &[u8]) -> usize {
    word.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
}

/// Whether a word is made of two characters or fewer: a template, a line, a pattern.
fn is_uniform(word: &[u8]) -> bool {
    let first = word.first();
    let second = word.iter().find(|byte| Some(*byte) != first);
    word.iter().all(|byte| Some(byte) == first || Some(byte) == second)
}

/// Whether a word is the version of an interface: `v1p1beta1`.
fn is_interface_version(word: &[u8]) -> bool {
    word.first() == Some(&b'v')
        && word.get(1).is_some_and(u8::is_ascii_digit)
        && (word.windows(4).any(|part| part == b"beta") || word.windows(5).any(|part| part == b"alpha"))
}
