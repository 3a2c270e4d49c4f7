//! Where a level starts: the one place.

use crate::config::SpecificityLevel;
use crate::logic::specificity::Bits;

/// From here on a branch is moderate: more than the keys of any one group can tell together.
pub const MODERATE: Bits = Bits::from_tenths(120);

/// From here on a branch is specific: what two strong groups of keys tell, or three of the others.
pub const SPECIFIC: Bits = Bits::from_tenths(160);

/// The level of that many bits.
#[must_use]
pub fn level(bits: Bits) -> SpecificityLevel {
    match bits {
        bits if bits >= SPECIFIC => SpecificityLevel::Specific,
        bits if bits >= MODERATE => SpecificityLevel::Moderate,
        _ => SpecificityLevel::Broad,
    }
}
