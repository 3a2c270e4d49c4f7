//! What is wrong with the logic of one condition: branches that never hold, groups that always do, parts that change
//! nothing.
//!
//! Parts are taken out one after the other, each from what the ones before it have left, so that all that are reported
//! can be taken out together.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::Span;
use crate::hir::kinds::term_sets;
use crate::hir::{KeyKind, NodeId, NodeKind, Query, Test};
use crate::logic::automaton::{Found, Part};
use crate::logic::budget::Budget;
use crate::logic::candidate::{Candidate, candidates, leaves};
use crate::logic::element;
use crate::logic::formula::{Atom, Formula, Literal};
use crate::logic::implies::covered;
use crate::logic::normal::{NormalForm, list_key, normal_form_at};
use crate::logic::set::ValueSet;
use crate::logic::solve::{Answer, smallest, solve};
use crate::logic::value::Class;
use crate::schema::{KindSet, Schema};

/// What was found out about one condition.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Review {
    /// Literals that exclude one another, each set once.
    pub never: Vec<Never>,
    /// Whether no branch holds.
    pub is_never: bool,
    /// Groups that hold on every event, the outermost ones; the root where the whole condition does.
    pub always: Vec<Always>,
    /// Parts that change nothing: each may go, and all of them together.
    pub redundant: Vec<Redundant>,
    /// Whether something was left undecided.
    pub is_undecided: bool,
}

/// The literals for which a branch never holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Never {
    /// Terms and lists of values, in source order.
    pub nodes: Vec<NodeId>,
    /// Whether no kind of event carries them together.
    pub by_kind: bool,
}

/// A group that holds on every event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Always {
    /// The group, with what denies it.
    pub node: NodeId,
    /// Whether it is one of several parts that must all hold, so that it can be left out.
    pub joined_by_and: bool,
    /// Whether AND is what is written between them; where they are denied together it is OR.
    pub written_with_and: bool,
}

/// A part that changes nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redundant {
    /// Its nodes; several where they were written in one place.
    pub nodes: Vec<NodeId>,
    /// Its place.
    pub span: Span,
    /// Whether it stands in an AND, where it narrows nothing; else in an OR, where it adds nothing. What is denied counts
    /// the other way round.
    pub joined_by_and: bool,
    /// Whether AND is what is written between it and the rest.
    pub written_with_and: bool,
    /// Whether it says only what kind of event it is, which follows from the rest.
    pub is_kind: bool,
    /// Terms and lists of values from which a term follows, where it is one.
    pub because: Vec<NodeId>,
}

/// Reviews a condition whose normal form is `form`.
#[must_use]
pub fn review(query: &Query, schema: &Schema, form: &NormalForm, cap: usize, budget: &mut Budget) -> Review {
    if is_plain(query, schema, form) {
        return Review::default();
    }
    let formula = Formula::of_form(query, schema, form);
    if !formula.is_complete() {
        return Review { is_undecided: true, ..Review::default() };
    }
    let mut review = Reviewer { query, schema, cap, budget, review: Review::default() };
    review.never(&formula);
    review.always();
    if !review.review.is_never && review.review.always.first().is_none_or(|always| always.node != query.root()) {
        review.redundant(formula);
    }
    review.review.is_undecided |= review.budget.is_spent();
    review.review
}

/// Whether there is plainly nothing to find, which costs little to see: one branch whose literals have nothing to do with
/// one another, of texts that are there, and whose lists say nothing twice.
fn is_plain(query: &Query, schema: &Schema, form: &NormalForm) -> bool {
    let mut branches = form.branches();
    let (Some(branch), None) = (branches.next(), branches.next()) else { return false };
    let mut literals = Vec::with_capacity(branch.len());
    let mut kinds = KindSet::ALL;
    for literal in branch {
        let Some(plain) = PlainLiteral::of(query, schema, literal.node, branch.len() == 1) else { return false };
        if literal.positive {
            kinds = kinds.intersection(plain.possible);
        }
        literals.push((cluster(plain.key), plain.possible, literal.positive));
    }
    let fits = |possible: KindSet, positive: bool| {
        let shared = possible.intersection(kinds);
        if positive { shared == kinds } else { !shared.is_empty() }
    };
    if kinds.is_empty() || !literals.iter().all(|(_, possible, positive)| fits(*possible, *positive)) {
        return false;
    }
    literals.sort_unstable_by_key(|(cluster, ..)| *cluster);
    literals.windows(2).all(|pair| pair.first().map(|one| one.0) != pair.get(1).map(|two| two.0))
}

/// A term, or a list of texts that differ.
struct PlainLiteral<'q> {
    key: &'q str,
    /// The kinds of events that it may hold on.
    possible: KindSet,
}

impl<'q> PlainLiteral<'q> {
    /// Lists that are longer are looked at more closely.
    const LONGEST: usize = 16;

    /// Nothing where it must be looked at more closely. An `alone` literal may be a number or an address as well.
    fn of(query: &'q Query, schema: &Schema, node: NodeId, alone: bool) -> Option<PlainLiteral<'q>> {
        let own = [node];
        let members = match query.node(node).kind {
            NodeKind::Or(list) => query.children(list),
            _ => &own[..],
        };
        if members.len() > PlainLiteral::LONGEST {
            return None;
        }
        let mut plain = PlainLiteral { key: "", possible: KindSet::EMPTY };
        let mut texts: Vec<&str> = Vec::with_capacity(members.len());
        for member in members {
            let NodeKind::Term { key, test } = query.node(*member).kind else { return None };
            plain.key = query.text(key.text);
            if matches!(plain.key, "@evt.name" | "@evt.category") {
                return None;
            }
            let class = Class::of(key, schema);
            if !alone && !matches!(class, Class::Text | Class::Closed(_)) {
                return None;
            }
            match test {
                Test::Exact(text) if class.admits(query.text(text)) => texts.push(query.text(text)),
                Test::Present | Test::Glob(_) if members.len() == 1 && !alone => {}
                _ => return None,
            }
            let is_filled = !matches!(key.kind, KeyKind::Attribute(id) if schema.attribute(id).kinds.is_empty());
            if is_filled {
                plain.possible = plain.possible.union(term_sets(query, schema, key, test).possible);
            }
        }
        let differ = texts.iter().enumerate().all(|(at, text)| !texts.iter().take(at).any(|other| other == text));
        differ.then_some(plain)
    }
}

/// The same for two keys if they may be tied.
pub(super) fn cluster(key: &str) -> (bool, &str) {
    let stem = key.strip_suffix(".path").or_else(|| key.strip_suffix(".name")).unwrap_or(key);
    match stem.strip_prefix("@process.parent.").or_else(|| stem.strip_prefix("@process.ancestors.")) {
        Some(rest) => (true, rest),
        None => (false, stem),
    }
}

struct Reviewer<'a> {
    query: &'a Query,
    schema: &'a Schema,
    cap: usize,
    budget: &'a mut Budget,
    review: Review,
}

impl Reviewer<'_> {
    fn never(&mut self, formula: &Formula) {
        let mut impossible = 0;
        for index in 0..formula.len() {
            match formula.satisfiable(index, self.budget) {
                Answer::Yes(_) => {}
                Answer::Undecided => self.review.is_undecided = true,
                Answer::No(conflict) => {
                    impossible += 1;
                    let literals = formula.branch(index);
                    let mut nodes: Vec<NodeId> = conflict
                        .literals
                        .iter()
                        .filter_map(|at| literals.get(*at).map(|literal| literal.atom.node))
                        .collect();
                    nodes.sort_by_key(|node| (self.query.node(*node).span, *node));
                    let never = Never { nodes, by_kind: conflict.by_kind };
                    if !self.review.never.contains(&never) {
                        self.review.never.push(never);
                    }
                }
            }
        }
        self.review.is_never = impossible == formula.len();
    }

    /// Looks for groups that hold on every event. One that could has a denied part.
    fn always(&mut self) {
        let root = self.query.root();
        // Node, polarity, the node with what denies it, whether it is one of several that must all hold, and whether AND is
        // written between those.
        let mut waiting = vec![(root, true, root, false, false)];
        while let Some((id, positive, outer, joined_by_and, written_with_and)) = waiting.pop() {
            let (children, is_or) = match self.query.node(id).kind {
                NodeKind::Term { .. } if outer == root => (&[][..], true),
                NodeKind::Term { .. } => continue,
                NodeKind::Not(of) => {
                    waiting.push((of, !positive, outer, joined_by_and, written_with_and));
                    continue;
                }
                NodeKind::And(list) => (self.query.children(list), !positive),
                NodeKind::Or(list) => (self.query.children(list), positive),
            };
            if (is_or || outer == root) && self.holds_always(id, positive) {
                self.review.always.push(Always { node: outer, joined_by_and, written_with_and });
                continue;
            }
            if list_key(self.query, children).is_none() || !is_or {
                let is_and = is_or != positive;
                waiting.extend(children.iter().rev().map(|child| (*child, positive, *child, !is_or, is_and)));
            }
        }
    }

    fn holds_always(&mut self, id: NodeId, positive: bool) -> bool {
        let denied = normal_form_at(self.query, id, positive, self.cap);
        let formula = Formula::of_form(self.query, self.schema, &denied);
        if !formula.is_complete() {
            return false;
        }
        (0..formula.len()).all(|index| match solve(&formula.branch(index), self.budget) {
            Answer::Yes(_) => false,
            Answer::No(_) => true,
            Answer::Undecided => {
                self.review.is_undecided = true;
                false
            }
        })
    }

    fn redundant(&mut self, formula: Formula) {
        // As it was before anything was taken out, and what is left of it.
        let mut whole = Parts::new(formula);
        let mut left: Option<Parts> = None;
        let mut skipped: FxHashSet<usize> = FxHashSet::default();
        let taken: FxHashSet<NodeId> = self.review.always.iter().map(|always| always.node).collect();
        let all = candidates(self.query);
        // How many members of each group are left: with the last one the group itself would go, which is another
        // candidate.
        let mut members: FxHashMap<Option<usize>, usize> = FxHashMap::default();
        all.iter().for_each(|candidate| *members.entry(candidate.within).or_default() += 1);
        let mut at = 0;
        while let Some(candidate) = all.get(at) {
            if self.budget.is_spent() {
                self.review.is_undecided = true;
                return;
            }
            let is_within = candidate.within.is_some_and(|within| skipped.contains(&within));
            if is_within || candidate.nodes.iter().any(|node| taken.contains(node)) {
                skipped.insert(at);
            }
            if skipped.contains(&at) || members.get(&candidate.within) == Some(&1) {
                at += 1;
                continue;
            }
            let because = self.because(candidate, &left.as_ref().unwrap_or(&whole).rest);
            // By itself it may go, and together with all that went before.
            let answer = match (self.without(candidate, &mut whole), &mut left) {
                (Answer::Yes(_), Some(left)) => self.without(candidate, left),
                (answer, _) => answer,
            };
            match answer {
                Answer::Yes(change) => {
                    skipped.insert(at);
                    members.entry(candidate.within).and_modify(|members| *members -= 1);
                    let left = left.get_or_insert_with(|| whole.clone());
                    let leaf =
                        |node: &NodeId| left.rest.atom_of(*node).is_some_and(|atom| atom.key.is_kind || is_type(atom));
                    self.review.redundant.push(Redundant {
                        nodes: candidate.nodes.clone(),
                        span: candidate.span,
                        joined_by_and: candidate.joined_by_and,
                        written_with_and: candidate.written_with_and,
                        is_kind: leaves(self.query, &candidate.nodes).iter().all(leaf),
                        because,
                    });
                    self.take_out(candidate, change, left);
                    if candidate.list.is_none() {
                        // A group that was needed may be needed no more.
                        at = 0;
                        continue;
                    }
                }
                Answer::No(()) => {}
                Answer::Undecided => self.review.is_undecided = true,
            }
            at += 1;
        }
    }
}

impl Reviewer<'_> {
    /// What is left without a part, if that is the same.
    fn without(&mut self, candidate: &Candidate, parts: &mut Parts) -> Answer<Change, ()> {
        let Some(node) = candidate.list else { return parts.rest.without(candidate, self.budget) };
        let list = parts.lists.entry(node).or_insert_with(|| List::new(self.query, self.schema, node));
        list.without(self.query, self.schema, candidate, &parts.rest, self.budget)
    }

    fn take_out(&self, candidate: &Candidate, change: Change, parts: &mut Parts) {
        match (change, candidate.list.and_then(|node| parts.lists.get_mut(&node))) {
            (Change::Branches(branches), _) => parts.rest.formula.branches = branches,
            (change, Some(list)) => list.take_out(self.query, self.schema, candidate, change, &mut parts.rest),
            _ => {}
        }
    }

    /// From what the one term of a candidate follows, in the first branch that it is in.
    fn because(&mut self, candidate: &Candidate, rest: &Rest) -> Vec<NodeId> {
        let ([leaf], true, None) = (candidate.leaves.as_slice(), candidate.joined_by_and, candidate.list) else {
            return Vec::new();
        };
        let index = rest.index.get(leaf).copied();
        let branch = rest.formula.branches.iter().find(|branch| branch.iter().any(|(at, _)| Some(*at) == index));
        let Some(branch) = branch else { return Vec::new() };
        let literals: Vec<Literal<'_>> = rest
            .formula
            .literals(branch)
            .into_iter()
            .map(|literal| if literal.atom.node == *leaf { literal.denied() } else { literal })
            .collect();
        let Answer::No(among) = solve(&literals, self.budget) else { return Vec::new() };
        let conflict = smallest(&literals, among, self.budget);
        let nodes = conflict.literals.iter().filter_map(|at| literals.get(*at)).map(|literal| literal.atom.node);
        nodes.filter(|node| node != leaf).collect()
    }
}

fn is_type(atom: &Atom) -> bool {
    &*atom.key.text == "type"
}

/// A condition with its lists of values.
#[derive(Clone)]
struct Parts {
    rest: Rest,
    /// Those that were asked for so far.
    lists: FxHashMap<NodeId, List>,
}

impl Parts {
    fn new(formula: Formula) -> Parts {
        Parts { rest: Rest::new(formula), lists: FxHashMap::default() }
    }
}

/// What it takes to take a part out.
enum Change {
    /// These branches are left.
    Branches(Vec<Vec<(u32, bool)>>),
    /// These texts of a list go.
    Texts(Vec<Box<str>>),
    /// This is left of a list.
    List(Box<Atom>),
}

/// What is left of a condition.
#[derive(Clone)]
struct Rest {
    formula: Formula,
    /// Atoms by node.
    index: FxHashMap<NodeId, u32>,
}

impl Rest {
    fn new(formula: Formula) -> Rest {
        let index = formula.atoms.iter().zip(0..).map(|(atom, index)| (atom.node, index)).collect();
        Rest { formula, index }
    }

    fn atom_of(&self, node: NodeId) -> Option<&Atom> {
        self.formula.atoms.get(*self.index.get(&node)? as usize)
    }

    fn literals_of(&self, branches: &[Vec<(u32, bool)>]) -> Vec<Vec<Literal<'_>>> {
        branches.iter().map(|branch| self.formula.literals(branch)).collect()
    }

    /// The branches that are left without a part, if that changes nothing.
    fn without(&self, candidate: &Candidate, budget: &mut Budget) -> Answer<Change, ()> {
        let size: usize = self.formula.branches.iter().map(Vec::len).sum();
        if !budget.spend(size as u64 / 2) {
            return Answer::Undecided;
        }
        let own: FxHashSet<u32> = candidate.leaves.iter().filter_map(|leaf| self.index.get(leaf).copied()).collect();
        let is_touched = |branch: &Vec<(u32, bool)>| branch.iter().any(|(atom, _)| own.contains(atom));
        let (touched, untouched): (Vec<_>, Vec<_>) = self.formula.branches.iter().cloned().partition(is_touched);
        if touched.is_empty() {
            return Answer::No(());
        }
        let mut never_holds = |branches: &[Vec<(u32, bool)>]| {
            branches.iter().all(|branch| matches!(solve(&self.formula.literals(branch), budget), Answer::No(_)))
        };
        // What never holds is reported as such.
        if never_holds(&touched) {
            return Answer::No(());
        }
        let (changed, left) = if candidate.joined_by_and {
            let mut without: Vec<Vec<(u32, bool)>> = touched
                .iter()
                .map(|branch| branch.iter().copied().filter(|(atom, _)| !own.contains(atom)).collect())
                .collect();
            without.sort_unstable();
            without.dedup();
            let left = untouched.into_iter().chain(without.iter().cloned()).collect();
            (without, left)
        } else {
            (touched, untouched)
        };
        let judges = if candidate.joined_by_and { &self.formula.branches } else { &left };
        let judges = self.literals_of(judges);
        for branch in self.literals_of(&changed) {
            match covered(&branch, &judges, budget) {
                Answer::Yes(()) => {}
                Answer::No(_) => return Answer::No(()),
                Answer::Undecided => return Answer::Undecided,
            }
        }
        if left.is_empty() {
            return Answer::No(());
        }
        Answer::Yes(Change::Branches(left))
    }
}

/// A list of values from which some may go.
#[derive(Clone)]
struct List {
    node: NodeId,
    members: Vec<NodeId>,
    gone: FxHashSet<NodeId>,
    /// How often each listed text stands in what is left.
    counts: FxHashMap<Box<str>, usize>,
    /// What is left of the members that are no plain texts.
    patterns: ValueSet,
}

impl List {
    fn new(query: &Query, schema: &Schema, node: NodeId) -> List {
        let members = match query.node(node).kind {
            NodeKind::Or(list) => query.children(list).to_vec(),
            _ => Vec::new(),
        };
        let mut list = List {
            node,
            members,
            gone: FxHashSet::default(),
            counts: FxHashMap::default(),
            patterns: ValueSet::default(),
        };
        for member in &list.members {
            for text in Atom::of(query, schema, node, &[*member]).into_iter().flat_map(|atom| atom.set.exact) {
                *list.counts.entry(text).or_default() += 1;
            }
        }
        list.find_patterns(query, schema);
        list
    }

    fn find_patterns(&mut self, query: &Query, schema: &Schema) {
        let others = self
            .others(&[])
            .filter(|member| !matches!(query.node(*member).kind, NodeKind::Term { test: Test::Exact(_), .. }));
        let others: Vec<NodeId> = others.collect();
        self.patterns = Atom::of(query, schema, self.node, &others).map(|atom| atom.set).unwrap_or_default();
    }

    fn others<'l>(&'l self, without: &'l [NodeId]) -> impl Iterator<Item = NodeId> + 'l {
        self.members.iter().copied().filter(|member| !self.gone.contains(member) && !without.contains(member))
    }

    /// What it takes to be without some members, if that changes nothing.
    fn without(
        &self,
        query: &Query,
        schema: &Schema,
        candidate: &Candidate,
        rest: &Rest,
        budget: &mut Budget,
    ) -> Answer<Change, ()> {
        let own = Atom::of(query, schema, self.node, &candidate.nodes);
        let Some((own, index)) = own.zip(rest.index.get(&self.node).copied()) else { return Answer::No(()) };
        if !budget.spend(self.patterns.cost() * candidate.nodes.len() as u64) {
            return Answer::Undecided;
        }
        if own.set.is_finite() {
            let texts: Vec<Box<str>> =
                candidate.nodes.iter().filter_map(|node| text_of(query, schema, self.node, *node)).collect();
            let own_count = |text: &str| texts.iter().filter(|own| ***own == *text).count();
            let is_left = |text: &str| {
                self.patterns.contains(text) || self.counts.get(text).is_some_and(|count| *count > own_count(text))
            };
            if texts.iter().all(|text| is_left(text)) {
                return Answer::Yes(Change::Texts(texts));
            }
            if !self.has_company(&own, index, rest) {
                return Answer::No(());
            }
        }
        if !budget.spend(self.members.len() as u64) {
            return Answer::Undecided;
        }
        let others: Vec<NodeId> = self.others(&candidate.nodes).collect();
        let Some(left) = Atom::of(query, schema, self.node, &others) else { return Answer::No(()) };
        let mut answer = within(&own, &left, budget);
        if matches!(answer, Answer::No(())) && self.has_company(&own, index, rest) {
            answer = in_context(index, &own, &left, rest, budget);
        }
        match answer {
            Answer::Yes(()) => Answer::Yes(Change::List(Box::new(left))),
            Answer::No(()) => Answer::No(()),
            Answer::Undecided => Answer::Undecided,
        }
    }

    /// Takes members out of the list, and out of what is left of the condition.
    fn take_out(&mut self, query: &Query, schema: &Schema, candidate: &Candidate, change: Change, rest: &mut Rest) {
        let index = rest.index.get(&self.node).copied();
        let atom = index.and_then(|index| rest.formula.atoms.get_mut(index as usize));
        self.gone.extend(&candidate.nodes);
        match (change, atom) {
            (Change::Texts(texts), Some(atom)) => {
                for text in &texts {
                    let Some(count) = self.counts.get_mut(text) else { continue };
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        atom.set.exact.remove(text);
                    }
                }
            }
            (Change::List(left), Some(atom)) => {
                for node in &candidate.nodes {
                    let text = text_of(query, schema, self.node, *node);
                    if let Some(count) = text.and_then(|text| self.counts.get_mut(&text)) {
                        *count = count.saturating_sub(1);
                    }
                }
                self.find_patterns(query, schema);
                *atom = *left;
            }
            _ => {}
        }
    }

    /// Whether something stands beside the list that may make a member superfluous.
    fn has_company(&self, own: &Atom, index: u32, rest: &Rest) -> bool {
        let [branch] = rest.formula.branches.as_slice() else { return true };
        own.key.is_kind
            || branch.iter().filter(|(at, _)| *at != index).any(|(at, _)| {
                rest.formula.atoms.get(*at as usize).is_some_and(|other| {
                    other.key.is_kind
                        || cluster(&other.key.text) == cluster(&own.key.text)
                        || other.possible != own.possible
                })
            })
    }
}

/// The text of a member that is one.
fn text_of(query: &Query, schema: &Schema, list: NodeId, member: NodeId) -> Option<Box<str>> {
    Atom::of(query, schema, list, &[member])?.set.exact.into_iter().next()
}

/// Whether members of a list change nothing because of what stands beside the list. `own` is the list with only them,
/// and `left` the one without them.
fn in_context(index: u32, own: &Atom, left: &Atom, rest: &Rest, budget: &mut Budget) -> Answer<(), ()> {
    let formula = &rest.formula;
    let positive = formula.branches.iter().any(|branch| branch.contains(&(index, true)));
    let with_left: Vec<Vec<Literal<'_>>> =
        formula.branches.iter().map(|branch| with(formula, branch, index, left)).collect();
    let judges = if positive { with_left.clone() } else { rest.literals_of(&formula.branches) };
    for (branch, without) in formula.branches.iter().zip(with_left) {
        if !branch.iter().any(|(at, _)| *at == index) {
            continue;
        }
        let changed = if positive { with(formula, branch, index, own) } else { without };
        match covered(&changed, &judges, budget) {
            Answer::Yes(()) => {}
            Answer::No(_) => return Answer::No(()),
            Answer::Undecided => return Answer::Undecided,
        }
    }
    // What never holds is reported as such.
    let mut touched = formula.branches.iter().filter(|branch| branch.iter().any(|(at, _)| *at == index));
    let never_holds = touched.all(|branch| matches!(solve(&formula.literals(branch), budget), Answer::No(_)));
    if never_holds { Answer::No(()) } else { Answer::Yes(()) }
}

/// The literals of a branch with another atom in one place.
fn with<'f>(formula: &'f Formula, branch: &[(u32, bool)], index: u32, by: &'f Atom) -> Vec<Literal<'f>> {
    let literal = |(at, positive): &(u32, bool)| {
        let atom = if *at == index { by } else { formula.atoms.get(*at as usize)? };
        Some(Literal { atom, positive: *positive })
    };
    branch.iter().filter_map(literal).collect()
}

/// Whether every value of one is in the other.
fn within(own: &Atom, left: &Atom, budget: &mut Budget) -> Answer<(), ()> {
    let parts =
        [Part { set: &own.set, wanted: true, lifted: false }, Part { set: &left.set, wanted: false, lifted: false }];
    match element::find(&parts, own.key.class, budget) {
        Found::Nothing => Answer::Yes(()),
        Found::Value(_) => Answer::No(()),
        Found::Undecided => Answer::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::normal_form;
    use crate::logic::testing::query;

    fn of(condition: &str, cap: usize) -> Review {
        let query = query(condition);
        review(&query, Schema::embedded(), &normal_form(&query, false, cap), cap, &mut Budget::new(400_000))
    }

    #[test]
    fn what_has_too_many_branches_is_not_decided() {
        assert!(of("host:a OR @process.comm:b", 1).is_undecided);
        assert!(!of("host:a OR @process.comm:b", 2).is_undecided);
    }

    #[test]
    fn beside_a_part_that_always_holds_what_says_nothing_is_found() {
        let review = of("(host:a OR -host:a) @process.comm:x @process.comm:x", 512);
        assert_eq!((review.always.len(), review.redundant.len()), (1, 1));
        let review = of("host:a OR -host:a", 512);
        assert_eq!((review.always.len(), review.redundant.len()), (1, 0));
    }

    #[test]
    fn a_value_given_twice_is_still_given_once_it_is_taken_out() {
        assert_eq!(of("host:(a OR a OR b) OR host:a @process.comm:x", 512).redundant.len(), 2);
    }

    #[test]
    fn of_a_branch_that_never_holds_no_value_is_called_superfluous() {
        let review = of("host:(a OR b) @evt.name:exec @evt.name:open OR @process.comm:x", 512);
        assert_eq!((review.never.len(), review.redundant.len()), (1, 0));
    }
}
