//! Weights: how far a term on a key narrows what a rule matches, before any event was counted.
//!
//! The numbers stand in `compiler/schema/weights.tsv` and `common_values.tsv`, each with its reason. Not here: what the
//! form of a value makes of a weight, and how weights add up.

use std::sync::OnceLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::attribute::{Attribute, Type};
use super::shape::{self, Relation, Shape};
use super::table;
use super::tag::Tag;
use super::words::words;

pub(super) const WEIGHTS: &str = include_str!("../../schema/weights.tsv");
pub(super) const WEIGHTS_HEADER: &str = "of\tkey\tform\tbits\tgroup\treason";
pub(super) const COMMON: &str = include_str!("../../schema/common_values.tsv");
pub(super) const COMMON_HEADER: &str = "class\tvalue\tpercent\treason";

words! {
    /// What values of a key look like, which decides what a part of a value tells.
    pub enum Form {
        /// The path of a program.
        ProgramPath = "program-path",
        /// The name of a program, or the name under which it runs.
        ProgramName = "program-name",
        /// The path of a file that is acted on.
        FilePath = "file-path",
        /// An argument: short ones are common.
        Argument = "argument",
        /// A user or group.
        User = "user",
        /// The number of a user or group.
        Uid = "uid",
        /// A domain name: its end says whose it is.
        Domain = "domain",
        /// An address.
        Ip = "ip",
        /// A port.
        Port = "port",
        /// A word of a set, closed or not.
        Word = "word",
        /// `true` or `false`.
        Bool = "bool",
        /// A number.
        Number = "number",
        /// A hash or id, of which a part tells little.
        Id = "id",
        /// Any other text.
        Text = "text",
    }
}

/// What a term on one key is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Of one exact value that is not a common one, in tenths of a bit.
    pub tenths: u16,
    /// What values look like.
    pub form: Form,
    /// Keys of one group tell nearly the same; `None` where the key tells something of its own.
    pub group: Option<Group>,
}

/// A group of keys that tell nearly the same, such as the path and the name of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(u16);

impl Group {
    /// The position of the group, from 0.
    #[must_use]
    pub const fn index(self) -> u16 {
        self.0
    }

    /// Its name in `weights.tsv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        weights().groups.get(self.0 as usize).copied().unwrap_or_default()
    }
}

struct Weights {
    /// By what the row is of, then by key.
    rows: FxHashMap<(&'static str, &'static str), Weight>,
    groups: Vec<&'static str>,
}

fn weights() -> &'static Weights {
    static ALL: OnceLock<Weights> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut weights = Weights { rows: FxHashMap::default(), groups: Vec::new() };
        for [of, key, form, bits, group, _] in table::embedded(WEIGHTS, WEIGHTS_HEADER) {
            let Some((form, tenths)) = Form::from_name(form).zip(tenths(bits)) else { continue };
            let group = (group != "-").then(|| {
                let at = weights.groups.iter().position(|name| *name == group).unwrap_or_else(|| {
                    weights.groups.push(group);
                    weights.groups.len() - 1
                });
                Group(at as u16)
            });
            weights.rows.insert((of, key), Weight { tenths, form, group });
        }
        weights
    })
}

/// Reads `6.5` as 65.
fn tenths(bits: &str) -> Option<u16> {
    let (whole, tenth) = bits.split_once('.')?;
    whole.parse::<u16>().ok()?.checked_mul(10)?.checked_add(tenth.parse().ok().filter(|_| tenth.len() == 1)?)
}

impl Weight {
    /// Of a key of which nothing is known.
    pub const UNKNOWN: Weight = Weight { tenths: 50, form: Form::Text, group: None };

    /// Of a tag of which nothing is known.
    pub fn of_unknown_tag() -> Weight {
        let rows: &FxHashMap<(&str, &str), Weight> = &weights().rows;
        rows.get(&("tags", "*")).copied().unwrap_or(Weight::UNKNOWN)
    }

    /// Of an attribute: its own row, else that of its place in a repeated structure, else that of its family and type,
    /// else that of its type.
    pub(super) fn of(attribute: &Attribute) -> Weight {
        let rows = &weights().rows;
        let row = |of: &'static str, key: &str| {
            // The key of the map lives for ever and this one does not, so that it is shortened for the look-up.
            let rows: &FxHashMap<(&str, &str), Weight> = rows;
            rows.get(&(of, key)).copied()
        };
        let by_type = || row("type", attribute.ty.name()).unwrap_or(Weight::UNKNOWN);
        let found = row("attribute", &attribute.path)
            .or_else(|| {
                let (of, leaf) = structure(&attribute.path)?;
                row(of, leaf)
            })
            .or_else(|| row(attribute.family.name(), attribute.ty.name()))
            .unwrap_or_else(by_type);
        let values = match attribute.ty {
            Type::Bool => 2,
            _ if attribute.is_closed() => attribute.values().len(),
            _ => return found,
        };
        // A set of n values cannot tell more than log2 of n, and never less than something.
        let most = (values.max(2).ilog2() * 10) as u16;
        Weight { tenths: found.tenths.min(most), ..found }
    }

    /// Of a tag: its own row, else that of its family and cardinality.
    pub(super) fn of_tag(tag: &Tag) -> Weight {
        let rows: &FxHashMap<(&str, &str), Weight> = &weights().rows;
        let row = |of, key| rows.get(&(of, key)).copied();
        row("tag", &*tag.name).or_else(|| row("tags", tag.family.name())).unwrap_or_else(Weight::of_unknown_tag)
    }
}

/// The repeated structure that a path points into, as `weights.tsv` calls it, and the path inside it.
fn structure(path: &str) -> Option<(&'static str, &str)> {
    let (shape, leaf) = shape::split(path)?;
    let own = path.starts_with("process.");
    let of = match shape {
        Shape::Process(_) if !own => "target",
        Shape::Program(_) if !own => "target-program",
        Shape::Process(Relation::Own) => "process",
        Shape::Process(Relation::Parent) => "parent",
        Shape::Process(Relation::Ancestor) => "ancestor",
        Shape::Program(Relation::Own) => "program",
        Shape::Program(Relation::Parent) => "parent-program",
        Shape::Program(Relation::Ancestor) => "ancestor-program",
        Shape::File => "file",
        Shape::Syscall => return None,
    };
    let leaf = leaf.strip_prefix("credentials.").unwrap_or(leaf);
    Some((of, leaf.strip_prefix("destination.").unwrap_or(leaf)))
}

words! {
    /// What common values are of.
    pub enum CommonClass {
        /// Programs by their names, in [`PROGRAM_DIRECTORIES`] or without a directory.
        Program = "program",
        /// Files by their paths.
        File = "file",
        /// Directories, a slash at the end: everything below them.
        Directory = "directory",
        /// Users and groups.
        User = "user",
        /// Numbers of users and groups.
        Uid = "uid",
        /// Ports.
        Port = "port",
        /// Addresses.
        Ip = "ip",
        /// Arguments.
        Argument = "argument",
        /// Words of sets.
        Word = "word",
    }
}

/// Where the programs of a system lie: a common program somewhere else is somebody's own.
pub const PROGRAM_DIRECTORIES: [&str; 5] = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/"];

/// A value that so many events have that it narrows less than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonValue {
    /// The value.
    pub value: &'static str,
    /// How much of the weight is left.
    pub percent: u8,
}

/// The common values of one class, twice.
#[derive(Debug, Default)]
pub struct CommonValues {
    by_value: FxHashMap<&'static str, u8>,
    by_percent: Vec<CommonValue>,
}

impl CommonValues {
    /// Those of a class.
    #[must_use]
    pub fn of(class: CommonClass) -> &'static CommonValues {
        static ALL: OnceLock<Vec<CommonValues>> = OnceLock::new();
        static NONE: CommonValues =
            CommonValues { by_value: FxHashMap::with_hasher(FxBuildHasher), by_percent: Vec::new() };
        let all = ALL.get_or_init(|| {
            let mut all: Vec<CommonValues> = CommonClass::ALL.iter().map(|_| CommonValues::default()).collect();
            for [of, value, percent, _] in table::embedded(COMMON, COMMON_HEADER) {
                let class = CommonClass::from_name(of).and_then(|class| all.get_mut(class as usize));
                let percent = percent.parse().ok().filter(|percent| *percent <= 100);
                if let Some((class, percent)) = class.zip(percent) {
                    class.by_value.insert(value, percent);
                    class.by_percent.push(CommonValue { value, percent });
                }
            }
            for class in &mut all {
                class.by_percent.sort_unstable_by_key(|common| (common.percent, common.value));
            }
            all
        });
        all.get(class as usize).unwrap_or(&NONE)
    }

    /// How much of the weight a value leaves; nothing where it is not a common one.
    #[must_use]
    pub fn percent(&self, value: &str) -> Option<u8> {
        self.by_value.get(value).copied()
    }

    /// The most common first.
    pub fn iter(&self) -> impl Iterator<Item = CommonValue> + '_ {
        self.by_percent.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::rows;
    use super::super::{Family, Schema, tag};
    use super::*;

    #[test]
    fn every_row_reads_and_is_used() {
        let table: Vec<_> = rows(WEIGHTS, WEIGHTS_HEADER).unwrap().collect();
        assert_eq!(weights().rows.len(), table.len(), "a row that does not read, or stands twice");
        let schema = Schema::embedded();
        for row in table {
            let [of, key, _, _, _, reason] = row.cells::<6>().unwrap();
            assert!(reason.len() > 10, "{key}: {reason}");
            let used = match of {
                "attribute" => schema.find(key).is_some_and(|(_, attribute)| attribute.path == key),
                "tag" => tag::position(key).is_some(),
                "tags" => key == "*" || Family::from_name(key).is_some(),
                "type" => Type::from_name(key).is_some(),
                _ => schema.attributes().any(|(_, attribute)| {
                    structure(&attribute.path) == Some((of, key))
                        || (attribute.family.name() == of && attribute.ty.name() == key)
                }),
            };
            assert!(used, "no key has the row {of} {key}");
        }
    }

    #[test]
    fn every_common_value_reads_and_stands_once() {
        let values: usize = CommonClass::ALL.iter().map(|class| CommonValues::of(*class).by_value.len()).sum();
        assert_eq!(values, rows(COMMON, COMMON_HEADER).unwrap().count());
        for class in CommonClass::ALL {
            let values = CommonValues::of(*class);
            let order: Vec<(u8, &str)> = values.iter().map(|common| (common.percent, common.value)).collect();
            assert!(order.is_sorted_by(|a, b| a < b), "{class}: {order:?}");
            assert!(order.iter().all(|(percent, value)| values.percent(value) == Some(*percent)), "{class}");
        }
        assert!(CommonValues::of(CommonClass::Directory).iter().all(|common| common.value.ends_with('/')));
    }

    #[test]
    fn weights_are_found_from_the_nearest_row_outwards() {
        let weight = |path: &str| Weight::of(Schema::embedded().find(path).unwrap().1);
        let group = |path: &str| weight(path).group.map(Group::name);
        assert_eq!(group("process.executable.path"), Some("executable"));
        assert_eq!(group("process.comm"), Some("executable"));
        assert_eq!(group("process.credentials.euid"), group("process.user"));
        assert_eq!(group("process.parent.executable.path"), group("process.ancestors.comm"));
        assert!(weight("process.ancestors.executable.path").tenths < weight("process.parent.executable.path").tenths);
        assert_eq!(weight("process.is_thread").form, Form::Bool);
        assert!(weight("process.is_thread").tenths <= 10);
        assert!(weight("selinux.enforce.status").tenths <= 16);
    }
}
