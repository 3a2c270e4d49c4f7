//! Attributes: what the schema knows of one `@path`.

use std::borrow::Cow;

use super::enums;
use super::kind::KindSet;
use super::words::words;

words! {
    /// The type of one value of an attribute.
    pub enum Type {
        /// Text.
        String = "string",
        /// A file path.
        Path = "path",
        /// A whole number.
        Int = "int",
        /// `true` or `false`.
        Bool = "bool",
        /// An IPv4 or IPv6 address.
        Ip = "ip",
        /// A TCP or UDP port.
        Port = "port",
        /// A file mode: a decimal number that holds the file-type bits.
        Mode = "mode",
        /// An instant, RFC 3339.
        Timestamp = "timestamp",
        /// One of a closed set of values.
        Enum = "enum",
        /// Not typed: a free-form map or a value of the policy's own.
        Any = "any",
    }
}

impl Type {
    /// Whether values are text, so that wildcards make sense and order does not.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Path | Self::Enum | Self::Any)
    }

    /// Whether values are numbers, so that ranges and comparisons make sense.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Port | Self::Mode)
    }
}

words! {
    /// Where a key can be queried.
    pub enum Scope {
        /// Signals are known to carry it, and so do their events.
        Signal = "signal",
        /// Only the Agent event is known to carry it.
        Event = "event",
        /// It belongs to the detection rule.
        Rule = "rule",
    }
}

words! {
    /// What an attribute is about.
    pub enum Family {
        /// The process that acted.
        Process = "process",
        /// Its parent.
        Parent = "parent",
        /// Any of its ancestors.
        Ancestor = "ancestor",
        /// The file that was acted on.
        File = "file",
        /// Packets and sockets.
        Network = "network",
        /// Name resolution.
        Dns = "dns",
        /// The kernel, its modules, programs, settings and mounts.
        Kernel = "kernel",
        /// Who acted.
        User = "user",
        /// The container or control group.
        Container = "container",
        /// The workload: service, image, host, cluster.
        Workload = "workload",
        /// The rule that fired and the event as such.
        Rule = "rule",
    }
}

words! {
    /// How long a value keeps its meaning.
    pub enum Stability {
        /// As long as the workload is not changed on purpose.
        Stable = "stable",
        /// Until the host restarts.
        PerBoot = "per-boot",
        /// Until the process, container or file is made anew.
        PerRun = "per-run",
    }
}

words! {
    /// How far an attacker who runs code in the workload chooses the value.
    pub enum Trust {
        /// The kernel or the platform sets it.
        Fixed = "fixed",
        /// It takes write access to a place that the owner of the workload normally holds.
        Owned = "owned",
        /// Whoever acts chooses it freely.
        Chosen = "chosen",
    }
}

/// The operating systems whose Agent fills an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Platforms(u8);

impl Platforms {
    /// Linux only.
    pub const LINUX: Self = Self(1);
    /// Windows only.
    pub const WINDOWS: Self = Self(2);
    /// Both.
    pub const BOTH: Self = Self(3);

    /// Whether every platform of `other` is in the set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The platforms of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The cell of the schema files.
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "linux",
            2 => "windows",
            _ => "linux,windows",
        }
    }

    /// Reads a cell of the schema files.
    pub fn from_name(cell: &str) -> Option<Self> {
        match cell {
            "linux" => Some(Self::LINUX),
            "windows" => Some(Self::WINDOWS),
            "linux,windows" => Some(Self::BOTH),
            _ => None,
        }
    }
}

impl std::fmt::Display for Platforms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for Platforms {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Names an attribute within the schema that gave it out, and within every schema made from that one by
/// [`Schema::with_declared`](super::Schema::with_declared).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttrId(pub(super) u16);

impl AttrId {
    /// The position of the attribute, from 0, for tables indexed by attribute.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The path, without `@`. A path that ends in `.*` stands for every key below it.
    pub path: Cow<'static, str>,
    /// The type of one value.
    pub ty: Type,
    /// Whether an event can carry several values.
    pub multi: bool,
    /// The platforms whose Agent fills it.
    pub platforms: Platforms,
    /// The event kinds that carry it; empty if the Agent declares it and never fills it.
    pub kinds: KindSet,
    /// Where it can be queried.
    pub scope: Scope,
    /// What it is about.
    pub family: Family,
    /// How long a value keeps its meaning.
    pub stability: Stability,
    /// How far an attacker chooses the value.
    pub trust: Trust,
    /// The name of its value set. Closed if the type is [`Type::Enum`], else well-known values among others.
    pub value_set: Option<Cow<'static, str>>,
    /// Whether any key below the path (without its `.*`) is this attribute.
    pub open_below: bool,
    /// Whether a program declared it, rather than the Agent's schema.
    pub declared: bool,
}

impl Attribute {
    /// The known values, empty if the schema lists none.
    pub fn values(&self) -> &'static [&'static str] {
        self.value_set.as_deref().and_then(enums::values).unwrap_or_default()
    }

    /// Whether a value outside [`Attribute::values`] cannot occur.
    pub fn is_closed(&self) -> bool {
        self.ty == Type::Enum && !self.values().is_empty()
    }

    /// The last segment of the path.
    pub fn leaf(&self) -> &str {
        let start = memchr::memrchr(b'.', self.path.as_bytes()).map_or(0, |dot| dot + 1);
        self.path.get(start..).unwrap_or_default()
    }

    /// The path without the `.*` of an open map.
    pub fn stem(&self) -> &str {
        self.path.strip_suffix(".*").unwrap_or(&self.path)
    }

    /// The attribute that stands in for an id of another schema: it matches nothing and carries no claim.
    pub(super) const UNKNOWN: Self = Self {
        path: Cow::Borrowed(""),
        ty: Type::Any,
        multi: true,
        platforms: Platforms::BOTH,
        kinds: KindSet::ALL,
        scope: Scope::Event,
        family: Family::Process,
        stability: Stability::Stable,
        trust: Trust::Chosen,
        value_set: None,
        open_below: false,
        declared: false,
    };
}
