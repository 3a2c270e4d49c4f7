//! How much work a question may take.

/// Steps that are left. A step is about the look-up of one value in one pattern: some tens of nanoseconds.
///
/// INVARIANT: once it is used up it stays so, and every answer from then on is "undecided", never a guess.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// That many steps.
    #[must_use]
    pub const fn new(steps: u64) -> Budget {
        Budget { left: steps }
    }

    /// Takes steps; false where there are not as many left.
    pub fn spend(&mut self, steps: u64) -> bool {
        let enough = self.left >= steps;
        self.left = self.left.saturating_sub(steps);
        enough
    }

    /// Takes at most so many steps for a question of its own; what it leaves is given back by [`Budget::settle`].
    #[must_use]
    pub fn part(&self, steps: u64) -> Budget {
        Budget { left: steps.min(self.left) }
    }

    /// Takes what a question was given, less what it has left.
    pub fn settle(&mut self, given: u64, part: Budget) {
        let given = given.min(self.left);
        self.left -= given.saturating_sub(part.left);
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.left == 0
    }
}
