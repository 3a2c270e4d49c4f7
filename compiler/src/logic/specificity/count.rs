//! Counted events in place of estimates.
//!
//! A value that a sample does not tell apart from others may or may not pass: of those events the estimated share is
//! taken. What no event passes is at least as rare as one event of them all, or as it is estimated if that is rarer: a
//! small sample proves little.

use crate::config::Sample;
use crate::hir::{Key, KeyKind, Query, Test};
use crate::logic::specificity::Bits;
use crate::logic::specificity::bits::Share;
use crate::logic::{Class, passes};
use crate::schema::Schema;

/// Beyond this many comparisons of values with patterns and ranges a list is estimated.
const COMPARISONS: usize = 1 << 18;

/// How many of the sampled events have a value that passes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Count {
    /// How many do.
    pub matched: u64,
    /// Of how many more it is not known: their values are not told apart.
    pub unknown: u64,
    /// Of how many.
    pub of: u64,
}

impl Count {
    /// Counts the events of a sample that have a value of the key of that name that passes one of the tests; nothing where
    /// none has the key, so that the sample says nothing of it.
    ///
    /// INVARIANT: whatever covers other tests is counted at least as often.
    pub(super) fn of(
        sample: &Sample,
        query: &Query,
        (key, name): (Key, &str),
        tests: &[Test],
        schema: &Schema,
    ) -> Option<Count> {
        if key.kind == KeyKind::RuleKey {
            return None;
        }
        let known = sample.key(name)?;
        let count = |matched| Count { matched, unknown: known.other(), of: sample.events() };
        let class = Class::of(key, schema);
        let is_found = |test: &Test| matches!(test, Test::Exact(_)) && !matches!(class, Class::Integer { .. });
        let find = |test: &Test| match test {
            Test::Exact(text) => known.position(query.text(*text)),
            _ => None,
        };
        if tests.contains(&Test::Present) {
            return Some(Count { matched: known.carried(), unknown: 0, of: sample.events() });
        }
        if let [test] = tests
            && is_found(test)
        {
            let found = find(test).and_then(|at| known.values().get(at));
            return Some(count(found.map_or(0, |value| value.events)));
        }
        let compared = tests.iter().filter(|test| !is_found(test)).count();
        if compared.saturating_mul(known.values().len()) > COMPARISONS {
            return None;
        }
        let mut marked = vec![false; known.values().len()];
        for test in tests {
            if is_found(test) {
                if let Some(mark) = find(test).and_then(|at| marked.get_mut(at)) {
                    *mark = true;
                }
                continue;
            }
            for (value, mark) in known.values().iter().zip(&mut marked).filter(|(_, mark)| !**mark) {
                *mark = passes(query, *test, class, &class.canonical(&value.text));
            }
        }
        Some(count(known.events_with(&marked)))
    }

    /// What it tells, where `estimate` is what would be told without it.
    pub(super) fn bits(self, estimate: Bits) -> Bits {
        let all = Bits::log2(self.of);
        let told = all.minus(Share::of_events(self.matched, self.unknown, estimate));
        if self.matched == 0 { told.max(estimate) } else { told }
    }

    /// As a person reads it: `12 of 48,210 sampled events`.
    #[must_use]
    pub fn shown(self) -> String {
        let least = if self.unknown > 0 { "at least " } else { "" };
        format!("{least}{} of {} sampled events", grouped(self.matched), grouped(self.of))
    }
}

/// A number with a comma before each three digits.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(matched: u64, unknown: u64, of: u64, estimate: u32) -> u32 {
        Count { matched, unknown, of }.bits(Bits::from_tenths(estimate)).tenths()
    }

    #[test]
    fn what_is_counted_takes_the_place_of_the_estimate() {
        assert_eq!(bits(1, 0, 1024, 5), 100);
        assert_eq!(bits(256, 0, 1024, 110), 20);
        assert_eq!(bits(1024, 0, 1024, 110), 0);
    }

    #[test]
    fn what_no_event_passes_is_as_rare_as_the_sample_proves_or_as_estimated() {
        assert_eq!(bits(0, 0, 1024, 40), 100);
        assert_eq!(bits(0, 0, 8, 110), 110);
        assert_eq!(bits(0, 0, 0, 110), 110);
    }

    #[test]
    fn of_what_is_not_told_apart_the_estimated_share_counts() {
        // Half of 512, and 256 more.
        assert_eq!(bits(256, 512, 1024, 10), 10);
        assert_eq!(bits(0, 1024, 1024, 60), 60);
        // So little of so few that no event is left.
        assert_eq!(bits(0, 16, 1024, 60), 100);
    }

    #[test]
    fn more_matches_never_tell_more() {
        for unknown in [0, 1, 7, 500] {
            for estimate in [0, 1, 30, 110, 400] {
                let told: Vec<u32> = (0..500).map(|matched| bits(matched, unknown, 1000, estimate)).collect();
                assert!(told.is_sorted_by(|before, after| before >= after), "{unknown} {estimate} {told:?}");
                assert!((0..500).all(|matched| bits(matched, unknown, 1000, estimate + 1) >= told[matched as usize]));
            }
        }
    }

    #[test]
    fn counts_are_shown_in_groups_of_digits() {
        assert_eq!(Count { matched: 12, unknown: 0, of: 48_210 }.shown(), "12 of 48,210 sampled events");
        assert_eq!(
            Count { matched: 1000, unknown: 1, of: 1_234_567 }.shown(),
            "at least 1,000 of 1,234,567 sampled events"
        );
        assert_eq!(Count { matched: 0, unknown: 0, of: 999 }.shown(), "0 of 999 sampled events");
    }
}
