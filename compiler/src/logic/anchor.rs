//! What makes a branch findable: values that an event must have for the branch to hold.

use std::collections::BTreeSet;

use crate::hir::pattern::{Piece, pieces};
use crate::logic::budget::Budget;
use crate::logic::formula::{Atom, Formula};
use crate::logic::solve::{Answer, solve};
use crate::logic::witness::Witness;

/// Prefixes are cut to this many characters.
pub const PREFIX: usize = 24;

/// A key and texts of which an event must have one.
pub type ExactAnchor<'f> = (&'f str, &'f BTreeSet<Box<str>>);

/// A key and starts of which a value of it must have one.
pub type PrefixAnchor<'f> = (&'f str, Vec<String>);

impl Formula {
    /// An event on which the condition holds.
    #[must_use]
    pub fn witness(&self, budget: &mut Budget) -> Answer<Witness, ()> {
        match self.first(budget) {
            Answer::Yes((_, witness)) => Answer::Yes(witness),
            Answer::No(()) => Answer::No(()),
            Answer::Undecided => Answer::Undecided,
        }
    }

    /// The first branch that can hold, with an event on which it does.
    #[must_use]
    pub fn first(&self, budget: &mut Budget) -> Answer<(usize, Witness), ()> {
        let mut undecided = !self.is_complete();
        for branch in 0..self.len() {
            match solve(&self.branch(branch), budget) {
                Answer::Yes(witness) => return Answer::Yes((branch, witness)),
                Answer::No(_) => {}
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::No(()) }
    }

    /// Whether the condition holds on an event.
    #[must_use]
    pub fn holds(&self, event: &Witness) -> bool {
        (0..self.len()).any(|branch| self.branch(branch).iter().all(|literal| literal.holds(event)))
    }

    /// For each key of a branch that lists its values: the key, and the values of which an event must have one.
    #[must_use]
    pub fn exact_anchors(&self, branch: usize) -> Vec<ExactAnchor<'_>> {
        self.positive(branch)
            .filter(|atom| atom.set.is_finite())
            .map(|atom| (&*atom.key.text, &atom.set.exact))
            .collect()
    }

    /// For each key of a branch whose values are not listed but start in known ways: the key, and the starts of which a
    /// value must have one.
    #[must_use]
    pub fn prefix_anchors(&self, branch: usize) -> Vec<PrefixAnchor<'_>> {
        self.positive(branch)
            .filter(|atom| !atom.set.globs.is_empty())
            .filter(|atom| !atom.set.any && atom.set.ranges.is_empty() && atom.set.networks.is_empty())
            .map(|atom| {
                let texts = atom.set.exact.iter().map(|text| text.chars().take(PREFIX).collect());
                let globs = atom.set.globs.iter().map(|glob| {
                    let literal = |piece| match piece {
                        Piece::Literal(character) => Some(character),
                        Piece::Run | Piece::One => None,
                    };
                    pieces(glob).map_while(literal).take(PREFIX).collect()
                });
                (&*atom.key.text, texts.chain(globs).collect::<Vec<String>>())
            })
            .filter(|(_, prefixes)| prefixes.iter().all(|prefix| !prefix.is_empty()))
            .collect()
    }

    pub(super) fn positive(&self, branch: usize) -> impl Iterator<Item = &Atom> {
        self.branch(branch)
            .into_iter()
            .filter(|literal| literal.positive && !literal.atom.key.is_kind)
            .map(|one| one.atom)
    }
}
