//! Which event kinds a condition can hold on, and the smallest part of it that holds on none.
//!
//! Every event has one kind, and the kind decides which attributes it carries. A term narrows the kinds to those of its
//! attribute; `@evt.name`, `@evt.category`, the tag `type` and the id of an Agent rule narrow them by value. Sets are
//! computed from the leaves up, without multiplying out: the kinds of an AND are in all of its parts, those of an OR in
//! one. Each branch of an OR is then looked at with what stands beside it.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::hir::check::term::Term;
use crate::hir::check::{CheckCtx, contradicting_rule, no_such_event};
use crate::hir::kinds::{Sets, by_rule, term_sets};
use crate::hir::{KeyKind, NodeId, NodeKind, Nodes, Rule};
use crate::schema::{Family, KindSet};

/// More findings of one block than this tell nothing new.
const MOST: usize = 16;

/// A quick look at all terms, whatever joins them: rules out nearly every query without a walk.
pub(super) struct Survey {
    /// What all terms have in common, each taken as if it stood in an AND.
    common: KindSet,
    /// The kind is asked for by name: that narrows the kinds also where it is denied.
    is_named: bool,
    unfilled: bool,
}

impl Survey {
    pub(super) fn new(rule: &Rule) -> Survey {
        let common = rule.activity.as_ref().map_or(KindSet::ALL, |activity| activity.value);
        Survey { common, is_named: false, unfilled: false }
    }

    /// Takes a term into account.
    pub(super) fn see(&mut self, term: &Term<'_>) {
        match term.key.kind {
            KeyKind::Attribute(_) => {
                let Some(attribute) = term.attribute() else { return };
                if attribute.kinds.is_empty() {
                    self.unfilled = true;
                } else if attribute.family == Family::Rule {
                    self.is_named |= matches!(&*attribute.path, "evt.category" | "evt.name");
                    if attribute.path == "agent.rule_id" {
                        self.narrow(by_rule(term.ctx.query, term.ctx.cx.schema, term.test));
                    }
                } else {
                    self.common = self.common.intersection(attribute.kinds);
                }
            }
            KeyKind::Tag(_) => {
                self.narrow(term_sets(term.ctx.query, term.ctx.cx.schema, term.key, term.test));
            }
            _ => {}
        }
    }

    fn narrow(&mut self, sets: Sets) {
        self.common = self.common.intersection(sets.possible);
    }

    /// Whether some part may hold on no event.
    pub(super) fn is_doubtful(&self) -> bool {
        self.unfilled || self.is_named || self.common.is_empty()
    }
}

/// A part of a condition that holds on some kinds only.
pub(super) struct Claim {
    /// The part; nothing if it is the rule's `activity`.
    pub(super) node: Option<NodeId>,
    pub(super) span: Span,
    pub(super) kinds: KindSet,
    /// Whether it is the id of an Agent rule.
    pub(super) is_rule: bool,
    /// Whether it is in the branch that holds on nothing, rather than beside it.
    pub(super) is_inside: bool,
}

/// Reports each smallest set of parts that no event satisfies.
pub(super) fn check(ctx: &CheckCtx<'_>, out: &mut Vec<Diagnostic>) {
    let root = ctx.query.root();
    let from = out.len();
    no_such_event::unfilled(ctx, root, out);
    if out.len() > from {
        return;
    }
    let activity = ctx.rule.activity.as_ref().map_or(KindSet::ALL, |activity| activity.value);
    let mut walk = Walk { ctx, beside: Vec::new(), left: MOST, out };
    walk.visit(root, activity);
}

/// The kinds on which a node may hold.
pub(super) fn possible(ctx: &CheckCtx<'_>, id: NodeId) -> KindSet {
    sets(ctx, id).possible
}

fn sets(ctx: &CheckCtx<'_>, id: NodeId) -> Sets {
    match ctx.query.node(id).kind {
        NodeKind::And(list) => ctx.query.children(list).iter().fold(
            Sets { possible: KindSet::ALL, certain: KindSet::ALL },
            |all, child| {
                let child = sets(ctx, *child);
                Sets {
                    possible: all.possible.intersection(child.possible),
                    certain: all.certain.intersection(child.certain),
                }
            },
        ),
        NodeKind::Or(list) => ctx.query.children(list).iter().fold(
            Sets { possible: KindSet::EMPTY, certain: KindSet::EMPTY },
            |all, child| {
                let child = sets(ctx, *child);
                Sets { possible: all.possible.union(child.possible), certain: all.certain.union(child.certain) }
            },
        ),
        NodeKind::Not(of) => {
            let of = sets(ctx, of);
            Sets { possible: KindSet::ALL.difference(of.certain), certain: KindSet::ALL.difference(of.possible) }
        }
        NodeKind::Term { key, test } => term_sets(ctx.query, ctx.cx.schema, key, test),
    }
}

/// Whether a node asks for the id of an Agent rule.
fn is_rule(ctx: &CheckCtx<'_>, id: NodeId) -> bool {
    let NodeKind::Term { key, .. } = ctx.query.node(id).kind else { return false };
    match key.kind {
        KeyKind::Attribute(_) => ctx.query.text(key.text) == "@agent.rule_id",
        KeyKind::Tag(_) => ctx.query.text(key.text) == "rule_id",
        _ => false,
    }
}

struct Walk<'a, 'o> {
    ctx: &'a CheckCtx<'a>,
    /// The ANDs around the current node, each with the child that leads to it.
    beside: Vec<(NodeId, NodeId)>,
    left: usize,
    out: &'o mut Vec<Diagnostic>,
}

impl Walk<'_, '_> {
    /// Looks at a node that stands beside parts which together hold on `around` only.
    fn visit(&mut self, id: NodeId, around: KindSet) {
        if self.left == 0 {
            return;
        }
        let here = possible(self.ctx, id);
        let kind = self.ctx.query.node(id).kind;
        if here.is_empty() {
            self.inside(id, kind);
        } else if here.intersection(around).is_empty() {
            self.report(id, true);
        } else {
            match kind {
                NodeKind::And(list) => self.members(id, self.ctx.query.children(list), around),
                NodeKind::Or(list) if !self.is_shared_list(list) => {
                    for child in self.ctx.query.children(list) {
                        self.visit(*child, around);
                    }
                }
                NodeKind::Or(_) => {}
                // What is denied may well be impossible.
                NodeKind::Not(_) | NodeKind::Term { .. } => {}
            }
        }
    }

    /// Whether the alternatives were written in one place, as a list that a `let` gives or a key with a wildcard: not
    /// every one need fit what stands beside it here.
    fn is_shared_list(&self, list: Nodes) -> bool {
        let ctx = self.ctx;
        let mut nodes = ctx.query.children(list).iter().map(|child| ctx.query.node(*child));
        let Some(first) = nodes.next() else { return false };
        let several_keys = match first.kind {
            NodeKind::Term { key, test } => Term { ctx, span: first.span, key, test }.is_one_of_several_keys(),
            _ => false,
        };
        several_keys || nodes.all(|node| node.span == first.span)
    }

    /// The members of an AND that holds on something: only ORs among them can have a branch that does not.
    fn members(&mut self, and: NodeId, children: &[NodeId], around: KindSet) {
        if !children.iter().any(|child| matches!(self.ctx.query.node(*child).kind, NodeKind::Or(_))) {
            return;
        }
        let sets: Vec<KindSet> = children.iter().map(|child| possible(self.ctx, *child)).collect();
        let mut after: Vec<KindSet> = Vec::with_capacity(sets.len());
        let mut rest = KindSet::ALL;
        for set in sets.iter().rev() {
            after.push(rest);
            rest = rest.intersection(*set);
        }
        let mut before = around;
        for ((child, set), after) in children.iter().zip(&sets).zip(after.iter().rev()) {
            if matches!(self.ctx.query.node(*child).kind, NodeKind::Or(_)) {
                self.beside.push((and, *child));
                self.visit(*child, before.intersection(*after));
                self.beside.pop();
            }
            before = before.intersection(*set);
        }
    }

    /// A node that holds on nothing, whatever is around it.
    fn inside(&mut self, id: NodeId, kind: NodeKind) {
        match kind {
            NodeKind::And(list) => {
                let empty = |child: &&NodeId| possible(self.ctx, **child).is_empty();
                match self.ctx.query.children(list).iter().find(empty) {
                    Some(child) => self.visit(*child, KindSet::ALL),
                    None => self.report(id, false),
                }
            }
            NodeKind::Or(list) => {
                for child in self.ctx.query.children(list) {
                    self.visit(*child, KindSet::ALL);
                }
            }
            NodeKind::Not(_) | NodeKind::Term { .. } => {}
        }
    }

    fn report(&mut self, id: NodeId, with_surroundings: bool) {
        let mut claims = Vec::new();
        self.claim(id, true, &mut claims);
        if with_surroundings {
            for (and, through) in &self.beside {
                if let NodeKind::And(list) = self.ctx.query.node(*and).kind {
                    for child in self.ctx.query.children(list).iter().filter(|child| *child != through) {
                        self.claim(*child, false, &mut claims);
                    }
                }
            }
            if let Some(activity) = &self.ctx.rule.activity {
                claims.push(Claim {
                    node: None,
                    span: activity.span,
                    kinds: activity.value,
                    is_rule: false,
                    is_inside: false,
                });
            }
        }
        let mut smallest = smallest(claims);
        smallest.sort_by_key(|claim| (claim.node.is_some(), claim.is_inside, claim.span.start));
        self.left -= 1;
        self.out.extend(match smallest.iter().rposition(|claim| claim.is_rule) {
            Some(at) => {
                let rule = smallest.remove(at);
                contradicting_rule::report(self.ctx, &rule, &smallest)
            }
            None => no_such_event::report(self.ctx, &smallest),
        });
    }

    /// Adds what a node claims: of an AND each part, of anything else the whole.
    fn claim(&self, id: NodeId, is_inside: bool, claims: &mut Vec<Claim>) {
        let node = self.ctx.query.node(id);
        if let NodeKind::And(list) = node.kind {
            for child in self.ctx.query.children(list) {
                self.claim(*child, is_inside, claims);
            }
            return;
        }
        let kinds = possible(self.ctx, id);
        let is_rule = is_rule(self.ctx, id);
        let known = |claim: &Claim| claim.kinds == kinds && claim.is_rule == is_rule;
        if !kinds.is_all() && !claims.iter().any(known) {
            claims.push(Claim { node: Some(id), span: node.span, kinds, is_rule, is_inside });
        }
    }
}

/// The fewest claims that share no kind: two where two will do, terms rather than `activity` or a rule's id.
fn smallest(mut claims: Vec<Claim>) -> Vec<Claim> {
    drop_unless_needed(&mut claims, |claim| claim.is_rule);
    drop_unless_needed(&mut claims, |claim| claim.node.is_none());
    for second in 1..claims.len() {
        for first in 0..second {
            let pair = claims.get(first).zip(claims.get(second));
            if pair.is_some_and(|(a, b)| a.kinds.intersection(b.kinds).is_empty()) {
                let b = claims.swap_remove(second);
                let a = claims.swap_remove(first);
                return vec![a, b];
            }
        }
    }
    let mut at = claims.len();
    while at > 0 {
        at -= 1;
        let others = claims.iter().enumerate().filter(|(other, _)| *other != at);
        if others.fold(KindSet::ALL, |all, (_, claim)| all.intersection(claim.kinds)).is_empty() {
            claims.remove(at);
        }
    }
    claims
}

/// Drops the claims of a sort if the others alone share no kind.
fn drop_unless_needed(claims: &mut Vec<Claim>, sort: impl Fn(&Claim) -> bool) {
    let others = claims.iter().filter(|claim| !sort(claim));
    if others.fold(KindSet::ALL, |all, claim| all.intersection(claim.kinds)).is_empty() {
        claims.retain(|claim| !sort(claim));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Kind;

    fn claim(kinds: &[Kind], is_rule: bool) -> Claim {
        Claim {
            node: Some(NodeId::default()),
            span: Span::default(),
            kinds: kinds.iter().copied().collect(),
            is_rule,
            is_inside: true,
        }
    }

    #[test]
    fn the_smallest_conflict_is_kept() {
        use Kind::{Bpf, Dns, Exec, Open};
        let pair = smallest(vec![claim(&[Exec, Open], false), claim(&[Bpf], true), claim(&[Dns], false)]);
        assert!(pair.len() == 2 && pair.iter().all(|claim| !claim.is_rule));
        let three = [claim(&[Exec, Open], false), claim(&[Open, Dns], false), claim(&[Exec, Dns], false)];
        assert_eq!(smallest(three.into()).len(), 3);
        let needless = [
            claim(&[Exec, Open, Dns], false),
            claim(&[Exec, Open], false),
            claim(&[Open, Dns], false),
            claim(&[Exec, Dns], false),
        ];
        assert_eq!(smallest(needless.into()).len(), 3);
        let without_rule = [
            claim(&[Exec, Open], true),
            claim(&[Open, Dns], false),
            claim(&[Bpf, Dns], false),
            claim(&[Bpf, Open], false),
        ];
        assert!(smallest(without_rule.into()).iter().all(|claim| !claim.is_rule));
    }
}
