//! Rules by what an event must have for them to hold on it.
//!
//! Each branch of a rule is filed under the value that is the rarest among events that are asked about, which may be the start
//! of one, something that is denied, or the id of a detection rule; where many have it, under two values together. What shares
//! nothing with an event is never looked at, so that the cost grows with rules that share their rarest values, not with pairs.

use crate::project::relations::RuleSketch;
use crate::project::relations::sketch::{Need, Sought, is_exact, pair};

/// Values that are more common are taken two at a time.
const MANY: u32 = 32;

/// How many values share a bucket of the counts on average: few beside those that are common, for a table that stays small.
const SHARING: usize = 8;

/// Lists that make more pairs are filed under single values.
const PAIRS: usize = 64;

/// Of one value at most so many rules are looked at for one event.
const SHARED: usize = 512;

/// Rules by what they need.
#[derive(Debug)]
pub(super) struct Index {
    /// How often the values of each bucket are there.
    counts: Vec<u32>,
    /// Where each bucket ends among the entries; it starts where the one before ends.
    ends: Vec<u32>,
    /// Values and rules, by bucket, and in a bucket by rule.
    entries: Vec<(u32, u32)>,
}

/// Rules that may hold on an event, in source order.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) rules: Vec<usize>,
    /// Whether some were left out.
    pub(super) is_cut: bool,
}

impl Index {
    pub(super) fn new(sketches: &[RuleSketch], sought: Sought) -> Index {
        let all: usize = sketches.iter().map(|sketch| sketch.values(sought).count()).sum();
        let mut counts = vec![0_u32; (all / SHARING).next_power_of_two()];
        for value in sketches.iter().flat_map(|sketch| sketch.values(sought)) {
            let slot = bucket(value, counts.len());
            counts.get_mut(slot).into_iter().for_each(|count| *count += 1);
        }
        let mut index = Index { counts, ends: Vec::new(), entries: Vec::new() };
        let mut filed: Vec<(u32, u32)> = Vec::with_capacity(sketches.len());
        let mut own = Vec::new();
        for (number, sketch) in (0..).zip(sketches) {
            sketch.branches(sought).for_each(|keys| index.anchors(keys, &mut own));
            own.sort_unstable();
            own.dedup();
            filed.extend(own.drain(..).map(|value| (value, number)));
        }
        index.file(&filed);
        index
    }

    /// How often a value is there, and at most as often as what shares its bucket.
    fn count(&self, value: u32) -> u32 {
        self.counts.get(bucket(value, self.counts.len())).copied().unwrap_or_default()
    }

    fn is_common(&self, value: u32) -> bool {
        self.count(value) > MANY
    }

    /// What a branch is filed under.
    fn anchors<'n>(&self, keys: impl Iterator<Item = &'n [Need]>, found: &mut Vec<u32>) {
        let all = |values: &[Need]| values.iter().map(|need| self.count(need.value)).fold(0, u32::saturating_add);
        let mut ranked: Vec<(u32, &[Need])> = keys.map(|values| (all(values), values)).collect();
        ranked.sort_by_key(|(all, _)| *all);
        let Some((least, rarest)) = ranked.first() else { return };
        // Only values that are common are paired when an event is looked up.
        let can_pair = |values: &[Need]| values.iter().all(|need| is_exact(need.value) && self.is_common(need.value));
        if *least > MANY {
            let mut pairing = ranked.iter().map(|(_, values)| *values).filter(|values| can_pair(values));
            if let (Some(first), Some(second)) = (pairing.next(), pairing.next())
                && first.len() * second.len() <= PAIRS
            {
                found.extend(first.iter().flat_map(|a| second.iter().map(|b| pair(a.value, b.value))));
                return;
            }
        }
        found.extend(rarest.iter().map(|need| need.value));
    }

    /// Puts values with their rules, which come in order, into buckets of about one.
    fn file(&mut self, filed: &[(u32, u32)]) {
        let buckets = filed.len().next_power_of_two();
        let mut ends = vec![0_u32; buckets];
        // How many there are in each bucket, then where each starts, which moves to its end as it is filled.
        for (value, _) in filed {
            ends.get_mut(bucket(*value, buckets)).into_iter().for_each(|count| *count += 1);
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut entries = vec![(0, 0); filed.len()];
        for entry in filed {
            let Some(end) = ends.get_mut(bucket(entry.0, buckets)) else { continue };
            entries.get_mut(*end as usize).into_iter().for_each(|slot| *slot = *entry);
            *end += 1;
        }
        self.ends = ends;
        self.entries = entries;
    }

    /// The rules that may hold on an event, by what it has.
    pub(super) fn candidates(&self, event: &[u32]) -> Candidates {
        let mut found = Candidates::default();
        event.iter().for_each(|value| self.take(*value, &mut found));
        let common: Vec<u32> =
            event.iter().copied().filter(|value| is_exact(*value) && self.is_common(*value)).collect();
        for (at, first) in common.iter().enumerate() {
            common.iter().take(at + 1).for_each(|second| self.take(pair(*first, *second), &mut found));
        }
        found.rules.sort_unstable();
        found.rules.dedup();
        found
    }

    fn take(&self, value: u32, found: &mut Candidates) {
        let mut rules = self.rules(value);
        found.rules.extend(rules.by_ref().take(SHARED));
        found.is_cut |= rules.next().is_some();
    }

    /// The rules with a branch that is filed under a value, in order.
    fn rules(&self, value: u32) -> impl Iterator<Item = usize> {
        let bucket = bucket(value, self.ends.len());
        let end = self.ends.get(bucket).copied().unwrap_or_default() as usize;
        let start = bucket.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |start| *start as usize);
        let entries = self.entries.get(start..end).unwrap_or_default().iter();
        entries.filter(move |(own, _)| *own == value).map(|(_, rule)| *rule as usize)
    }
}

/// Values are hashes, so that their bits are as good as any number of a bucket; the last one tells something else.
fn bucket(value: u32, buckets: usize) -> usize {
    (value >> 1) as usize & buckets.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_gives_the_rules_of_a_value_in_order() {
        let filed: Vec<(u32, u32)> = (0..1000).map(|rule| (rule % 7 * 1024, rule)).collect();
        let mut index = Index::new(&[], Sought::Covering);
        assert_eq!(index.rules(0).count(), 0);
        index.file(&filed);
        for value in 0..7 {
            let expected: Vec<usize> = (0..1000).filter(|rule| rule % 7 == value).collect();
            assert_eq!(index.rules(value as u32 * 1024).collect::<Vec<_>>(), expected);
        }
        assert_eq!(index.rules(1).count(), 0);
    }
}
