//! The parts of a condition that can be taken out, each as it was written.

use crate::base::Span;
use crate::hir::{NodeId, NodeKind, Query};
use crate::logic::normal::list_key;

/// A member of a list or of a group, which could be left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    /// More than one where they were written in one place, such as by a `let`: they stand and fall together.
    pub(super) nodes: Vec<NodeId>,
    /// The place.
    pub(super) span: Span,
    /// Whether all members must hold, rather than one; what is denied counts the other way round.
    pub(super) joined_by_and: bool,
    /// Whether AND is what is written between them.
    pub(super) written_with_and: bool,
    /// The list of values that it is a member of.
    pub(super) list: Option<NodeId>,
    /// Candidates that this one lies within, by position.
    pub(super) within: Option<usize>,
    /// Terms and lists of values in it.
    pub(super) leaves: Vec<NodeId>,
}

/// Every candidate, groups before what is in them, later members before earlier ones: of two that say the same, the
/// later one is the one too many.
pub(super) fn candidates(query: &Query) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut waiting: Vec<(NodeId, bool, Option<usize>)> = vec![(query.root(), true, None)];
    while let Some((id, positive, within)) = waiting.pop() {
        let node = query.node(id);
        let (children, and) = match node.kind {
            NodeKind::Not(of) => {
                waiting.push((of, !positive, within));
                continue;
            }
            NodeKind::Term { .. } => continue,
            NodeKind::And(list) => (query.children(list), true),
            NodeKind::Or(list) => (query.children(list), false),
        };
        let is_list = !and && list_key(query, children).is_some();
        let mut units: Vec<(Span, Vec<NodeId>)> = Vec::new();
        for child in children {
            let span = query.node(*child).span;
            match units.last_mut() {
                Some((last, nodes)) if *last == span => nodes.push(*child),
                _ => units.push((span, vec![*child])),
            }
        }
        if units.len() < 2 {
            // Written in one place: nothing in it can be taken out.
            continue;
        }
        let mut inner = Vec::with_capacity(units.len());
        for (span, nodes) in units.into_iter().rev() {
            let leaves = if is_list { vec![id] } else { leaves(query, &nodes) };
            let joined_by_and = and == positive;
            let at = found.len();
            if let ([only], false) = (nodes.as_slice(), is_list) {
                inner.push((*only, positive, Some(at)));
            }
            let list = is_list.then_some(id);
            found.push(Candidate { nodes, span, joined_by_and, written_with_and: and, list, within, leaves });
        }
        // The last one on top.
        waiting.extend(inner.into_iter().rev());
    }
    found
}

/// Terms and lists of values below some nodes.
pub(super) fn leaves(query: &Query, nodes: &[NodeId]) -> Vec<NodeId> {
    let mut leaves = Vec::new();
    let mut waiting = nodes.to_vec();
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::Or(list) if list_key(query, query.children(list)).is_some() => leaves.push(id),
            NodeKind::And(list) | NodeKind::Or(list) => waiting.extend(query.children(list)),
            NodeKind::Not(of) => waiting.push(of),
            NodeKind::Term { .. } => leaves.push(id),
        }
    }
    leaves
}
