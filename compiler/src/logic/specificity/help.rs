//! What would narrow a branch the most.

use crate::hir::{Key, KeyKind, NodeKind, Query};
use crate::logic::specificity::{Bits, BranchSpecificity, judge};
use crate::logic::{Literal, list_key};
use crate::schema::{Family, KindSet, Schema, Scope};

/// A key that a branch lacks, and what an exact value of it would add.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Help {
    /// The key.
    pub key: KeyKind,
    /// Its name as written: with its `@`, where it is an attribute.
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// What an exact value that is not a common one would add.
    pub bits: Bits,
}

/// Keys that say what a signal is about and last: the guide's own, the steadiest of each family first.
const CANDIDATES: [&str; 12] = [
    "@process.executable.path",
    "@process.parent.executable.path",
    "@file.path",
    "@dns.question.name",
    "@network.destination.ip",
    "@connect.addr.ip",
    "@module.name",
    "kube_service",
    "service",
    "@process.user",
    "@usr.id",
    "@process.args",
];

/// The keys that would narrow a branch the most, the best first: such as the events carry that it can hold for. `kinds`
/// are those it is about, as far as that is known; `scope` is where it is asked.
#[must_use]
pub fn most_helpful(
    query: &Query,
    branch: BranchSpecificity<'_>,
    kinds: KindSet,
    scope: Scope,
    schema: &Schema,
) -> Vec<Help> {
    let mut helps: Vec<Help> = Vec::new();
    let kinds = branch.terms.iter().filter(|term| term.literal.positive).fold(kinds, |kinds, term| {
        let carried = kinds.intersection(carriers(query, term.literal, schema));
        if carried.is_empty() { kinds } else { carried }
    });
    let named = |name: &str| {
        let mut keys = branch.terms.iter().filter_map(|term| key(query, term.literal));
        keys.any(|key| query.text(key.text) == name)
    };
    for name in CANDIDATES.into_iter().filter(|name| !named(name)) {
        let (kind, family, tenths) = match name.strip_prefix('@') {
            Some(path) => {
                let Some((id, attribute)) = schema.find(path) else { continue };
                // Where nothing is known of the event, what only some events carry might exclude what was meant.
                let carried = attribute.kinds.contains_all(kinds);
                let asked = scope == Scope::Event || attribute.scope == scope;
                if !carried || !asked {
                    continue;
                }
                (KeyKind::Attribute(id), attribute.family, schema.weight(id).tenths)
            }
            None => {
                let Some((id, tag)) = schema.tag(name) else { continue };
                (KeyKind::Tag(id), tag.family, schema.tag_weight(id).tenths)
            }
        };
        let bits = judge::gain(query, branch, schema, (kind, name), Bits::from_tenths(tenths.into()));
        // The second of two keys that tell the same is no help beside the first.
        let told = helps.iter().any(|help| judge::same_group(query, schema, (help.key, help.name), (kind, name)));
        if bits > Bits::ZERO && !told {
            helps.push(Help { key: kind, name, family, bits });
        }
    }
    helps.sort_by_key(|help| std::cmp::Reverse(help.bits));
    helps
}

/// The key of a literal.
fn key(query: &Query, literal: Literal) -> Option<Key> {
    match query.node(literal.node).kind {
        NodeKind::Term { key, .. } => Some(key),
        NodeKind::Or(list) => list_key(query, query.children(list)),
        NodeKind::And(_) | NodeKind::Not(_) => None,
    }
}

/// The event kinds that carry the key of a literal.
fn carriers(query: &Query, literal: Literal, schema: &Schema) -> KindSet {
    match key(query, literal).map(|key| key.kind) {
        Some(KeyKind::Attribute(id)) => schema.attribute(id).kinds,
        _ => KindSet::ALL,
    }
}
