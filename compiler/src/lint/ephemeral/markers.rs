//! The fixed pieces of text that forms look for, all found in one pass.

use std::sync::LazyLock;

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

/// For each byte the markers whose second one it is: the first is nearly always a slash.
static BY_SECOND: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let second = |marker: &str| marker.as_bytes().get(1).copied().map(fold);
    (0..=u8::MAX).map(|byte| MARKERS.iter().copied().filter(|marker| second(marker) == Some(byte)).collect()).collect()
});

/// Pairs of bytes that a marker starts with, one bit each: a row for each second byte.
static STARTS: [[u64; 4]; 256] = starts();

const fn starts() -> [[u64; 4]; 256] {
    let mut rows = [[0; 4]; 256];
    let mut rest = MARKERS;
    while let Some((marker, behind)) = rest.split_first() {
        if let [first, second, ..] = marker.as_bytes() {
            let first = fold(*first);
            // INVARIANT: bytes are below 256, and a quarter of that is below 64. A constant has no `get_mut`.
            #[allow(clippy::indexing_slicing, reason = "bytes fit tables of 256")]
            {
                rows[fold(*second) as usize][first as usize / 64] |= 1 << (first % 64);
            }
        }
        rest = behind;
    }
    rows
}

/// A byte as it is compared: `/` for both slashes, small letters for great ones.
pub(super) const fn fold(byte: u8) -> u8 {
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

/// The markers in a text, each with the end of its first place.
pub(super) fn ends(text: &str) -> Vec<(&'static str, usize)> {
    let mut found: Vec<(&'static str, usize)> = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest
        && let [second, ..] = behind
    {
        let (first, second) = (fold(*first), fold(*second));
        if may_start(first, second) {
            let start = text.len() - rest.len();
            let markers = BY_SECOND.get(usize::from(second)).map(Vec::as_slice).unwrap_or_default();
            for marker in markers.iter().filter(|marker| starts_with(rest, marker)) {
                if !found.iter().any(|(known, _)| known == marker) {
                    found.push((marker, start + marker.len()));
                }
            }
        }
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_of_each_is_found() {
        let found = ends("C:\\Windows\\TEMP\\x\\proc\\proc\\");
        assert_eq!(found, [("/Windows/Temp/", 16), ("/proc/", 23)]);
        assert!(ends("/usr/sbin/logrotate").is_empty());
        assert!(["", "/", "é", "/é"].iter().all(|text| ends(text).is_empty()));
    }

    #[test]
    fn each_marker_is_found_as_it_stands_and_in_capitals() {
        for marker in MARKERS {
            assert!(marker.is_ascii() && marker.len() > 1, "{marker}");
            let capitals = marker.to_uppercase().replace('/', "\\");
            for (text, end) in [(format!("é{marker}x"), marker.len() + 2), (capitals, marker.len())] {
                assert!(ends(&text).contains(&(marker, end)), "{text}");
            }
        }
    }
}
