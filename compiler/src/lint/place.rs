//! Who may write where: the folders that a path names, by convention of the platforms.

/// Folders in which anyone may put a file.
const WRITABLE_BY_ALL: &[&str] = &[
    "/tmp/",
    "/var/tmp/",
    "/dev/shm/",
    "/private/tmp/",
    "/private/var/tmp/",
    "/run/lock/",
    "/var/lock/",
    "/run/user/",
    "/proc/",
    "/dev/fd/",
];

/// Folders that belong to those who log in.
const OF_USERS: &[&str] = &["/home/", "/Users/"];

/// Folders on a Windows drive in which those who log in may write, without the drive and in small letters.
const OF_WINDOWS_USERS: &[&str] =
    &[r"\users\", r"\windows\temp\", r"\temp\", r"\tmp\", r"\perflogs\", r"\$recycle.bin\"];

/// Whether a path, or a pattern by what stands before its first wildcard, lies in a folder in which only its owner, as a
/// rule root, may put a file. A path that does not say where it starts is in no such folder.
pub(super) fn is_protected(path: &str) -> bool {
    if let Some(rest) = after_drive(path) {
        let rest = rest.to_ascii_lowercase();
        return rest.len() > 1 && !OF_WINDOWS_USERS.iter().any(|folder| rest.starts_with(folder));
    }
    let starts_in = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    path.starts_with('/') && path.len() > 1 && !starts_in(WRITABLE_BY_ALL) && !starts_in(OF_USERS)
}

/// What follows the drive letter and colon of a Windows path.
fn after_drive(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    rest.strip_prefix(':').filter(|rest| rest.starts_with('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_anyone_may_write_is_not_protected() {
        let protected =
            ["/usr/bin/restic", "/opt/x", "/tmpfiles/x", "/bin/sh", r"C:\Windows\System32\cmd.exe", "/velero"];
        let open = [
            "/tmp/x",
            "/var/tmp/x",
            "/dev/shm/x",
            "/home/eve/bin/sh",
            "/run/user/1000/x",
            "/proc/self/fd/3",
            r"c:\Users\Eve\x.exe",
            r"C:\Windows\Temp\x.exe",
            "memfd:x",
            "bash",
            "/",
            "",
        ];
        assert!(protected.into_iter().all(is_protected));
        assert!(!open.into_iter().any(is_protected));
    }
}
