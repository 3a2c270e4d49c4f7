//! The last resort: a word that looks as if nobody had written it.

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::letters::is_odd;
use crate::lint::ephemeral::subject::Chars;

pub(in crate::lint::ephemeral) const RANDOM: Form = Form {
    name: "random-looking",
    what: "a run of characters that looks random",
    why: "what looks random is mostly made anew for each run; this one is known by its looks alone",
    examples: &[
        ("@file.path", "/var/cache/app/x7kq2vfz9b/index", "x7kq2vfz9b"),
        ("@process.args", "--token=aB3dE5fG7hJ9", "aB3dE5fG7hJ9"),
        ("@file.name", "q9w2x7r4", "q9w2x7r4"),
    ],
    lasting: &[
        ("@process.executable.path", "/usr/bin/mysqldump"),
        ("@process.executable.path", "/usr/lib/x86_64-linux-gnu/libgssapi_krb5.so.2"),
        ("@process.args", "--cipher=ECDHE-RSA-AES128-GCM-SHA256"),
        ("@process.args", "org.springframework.boot.loader.JarLauncher"),
        ("@process.executable.path", "/usr/bin/wkhtmltopdf"),
        ("@file.name", "secp256r1"),
        ("@process.args", "--curve=x25519kyber768"),
    ],
    needs: Chars::LONG,
    find: |subject| {
        subject.words().find(|word| {
            let slice = subject.slice(word);
            if slice.len() < 8 {
                return false;
            }
            let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
            let lower = slice.iter().any(u8::is_ascii_lowercase);
            let upper = slice.iter().any(u8::is_ascii_uppercase);
            let odd = match slice.len() {
                ..10 => digits >= 2 && digits < slice.len() && is_odd(slice, 55),
                _ if digits >= 1 => digits < slice.len() && is_odd(slice, 42),
                _ => (lower != upper || slice.len() >= 14) && is_odd(slice, 48),
            };
            odd && !is_interface(slice) && !subject.is_given(word.start)
        })
    },
};

/// Whether a word is a network interface that is named after its slot: `enp0s31f6`, `wlp2s0`.
fn is_interface(word: &[u8]) -> bool {
    let slot = word.strip_prefix(b"en").or_else(|| word.strip_prefix(b"wl")).or_else(|| word.strip_prefix(b"ww"));
    slot.is_some_and(|slot| {
        slot.first().is_some_and(|kind| b"opsx".contains(kind))
            && slot.iter().all(|byte| byte.is_ascii_hexdigit() || b"npsv".contains(byte))
    })
}
