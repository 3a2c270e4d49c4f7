//! How narrow a condition is: the bits that each branch tells, what each of its terms adds, and what would add the most.
//!
//! A branch's bits are the binary logarithm of how many times fewer events it leaves, as estimated from the weights of
//! the schema: a prior for every key, less by the form of the value ([`value`]). Where recorded events were counted, what
//! they show of a key takes the place of its prior ([`count`]). Keys that tell nearly the same form a group, in which the
//! strongest counts in full and the rest hardly. Groups add up. What is denied adds nothing.
//!
//! Laws, each a property test:
//!
//! - A term more never lowers the bits, and an alternative more never raises them.
//! - A pattern in place of a value that it covers never raises them.
//! - Order, grouping and duplicates change nothing.
//!
//! All is counted in whole tenths of a bit, so that no order of adding shows. Not here: what to say about it.

mod bits;
mod count;
mod help;
mod judge;
mod level;
mod literal;
mod rule;
mod value;

pub use bits::Bits;
pub use count::{Count, grouped};
pub use help::{Help, most_helpful};
pub use judge::judge;
pub use level::{MODERATE, SPECIFIC, level};
pub use rule::RuleSpecificity;

pub use crate::config::SpecificityLevel;

use std::ops::Range;

use crate::logic::Literal;

/// How narrow a condition is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Specificity {
    terms: Vec<TermBits>,
    branches: Vec<(Bits, Range<usize>)>,
    whole: bool,
}

/// How narrow one branch is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BranchSpecificity<'a> {
    /// How far it narrows.
    pub bits: Bits,
    /// Its literals in source order, each with its part of the bits: together they are all of them.
    pub terms: &'a [TermBits],
}

/// What one literal gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TermBits {
    /// The literal.
    pub literal: Literal,
    /// What it adds to its branch.
    pub bits: Bits,
    /// What it would be worth if nothing else in the branch told the same.
    pub alone: Bits,
    /// The literal that tells nearly the same and is stronger; nothing where it counts in full.
    pub discounted_by: Option<Literal>,
    /// How often it was met among sampled events, where those were counted.
    pub counted: Option<Count>,
}

impl Specificity {
    /// The branches, as in the normal form. A condition judged as a whole has one: a broadest way through it.
    pub fn branches(&self) -> impl ExactSizeIterator<Item = BranchSpecificity<'_>> {
        self.branches.iter().map(|(bits, range)| BranchSpecificity {
            bits: *bits,
            terms: self.terms.get(range.clone()).unwrap_or_default(),
        })
    }

    /// Those of the broadest branch; none where there is no branch.
    #[must_use]
    pub fn bits(&self) -> Bits {
        self.branches.iter().map(|(bits, _)| *bits).min().unwrap_or_default()
    }

    /// The level of the broadest branch.
    #[must_use]
    pub fn level(&self) -> SpecificityLevel {
        level(self.bits())
    }

    /// Whether there were too many branches to look at each, so that the condition was judged as a whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}

impl BranchSpecificity<'_> {
    /// Its level.
    #[must_use]
    pub fn level(&self) -> SpecificityLevel {
        level(self.bits)
    }
}
