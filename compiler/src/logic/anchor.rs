//! What makes a branch findable: values that an event must have for the branch to hold.

use crate::hir::pattern::{Piece, pieces};
use crate::logic::budget::Budget;
use crate::logic::formula::{Atom, Formula};
use crate::logic::solve::{Answer, solve};
use crate::logic::witness::Witness;

/// Prefixes are cut to this many characters.
pub const PREFIX: usize = 24;

/// A key and texts of which an event must have one.
pub type Anchor<'f> = (&'f str, Vec<String>);

impl Formula {
    /// An event on which the condition holds; nothing where there is none, or none was found.
    #[must_use]
    pub fn witness(&self, budget: &mut Budget) -> Option<Witness> {
        (0..self.len()).find_map(|branch| match solve(&self.branch(branch), budget) {
            Answer::Yes(witness) => Some(witness),
            Answer::No(_) | Answer::Undecided => None,
        })
    }

    /// Whether the condition holds on an event.
    #[must_use]
    pub fn holds(&self, event: &Witness) -> bool {
        (0..self.len()).any(|branch| self.branch(branch).iter().all(|literal| literal.holds(event)))
    }

    /// For each key of a branch that lists its values: the key, and the values of which an event must have one.
    #[must_use]
    pub fn exact_anchors(&self, branch: usize) -> Vec<Anchor<'_>> {
        self.positive(branch)
            .filter(|atom| atom.set.is_finite())
            .map(|atom| (&*atom.key.text, atom.set.exact.iter().map(|text| text.to_string()).collect()))
            .collect()
    }

    /// For each key of a branch whose values start in known ways: the key, and the starts of which a value must have
    /// one.
    #[must_use]
    pub fn prefix_anchors(&self, branch: usize) -> Vec<Anchor<'_>> {
        self.positive(branch)
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

    fn positive(&self, branch: usize) -> impl Iterator<Item = &Atom> {
        self.branch(branch)
            .into_iter()
            .filter(|literal| literal.positive && !literal.atom.key.is_kind)
            .map(|one| one.atom)
    }
}
