//! What one literal is worth: a term, or a list of values for one key.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::config::Sample;
use crate::hir::{Key, KeyKind, NodeKind, Query, Test, TextRef, pattern, spelling};
use crate::logic::Literal;
use crate::logic::specificity::bits::{Bits, Share};
use crate::logic::specificity::{Count, value};
use crate::schema::{AttrId, Schema, Weight};

/// Beyond this many comparisons the members of a list that patterns of the list cover are counted beside them.
const COMPARISONS: usize = 4096;

/// What a literal is worth, and with what it has to share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth {
    /// Its group, or its key where the key is in no group.
    pub(super) group: u64,
    /// Its key.
    pub(super) key: u64,
    pub(super) bits: Bits,
    /// The value, where there is one only.
    pub(super) exact: Option<TextRef>,
    pub(super) counted: Option<Count>,
}

/// What the literals of a query are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) query: &'a Query,
    pub(super) schema: &'a Schema,
    pub(super) sample: Option<&'a Sample>,
}

/// A key as the weights know it.
struct Known<'a> {
    number: u64,
    weight: Weight,
    values: &'a [&'static str],
}

impl Judge<'_> {
    /// Nothing for what is denied: it adds nothing.
    pub(super) fn worth(&self, literal: Literal) -> Option<Worth> {
        if !literal.positive {
            return None;
        }
        match self.query.node(literal.node).kind {
            NodeKind::Term { key, test } => {
                let known = self.known(key.kind, self.query.text(key.text));
                let exact = match test {
                    Test::Exact(text) => Some(text),
                    _ => None,
                };
                let estimate = value::worth(self.query, test, known.weight, known.values);
                let (bits, counted) = self.counted(key, &[test], estimate);
                Some(Worth { counted, ..self.with(&known, bits, exact) })
            }
            NodeKind::Or(list) => {
                let mut members = Vec::new();
                let mut first = None;
                for child in self.query.children(list) {
                    if let NodeKind::Term { key, test } = self.query.node(*child).kind {
                        first.get_or_insert(key);
                        members.push(test);
                    }
                }
                let first = first?;
                let known = self.known(first.kind, self.query.text(first.text));
                let (estimate, only) = self.list(&mut members, &known);
                let (bits, counted) = self.counted(first, &members, estimate);
                Some(Worth { counted, ..self.with(&known, bits, only) })
            }
            NodeKind::And(_) | NodeKind::Not(_) => None,
        }
    }

    /// What tests on a key are worth together: what recorded events show of it, else the estimate.
    fn counted(&self, key: Key, tests: &[Test], estimate: Bits) -> (Bits, Option<Count>) {
        let count = |sample| {
            let (kind, name) = self.meant(key.kind, self.query.text(key.text));
            Count::of(sample, self.query, (Key { kind, ..key }, &spelling::unescaped(name)), tests, self.schema)
        };
        let counted = self.sample.and_then(count);
        (counted.map_or(estimate, |counted| counted.bits(estimate)), counted)
    }

    /// What one of several alternatives is worth, where others on the same key stand beside it: as much as all together.
    /// Gives their value too where there is one only.
    pub(super) fn worth_of_tests(&self, key: Key, mut tests: Vec<Test>) -> (Bits, Option<TextRef>) {
        let known = self.known(key.kind, self.query.text(key.text));
        let (estimate, only) = self.list(&mut tests, &known);
        (self.counted(key, &tests, estimate).0, only)
    }

    /// What tells a key from others, as it was meant.
    pub(super) fn key_name(&self, key: Key) -> Cow<'_, str> {
        spelling::unescaped(self.meant(key.kind, self.query.text(key.text)).1)
    }

    /// What is judged in the place of a key: of one that is never emitted, what was meant. That it is not what is sent is
    /// said elsewhere.
    fn meant<'k>(&'k self, kind: KeyKind, text: &'k str) -> (KeyKind, &'k str) {
        if kind != KeyKind::NeverEmitted {
            return (kind, text);
        }
        let never = match text.strip_prefix('@') {
            Some(path) => self.schema.never_emitted(path),
            None => self.schema.never_emitted_tag(text),
        };
        let meant = never.and_then(|never| never.instead.first().copied()).and_then(|meant| {
            let id = self.schema.attribute_id(meant.strip_prefix('@')?)?;
            Some((KeyKind::Attribute(id), meant))
        });
        meant.unwrap_or((kind, text))
    }

    /// An exact value, of which nothing is known but its bits.
    pub(super) fn some_value(&self, kind: KeyKind, name: &str, bits: Bits) -> Worth {
        let known = self.known(kind, name);
        self.with(&known, bits, None)
    }

    fn with(&self, known: &Known<'_>, bits: Bits, exact: Option<TextRef>) -> Worth {
        let group = known.weight.group.map_or(known.number, |group| OF_GROUP | u64::from(group.index()));
        Worth { group, key: known.number, bits, exact, counted: None }
    }

    fn known(&self, kind: KeyKind, text: &str) -> Known<'_> {
        let (kind, text) = self.meant(kind, text);
        let unknown = || {
            let mut hasher = FxHasher::default();
            text.hash(&mut hasher);
            Known { number: OF_UNKNOWN | hasher.finish() >> 2, weight: Weight::UNKNOWN, values: &[] }
        };
        match kind {
            KeyKind::Attribute(id) => self.attribute(id),
            KeyKind::Tag(id) => {
                Known { number: OF_TAG | id.index() as u64, weight: self.schema.tag_weight(id), values: &[] }
            }
            KeyKind::UnknownTag => {
                let known = unknown();
                Known { weight: Weight::of_unknown_tag(), ..known }
            }
            KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::RuleKey => unknown(),
        }
    }

    fn attribute(&self, id: AttrId) -> Known<'_> {
        let attribute = self.schema.attribute(id);
        let values = if attribute.is_closed() { attribute.values() } else { &[] };
        Known { number: id.index() as u64, weight: self.schema.weight(id), values }
    }

    /// What a list is estimated to be worth: the shares of its members together, each counted once. Gives its value too
    /// where there is one only.
    fn list(&self, members: &mut Vec<Test>, known: &Known<'_>) -> (Bits, Option<TextRef>) {
        let text = |test: &Test| match test {
            Test::Exact(text) | Test::Glob(text) | Test::Networks(text) => self.query.text(*text),
            Test::Present | Test::Range { .. } => "",
        };
        let rank = |test: &Test| match test {
            Test::Exact(_) => 0_u8,
            Test::Glob(_) => 1,
            Test::Networks(_) => 2,
            Test::Range { .. } => 3,
            Test::Present => 4,
        };
        let bound =
            |bound: &Option<crate::hir::Bound>| bound.map(|bound| (bound.inclusive, self.query.text(bound.text)));
        let bounds = |test: &Test| match test {
            Test::Range { low, high } => (bound(low), bound(high)),
            _ => (None, None),
        };
        members.sort_unstable_by(|a, b| {
            rank(a).cmp(&rank(b)).then_with(|| text(a).cmp(text(b))).then_with(|| bounds(a).cmp(&bounds(b)))
        });
        members.dedup_by(|a, b| rank(a) == rank(b) && text(a) == text(b) && bounds(a) == bounds(b));
        let worth = |test: &Test| value::worth(self.query, *test, known.weight, known.values);
        let full = Bits::from_tenths(known.weight.tenths.into());
        if let Some(present) = members.last().filter(|last| matches!(last, Test::Present)) {
            return (worth(present), None);
        }
        let (exacts, others) = members.split_at(members.partition_point(|test| rank(test) == 0));
        // Of what a pattern covers nothing counts beside it, unless that is more than the pattern by itself.
        let mut is_covered = vec![false; exacts.len()];
        let mut share = Share::default();
        for other in others {
            let mut own = Share::default().add(full);
            if let Test::Glob(glob) = other
                && exacts.len().saturating_mul(others.len()) <= COMPARISONS
            {
                for (exact, covered) in exacts.iter().zip(&mut is_covered) {
                    if pattern::matches(self.query.text(*glob), text(exact)) {
                        own = own.add(worth(exact));
                        *covered = true;
                    }
                }
            }
            share = share.plus(Share::default().add(worth(other)).max(own));
        }
        for (exact, _) in exacts.iter().zip(&is_covered).filter(|(_, covered)| !**covered) {
            share = share.add(worth(exact));
        }
        let only = match members.as_slice() {
            [Test::Exact(text)] => Some(*text),
            _ => None,
        };
        (share.bits().clamp(full.min(value::PRESENT), full), only)
    }
}

const OF_GROUP: u64 = 1 << 63;
const OF_UNKNOWN: u64 = 1 << 62;
const OF_TAG: u64 = 1 << 32;
