//! The structures that repeat inside an event: a process, a file, the arguments of a system call.

/// A repeated structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A process: the one that acted, a relative, or a target.
    Process(Relation),
    /// The program file of a process, or its interpreter.
    Program(Relation),
    /// Another file.
    File,
    /// The raw arguments of a system call.
    Syscall,
}

/// Which process of a family a structure describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The process itself.
    Own,
    /// Its parent.
    Parent,
    /// One of its ancestors.
    Ancestor,
}

const PROCESSES: [&str; 3] = ["process.", "ptrace.tracee.", "signal.target."];
const FILES: [&str; 4] = ["file.", "cgroup_write.file.", "mount.mp.", "mount.root."];

/// The structure that a path points into, and the path inside it.
pub(super) fn split(path: &str) -> Option<(Shape, &str)> {
    if let Some(rest) = PROCESSES.iter().find_map(|prefix| path.strip_prefix(prefix)) {
        let (relation, rest) = if let Some(rest) = rest.strip_prefix("parent.") {
            (Relation::Parent, rest)
        } else if let Some(rest) = rest.strip_prefix("ancestors.") {
            (Relation::Ancestor, rest)
        } else {
            (Relation::Own, rest)
        };
        return Some(match rest.strip_prefix("executable.").or_else(|| rest.strip_prefix("interpreter.")) {
            Some(leaf) => (Shape::Program(relation), leaf),
            None => (Shape::Process(relation), rest),
        });
    }
    if let Some(rest) = FILES.iter().find_map(|prefix| path.strip_prefix(prefix)) {
        return Some((Shape::File, rest.strip_prefix("destination.").unwrap_or(rest)));
    }
    let rest = path.strip_prefix("syscall.")?;
    Some((Shape::Syscall, rest.split_once('.')?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_split_at_their_structure() {
        assert_eq!(split("process.args"), Some((Shape::Process(Relation::Own), "args")));
        assert_eq!(
            split("ptrace.tracee.parent.executable.metadata.size"),
            Some((Shape::Program(Relation::Parent), "metadata.size"))
        );
        assert_eq!(split("process.ancestors.comm"), Some((Shape::Process(Relation::Ancestor), "comm")));
        assert_eq!(split("file.destination.path"), Some((Shape::File, "path")));
        assert_eq!(split("mount.mp.inode"), Some((Shape::File, "inode")));
        assert_eq!(split("syscall.open.flags"), Some((Shape::Syscall, "flags")));
        assert_eq!(split("mount.device"), None);
        assert_eq!(split("date"), None);
    }
}
