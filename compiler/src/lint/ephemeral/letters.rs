//! How far a word looks as if nobody had written it.

/// For each letter, the letters that often stand behind it in names of commands, files and packages: bit 0 is `a`.
/// Counted over some 200,000 distinct words; a pair is usual from one in 2,000 pairs on. Of all pairs about half are.
const USUAL: [u32; 26] = usual([
    "abcdefghiklmnoprstuvwxyz",
    "abceilorstuy",
    "acdefhiklmoprstuy",
    "abcdefgijlmnoprstuy",
    "abcdefghiklmnopqrstuvwxy",
    "aefilorstuy",
    "aeghilnoprsu",
    "aeiortuy",
    "abcdefgklmnoprstvxz",
    "aeos",
    "aeiosu",
    "acdegilmopstuy",
    "abcdeilmopsu",
    "acdefgiklnopstuvy",
    "abcdefgiklmnoprstuvwx",
    "acdehiloprstuy",
    "u",
    "abcdefgiklmnoprstuvy",
    "acdehiklmnopstuwy",
    "abcdefhilmoprstuwy",
    "abcdegilmnprst",
    "aeio",
    "aeios",
    "ipt",
    "abcelmnopst",
    "aei",
]);

const fn usual(rows: [&str; 26]) -> [u32; 26] {
    let mut table = [0; 26];
    let mut rest: &[&str] = &rows;
    let mut filled: &mut [u32] = &mut table;
    while let ([row, rows @ ..], [cell, cells @ ..]) = (rest, filled) {
        let mut letters = row.as_bytes();
        while let [letter, behind @ ..] = letters {
            *cell |= 1 << (*letter - b'a');
            letters = behind;
        }
        (rest, filled) = (rows, cells);
    }
    table
}

/// Whether a lower-case letter often stands behind another.
fn is_usual(first: u8, second: u8) -> bool {
    let row = USUAL.get(usize::from(first.wrapping_sub(b'a'))).copied().unwrap_or_default();
    row & 1 << (second.wrapping_sub(b'a') & 31) != 0
}

/// How many steps from one character to the next are unlike writing, in halves: an unusual pair of letters and a change
/// between letters and digits count two, a capital inside a word one. A number of bits or bytes is as good as a word.
fn oddness(word: &[u8]) -> usize {
    let mut odd = 0;
    let mut place = 0;
    let mut before: Option<u8> = None;
    while let Some(byte) = word.get(place).copied() {
        let rest = word.get(place..).unwrap_or_default();
        if !byte.is_ascii_digit() {
            odd += before.map_or(0, |before| step(before, byte));
            before = Some(byte);
            place += 1;
            continue;
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !rest.get(..digits).is_some_and(is_size) {
            let behind = place + digits < word.len();
            odd += 2 * (usize::from(before.is_some()) + usize::from(behind));
        }
        before = None;
        place += digits;
    }
    odd
}

/// How unlike writing one letter behind another is.
fn step(first: u8, second: u8) -> usize {
    if first.is_ascii_lowercase() && second.is_ascii_uppercase() {
        1
    } else if is_usual(first.to_ascii_lowercase(), second.to_ascii_lowercase()) {
        0
    } else {
        2
    }
}

/// Whether a number is a width that names of types, instructions and ciphers carry.
fn is_size(digits: &[u8]) -> bool {
    matches!(digits, b"16" | b"32" | b"64" | b"86" | b"128" | b"256" | b"512" | b"1024" | b"2048" | b"4096")
}

/// Whether at least `percent` of the steps of a word of ASCII letters and digits are unlike writing.
pub(super) fn is_odd(word: &[u8], percent: usize) -> bool {
    word.len() > 1 && oddness(word) * 50 >= percent * (word.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_random_runs() {
        for name in [
            "mysqldump",
            "postgresql15",
            "wkhtmltopdf",
            "secp256r1",
            "chacha20poly1305",
            "SecurityManagerFactory",
            "containerd",
            "AES128GCM",
            "libgssapikrb5",
            "NetworkManager",
            "logrotate",
            "curve25519",
            "HttpServlet31",
            "uint32x2x2",
            "avx512fp16",
        ] {
            assert!(!is_odd(name.as_bytes(), 40), "{name} {}", oddness(name.as_bytes()));
        }
        for run in ["x7kq2vfz9b", "aB3dE5fG7h", "qzvkxwjhpt", "k3j9x0q2m8w1", "Zm9vYmFyYmF6cXV4Cg"] {
            assert!(is_odd(run.as_bytes(), 40), "{run} {}", oddness(run.as_bytes()));
        }
        assert!(!is_odd(b"", 40) && !is_odd(b"x", 40));
    }
}
