//! What follows from what.
//!
//! That one branch implies a condition is shown by looking for an event of the branch on which no branch of the condition
//! holds. The event found first names the branch that has to be denied next, so that only branches that matter are.

use crate::hir::Query;
use crate::logic::budget::Budget;
use crate::logic::formula::{Formula, Literal};
use crate::logic::solve::{Answer, solve};
use crate::logic::witness::Witness;
use crate::schema::Schema;

impl Formula {
    /// Whether the other condition holds wherever this one does; else an event that shows that it does not.
    #[must_use]
    pub fn implies(&self, other: &Formula, budget: &mut Budget) -> Answer<(), Witness> {
        self.implies_any(&[other], budget)
    }

    /// Whether one of the others holds wherever this one does; else an event that shows that none does.
    #[must_use]
    pub fn implies_any(&self, others: &[&Formula], budget: &mut Budget) -> Answer<(), Witness> {
        if !self.is_complete() || !others.iter().all(|other| other.is_complete()) {
            return Answer::Undecided;
        }
        let branches: Vec<Vec<Literal<'_>>> =
            others.iter().flat_map(|other| (0..other.len()).map(|index| other.branch(index))).collect();
        let mut undecided = false;
        for index in 0..self.len() {
            match covered(&self.branch(index), &branches, budget) {
                Answer::Yes(()) => {}
                Answer::No(witness) => return Answer::No(witness),
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::Yes(()) }
    }
}

/// Whether a condition holds on every event; else an event on which it does not. The denial is expanded to at most `cap`
/// branches.
#[must_use]
pub fn always(query: &Query, schema: &Schema, cap: usize, budget: &mut Budget) -> Answer<(), Witness> {
    let denied = Formula::new(query, schema, true, cap);
    if !denied.is_complete() {
        return Answer::Undecided;
    }
    match denied.witness(budget) {
        Answer::Yes(witness) => Answer::No(witness),
        Answer::No(()) => Answer::Yes(()),
        Answer::Undecided => Answer::Undecided,
    }
}

/// Whether one of the branches holds wherever all literals do.
pub(super) fn covered(
    literals: &[Literal<'_>],
    branches: &[Vec<Literal<'_>>],
    budget: &mut Budget,
) -> Answer<(), Witness> {
    let mut undecided = false;
    let mut waiting: Vec<Vec<Literal<'_>>> = vec![literals.to_vec()];
    while let Some(case) = waiting.pop() {
        let witness = match solve(&case, budget) {
            Answer::Yes(witness) => witness,
            Answer::No(_) => continue,
            Answer::Undecided => {
                undecided = true;
                if budget.is_spent() {
                    break;
                }
                continue;
            }
        };
        let mut holding = None;
        for branch in branches {
            if !budget.spend(1 + branch.len() as u64) {
                return Answer::Undecided;
            }
            if branch.iter().all(|literal| literal.holds(&witness)) {
                holding = Some(branch);
                break;
            }
        }
        let Some(branch) = holding else { return Answer::No(witness) };
        // Cases that exclude one another: the first literals hold and the next one does not. What is given already cannot
        // be denied.
        let given = |literal: &Literal<'_>| {
            case.iter().any(|own| std::ptr::eq(own.atom, literal.atom) && own.positive == literal.positive)
        };
        let mut before = case.clone();
        for literal in branch.iter().filter(|literal| !given(literal)) {
            let mut next = before.clone();
            next.push(literal.denied());
            waiting.push(next);
            before.push(*literal);
        }
    }
    if undecided { Answer::Undecided } else { Answer::Yes(()) }
}
