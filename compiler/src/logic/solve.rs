//! Whether literals can hold together, and of which event.
//!
//! Keys are independent of one another but for ties: every event has one kind, which decides what it carries; `name` is
//! the last segment of `path`; the parent is the first of the ancestors. A key that an event may have one value of needs
//! one that all its positive literals take; of any other key each positive literal needs a value of its own. A denied
//! literal speaks of every value.

use std::sync::Arc;

use crate::logic::automaton::{Found, Part};
use crate::logic::budget::Budget;
use crate::logic::element;
use crate::logic::formula::{Formula, Literal};
use crate::logic::key::KeyFacts;
use crate::logic::witness::Witness;
use crate::schema::{Kind, KindSet};

/// The answer to a question of this layer.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer<Y, N> {
    /// Proved, with what shows it.
    Yes(Y),
    /// Refuted, with what shows it.
    No(N),
    /// The budget did not suffice, or the question is beyond what is decided.
    Undecided,
}

/// Literals that cannot hold together: none can be left out. Positions in the branch, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// Positions in the branch.
    pub literals: Vec<usize>,
    /// Whether no kind of event carries them, rather than that their values exclude one another.
    pub by_kind: bool,
}

/// Kinds that people think in, so that a witness is of one of them where it can be.
const FAMILIAR: [Kind; 6] = [Kind::Exec, Kind::Open, Kind::Dns, Kind::Connect, Kind::Bpf, Kind::Unlink];

impl Formula {
    /// Whether a branch can hold at all.
    #[must_use]
    pub fn satisfiable(&self, branch: usize, budget: &mut Budget) -> Answer<Witness, Conflict> {
        let literals = self.branch(branch);
        match solve(&literals, budget) {
            Answer::Yes(witness) => Answer::Yes(witness),
            Answer::No(among) => Answer::No(smallest(&literals, among, budget)),
            Answer::Undecided => Answer::Undecided,
        }
    }
}

/// Decides whether literals hold together; else gives some that do not.
pub(super) fn solve(literals: &[Literal<'_>], budget: &mut Budget) -> Answer<Witness, Vec<usize>> {
    if !budget.spend(1 + literals.len() as u64) {
        return Answer::Undecided;
    }
    let kinds =
        literals.iter().fold(KindSet::ALL, |all, literal| all.intersection(literal.atom.kinds(literal.positive)));
    if kinds.is_empty() {
        return Answer::No((0..literals.len()).collect());
    }
    let familiar = FAMILIAR.into_iter().find(|kind| kinds.contains(*kind));
    let Some(kind) = familiar.or_else(|| kinds.iter().next()) else { return Answer::Undecided };
    let mut witness = Witness::new(kind);
    let mut undecided = literals.iter().any(|literal| literal.atom.is_opaque);
    let groups = Groups::of(literals);
    for group in &groups.all {
        if !budget.spend(1 + groups.all.len() as u64 / 8) {
            return Answer::Undecided;
        }
        if group.positive.is_empty() || group.key.is_kind {
            continue;
        }
        let needs: Vec<&[usize]> = if group.key.multi {
            group.positive.chunks(1).collect()
        } else if groups.has_path(group.key) {
            // The path's value decides.
            continue;
        } else {
            vec![&group.positive]
        };
        for positive in needs {
            let demand = groups.demand(literals, group, positive);
            match demand.find(literals, group.key, budget) {
                Found::Value(value) => witness.add(group.key, &value),
                Found::Nothing => return Answer::No(demand.literals()),
                Found::Undecided => undecided = true,
            }
        }
    }
    if undecided { Answer::Undecided } else { Answer::Yes(witness) }
}

/// The literals of one key.
struct Group<'f> {
    key: &'f KeyFacts,
    positive: Vec<usize>,
    negative: Vec<usize>,
}

struct Groups<'f> {
    all: Vec<Group<'f>>,
}

/// What one value is asked for: positions of literals, on its own key or on that of its last segment.
#[derive(Default)]
struct Demand {
    wanted: Vec<usize>,
    unwanted: Vec<usize>,
    name_wanted: Vec<usize>,
    name_unwanted: Vec<usize>,
}

impl<'f> Groups<'f> {
    fn of(literals: &[Literal<'f>]) -> Groups<'f> {
        let mut order: Vec<usize> = (0..literals.len()).collect();
        let text = |at: &usize| literals.get(*at).map(|literal| &*literal.atom.key.text);
        order.sort_by(|a, b| text(a).cmp(&text(b)).then(a.cmp(b)));
        let mut all: Vec<Group<'f>> = Vec::new();
        for at in order {
            let Some(literal) = literals.get(at) else { continue };
            if all.last().is_none_or(|group| group.key.text != literal.atom.key.text) {
                all.push(Group { key: &literal.atom.key, positive: Vec::new(), negative: Vec::new() });
            }
            if let Some(group) = all.last_mut() {
                if literal.positive { &mut group.positive } else { &mut group.negative }.push(at);
            }
        }
        Groups { all }
    }

    fn find(&self, key: &str) -> Option<&Group<'f>> {
        let at = self.all.binary_search_by(|group| (*group.key.text).cmp(key)).ok()?;
        self.all.get(at)
    }

    /// Whether the key holds the last segment of a path that has a value.
    fn has_path(&self, key: &KeyFacts) -> bool {
        let Some(stem) = key.text.strip_suffix("name") else { return false };
        self.find(&format!("{stem}path"))
            .is_some_and(|path| !path.positive.is_empty() && path.key.ties.name.as_ref() == Some(&key.text))
    }

    fn demand(&self, literals: &[Literal<'_>], group: &Group<'f>, positive: &[usize]) -> Demand {
        let mut demand = Demand { wanted: positive.to_vec(), unwanted: group.negative.clone(), ..Demand::default() };
        let tied = |key: &Option<Arc<str>>| self.find(key.as_deref()?);
        let ties = &group.key.ties;
        if let Some(ancestors) = tied(&ties.ancestors) {
            demand.unwanted.extend(&ancestors.negative);
        }
        if let Some(name) = tied(&ties.name) {
            demand.name_unwanted.extend(&name.negative);
            if !group.key.multi {
                demand.name_wanted.extend(&name.positive);
            }
        }
        if let Some(name) = tied(&ties.ancestors_name) {
            demand.name_unwanted.extend(&name.negative);
        }
        debug_assert!(demand.wanted.iter().all(|at| literals.get(*at).is_some_and(|literal| literal.positive)));
        demand
    }
}

impl Demand {
    fn find(&self, literals: &[Literal<'_>], key: &KeyFacts, budget: &mut Budget) -> Found {
        // Most keys have one literal, and what takes one value at least needs no search.
        if let ([only], [], [], []) = (&*self.wanted, &*self.unwanted, &*self.name_wanted, &*self.name_unwanted)
            && let Some(value) = literals.get(*only).and_then(|literal| literal.atom.simple_value())
        {
            return Found::Value(value);
        }
        let part = |wanted, lifted| move |at: &usize| Some(Part { set: &literals.get(*at)?.atom.set, wanted, lifted });
        let parts: Vec<Part<'_>> = self
            .wanted
            .iter()
            .filter_map(part(true, false))
            .chain(self.unwanted.iter().filter_map(part(false, false)))
            .chain(self.name_wanted.iter().filter_map(part(true, true)))
            .chain(self.name_unwanted.iter().filter_map(part(false, true)))
            .collect();
        element::find(&parts, key.class, budget)
    }

    fn literals(&self) -> Vec<usize> {
        let mut all = [&*self.wanted, &self.unwanted, &self.name_wanted, &self.name_unwanted].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The fewest of some literals that exclude one another: two where two will do.
pub(super) fn smallest(literals: &[Literal<'_>], among: Vec<usize>, budget: &mut Budget) -> Conflict {
    let picked = |positions: &[usize]| -> Vec<Literal<'_>> {
        positions.iter().filter_map(|at| literals.get(*at).copied()).collect()
    };
    let kinds = |positions: &[usize]| {
        picked(positions).iter().fold(KindSet::ALL, |all, one| all.intersection(one.atom.kinds(one.positive)))
    };
    let by_kind = kinds(&among).is_empty();
    let mut excludes = |positions: &[usize]| -> bool {
        if by_kind { kinds(positions).is_empty() } else { matches!(solve(&picked(positions), budget), Answer::No(_)) }
    };
    let mut kept = among;
    // Half of them at once, then a quarter, down to one by one: few of many are needed.
    let mut size = kept.len().div_ceil(2);
    loop {
        let mut at = kept.len();
        while at > 0 {
            let from = at.saturating_sub(size);
            let mut others = kept.clone();
            others.drain(from..at);
            if !others.is_empty() && excludes(&others) {
                kept = others;
            }
            at = from;
        }
        if size <= 1 {
            break;
        }
        size = size.div_ceil(2);
    }
    // One by one leaves a set of which none can be dropped; a pair among the first ones may be smaller still.
    if kept.len() > 2 && literals.len() <= 24 {
        let all: Vec<usize> = (0..literals.len()).collect();
        for (second, b) in all.iter().enumerate() {
            for a in all.iter().take(second) {
                if excludes(&[*a, *b]) {
                    return Conflict { literals: vec![*a, *b], by_kind };
                }
            }
        }
    }
    Conflict { literals: kept, by_kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::testing::query;
    use crate::schema::Schema;

    #[test]
    fn a_program_has_the_name_that_its_path_ends_in_and_no_other() {
        let query = query("@process.executable.path:*/java @process.executable.name:j*");
        let Answer::Yes(event) = Formula::new(&query, Schema::embedded(), false, 512).witness(&mut Budget::new(10_000))
        else {
            panic!("java has a name")
        };
        assert_eq!(event.values("@process.executable.name").collect::<Vec<_>>(), ["java"]);
    }
}
