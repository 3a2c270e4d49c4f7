//! The schema: attributes, tags and rule keys, as embedded or as imported, with what a program declares.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use super::agent_rule::{self, AgentRule};
use super::attribute::{AttrId, Attribute, Family, Platforms, Scope, Stability, Trust, Type};
use super::kind::KindSet;
use super::never::{self, NeverEmitted};
use super::spellings::Spellings;
use super::table::{self, SchemaError};
use super::tag::{self, RuleKey, Tag, TagId};
use super::ties::Ties;
use super::weight::Weight;
use rustc_hash::FxHashMap;

const TEXT: &str = include_str!("../../schema/attributes.tsv");

/// The header of an attribute table.
pub(super) const HEADER: &str = "path\ttype\tmulti\tplatforms\tkinds\tscope\tfamily\tstability\ttrust\tenum";

/// The attributes and tags that a program may use.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    version: Cow<'static, str>,
    attributes: Vec<Attribute>,
    /// What a term on each attribute is worth, found out when first asked for: a program asks for few.
    weights: Vec<OnceLock<Weight>>,
    /// What each attribute is tied to, found out in the same way.
    ties: Vec<OnceLock<Ties>>,
    /// Ids by path.
    order: Vec<AttrId>,
    index: FxHashMap<Cow<'static, str>, AttrId>,
    /// The stems of the paths that end in `.*`.
    open: FxHashMap<Cow<'static, str>, AttrId>,
    declared_tags: Vec<Tag>,
    /// Made from the rest when first asked for.
    spellings: OnceLock<Spellings>,
}

/// What is below a prefix of paths, one segment down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child<'s> {
    /// The segment.
    pub segment: &'s str,
    /// The attribute that ends at this segment.
    pub attribute: Option<AttrId>,
    /// Whether there are attributes further below.
    pub has_children: bool,
}

impl Schema {
    /// The schema that is part of the program.
    pub fn embedded() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        // The tests hold that the embedded table reads; were it not to, an empty schema would call every key unknown.
        SCHEMA.get_or_init(|| Self::read(TEXT, Cow::Borrowed).unwrap_or_default())
    }

    /// Reads an attribute table, as `import` writes it. Tags, value sets and Agent rules stay the embedded ones.
    pub fn parse(attributes_tsv: &str) -> Result<Self, SchemaError> {
        let schema = Self::read(attributes_tsv, |text| Cow::Owned(text.to_owned()))?;
        let unknown = |set: &str| super::enums::values(set).is_none();
        match schema.attributes.iter().find(|attribute| attribute.value_set.as_deref().is_some_and(unknown)) {
            None => Ok(schema),
            Some(attribute) => {
                let set = attribute.value_set.as_deref().unwrap_or_default();
                let starts = |line: &&str| line.split('\t').next() == Some(&attribute.path);
                let line = (1..).zip(attributes_tsv.lines()).find(|(_, line)| starts(line)).map_or(1, |(at, _)| at);
                Err(SchemaError::new(line, format!("there is no value set `{set}`")))
            }
        }
    }

    fn read<'t>(text: &'t str, keep: fn(&'t str) -> Cow<'static, str>) -> Result<Self, SchemaError> {
        let mut kinds_before = ("*", KindSet::ALL);
        let mut schema = Self { version: keep(table::pragma(text, "version").unwrap_or("unknown")), ..Self::default() };
        let capacity = text.len() / 80;
        schema.attributes.reserve(capacity);
        schema.weights.reserve(capacity);
        schema.ties.reserve(capacity);
        schema.index.reserve(capacity);
        schema.order.reserve(capacity);
        for row in table::rows(text, HEADER)? {
            let [path, ty, multi, platforms, kinds, scope, family, stability, trust, set] = row.cells()?;
            // Only keys of any name below a path have a wildcard.
            let named = path.strip_suffix(".*").unwrap_or(path);
            if named.is_empty() || named.bytes().any(|byte| matches!(byte, b'@' | b'*' | b'?') || byte <= b' ') {
                return Err(row.error(format!("`{path}` is not a path")));
            }
            let word = |column: &str, cell: &str| row.error(format!("`{cell}` is not a {column}"));
            if kinds != kinds_before.0 {
                kinds_before = (kinds, KindSet::parse(kinds).map_err(|kind| word("event kind", kind))?);
            }
            let attribute = Attribute {
                path: keep(path),
                ty: Type::from_name(ty).ok_or_else(|| word("type", ty))?,
                multi: match multi {
                    "true" => true,
                    "false" => false,
                    _ => return Err(row.error(format!("`{multi}` is neither `true` nor `false`"))),
                },
                platforms: Platforms::from_name(platforms).ok_or_else(|| word("list of platforms", platforms))?,
                kinds: kinds_before.1,
                scope: Scope::from_name(scope).ok_or_else(|| word("scope", scope))?,
                family: Family::from_name(family).ok_or_else(|| word("family", family))?,
                stability: Stability::from_name(stability).ok_or_else(|| word("stability", stability))?,
                trust: Trust::from_name(trust).ok_or_else(|| word("trust", trust))?,
                value_set: (set != "-").then(|| keep(set)),
                open_below: path.ends_with(".*"),
                declared: false,
            };
            if !schema.insert(attribute) {
                return Err(row.error(format!("`{path}` stands here twice, or the table is too long")));
            }
        }
        schema.sort();
        Ok(schema)
    }

    /// Adds an attribute; false if its path is there already or there is no id left.
    fn insert(&mut self, attribute: Attribute) -> bool {
        let Ok(number) = u16::try_from(self.attributes.len()) else {
            return false;
        };
        let id = AttrId(number);
        let Entry::Vacant(entry) = self.index.entry(attribute.path.clone()) else {
            return false;
        };
        entry.insert(id);
        if attribute.open_below {
            let stem = match &attribute.path {
                Cow::Borrowed(path) => Cow::Borrowed(path.strip_suffix(".*").unwrap_or(path)),
                Cow::Owned(path) => Cow::Owned(path.strip_suffix(".*").unwrap_or(path).to_owned()),
            };
            self.open.insert(stem, id);
        }
        self.order.push(id);
        self.weights.push(OnceLock::new());
        self.ties.push(OnceLock::new());
        self.attributes.push(attribute);
        true
    }

    fn sort(&mut self) {
        let attributes = &self.attributes;
        let path = |id: &AttrId| attributes.get(id.index()).map(|attribute| &*attribute.path);
        if !self.order.is_sorted_by_key(path) {
            self.order.sort_by_key(path);
        }
    }

    /// This schema with the attributes and tags that a program declares. Ids stay valid; what is there already wins.
    #[must_use]
    pub fn with_declared(
        &self,
        attributes: impl IntoIterator<Item = (String, Type, bool)>,
        tags: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut schema = Self { spellings: OnceLock::new(), ..self.clone() };
        for (path, ty, multi) in attributes {
            let open_below = path.ends_with(".*");
            let root = path.split('.').next().unwrap_or_default();
            // What the Agent has no place for, a pipeline of one's own added, as a rule about the workload.
            let family =
                if self.below(root).next().is_some() { super::classify::family(&path) } else { Family::Workload };
            schema.insert(Attribute {
                family,
                stability: super::classify::stability(&path, ty),
                path: Cow::Owned(path),
                ty,
                multi,
                open_below,
                scope: Scope::Signal,
                declared: true,
                ..Attribute::UNKNOWN
            });
        }
        schema.sort();
        for name in tags {
            if schema.tag(&name).is_none() {
                schema.declared_tags.push(Tag::declared(name));
            }
        }
        schema
    }

    /// The Agent schema that this one is from.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What unknown keys are compared with.
    pub(super) fn spellings(&self) -> &Spellings {
        self.spellings.get_or_init(|| Spellings::of(self))
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether there is no attribute.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The attribute of a path, without `@`. A key below an open map is the attribute of the map.
    pub fn attribute_id(&self, path: &str) -> Option<AttrId> {
        if let Some(id) = self.index.get(path) {
            return Some(*id);
        }
        let mut stem = path;
        while let Some((head, tail)) = stem.rsplit_once('.') {
            if !tail.is_empty()
                && let Some(id) = self.open.get(head)
            {
                return Some(*id);
            }
            stem = head;
        }
        None
    }

    /// The attribute of an id that this schema gave out.
    pub fn attribute(&self, id: AttrId) -> &Attribute {
        static UNKNOWN: Attribute = Attribute::UNKNOWN;
        self.attributes.get(id.index()).unwrap_or(&UNKNOWN)
    }

    /// What a term on an attribute is worth.
    pub fn weight(&self, id: AttrId) -> Weight {
        let known = self.weights.get(id.index()).zip(self.attributes.get(id.index()));
        known.map_or(Weight::UNKNOWN, |(weight, attribute)| *weight.get_or_init(|| Weight::of(attribute)))
    }

    /// What follows from the values of an attribute.
    pub fn ties(&self, id: AttrId) -> &Ties {
        static NONE: Ties = Ties { name: None, ancestors: None, ancestors_name: None };
        self.ties.get(id.index()).map_or(&NONE, |ties| ties.get_or_init(|| Ties::of(self, id)))
    }

    /// What a term on a tag is worth.
    pub fn tag_weight(&self, id: TagId) -> Weight {
        match self.tag_by_id(id) {
            Some(known) if id.index() < tag::tags().len() => tag::weight(id.index()).unwrap_or(Weight::of_tag(known)),
            Some(declared) => Weight::of_tag(declared),
            None => Weight::UNKNOWN,
        }
    }

    /// The attribute of a path, without `@`.
    pub fn find(&self, path: &str) -> Option<(AttrId, &Attribute)> {
        let id = self.attribute_id(path)?;
        Some((id, self.attribute(id)))
    }

    /// Every attribute, by path.
    pub fn attributes(&self) -> impl Iterator<Item = (AttrId, &Attribute)> {
        self.order.iter().map(|&id| (id, self.attribute(id)))
    }

    /// Every attribute below `prefix.`, by path.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = (AttrId, &Attribute)> + use<'_> {
        let head = if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
        let start = self.order.partition_point(|&id| *self.attribute(id).path < *head);
        self.order
            .iter()
            .skip(start)
            .map(|&id| (id, self.attribute(id)))
            .take_while(move |(_, attribute)| attribute.path.starts_with(&head))
    }

    /// The segments right below a prefix (empty for the first segments), in order, each once.
    pub fn children(&self, prefix: &str) -> Vec<Child<'_>> {
        let mut children: Vec<Child<'_>> = Vec::new();
        for (id, attribute) in self.below(prefix) {
            let rest = attribute.path.get(prefix.len()..).unwrap_or_default();
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            let (segment, deeper) = rest.split_once('.').map_or((rest, false), |(segment, _)| (segment, true));
            match children.iter_mut().rev().find(|child| child.segment == segment) {
                Some(child) => {
                    child.has_children |= deeper;
                    child.attribute = child.attribute.or((!deeper).then_some(id));
                }
                None => children.push(Child { segment, attribute: (!deeper).then_some(id), has_children: deeper }),
            }
        }
        children
    }

    /// The attributes that a key with wildcards names: `*` is any run of characters, dots included, `?` is one.
    pub fn matching(&self, glob_path: &str) -> Vec<AttrId> {
        self.attributes()
            .filter(|(_, attribute)| glob_matches(glob_path.as_bytes(), attribute.path.as_bytes()))
            .map(|(id, _)| id)
            .collect()
    }

    /// The tag of a name.
    pub fn tag(&self, name: &str) -> Option<(TagId, &Tag)> {
        let known = tag::tags();
        let at = tag::position(name)
            .or_else(|| Some(known.len() + self.declared_tags.iter().position(|tag| tag.name == name)?))?;
        let id = TagId(u16::try_from(at).ok()?);
        Some((id, self.tag_by_id(id)?))
    }

    /// The tag of an id that this schema gave out.
    pub fn tag_by_id(&self, id: TagId) -> Option<&Tag> {
        let known = tag::tags();
        known.get(id.index()).or_else(|| self.declared_tags.get(id.index().checked_sub(known.len())?))
    }

    /// Every tag: the Agent's by name, then the declared ones.
    pub fn tags(&self) -> impl Iterator<Item = (TagId, &Tag)> {
        (0..=u16::MAX).map(TagId).zip(tag::tags().iter().chain(&self.declared_tags))
    }

    /// The rule-query key of a name.
    pub fn rule_key(&self, name: &str) -> Option<&'static RuleKey> {
        tag::rule_keys().iter().find(|key| key.name == name)
    }

    /// Every rule-query key, by name.
    pub fn rule_keys(&self) -> impl Iterator<Item = &'static RuleKey> {
        tag::rule_keys().iter()
    }

    /// The event kinds of a default Agent rule.
    pub fn agent_rule(&self, id: &str) -> Option<KindSet> {
        self.agent_rule_info(id).map(|rule| rule.kinds)
    }

    /// A default Agent rule.
    pub fn agent_rule_info(&self, id: &str) -> Option<&'static AgentRule> {
        agent_rule::find(id)
    }

    /// Every default Agent rule, by id.
    pub fn agent_rules(&self) -> impl Iterator<Item = &'static AgentRule> {
        agent_rule::all().iter()
    }

    /// An attribute, without `@`, that documentation prints and no Agent for Linux emits. `usr.name` is one although the
    /// Agent for Windows has it, so this is to be asked before [`Schema::attribute_id`].
    pub fn never_emitted(&self, path: &str) -> Option<&'static NeverEmitted> {
        never::attribute(path)
    }

    /// A tag that documentation prints and that does not exist.
    pub fn never_emitted_tag(&self, name: &str) -> Option<&'static NeverEmitted> {
        never::tag(name)
    }

    /// Every attribute that documentation prints and no Agent for Linux emits, by name.
    pub fn never_emitted_keys(&self) -> impl Iterator<Item = &'static NeverEmitted> {
        never::attributes()
    }
}

/// Whether a pattern with `*` and `?` covers the whole text.
fn glob_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                pattern = rest;
                retry = Some((rest, text));
            }
            (Some((p, rest)), Some((t, tail))) if p == t || *p == b'?' => {
                pattern = rest;
                text = tail;
            }
            (None, None) => return true,
            _ => match retry {
                Some((after, [_, tail @ ..])) => {
                    pattern = after;
                    text = tail;
                    retry = Some((after, tail));
                }
                _ => return false,
            },
        }
    }
}
