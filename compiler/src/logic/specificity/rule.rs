use crate::logic::specificity::{Bits, Specificity, SpecificityLevel, level};

/// How narrow the conditions of one `suppress` are. Either is enough to silence, so that the broader counts.
///
/// A `require` has none: what it silences is what its condition leaves out, which is broad by design.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSpecificity {
    /// Of `when signal`.
    pub signal: Option<Specificity>,
    /// Of `when event`.
    pub event: Option<Specificity>,
}

impl RuleSpecificity {
    /// Those of its conditions that there are: signal, then event.
    pub fn conditions(&self) -> impl Iterator<Item = &Specificity> {
        self.signal.iter().chain(&self.event)
    }

    /// The bits of the broadest branch of either.
    #[must_use]
    pub fn bits(&self) -> Bits {
        self.conditions().map(Specificity::bits).min().unwrap_or_default()
    }

    /// The level of the broadest branch of either.
    #[must_use]
    pub fn level(&self) -> SpecificityLevel {
        level(self.bits())
    }
}
