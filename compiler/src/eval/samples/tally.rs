//! Counting events, key by key.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::config::{KeySample, Sample};
use crate::eval::{Batch, parse};
use crate::event::Event;

/// How many keys are counted; of the others nothing is known.
const KEYS: usize = 8192;

/// How many different sets of values of one key are counted by themselves, in the order in which events have them.
const SETS: usize = 65_536;

/// How many bytes all of them take together.
const BYTES: usize = 256 * 1024 * 1024;

/// How many bytes a set takes beside its values.
const OVERHEAD: usize = 64;

/// More values of one key than this an event is not told apart by.
const VALUES: usize = 256;

/// Nor by longer values, in bytes.
const LONGEST: usize = 16 * 1024;

/// Some events, counted. Tallies of parts that are added in order are a tally of all.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    events: u64,
    /// Lines that are no events.
    bad: u64,
    /// The number of the first of them, and what is wrong with it.
    first_bad: Option<(u64, String)>,
    names: FxHashMap<Box<str>, usize>,
    keys: Vec<KeyTally>,
    /// About how much memory is taken.
    bytes: usize,
}

#[derive(Clone, Debug, Default)]
struct KeyTally {
    name: Box<str>,
    carried: u64,
    numbers: FxHashMap<Box<str>, u32>,
    values: Vec<Box<str>>,
    places: FxHashMap<Box<[u32]>, usize>,
    /// Sets of values, by their numbers in order of text, and how many events have each.
    sets: Vec<(Box<[u32]>, u64)>,
}

impl Tally {
    /// Counts the events of a batch.
    #[must_use]
    pub fn of(batch: &Batch) -> Tally {
        let mut tally = Tally::default();
        for (number, text) in batch.events() {
            match parse(text) {
                Ok(value) => {
                    if let Some(event) = Event::new(&value) {
                        tally.see(&event);
                    }
                }
                Err(why) => {
                    tally.bad += 1;
                    tally.first_bad.get_or_insert((number, why));
                }
            }
        }
        tally
    }

    /// Counts an event.
    pub fn see(&mut self, event: &Event<'_>) {
        self.events += 1;
        for (path, values) in event.attributes() {
            self.note(&format!("@{path}"), &values);
        }
        let mut tags: Vec<(&str, &str)> = event.tags().collect();
        tags.sort_unstable();
        tags.dedup();
        for same in tags.chunk_by(|(a, _), (b, _)| a == b) {
            let values: Vec<Cow<'_, str>> = same.iter().map(|(_, value)| Cow::Borrowed(*value)).collect();
            if let Some((name, _)) = same.first() {
                self.note(name, &values);
            }
        }
    }

    fn note(&mut self, name: &str, values: &[Cow<'_, str>]) {
        let Some(at) = self.key(name) else { return };
        let Some(key) = self.keys.get_mut(at) else { return };
        key.carried += 1;
        if values.len() <= VALUES && values.iter().map(|value| value.len()).sum::<usize>() <= LONGEST {
            key.add(values.iter().map(|value| &**value), 1, &mut self.bytes);
        }
    }

    /// The place of a key, made where there is room for one more.
    fn key(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.names.get(name) {
            return Some(*at);
        }
        if self.keys.len() >= KEYS {
            return None;
        }
        self.names.insert(name.into(), self.keys.len());
        self.keys.push(KeyTally { name: name.into(), ..KeyTally::default() });
        Some(self.keys.len() - 1)
    }

    /// Adds what comes behind it.
    pub fn add(&mut self, more: Tally) {
        self.events += more.events;
        self.bad += more.bad;
        self.first_bad = self.first_bad.take().or(more.first_bad);
        for key in &more.keys {
            let Some(own) = self.key(&key.name).and_then(|at| self.keys.get_mut(at)) else { continue };
            own.carried += key.carried;
            for (set, events) in &key.sets {
                let values = set.iter().filter_map(|number| key.values.get(*number as usize));
                own.add(values.map(|value| &**value), *events, &mut self.bytes);
            }
        }
    }

    /// What is wrong with lines that are no events, if there are any.
    #[must_use]
    pub fn bad_lines(&self, file: &str) -> Option<String> {
        let (number, why) = self.first_bad.as_ref()?;
        Some(match self.bad {
            1 => format!("`{file}:{number}` is no event: {why}"),
            more => format!("`{file}:{number}` is no event, nor are {} more lines: {why}", more - 1),
        })
    }

    /// The counts.
    #[must_use]
    pub fn finish(self) -> Sample {
        let keys = self.keys.into_iter().map(|key| {
            let sets = key.sets.iter().map(|(set, events)| {
                let values = set.iter().filter_map(|number| key.values.get(*number as usize));
                (values.map(|value| &**value).collect(), *events)
            });
            (key.name.clone(), KeySample::new(key.carried, sets.collect()))
        });
        Sample::new(self.events, keys)
    }
}

impl KeyTally {
    /// Counts events with a set of values, which are in order, if it is known or there is room for one more.
    fn add<'v>(&mut self, values: impl Iterator<Item = &'v str> + Clone, events: u64, bytes: &mut usize) {
        let known: Option<Box<[u32]>> = values.clone().map(|value| self.numbers.get(value).copied()).collect();
        let place = known.as_ref().and_then(|set| self.places.get(set));
        if let Some((_, count)) = place.and_then(|place| self.sets.get_mut(*place)) {
            *count += events;
            return;
        }
        let new = |value: &&str| !self.numbers.contains_key(*value);
        let cost: usize = values.clone().map(|value| OVERHEAD + if new(&value) { 2 * value.len() } else { 0 }).sum();
        if self.sets.len() >= SETS || bytes.saturating_add(cost) > BYTES {
            return;
        }
        *bytes += cost;
        let mut set = Vec::new();
        for value in values {
            let number = *self.numbers.entry(value.into()).or_insert_with(|| {
                self.values.push(value.into());
                (self.values.len() - 1) as u32
            });
            set.push(number);
        }
        let set: Box<[u32]> = set.into();
        self.places.insert(set.clone(), self.sets.len());
        self.sets.push((set, events));
    }
}
