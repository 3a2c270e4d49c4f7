//! Bits as whole tenths, so that sums depend on no order, no rounding and no processor.

use std::fmt;

/// How far something narrows: `-log2` of the share of events that are left, in tenths of a bit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bits(u32);

/// Beyond this nothing is told apart.
const MOST: u32 = 400;

impl Bits {
    /// Nothing is left out.
    pub const ZERO: Bits = Bits(0);

    /// That many tenths of a bit.
    #[must_use]
    pub const fn from_tenths(tenths: u32) -> Bits {
        Bits(tenths)
    }

    /// In tenths of a bit.
    #[must_use]
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// As a number of bits, with one decimal.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// That part of it, at most all, rounded down; never nothing of something.
    #[must_use]
    pub(super) fn percent(self, percent: u32) -> Bits {
        Bits((self.0 * percent.min(100) / 100).max(self.0.min(1)))
    }

    /// Both, where they are independent.
    #[must_use]
    pub(super) const fn plus(self, other: Bits) -> Bits {
        Bits(self.0.saturating_add(other.0))
    }

    /// What is more than `other`.
    #[must_use]
    pub(super) const fn minus(self, other: Bits) -> Bits {
        Bits(self.0.saturating_sub(other.0))
    }

    /// The logarithm of a count, rounded down.
    #[must_use]
    pub(super) fn log2(count: u64) -> Bits {
        Bits(log2_tenths(u128::from(count.max(1)) << FRACTION))
    }
}

/// With one decimal: `11.5`.
impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

impl serde::Serialize for Bits {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

/// How many binary digits [`POWERS`] has behind its point.
const FRACTION: u32 = 16;

/// `2^(k/10)` for each tenth `k`.
const POWERS: [u128; 10] = [65_536, 70_239, 75_281, 80_684, 86_475, 92_682, 99_334, 106_464, 114_105, 122_295];

/// The logarithm of a number with [`FRACTION`] binary digits behind its point, in tenths, rounded down.
fn log2_tenths(number: u128) -> u32 {
    let whole = number.max(1 << FRACTION).ilog2() - FRACTION;
    let tenths = POWERS.iter().rposition(|power| power << whole <= number).unwrap_or(0);
    whole * 10 + tenths as u32
}

/// The shares of events that several values have together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Share(u128);

/// The share of everything, as a power of two in tenths.
const ALL: u32 = 470;

impl Share {
    /// With those of another value.
    pub(super) fn add(self, bits: Bits) -> Share {
        let tenths = ALL - bits.0.min(MOST);
        let power = POWERS.get(tenths as usize % 10).copied().unwrap_or(1 << FRACTION);
        Share(self.0.saturating_add(power << (tenths / 10)))
    }

    /// How many events have something, as the logarithm of their number: `counted`, and of `others` an estimated share.
    /// Less than one event is one.
    pub(super) fn of_events(counted: u64, others: u64, estimate: Bits) -> Bits {
        // A number of events is the share of everything as many times.
        let all = Share::default().add(Bits::ZERO).0;
        let estimated = u128::from(others).saturating_mul(Share::default().add(estimate).0);
        let sum = u128::from(counted).saturating_mul(all).saturating_add(estimated);
        Bits(log2_tenths(sum).saturating_sub(ALL))
    }

    /// With another share.
    pub(super) fn plus(self, other: Share) -> Share {
        Share(self.0.saturating_add(other.0))
    }

    /// As bits; of no share at all, the most there are.
    pub(super) fn bits(self) -> Bits {
        Bits(ALL.saturating_sub(log2_tenths(self.0)).min(MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_keep_bits_and_add_up() {
        for tenths in 0..=MOST {
            let bits = Bits(tenths);
            assert_eq!(Share::default().add(bits).bits(), bits);
            assert_eq!(Share::default().add(bits).add(bits).bits(), Bits(tenths.saturating_sub(10)));
        }
        let eight = (0..8).fold(Share::default(), |share, _| share.add(Bits(110)));
        assert_eq!(eight.bits(), Bits(80));
        assert_eq!(Share::default().bits(), Bits(MOST));
        assert_eq!(Share::default().add(Bits(110)).add(Bits(400)).bits(), Bits(110));
    }

    #[test]
    fn logarithms_are_rounded_down() {
        let tenths = |count| Bits::log2(count).tenths();
        assert_eq!([0, 1, 2, 3, 4, 10, 1024, u64::MAX].map(tenths), [0, 0, 10, 15, 20, 33, 100, 639]);
    }

    #[test]
    fn bits_print_with_one_decimal() {
        assert_eq!(Bits(115).to_string(), "11.5");
        assert_eq!(format!("{:>5}", Bits(5)), "  0.5");
        assert_eq!(Bits(7).percent(10), Bits(1));
        assert_eq!(Bits(0).percent(10), Bits(0));
    }
}
