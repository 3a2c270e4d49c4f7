//! Tags and rule-query keys: keys without `@`.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::attribute::{Family, Scope, Stability, Trust};
use super::enums;
use super::table;
use super::weight::Weight;
use super::words::words;
use rustc_hash::FxHashMap;

pub(super) const TAGS: &str = include_str!("../../schema/tags.tsv");
pub(super) const TAGS_HEADER: &str = "tag\tcardinality\tfamily\tscope\tstability\ttrust";
pub(super) const RULE_KEYS: &str = include_str!("../../schema/rule_keys.tsv");
pub(super) const RULE_KEYS_HEADER: &str = "key\tclosed\tvalues";

words! {
    /// How many values a tag takes over a fleet, or where it comes from.
    pub enum Cardinality {
        /// One of the unified service tags.
        Standard = "standard",
        /// Few: per image, deployment, host.
        Low = "low",
        /// One per pod or task.
        Orchestrator = "orchestrator",
        /// One per container.
        High = "high",
        /// An attribute that Datadog reserves.
        Reserved = "reserved",
        /// Set by the Agent on each event.
        Event = "event",
        /// Taken from the detection rule.
        Rule = "rule",
        /// Set by the cloud or the host.
        Host = "host",
        /// Declared by a program.
        Declared = "declared",
    }
}

/// The places where a tag can be queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Signals and events.
    pub const WORKLOAD: Self = Self(1 << Scope::Signal as u8 | 1 << Scope::Event as u8);

    /// Whether the tag can be queried there.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// The scopes.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    pub(super) fn parse(cell: &str) -> Option<Self> {
        cell.split(',').try_fold(Self(0), |set, word| Some(Self(set.0 | 1 << Scope::from_name(word)? as u8)))
    }
}

impl serde::Serialize for Scopes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Names a tag, as [`AttrId`](super::AttrId) names an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagId(pub(super) u16);

impl TagId {
    /// The position of the tag, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name, as in `name:value`.
    pub name: Cow<'static, str>,
    /// How many values it takes, or where it comes from.
    pub cardinality: Cardinality,
    /// What it is about.
    pub family: Family,
    /// Where it can be queried.
    pub scopes: Scopes,
    /// How long a value keeps its meaning.
    pub stability: Stability,
    /// How far an attacker chooses the value.
    pub trust: Trust,
}

impl Tag {
    /// A tag of the program's own, of which nothing is known but its name.
    pub fn declared(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            cardinality: Cardinality::Declared,
            family: Family::Workload,
            scopes: Scopes(Scopes::WORKLOAD.0 | 1 << Scope::Rule as u8),
            stability: Stability::Stable,
            trust: Trust::Fixed,
        }
    }

    fn read([name, cardinality, family, scopes, stability, trust]: [&'static str; 6]) -> Option<Self> {
        Some(Self {
            name: Cow::Borrowed(name),
            cardinality: Cardinality::from_name(cardinality)?,
            family: Family::from_name(family)?,
            scopes: Scopes::parse(scopes)?,
            stability: Stability::from_name(stability)?,
            trust: Trust::from_name(trust)?,
        })
    }
}

/// A key of the rule query, beyond tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleKey {
    /// The name, as in `name:value`.
    pub name: &'static str,
    /// Whether a value outside the set cannot occur.
    pub closed: bool,
    set: Option<&'static str>,
}

impl RuleKey {
    /// The known values, empty if the schema lists none.
    pub fn values(&self) -> &'static [&'static str] {
        self.set.and_then(enums::values).unwrap_or_default()
    }
}

/// The tags of the Agent's schema, by name.
pub(super) fn tags() -> &'static [Tag] {
    static ALL: OnceLock<Vec<Tag>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut tags: Vec<_> = table::embedded(TAGS, TAGS_HEADER).filter_map(Tag::read).collect();
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        tags
    })
}

/// The position of a tag in [`tags`].
pub(super) fn position(name: &str) -> Option<usize> {
    static INDEX: OnceLock<FxHashMap<&'static str, usize>> = OnceLock::new();
    INDEX.get_or_init(|| tags().iter().enumerate().map(|(at, tag)| (&*tag.name, at)).collect()).get(name).copied()
}

/// What a term on each of [`tags`] is worth.
pub(super) fn weight(position: usize) -> Option<Weight> {
    static ALL: OnceLock<Vec<Weight>> = OnceLock::new();
    ALL.get_or_init(|| tags().iter().map(Weight::of_tag).collect()).get(position).copied()
}

/// The keys of the rule query, by name.
pub(super) fn rule_keys() -> &'static [RuleKey] {
    static ALL: OnceLock<Vec<RuleKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        table::embedded(RULE_KEYS, RULE_KEYS_HEADER)
            .map(|[name, closed, set]: [_; 3]| RuleKey {
                name,
                closed: closed == "true",
                set: (set != "-").then_some(set),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::table::rows;
    use super::*;

    #[test]
    fn every_row_reads() {
        assert_eq!(tags().len(), rows(TAGS, TAGS_HEADER).unwrap().count());
        assert_eq!(rule_keys().len(), rows(RULE_KEYS, RULE_KEYS_HEADER).unwrap().count());
        assert!(tags().is_sorted_by_key(|tag| tag.name.clone()));
        for key in rule_keys() {
            assert_eq!(key.set.is_some(), !key.values().is_empty(), "{}", key.name);
            assert!(!key.closed || key.set.is_some(), "{}", key.name);
        }
    }

    #[test]
    fn a_tag_knows_where_it_can_be_queried() {
        let tag = tags().get(position("kube_service").unwrap()).unwrap();
        assert!(tag.scopes.contains(Scope::Signal) && !tag.scopes.contains(Scope::Rule));
        assert_eq!(position("nope"), None);
    }
}
