//! A condition taken out of its query: branches over atoms that can be compared with those of any other condition.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::hir::kinds::{Sets, term_sets};
use crate::hir::{KeyKind, NodeId, NodeKind, Query};
use crate::logic::key::KeyFacts;
use crate::logic::normal::{NormalForm, list_key, normal_form};
use crate::logic::set::ValueSet;
use crate::logic::witness::Witness;
use crate::schema::{KindSet, Schema};

/// One term, or a list of values of one key: the key has a value in the set.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Atom {
    pub(super) key: KeyFacts,
    pub(super) set: ValueSet,
    /// The kinds of events that it may hold on.
    pub(super) possible: KindSet,
    /// Whether it is about the kind of event in a way that no kind answers.
    pub(super) is_opaque: bool,
    /// Where it stands in its query.
    pub(super) node: NodeId,
}

impl Atom {
    pub(super) fn of(query: &Query, schema: &Schema, node: NodeId, members: &[NodeId]) -> Option<Atom> {
        let (mut key, mut set, mut possible, mut is_opaque) = (None, ValueSet::default(), KindSet::EMPTY, false);
        for member in members {
            let NodeKind::Term { key: own, test } = query.node(*member).kind else { continue };
            let facts = key.get_or_insert_with(|| KeyFacts::of(query, schema, own));
            set.add(query, test, facts.class);
            let sets = match own.kind {
                // An attribute that is never filled is on no event.
                KeyKind::Attribute(id) if schema.attribute(id).kinds.is_empty() => {
                    Sets { possible: KindSet::EMPTY, certain: KindSet::EMPTY }
                }
                _ => term_sets(query, schema, own, test),
            };
            possible = possible.union(sets.possible);
            is_opaque |= facts.is_kind && sets.certain.is_empty();
        }
        Some(Atom { key: key?, set, possible, is_opaque, node })
    }

    /// The kinds of events that it may hold on, or not hold on.
    pub(super) fn kinds(&self, positive: bool) -> KindSet {
        match (positive, self.key.is_kind && !self.is_opaque) {
            (true, _) => self.possible,
            (false, true) => KindSet::ALL.difference(self.possible),
            (false, false) => KindSet::ALL,
        }
    }

    /// A value that it takes, where one is plain to see.
    pub(super) fn simple_value(&self) -> Option<String> {
        let value = self.set.exact.first()?;
        self.key.class.admits(value).then(|| value.to_string())
    }

    /// Whether it holds on an event.
    pub(super) fn holds(&self, event: &Witness) -> bool {
        if self.key.is_kind {
            return self.possible.contains(event.kind);
        }
        event.values(&self.key.text).any(|value| self.set.contains(value))
    }
}

/// An atom or its denial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'f> {
    pub(super) atom: &'f Atom,
    pub(super) positive: bool,
}

impl<'f> Literal<'f> {
    pub(super) fn denied(self) -> Literal<'f> {
        Literal { positive: !self.positive, ..self }
    }

    pub(super) fn holds(self, event: &Witness) -> bool {
        self.atom.holds(event) == self.positive
    }
}

/// A condition as an OR of ANDs of literals.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Formula {
    pub(super) atoms: Vec<Atom>,
    /// Positions among the atoms, each with whether it holds.
    pub(super) branches: Vec<Vec<(u32, bool)>>,
    complete: bool,
}

impl Formula {
    /// The branches of a condition, or of its denial; at most `cap` of them, else the formula is not complete.
    #[must_use]
    pub fn new(query: &Query, schema: &Schema, negated: bool, cap: usize) -> Formula {
        Formula::of_form(query, schema, &normal_form(query, negated, cap))
    }

    /// The same of a normal form that is there already.
    #[must_use]
    pub fn of_form(query: &Query, schema: &Schema, form: &NormalForm) -> Formula {
        let mut formula = Formula { complete: form.is_complete(), ..Formula::default() };
        let mut known: FxHashMap<NodeId, u32> = FxHashMap::default();
        for branch in form.branches() {
            let mut own = Vec::with_capacity(branch.len());
            for literal in branch {
                let index = match known.get(&literal.node) {
                    Some(index) => *index,
                    None => {
                        let Some(atom) = Atom::of(query, schema, literal.node, &members(query, literal.node)) else {
                            continue;
                        };
                        let index = formula.atoms.len() as u32;
                        formula.atoms.push(atom);
                        known.insert(literal.node, index);
                        index
                    }
                };
                own.push((index, literal.positive));
            }
            formula.branches.push(own);
        }
        formula
    }

    /// Whether the condition was expanded; else nothing can be said of it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The same where it is known that a key has this value and no other one. What then always holds is left out, and so
    /// are branches that then never hold.
    #[must_use]
    pub fn given(mut self, key: &str, value: &str) -> Formula {
        let atoms = &self.atoms;
        let known = |index: u32| {
            let atom = atoms.get(index as usize).filter(|atom| *atom.key.text == *key)?;
            Some(atom.set.contains(value))
        };
        self.branches.retain_mut(|branch| {
            let is_possible =
                branch.iter().all(|(index, positive)| known(*index).is_none_or(|holds| holds == *positive));
            branch.retain(|(index, _)| known(*index).is_none());
            is_possible
        });
        self
    }

    /// Whether a branch asks for nothing, so that the condition always holds.
    #[must_use]
    pub fn is_plainly_always(&self) -> bool {
        self.branches.iter().any(Vec::is_empty)
    }

    /// How many branches there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.branches.len()
    }

    /// Whether there is no branch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    pub(super) fn literals(&self, branch: &[(u32, bool)]) -> Vec<Literal<'_>> {
        let literal = |(index, positive): &(u32, bool)| {
            Some(Literal { atom: self.atoms.get(*index as usize)?, positive: *positive })
        };
        branch.iter().filter_map(literal).collect()
    }

    /// The literals of a branch by its number.
    pub(super) fn branch(&self, index: usize) -> Vec<Literal<'_>> {
        self.literals(self.branches.get(index).map(Vec::as_slice).unwrap_or_default())
    }
}

/// The terms behind a literal: itself, or the members of a list.
pub(crate) fn members(query: &Query, node: NodeId) -> Cow<'_, [NodeId]> {
    match query.node(node).kind {
        NodeKind::Or(list) if list_key(query, query.children(list)).is_some() => query.children(list).into(),
        _ => vec![node].into(),
    }
}
