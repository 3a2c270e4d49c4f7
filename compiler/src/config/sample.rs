//! Recorded events as counts: of each key the sets of values that events have, and how many have each.
//!
//! A set rather than a value is what is counted, since an event may have several values of one key, and of such events
//! each counts once. Not here: reading events, and what a count is worth.

use rustc_hash::FxHashMap;

/// How many sets of values are told apart of each key; those that most events have.
const KEPT: usize = 1024;

/// Recorded events, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    events: u64,
    keys: FxHashMap<Box<str>, KeySample>,
}

/// What events have of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySample {
    /// How many events have the key.
    carried: u64,
    /// How many of those have a set that is not told apart from others.
    other: u64,
    /// In the order of their text.
    values: Vec<SampledValue>,
    /// Positions of the values of a set, and how many events have just those.
    sets: Vec<(Box<[u32]>, u64)>,
}

/// A value and how many events have it, in sets that are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampledValue {
    /// As events print it.
    pub text: Box<str>,
    /// How many events.
    pub events: u64,
}

/// A set of values of one key, and how many events have just those.
pub type SampledSet<'v> = (Vec<&'v str>, u64);

impl Sample {
    /// So many events. Keys are named as rules write them: attributes with their `@`.
    #[must_use]
    pub fn new(events: u64, keys: impl IntoIterator<Item = (Box<str>, KeySample)>) -> Sample {
        Sample { events, keys: keys.into_iter().collect() }
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// What events have of a key, named as rules write it; nothing where no event has it.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&KeySample> {
        self.keys.get(name)
    }
}

impl KeySample {
    /// Of `carried` events that have the key, those with the given sets: each of them in the order of its values, and
    /// none twice. Of very many sets those are kept that most events have, of as many the first in the order of values.
    #[must_use]
    pub fn new(carried: u64, mut sets: Vec<SampledSet<'_>>) -> KeySample {
        sets.sort_unstable_by(|(a, often_a), (b, often_b)| often_b.cmp(often_a).then_with(|| a.cmp(b)));
        sets.truncate(KEPT);
        sets.sort_unstable();
        let mut texts: Vec<&str> = sets.iter().flat_map(|(values, _)| values).copied().collect();
        texts.sort_unstable();
        texts.dedup();
        let mut values: Vec<SampledValue> =
            texts.iter().map(|text| SampledValue { text: (*text).into(), events: 0 }).collect();
        let mut kept = Vec::with_capacity(sets.len());
        let mut counted = 0_u64;
        for (set, events) in &sets {
            counted = counted.saturating_add(*events);
            let places: Vec<usize> = set.iter().filter_map(|text| texts.binary_search(text).ok()).collect();
            for place in &places {
                if let Some(value) = values.get_mut(*place) {
                    value.events = value.events.saturating_add(*events);
                }
            }
            kept.push((places.into_iter().map(|place| place as u32).collect(), *events));
        }
        KeySample { carried, other: carried.saturating_sub(counted), values, sets: kept }
    }

    /// How many events have the key.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.carried
    }

    /// How many events have values of it that are not told apart from others: more than a sample keeps.
    #[must_use]
    pub fn other(&self) -> u64 {
        self.other
    }

    /// Its values that are told apart, in the order of their text.
    #[must_use]
    pub fn values(&self) -> &[SampledValue] {
        &self.values
    }

    /// The position of a value among [`KeySample::values`].
    #[must_use]
    pub fn position(&self, text: &str) -> Option<usize> {
        self.values.binary_search_by(|value| (*value.text).cmp(text)).ok()
    }

    /// The values that most events have, the most frequent first, of as many the first in order.
    #[must_use]
    pub fn most_frequent(&self, most: usize) -> Vec<&SampledValue> {
        let mut all: Vec<&SampledValue> = self.values.iter().collect();
        all.sort_by_key(|value| std::cmp::Reverse(value.events));
        all.truncate(most);
        all
    }

    /// How many events have one of the values that are marked by their position, or several of them.
    #[must_use]
    pub fn events_with(&self, marked: &[bool]) -> u64 {
        let is_marked = |place: &u32| marked.get(*place as usize).copied().unwrap_or(false);
        let found = self.sets.iter().filter(|(set, _)| set.iter().any(is_marked));
        found.fold(0, |sum, (_, events)| sum.saturating_add(*events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_with_several_values_counts_once() {
        let key = KeySample::new(9, vec![(vec!["a"], 3), (vec!["a", "b"], 4), (vec!["c"], 1)]);
        assert_eq!((key.carried(), key.other()), (9, 1));
        let counted: Vec<(&str, u64)> = key.values().iter().map(|value| (&*value.text, value.events)).collect();
        assert_eq!(counted, [("a", 7), ("b", 4), ("c", 1)]);
        assert_eq!(key.events_with(&[true, true, false]), 7);
        assert_eq!(key.events_with(&[false, true, true]), 5);
        assert_eq!(key.position("b"), Some(1));
        assert_eq!(key.position("bb"), None);
        let frequent: Vec<&str> = key.most_frequent(2).iter().map(|value| &*value.text).collect();
        assert_eq!(frequent, ["a", "b"]);
    }

    #[test]
    fn of_very_many_values_the_most_frequent_are_kept() {
        let texts: Vec<String> = (0..5000).map(|number| format!("{number:04}")).collect();
        let sets = || texts.iter().map(|text| (vec![text.as_str()], 1 + u64::from(text.ends_with("77"))));
        let key = KeySample::new(5050, sets().collect());
        assert_eq!(key, KeySample::new(5050, sets().rev().collect()));
        assert_eq!(key.values().len(), KEPT);
        assert!((0..50).all(|number| key.position(&format!("{number:02}77")).is_some()));
        let kept: u64 = key.values().iter().map(|value| value.events).sum();
        assert_eq!(kept + key.other(), 5050);
    }
}
