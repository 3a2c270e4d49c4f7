//! Rules by what an event must have for them to hold on it.
//!
//! Each branch of a rule is filed under the value that the fewest rules need; where many rules need it, under that value
//! together with a second one; where no value is needed, under how one must start, and else under the id of a detection
//! rule. What shares nothing with an event is never looked at, so that the cost grows with rules that share their rarest
//! values, not with pairs.
//!
//! Keys are hashes: two that meet by chance add a rule that is looked at in vain, and never hide one.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::base::Instant;
use crate::hir::Place;
use crate::logic::{ExactAnchor, PREFIX, Witness};
use crate::project::relations::RuleSummary;

/// Values that more rules need are taken two at a time.
const MANY: usize = 32;

/// Lists that make more pairs are filed under single values.
const PAIRS: usize = 64;

/// Of one value at most so many rules are looked at for one event.
const SHARED: usize = 512;

/// Rules by what they need.
#[derive(Default)]
pub(super) struct Index {
    rules: FxHashMap<u64, Vec<u32>>,
    /// Values that many rules need.
    common: FxHashMap<u64, usize>,
    has_prefixes: bool,
}

/// Rules that may hold on an event, in source order.
pub(super) struct Candidates {
    pub(super) rules: Vec<usize>,
    /// Whether some were left out.
    pub(super) is_cut: bool,
}

impl Index {
    pub(super) fn new(rules: &[RuleSummary], now: Instant) -> Index {
        let alive = || rules.iter().zip(0_u32..).filter(|(rule, _)| rule.is_alive(now));
        let mut counts: FxHashMap<u64, usize> = FxHashMap::default();
        for (rule, _) in alive() {
            for (place, formula) in &rule.silences {
                for (key, values) in (0..formula.len()).flat_map(|branch| formula.exact_anchors(branch)) {
                    values.iter().for_each(|value| *counts.entry(exact(*place, key, value)).or_default() += 1);
                }
            }
        }
        let mut index = Index::default();
        for (rule, number) in alive() {
            for (place, formula) in &rule.silences {
                for branch in 0..formula.len() {
                    let anchors = formula.exact_anchors(branch);
                    if !anchors.is_empty() {
                        index.file_exact(*place, &anchors, &counts, number);
                        continue;
                    }
                    let shortest = |starts: &[String]| starts.iter().map(String::len).min().unwrap_or(0);
                    let prefixes = formula.prefix_anchors(branch);
                    if let Some((key, starts)) = prefixes.iter().max_by_key(|(_, starts)| shortest(starts)) {
                        index.has_prefixes = true;
                        starts.iter().for_each(|start| index.file(prefix(*place, key, start), number));
                    } else if rule.scope.ids.is_empty() {
                        index.file(hash((REST, *place)), number);
                    } else {
                        rule.scope.ids.iter().for_each(|id| index.file(of_id(*place, id), number));
                    }
                }
            }
        }
        counts.retain(|_, count| *count > MANY);
        index.common = counts;
        index
    }

    fn file(&mut self, key: u64, number: u32) {
        let rules = self.rules.entry(key).or_default();
        if rules.last() != Some(&number) {
            rules.push(number);
        }
    }

    fn file_exact(&mut self, place: Place, anchors: &[ExactAnchor<'_>], counts: &FxHashMap<u64, usize>, number: u32) {
        let mut hashed: Vec<(usize, Vec<u64>)> = anchors
            .iter()
            .map(|(key, values)| {
                let hashes: Vec<u64> = values.iter().map(|value| exact(place, key, value)).collect();
                (hashes.iter().filter_map(|hash| counts.get(hash)).max().copied().unwrap_or(0), hashes)
            })
            .collect();
        hashed.sort_by_key(|(worst, _)| *worst);
        // The second must be common too, since only values that are common are paired when an event is looked up.
        let all_common = |hashes: &[u64]| hashes.iter().all(|hash| counts.get(hash).is_some_and(|count| *count > MANY));
        match hashed.as_slice() {
            [(_, first), (_, second), ..]
                if all_common(first) && all_common(second) && first.len() * second.len() <= PAIRS =>
            {
                for a in first {
                    second.iter().for_each(|b| self.file(pair(*a, *b), number));
                }
            }
            [(_, only), ..] => only.iter().for_each(|hash| self.file(*hash, number)),
            [] => {}
        }
    }

    /// The rules that may hold on an event of a detection rule with that id.
    pub(super) fn candidates(&self, place: Place, event: &Witness, id: Option<&str>) -> Candidates {
        let mut found = Candidates { rules: Vec::new(), is_cut: false };
        let mut common: Vec<u64> = Vec::new();
        for (key, value) in event.pairs() {
            let hash = exact(place, key, value);
            self.take(hash, &mut found);
            if self.common.contains_key(&hash) {
                common.push(hash);
            }
            if !self.has_prefixes {
                continue;
            }
            for (at, character) in value.char_indices().take(PREFIX) {
                let start = value.get(..at + character.len_utf8()).unwrap_or_default();
                self.take(prefix(place, key, start), &mut found);
            }
        }
        for (at, first) in common.iter().enumerate() {
            common.iter().take(at + 1).for_each(|second| self.take(pair(*first, *second), &mut found));
        }
        if let Some(id) = id {
            self.take(of_id(place, id), &mut found);
        }
        self.take(hash((REST, place)), &mut found);
        found.rules.sort_unstable();
        found.rules.dedup();
        found
    }

    fn take(&self, key: u64, found: &mut Candidates) {
        let Some(rules) = self.rules.get(&key) else { return };
        found.rules.extend(rules.iter().take(SHARED).map(|number| *number as usize));
        found.is_cut |= rules.len() > SHARED;
    }
}

const EXACT: u8 = 0;
const PREFIXES: u8 = 1;
const OF_ID: u8 = 2;
const REST: u8 = 3;

fn hash(of: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    hasher.finish()
}

fn exact(place: Place, key: &str, value: &str) -> u64 {
    hash((EXACT, place, key, value))
}

fn prefix(place: Place, key: &str, start: &str) -> u64 {
    hash((PREFIXES, place, key, start))
}

fn of_id(place: Place, id: &str) -> u64 {
    hash((OF_ID, place, id))
}

/// The same for both orders.
fn pair(first: u64, second: u64) -> u64 {
    hash((first.min(second), first.max(second)))
}
