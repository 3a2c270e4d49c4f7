//! What one branch of a condition is about, gathered once for all lints that judge it.
//!
//! A term counts here only if it narrows: it is not denied, and it asks for more than that there is a value.

use crate::base::Span;
use crate::config::Context;
use crate::hir::{Key, KeyKind, NodeId, NodeKind, Query, Rule, Test};
use crate::lint::{generic, glob, place};
use crate::logic::{Literal, NormalForm};
use crate::schema::{Activity, Attribute, Family, Kind, KindSet, Trust};

/// What a term is, as a set: a term may be several things.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traits(u32);

impl Traits {
    /// The program that acted.
    pub const PROCESS: Traits = Traits(1);
    /// Its parent.
    pub const PARENT: Traits = Traits(1 << 1);
    /// One of its ancestors.
    pub const ANCESTOR: Traits = Traits(1 << 2);
    /// Who acted.
    pub const USER: Traits = Traits(1 << 3);
    /// The file that was acted on.
    pub const FILE: Traits = Traits(1 << 4);
    /// A packet, a socket, or a question to a name server.
    pub const NETWORK: Traits = Traits(1 << 5);
    /// The address, port or name at one of its ends.
    pub const PEER: Traits = Traits(1 << 6);
    /// What the kernel was asked for.
    pub const KERNEL: Traits = Traits(1 << 7);
    /// The container or the workload.
    pub const WORKLOAD: Traits = Traits(1 << 8);
    /// The rule that fired and the event as such.
    pub const RULE: Traits = Traits(1 << 9);
    /// What the schema has no place for.
    pub const OTHER: Traits = Traits(1 << 10);
    /// The user or the owner of the program is root.
    pub const ROOT: Traits = Traits(1 << 11);
    /// It takes the rights of another to make it true: a program in a folder that root owns, a user, an image.
    pub const ANCHOR: Traits = Traits(1 << 12);
    /// The program is one that runs what it is given: a shell, an interpreter, a binary of many tools.
    pub const GENERIC: Traits = Traits(1 << 13);
    /// What the program was given: arguments, environment, script.
    pub const GIVEN: Traits = Traits(1 << 14);
    /// The owner of the program by name.
    pub const OWNER_NAME: Traits = Traits(1 << 15);
    /// The owner of the program by number.
    pub const OWNER_ID: Traits = Traits(1 << 16);
    /// The id of a rule of the Agent.
    pub const AGENT_RULE: Traits = Traits(1 << 17);

    /// Whether it has one of those.
    #[must_use]
    pub const fn has(self, any: Traits) -> bool {
        self.0 & any.0 != 0
    }

    /// Whether it has all of those.
    #[must_use]
    pub const fn has_all(self, all: Traits) -> bool {
        self.0 & all.0 == all.0
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }

    /// What a list of values has: what every member has, and what makes one member a danger.
    const fn listed(self, other: Traits) -> Traits {
        Traits(self.0 & other.0 | (self.0 | other.0) & Traits::GENERIC.0)
    }
}

/// One branch of a condition.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its literals, by position.
    pub index: usize,
    /// What tells it from the other branches; all of it where nothing does.
    pub span: Span,
    /// The terms that narrow it, in source order.
    pub narrowing: Vec<Narrowing>,
    /// What they are, together.
    pub traits: Traits,
    /// How many keys narrow it, those about the rule left out.
    pub keys: usize,
    /// Whether a term is denied.
    pub has_denied: bool,
    /// Whether a term holds on every event: `*` for what every event carries.
    pub has_any: bool,
    /// The event kinds on which it may hold.
    pub kinds: KindSet,
    /// What it is about, stated or inferred.
    pub activity: Activity,
    /// How findings call it: the condition, where it is its only branch.
    pub subject: &'static str,
}

/// A term that narrows.
#[derive(Clone, Copy, Debug)]
pub struct Narrowing {
    /// The term, or the list of values.
    pub node: NodeId,
    /// What it is.
    pub traits: Traits,
}

impl Narrowing {
    /// It as a literal.
    #[must_use]
    pub fn literal(self) -> Literal {
        Literal { node: self.node, positive: true }
    }
}

/// The branches of a form, each with what it is about.
pub(super) fn branches(source: &str, rule: &Rule, query: &Query, form: &NormalForm, cx: &Context<'_>) -> Vec<Branch> {
    let common = common(form);
    let count = form.branches().len();
    let terms = terms(query, form, cx);
    form.branches()
        .enumerate()
        .map(|(index, literals)| {
            let own = literals.iter().filter(|one| common.binary_search(one).is_err());
            let span = hull(source, query, own).or_else(|| hull(source, query, literals.iter())).unwrap_or(query.span);
            let kinds = rule.activity.as_ref().map_or(KindSet::ALL, |activity| activity.value);
            let mut branch = Branch {
                index,
                span,
                narrowing: Vec::with_capacity(literals.len()),
                traits: Traits::default(),
                keys: 0,
                has_denied: false,
                has_any: false,
                kinds,
                activity: Activity::Process,
                subject: if count == 1 { "the condition" } else { "one branch" },
            };
            let mut keys: Vec<usize> = Vec::with_capacity(literals.len());
            for literal in literals {
                let at = terms.binary_search_by_key(literal, |term| term.literal);
                if let Some(term) = at.ok().and_then(|at| terms.get(at)) {
                    branch.see(term, &mut keys);
                }
            }
            branch.activity = branch.activity(rule);
            branch
        })
        .collect()
}

/// A literal, looked at once however many branches it stands in.
struct Term {
    literal: Literal,
    /// The same number for the same key.
    key: usize,
    /// Nothing where it narrows nothing.
    traits: Option<Traits>,
    is_on_every_event: bool,
    kinds: KindSet,
}

/// Every literal of the form, in order.
fn terms(query: &Query, form: &NormalForm, cx: &Context<'_>) -> Vec<Term> {
    let mut literals: Vec<Literal> = form.branches().flatten().copied().collect();
    literals.sort_unstable();
    literals.dedup();
    let mut keys: Vec<&str> = Vec::with_capacity(literals.len());
    let look = |literal: Literal| {
        let key = key_of(query, literal.node)?;
        let text = query.text(key.text);
        let number = keys.iter().position(|other| *other == text).unwrap_or(keys.len());
        if number == keys.len() {
            keys.push(text);
        }
        Some(Term {
            literal,
            key: number,
            traits: traits_of(query, literal.node, key, cx),
            is_on_every_event: is_on_every_event(text),
            kinds: kinds_of(query, literal.node, key, cx),
        })
    };
    literals.into_iter().filter_map(look).collect()
}

/// The literals that stand in every branch, in order.
fn common(form: &NormalForm) -> Vec<Literal> {
    let mut branches = form.branches();
    let (Some(first), true) = (branches.next(), form.branches().len() > 1) else { return Vec::new() };
    let mut common = first.to_vec();
    for branch in branches {
        common.retain(|one| branch.binary_search(one).is_ok());
    }
    common
}

/// The smallest span that holds all of them.
pub(super) fn hull<'a>(source: &str, query: &Query, literals: impl Iterator<Item = &'a Literal>) -> Option<Span> {
    literals.map(|one| literal_span(source, query, *one)).reduce(Span::to)
}

/// Where a literal is written: with the key before its values, the parentheses around them, and what denies it.
pub(super) fn literal_span(source: &str, query: &Query, literal: Literal) -> Span {
    let mut span = query.node(literal.node).span;
    if source.as_bytes().get(span.start as usize) == Some(&b'$') {
        return span;
    }
    let around = |span: Span| {
        let before = source.get(..span.start as usize).unwrap_or_default().trim_end();
        let after = source.get(span.end as usize..).unwrap_or_default();
        (before, after.trim_start())
    };
    let closed = |after: &str| (source.len() - after.len() + 1) as u32;
    if let Some(key) = key_of(query, literal.node).filter(|key| key.span.start < span.start) {
        let (_, after) = around(span);
        let end = if after.starts_with(')') { closed(after) } else { span.end };
        span = Span::new(key.span.start, end);
    }
    if literal.positive {
        return span;
    }
    loop {
        let (before, after) = around(span);
        if before.ends_with('(') && after.starts_with(')') {
            span = Span::new(before.len() as u32 - 1, closed(after));
        } else if let Some(rest) = before.strip_suffix('-').or_else(|| before.strip_suffix("NOT")) {
            return Span::new(rest.len() as u32, span.end);
        } else {
            return span;
        }
    }
}

impl Branch {
    fn see(&mut self, term: &Term, keys: &mut Vec<usize>) {
        if !term.literal.positive {
            self.has_denied = true;
            return;
        }
        self.kinds = self.kinds.intersection(term.kinds);
        let Some(traits) = term.traits else {
            self.has_any |= term.is_on_every_event;
            return;
        };
        self.traits = self.traits.or(traits);
        self.narrowing.push(Narrowing { node: term.literal.node, traits });
        if !traits.has(Traits::RULE) && !keys.contains(&term.key) {
            keys.push(term.key);
            self.keys = keys.len();
        }
    }

    /// What it is about: what its event kinds leave open is read from its terms.
    fn activity(&self, rule: &Rule) -> Activity {
        let mut activities = self.kinds.activities();
        if let (Some(only), None) = (activities.next(), activities.next()) {
            return only;
        }
        let traits = self.traits;
        let inferred = if traits.has(Traits::KERNEL) {
            Activity::Kernel
        } else if traits.has(Traits::NETWORK) {
            Activity::Network
        } else if traits.has(Traits::FILE) {
            Activity::File
        } else if rule.activity.is_none() && traits.has_all(Traits::OWNER_NAME.or(Traits::OWNER_ID)) {
            // A program that root owns, by name and number: how the tuning guide tells a gain of rights that is none.
            Activity::Kernel
        } else {
            Activity::Process
        };
        if inferred.kinds().intersection(self.kinds).is_empty() {
            return self.kinds.activities().next().unwrap_or(inferred);
        }
        inferred
    }
}

/// The key of a term or of a list of values.
pub(super) fn key_of(query: &Query, id: NodeId) -> Option<Key> {
    match query.node(id).kind {
        NodeKind::Term { key, .. } => Some(key),
        NodeKind::Or(list) => query.children(list).first().and_then(|first| match query.node(*first).kind {
            NodeKind::Term { key, .. } => Some(key),
            _ => None,
        }),
        _ => None,
    }
}

/// The tests of a term or of a list of values.
pub(super) fn tests_of(query: &Query, id: NodeId) -> impl Iterator<Item = Test> + '_ {
    let node = query.node(id);
    let (own, list) = match node.kind {
        NodeKind::Term { test, .. } => (Some(test), [].as_slice()),
        NodeKind::Or(list) => (None, query.children(list)),
        _ => (None, [].as_slice()),
    };
    own.into_iter().chain(list.iter().filter_map(|child| match query.node(*child).kind {
        NodeKind::Term { test, .. } => Some(test),
        _ => None,
    }))
}

/// What a term or a list of values is; nothing where it narrows nothing.
fn traits_of(query: &Query, id: NodeId, key: Key, cx: &Context<'_>) -> Option<Traits> {
    let mut all: Option<Traits> = None;
    for test in tests_of(query, id) {
        if !narrows(query, test) {
            return None;
        }
        let traits = term_traits(query, key, test, cx);
        all = Some(all.map_or(traits, |all| all.listed(traits)));
    }
    all
}

/// Whether a test asks for more than that there is a value.
fn narrows(query: &Query, test: Test) -> bool {
    match test {
        Test::Present => false,
        Test::Glob(pattern) => glob::literals(query.text(pattern)) > 0,
        Test::Exact(_) | Test::Range { .. } | Test::Networks(_) => true,
    }
}

fn term_traits(query: &Query, key: Key, test: Test, cx: &Context<'_>) -> Traits {
    let value = match test {
        Test::Exact(text) | Test::Glob(text) => query.text(text),
        _ => "",
    };
    match key.kind {
        KeyKind::Attribute(id) => attribute_traits(cx.schema.attribute(id), value),
        KeyKind::Tag(id) => cx.schema.tag_by_id(id).map_or(Traits::WORKLOAD, |tag| tag_traits(&tag.name, tag.family)),
        KeyKind::UnknownTag => Traits::WORKLOAD,
        KeyKind::UnknownAttribute => Traits::OTHER,
        KeyKind::RuleKey => Traits::RULE,
        KeyKind::NeverEmitted => meant(query.text(key.text), value, cx),
    }
}

/// Of a key that is never emitted: what the key that was meant is.
fn meant(key: &str, value: &str, cx: &Context<'_>) -> Traits {
    let never = match key.strip_prefix('@') {
        Some(path) => cx.schema.never_emitted(path),
        None => cx.schema.never_emitted_tag(key),
    };
    let instead = never.and_then(|never| never.instead.first()).and_then(|key| key.strip_prefix('@'));
    match instead.and_then(|path| cx.schema.find(path)) {
        Some((_, attribute)) => attribute_traits(attribute, value),
        None => Traits::WORKLOAD,
    }
}

fn tag_traits(name: &str, family: Family) -> Traits {
    match family {
        Family::Rule if name == "rule_id" => Traits::RULE.or(Traits::AGENT_RULE),
        Family::Rule => Traits::RULE,
        _ if matches!(name, "image_id" | "image_name" | "short_image" | "docker_image") => {
            Traits::WORKLOAD.or(Traits::ANCHOR)
        }
        _ => Traits::WORKLOAD,
    }
}

fn attribute_traits(attribute: &Attribute, value: &str) -> Traits {
    let path = &*attribute.path;
    let leaf = attribute.leaf();
    let family = match attribute.family {
        Family::Process => Traits::PROCESS,
        Family::Parent => Traits::PARENT,
        Family::Ancestor => Traits::ANCESTOR,
        Family::User => Traits::USER,
        Family::File => Traits::FILE,
        Family::Network | Family::Dns => Traits::NETWORK,
        Family::Kernel => Traits::KERNEL,
        Family::Container => Traits::WORKLOAD,
        Family::Workload if attribute.declared => Traits::WORKLOAD.or(Traits::OTHER),
        Family::Workload => Traits::WORKLOAD,
        Family::Rule if path == "agent.rule_id" => Traits::RULE.or(Traits::AGENT_RULE),
        Family::Rule => Traits::RULE,
    };
    match attribute.family {
        Family::User => {
            let root = if is_root(leaf, value) { Traits::ROOT } else { Traits::default() };
            family.or(Traits::ANCHOR).or(root)
        }
        Family::Process | Family::Parent | Family::Ancestor => family.or(actor_traits(attribute, path, leaf, value)),
        Family::Network | Family::Dns if is_peer(path, leaf, value) => family.or(Traits::PEER),
        _ => family,
    }
}

/// Of the process that acted, its parent and its ancestors.
fn actor_traits(attribute: &Attribute, path: &str, leaf: &str, value: &str) -> Traits {
    let mut traits = match leaf {
        "path" | "device_path" if place::is_protected(glob::prefix(value)) => Traits::ANCHOR,
        "user" | "group" | "uid" | "gid" | "hashes" | "package_name" if attribute.trust != Trust::Chosen => {
            Traits::ANCHOR
        }
        _ => Traits::default(),
    };
    if attribute.family != Family::Process {
        return traits;
    }
    let is_name = matches!(path, "process.executable.path" | "process.executable.name" | "process.comm");
    if is_name && generic::is_generic(value) {
        traits = traits.or(Traits::GENERIC);
    } else if matches!(path, "process.args" | "process.cmdline" | "process.argv0" | "process.envs" | "process.comm")
        || path.starts_with("process.interpreter.")
    {
        traits = traits.or(Traits::GIVEN);
    }
    if path == "process.executable.user" {
        traits = traits.or(Traits::OWNER_NAME);
    } else if path == "process.executable.uid" {
        traits = traits.or(Traits::OWNER_ID);
    }
    if path.starts_with("process.executable.") && is_root(leaf, value) {
        traits = traits.or(Traits::ROOT);
    }
    traits
}

/// Whether the user or group of that name or number is root.
fn is_root(leaf: &str, value: &str) -> bool {
    match leaf {
        "user" | "group" | "euser" | "egroup" | "fsuser" | "fsgroup" | "id" => value == "root",
        "uid" | "gid" | "euid" | "egid" | "fsuid" | "fsgid" => value == "0",
        _ => false,
    }
}

/// Whether a network attribute tells an end: a port that the system picks does not.
fn is_peer(path: &str, leaf: &str, value: &str) -> bool {
    match leaf {
        "ip" | "hostnames" => true,
        "port" => !path.ends_with("source.port") && path != "accept.addr.port",
        "family" => value == "AF_UNIX",
        "name" => path == "dns.question.name",
        _ => path.starts_with("imds."),
    }
}

/// Whether every event carries a value for the key.
fn is_on_every_event(key: &str) -> bool {
    matches!(
        key,
        "host"
            | "@evt.name"
            | "@evt.category"
            | "@process.pid"
            | "@process.comm"
            | "@process.user"
            | "@process.uid"
            | "@process.group"
            | "@process.gid"
            | "@process.executable.path"
            | "@process.executable.name"
    )
}

/// The event kinds on which a term or one of a list of values may hold.
fn kinds_of(query: &Query, id: NodeId, key: Key, cx: &Context<'_>) -> KindSet {
    let attribute = match key.kind {
        KeyKind::Attribute(id) => Some(cx.schema.attribute(id)),
        KeyKind::Tag(_) => None,
        _ => return KindSet::ALL,
    };
    let by_value = |known: &dyn Fn(&str) -> Option<KindSet>| {
        tests_of(query, id).fold(KindSet::EMPTY, |all, test| {
            let kinds = match test {
                Test::Exact(value) => known(query.text(value)),
                _ => None,
            };
            all.union(kinds.unwrap_or(KindSet::ALL))
        })
    };
    let kind = |name: &str| Kind::from_name(name).map(KindSet::from);
    let category =
        |name: &str| Activity::ALL.iter().find(|activity| activity.category() == name).map(|activity| activity.kinds());
    match (attribute, query.text(key.text)) {
        (None, "type") | (Some(_), "@evt.name") => by_value(&kind),
        (Some(_), "@evt.category") => by_value(&category),
        (None, "rule_id") | (Some(_), "@agent.rule_id") => by_value(&|id| cx.schema.agent_rule(id)),
        (Some(attribute), _) if !attribute.kinds.is_empty() => attribute.kinds,
        _ => KindSet::ALL,
    }
}
