//! Event kinds: what the Agent says happened, and sets of them.

use std::fmt;

use super::words::words;

words! {
    /// The activity an event kind belongs to, as the tuning guide groups them.
    pub enum Activity {
        /// A process starts, ends, or changes what it may do.
        Process = "process",
        /// A file or a mount is touched.
        File = "file",
        /// Packets, sockets and name resolution.
        Network = "network",
        /// The kernel itself is configured, extended or inspected.
        Kernel = "kernel",
    }
}

impl Activity {
    /// The kinds that belong to this activity.
    pub fn kinds(self) -> KindSet {
        Kind::ALL.iter().copied().filter(|kind| kind.activity() == self).collect()
    }

    /// The value of `evt.category` for this activity.
    pub const fn category(self) -> &'static str {
        match self {
            Self::Process => "Process Activity",
            Self::File => "File Activity",
            Self::Network => "Network Activity",
            Self::Kernel => "Kernel Activity",
        }
    }
}

macro_rules! kinds {
    ($( $Variant:ident = $word:literal, $activity:ident; )+) => {
        words! {
            /// What happened: the value of `evt.name`.
            pub enum Kind { $( #[doc = concat!("`evt.name` is `", $word, "`.")] $Variant = $word, )+ }
        }

        impl Kind {
            /// The activity of this kind.
            pub const fn activity(self) -> Activity {
                match self { $( Self::$Variant => Activity::$activity, )+ }
            }
        }
    };
}

kinds! {
    Accept = "accept", Network;
    Bind = "bind", Network;
    Bpf = "bpf", Kernel;
    Capabilities = "capabilities", Process;
    Capset = "capset", Process;
    CgroupWrite = "cgroup_write", Kernel;
    ChangePermission = "change_permission", File;
    Chdir = "chdir", File;
    Chmod = "chmod", File;
    Chown = "chown", File;
    Connect = "connect", Network;
    Create = "create", File;
    CreateKey = "create_key", File;
    Delete = "delete", File;
    DeleteKey = "delete_key", File;
    Dns = "dns", Network;
    Exec = "exec", Process;
    Exit = "exit", Process;
    Imds = "imds", Network;
    Link = "link", File;
    LoadModule = "load_module", Kernel;
    Mkdir = "mkdir", File;
    Mmap = "mmap", Kernel;
    Mount = "mount", File;
    Mprotect = "mprotect", Kernel;
    NetworkFlowMonitor = "network_flow_monitor", Network;
    Open = "open", File;
    OpenKey = "open_key", File;
    Packet = "packet", Network;
    Prctl = "prctl", Process;
    Ptrace = "ptrace", Kernel;
    Removexattr = "removexattr", File;
    Rename = "rename", File;
    Rmdir = "rmdir", File;
    Selinux = "selinux", Kernel;
    SetKeyValue = "set_key_value", File;
    Setgid = "setgid", Process;
    Setrlimit = "setrlimit", Process;
    Setsockopt = "setsockopt", Network;
    Setuid = "setuid", Process;
    Setxattr = "setxattr", File;
    Signal = "signal", Process;
    Splice = "splice", File;
    Syscalls = "syscalls", Process;
    Sysctl = "sysctl", Kernel;
    Umount = "umount", File;
    Unlink = "unlink", File;
    UnloadModule = "unload_module", Kernel;
    Utimes = "utimes", File;
    Write = "write", File;
}

/// A set of event kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KindSet(u64);

impl KindSet {
    /// No kind at all: an attribute that the Agent declares and never fills.
    pub const EMPTY: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self((1 << Kind::ALL.len()) - 1);

    /// The set of one kind.
    pub const fn of(kind: Kind) -> Self {
        Self(1 << kind as u8)
    }

    /// Whether the kind is in the set.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }

    /// Whether every kind of `other` is in the set.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The kinds of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The kinds of this set that the other lacks.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether no kind is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every kind is in the set.
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// How many kinds are in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The kinds, by name.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }

    /// The activities that the kinds belong to.
    pub fn activities(self) -> impl Iterator<Item = Activity> {
        Activity::ALL.iter().copied().filter(move |activity| !self.intersection(activity.kinds()).is_empty())
    }

    /// Reads a cell of a schema file: `*`, `-`, or kinds with commas between them.
    pub(super) fn parse(cell: &str) -> Result<Self, &str> {
        match cell {
            "*" => Ok(Self::ALL),
            "-" => Ok(Self::EMPTY),
            list => list.split(',').map(|word| Kind::from_name(word).ok_or(word)).collect(),
        }
    }

    /// The cell of a schema file that [`KindSet::parse`] reads back.
    pub(super) fn cell(self) -> String {
        if self.is_all() {
            "*".to_owned()
        } else if self.is_empty() {
            "-".to_owned()
        } else {
            self.iter().map(Kind::name).collect::<Vec<_>>().join(",")
        }
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::EMPTY, |set, kind| set.union(Self::of(kind)))
    }
}

impl From<Kind> for KindSet {
    fn from(kind: Kind) -> Self {
        Self::of(kind)
    }
}

/// Prints `exec, open`.
impl fmt::Display for KindSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, kind) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            f.write_str(kind.name())?;
        }
        Ok(())
    }
}

impl serde::Serialize for KindSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_bit_and_reads_back() {
        assert!(Kind::ALL.len() < 64);
        assert_eq!(KindSet::ALL.iter().count(), Kind::ALL.len());
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(KindSet::of(kind).iter().collect::<Vec<_>>(), [kind]);
        }
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.name()));
    }

    #[test]
    fn sets_print_and_parse() {
        let set: KindSet = [Kind::Open, Kind::Exec].into_iter().collect();
        assert_eq!(set.to_string(), "exec, open");
        for set in [set, KindSet::ALL, KindSet::EMPTY] {
            assert_eq!(KindSet::parse(&set.cell()), Ok(set));
        }
        assert_eq!(KindSet::parse("exec,opne"), Err("opne"));
    }

    #[test]
    fn activities_partition_the_kinds() {
        let sum: u32 = Activity::ALL.iter().map(|activity| activity.kinds().len()).sum();
        assert_eq!(sum, KindSet::ALL.len());
        assert_eq!(Activity::Kernel.kinds().activities().collect::<Vec<_>>(), [Activity::Kernel]);
    }
}
