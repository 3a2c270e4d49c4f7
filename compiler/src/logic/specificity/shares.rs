//! Counted events in place of estimates.

use crate::hir::Query;
use crate::logic::Literal;
use crate::logic::specificity::Bits;

/// How many of the sampled events a literal holds for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Count {
    /// For how many it holds.
    pub matched: u64,
    /// Of how many.
    pub of: u64,
}

impl Count {
    /// What it tells. A sample shows nothing rarer than one of its events.
    pub(super) fn bits(self) -> Bits {
        Bits::log2(self.of.max(1)).minus(Bits::log2(self.matched.max(1)))
    }
}

/// Counts literals among sampled events.
pub trait Shares: std::fmt::Debug + Sync {
    /// For how many events the literal holds, its denial left out of account; nothing where that is not known, so that
    /// the estimate counts.
    ///
    /// INVARIANT: whatever covers a literal is counted at least as often, and `of` is the same for all.
    fn count(&self, query: &Query, literal: Literal) -> Option<Count>;
}
