//! The fixed pieces of text that forms look for, all found in one pass.

use std::sync::LazyLock;

use super::chars::Chars;

/// Every piece that [`Subject::behind`](super::subject::Subject::behind) may be asked for. `/` stands for both slashes,
/// and case is ignored.
pub(super) const MARKERS: &[&str] = &[
    "$env:TEMP/",
    "$TMPDIR/",
    "%TEMP%/",
    "%TMP%/",
    "-git-",
    ".css",
    ".in-addr.arpa",
    ".js",
    ".mjs",
    ".mount",
    ".scope",
    ".service",
    ".snap",
    ".woff2",
    "/_bazel_",
    "/_runner_file_commands/",
    "/_tasks/",
    "/_temp/",
    "/_work/",
    "/AppData/Local/Temp/",
    "/AppID/",
    "/assembly/",
    "/aufs/diff/",
    "/bamboo-agent/builds/",
    "/buildAgent/temp/",
    "/buildAgent/work/",
    "/buildkite-agent/builds/",
    "/buildkite/builds/",
    "/builds/",
    "/by-id/",
    "/by-partuuid/",
    "/by-path/",
    "/by-uuid/",
    "/Class/",
    "/CLSID/",
    "/dev/pts/",
    "/dev/shm/",
    "/devicemapper/mnt/",
    "/efivars/",
    "/etc/ssl/certs/",
    "/FolderDescriptions/",
    "/GPExtensions/",
    "/GUID/",
    "/hsperfdata_",
    "/Interface/",
    "/jenkins/workspace/",
    "/jenkins_home/workspace/",
    "/lib/php/",
    "/lxc/",
    "/Packages/",
    "/pipelines/agent/tmp/",
    "/private/tmp/",
    "/private/var/tmp/",
    "/proc/",
    "/Processid:",
    "/Providers/",
    "/run/shm/",
    "/screen/S-",
    "/sess_",
    "/snap/",
    "/systemd/inhibit/",
    "/systemd/sessions/",
    "/task/",
    "/tekton/scripts/",
    "/tmp/",
    "/TypeLib/",
    "/usr/tmp/",
    "/var/folders/",
    "/var/tmp/",
    "/vfs/dir/",
    "/Volatile Environment/",
    "/vsts/work/",
    "/Windows/Temp/",
    "/WinEvt/Publishers/",
    ":task-definition/",
    "@tmp/",
    "api-version ",
    "api-version=",
    "api_version=",
    "apiversion=",
    "containerd",
    "crio",
    "docker",
    "kubepods",
    "kworker/",
    "libpod",
    "overlay2/",
    "overlay2/l/",
    "overlayfs/snapshots/",
    "podman",
    "pts",
    "pts/",
    "S-1-15-",
    "S-1-5-21-",
    "S-1-5-5-",
    "S-1-5-80-",
    "sha256/",
    "sha256:",
    "sha512:",
    "storage/overlay/",
    "UUID=",
    "vmss",
    "xn--",
];

/// The markers by how their first three bytes hash: a bucket holds one of them or none, rarely more.
static BUCKETS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let mut buckets = vec![Vec::new(); 256];
    for marker in MARKERS {
        if let Some(bucket) = bucket(marker.as_bytes()).and_then(|bucket| buckets.get_mut(bucket)) {
            bucket.push(*marker);
        }
    }
    buckets
});

/// The bucket of the markers that a text may start with; nothing where it is too short for any.
fn bucket(text: &[u8]) -> Option<usize> {
    let [first, second, third, ..] = text else { return None };
    Some(usize::from(fold(*first) ^ fold(*second).rotate_left(3) ^ fold(*third).rotate_left(5)))
}

/// The pairs of bytes that a marker may start with, as they are written: a bit for each, in rows of 256.
static STARTS: [[u64; 4]; 256] = starts();

const fn starts() -> [[u64; 4]; 256] {
    let mut rows = [[0; 4]; 256];
    let mut rest = MARKERS;
    while let Some((marker, behind)) = rest.split_first() {
        if let [first, second, ..] = marker.as_bytes() {
            let firsts = written(*first);
            let seconds = written(*second);
            let mut at = 0;
            while at < 4 {
                // INVARIANT: bytes are below 256, and a quarter of that is below 64. A constant has no `get_mut`.
                #[allow(clippy::indexing_slicing, reason = "bytes fit tables of 256")]
                {
                    let (first, second) = (firsts[at / 2], seconds[at % 2]);
                    rows[second as usize][first as usize / 64] |= 1 << (first % 64);
                }
                at += 1;
            }
        }
        rest = behind;
    }
    rows
}

/// The two ways in which a byte of a marker is written.
const fn written(byte: u8) -> [u8; 2] {
    if byte == b'/' { [b'/', b'\\'] } else { [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] }
}

/// A byte as it is compared: `/` for both slashes, small letters for great ones.
const fn fold(byte: u8) -> u8 {
    if byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() }
}

/// Whether a marker may start with these two.
fn may_start(first: u8, second: u8) -> bool {
    let row = STARTS.get(usize::from(second)).and_then(|row| row.get(usize::from(first / 64)));
    row.is_some_and(|row| row >> (first % 64) & 1 != 0)
}

/// Whether a text starts with a marker.
pub(super) fn starts_with(text: &[u8], marker: &str) -> bool {
    text.len() >= marker.len() && text.iter().zip(marker.bytes()).all(|(byte, wanted)| fold(*byte) == fold(wanted))
}

/// What occurs in a text, and the markers in it, each with the end of its first place.
pub(super) fn survey(text: &str) -> (Chars, Vec<(&'static str, usize)>) {
    let (mut has, mut run, mut before) = (Chars::NONE, 0_usize, 0);
    let mut found: Vec<(&'static str, usize)> = Vec::new();
    for (place, byte) in text.bytes().enumerate() {
        let class = Chars::of(byte);
        has = has.and(class);
        run = if class.covers(Chars::WORD) { run + 1 } else { 0 };
        if run == LONG {
            has = has.and(Chars::LONG);
        }
        if may_start(before, byte) {
            mark(text, place - 1, &mut found);
        }
        before = byte;
    }
    (if found.is_empty() { has } else { has.and(Chars::MARKER) }, found)
}

/// From how many letters and digits in a row on a word is long.
const LONG: usize = 8;

/// Adds the markers that start at a place and were not met before.
fn mark(text: &str, start: usize, found: &mut Vec<(&'static str, usize)>) {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let markers = bucket(rest).and_then(|bucket| BUCKETS.get(bucket)).map(Vec::as_slice).unwrap_or_default();
    for marker in markers.iter().filter(|marker| starts_with(rest, marker)) {
        if !found.iter().any(|(known, _)| known == marker) {
            found.push((marker, start + marker.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_of_each_is_found() {
        let (_, found) = survey("C:\\Windows\\TEMP\\x\\proc\\proc\\");
        assert_eq!(found, [("/Windows/Temp/", 16), ("/proc/", 23)]);
        assert!(survey("/usr/sbin/logrotate").1.is_empty());
        assert!(["", "/", "é", "/é"].iter().all(|text| survey(text).1.is_empty()));
    }

    #[test]
    fn a_word_is_long_from_eight_on() {
        for (text, long) in [("abc_1234567", false), ("abcd1234.", true), ("abcde12345", true)] {
            assert_eq!(survey(text).0.covers(Chars::LONG), long, "{text}");
        }
    }

    #[test]
    fn each_marker_is_found_as_it_stands_and_in_capitals() {
        for marker in MARKERS {
            assert!(marker.is_ascii() && marker.len() > 2, "{marker}");
            let capitals = marker.to_uppercase().replace('/', "\\");
            for (text, end) in [(format!("é{marker}x"), marker.len() + 2), (capitals, marker.len())] {
                assert!(survey(&text).1.contains(&(marker, end)), "{text}");
            }
        }
    }
}
