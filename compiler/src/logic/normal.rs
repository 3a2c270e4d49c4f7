//! OR of ANDs: the branches of a condition, each of which is judged alone.

use std::ops::Range;

use crate::hir::{Key, NodeId, NodeKind, Query};

/// A term, or an `Or` of terms on one key, which is a list of values; or the denial of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Literal {
    /// The node of the query.
    pub node: NodeId,
    /// Whether it holds rather than does not.
    pub positive: bool,
}

/// Literals that hold together, in source order, each once.
pub type Branch<'a> = &'a [Literal];

/// A condition as an OR of branches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NormalForm {
    literals: Vec<Literal>,
    branches: Vec<Range<usize>>,
    complete: bool,
}

impl NormalForm {
    /// The branches, in source order. Where the form is not complete there are none.
    pub fn branches(&self) -> impl ExactSizeIterator<Item = Branch<'_>> {
        self.branches.iter().map(|range| self.literals.get(range.clone()).unwrap_or_default())
    }

    /// Whether the condition was expanded; past the bound it is judged as a whole.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

/// Expands a condition, or what denies it, to at most `cap` branches.
#[must_use]
pub fn normal_form(query: &Query, negated: bool, cap: usize) -> NormalForm {
    normal_form_at(query, query.root(), negated, cap)
}

/// The same of a part of a condition.
#[must_use]
pub fn normal_form_at(query: &Query, node: NodeId, negated: bool, cap: usize) -> NormalForm {
    let mut form = NormalForm::default();
    if conjunction(query, node, !negated, &mut form.literals) {
        form.literals.sort_unstable();
        form.literals.dedup();
        form.branches.push(0..form.literals.len());
        form.complete = true;
        return form;
    }
    form.literals.clear();
    let Some(branches) = expand(query, node, !negated, cap) else { return form };
    for mut branch in branches {
        branch.sort_unstable();
        branch.dedup();
        let start = form.literals.len();
        form.literals.append(&mut branch);
        form.branches.push(start..form.literals.len());
    }
    form.complete = true;
    form
}

/// The key of a list of values: an `Or` whose members are terms on one key.
#[must_use]
pub fn list_key(query: &Query, children: &[NodeId]) -> Option<Key> {
    let key = |id: &NodeId| match query.node(*id).kind {
        NodeKind::Term { key, .. } => Some(key),
        _ => None,
    };
    let first = key(children.first()?)?;
    children
        .iter()
        .all(|child| key(child).is_some_and(|key| query.text(key.text) == query.text(first.text)))
        .then_some(first)
}

/// Gathers the literals of a condition that has one branch, as most have; false where it has several.
fn conjunction(query: &Query, id: NodeId, positive: bool, literals: &mut Vec<Literal>) -> bool {
    match query.node(id).kind {
        NodeKind::Not(inner) => conjunction(query, inner, !positive, literals),
        NodeKind::And(list) if positive => {
            query.children(list).iter().all(|child| conjunction(query, *child, positive, literals))
        }
        NodeKind::Or(list) if !positive && list_key(query, query.children(list)).is_none() => {
            query.children(list).iter().all(|child| conjunction(query, *child, positive, literals))
        }
        NodeKind::Or(list) if list_key(query, query.children(list)).is_none() => false,
        NodeKind::And(_) => false,
        NodeKind::Term { .. } | NodeKind::Or(_) => {
            literals.push(Literal { node: id, positive });
            true
        }
    }
}

/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn expand(query: &Query, id: NodeId, positive: bool, cap: usize) -> Option<Vec<Vec<Literal>>> {
    let literal = || Some(vec![vec![Literal { node: id, positive }]]);
    match query.node(id).kind {
        NodeKind::Term { .. } => literal(),
        NodeKind::Not(inner) => expand(query, inner, !positive, cap),
        NodeKind::Or(list) if list_key(query, query.children(list)).is_some() => literal(),
        NodeKind::And(list) if positive => product(query, query.children(list), positive, cap),
        NodeKind::Or(list) if !positive => product(query, query.children(list), positive, cap),
        NodeKind::And(list) | NodeKind::Or(list) => sum(query, query.children(list), positive, cap),
    }
}

fn sum(query: &Query, children: &[NodeId], positive: bool, cap: usize) -> Option<Vec<Vec<Literal>>> {
    let mut branches = Vec::new();
    for child in children {
        branches.append(&mut expand(query, *child, positive, cap)?);
        if branches.len() > cap {
            return None;
        }
    }
    Some(branches)
}

fn product(query: &Query, children: &[NodeId], positive: bool, cap: usize) -> Option<Vec<Vec<Literal>>> {
    let mut branches = vec![Vec::new()];
    for child in children {
        let factors = expand(query, *child, positive, cap)?;
        if let [factor] = factors.as_slice() {
            branches.iter_mut().for_each(|branch: &mut Vec<Literal>| branch.extend_from_slice(factor));
            continue;
        }
        if branches.len().saturating_mul(factors.len()) > cap {
            return None;
        }
        branches = branches
            .iter()
            .flat_map(|branch| factors.iter().map(|factor| [branch.as_slice(), factor.as_slice()].concat()))
            .collect();
    }
    Some(branches)
}
