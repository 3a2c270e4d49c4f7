//! The fixed pieces of text that forms look for, all found in one pass.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

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

/// Nothing only if the list above could not be compiled, which a test rules out.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(MARKERS).ok()
});

/// The markers in a text, each with the end of its first place, in order of these ends.
pub(super) fn ends(text: &str) -> Vec<(&'static str, usize)> {
    let mut found: Vec<(&'static str, usize)> = Vec::new();
    let slashed = text.contains('\\').then(|| text.replace('\\', "/"));
    let Some(finder) = FINDER.as_ref() else { return found };
    for place in finder.find_overlapping_iter(slashed.as_deref().unwrap_or(text)) {
        let Some(marker) = MARKERS.get(place.pattern().as_usize()) else { continue };
        if !found.iter().any(|(known, _)| known == marker) {
            found.push((marker, place.end()));
        }
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
    }
}
