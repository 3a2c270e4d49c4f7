//! What rules silence of events that were recorded.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::attacks::SilencedAttack;
use super::ruleset::{PlacedRule, Ruleset};
use super::stream::{Batch, Stream, parse_part};
use crate::base::Instant;
use crate::config::Context;
use crate::event::{Detection, Event, Projection, holds, instant};
use crate::hir::{Query, date};
use crate::logic::{NormalForm, normal_form};

/// How many bad lines are named; the others are counted.
const NAMED: usize = 10;

/// The attribute that says whose event it is.
const USER: &str = "process.executable.user";

/// What a replay found. The struct is the documented format.
#[derive(Debug, Serialize)]
pub struct ReplayReport<'r> {
    /// Events read.
    pub events: u64,
    /// Lines that are no event.
    pub bad_lines: u64,
    /// Events that a rule silences.
    pub suppressed: u64,
    /// In order of file and place.
    pub rules: Vec<RuleReport<'r>>,
    /// Known attacks of the project that a rule silences; none where all is well.
    pub silenced_attacks: Vec<SilencedAttack>,
}

/// What a rule silences.
#[derive(Debug, Serialize)]
pub struct RuleReport<'r> {
    /// Its name.
    pub name: &'r str,
    /// From the project root.
    pub file: &'r str,
    /// From 1.
    pub line: u32,
    /// What it silences.
    #[serde(flatten)]
    pub all: SeenReport,
    /// Per branch of its conditions, in source order.
    pub branches: Vec<SeenReport>,
    /// Whom it silences.
    #[serde(flatten)]
    pub who: Who,
}

/// Of whom events are, with how many of each.
#[derive(Serialize, Default, Clone, Debug)]
pub struct Who {
    /// Detection rules.
    pub detection_rules: BTreeMap<String, u64>,
    /// Hosts.
    pub hosts: BTreeMap<String, u64>,
    /// Users of the executables.
    pub users: BTreeMap<String, u64>,
}

/// Some events, as a report tells of them.
#[derive(Debug, Serialize)]
pub struct SeenReport {
    /// How many events.
    pub matched: u64,
    /// The first of them, where events have a time.
    pub first: Option<String>,
    /// The last of them.
    pub last: Option<String>,
}

/// Some events: how many, and when. Counts add up in any order.
#[derive(Default, Clone, Copy, Debug)]
struct Seen {
    matched: u64,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Seen {
    fn see(&mut self, at: Option<Instant>) {
        self.add(Seen { matched: 1, first: at, last: at });
    }

    fn add(&mut self, other: Seen) {
        self.matched += other.matched;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = [self.last, other.last].into_iter().flatten().max();
    }

    fn report(self) -> SeenReport {
        let Seen { matched, first, last } = self;
        SeenReport { matched, first: first.map(date::rfc3339), last: last.map(date::rfc3339) }
    }
}

/// What a rule silenced.
#[derive(Default, Clone, Debug)]
struct Tally {
    all: Seen,
    branches: Vec<Seen>,
    who: Who,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub struct Count {
    events: u64,
    /// The first lines that are no event, and why.
    pub bad: Vec<(u64, String)>,
    /// How many lines are no event.
    pub bad_lines: u64,
    suppressed: u64,
    rules: Vec<Tally>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.all.add(other.all);
        self.branches.resize(self.branches.len().max(other.branches.len()), Seen::default());
        self.branches.iter_mut().zip(other.branches).for_each(|(sum, more)| sum.add(more));
        for (sum, more) in [
            (&mut self.who.detection_rules, other.who.detection_rules),
            (&mut self.who.hosts, other.who.hosts),
            (&mut self.who.users, other.who.users),
        ] {
            more.into_iter().for_each(|(value, count)| *sum.entry(value).or_default() += count);
        }
    }
}

impl Count {
    fn new(rules: usize) -> Count {
        Count { rules: vec![Tally::default(); rules], ..Count::default() }
    }

    /// Adds what was counted elsewhere, of the same rules. The bad lines that stay named are the first.
    pub fn add(&mut self, other: Count) {
        self.events += other.events;
        self.bad_lines += other.bad_lines;
        self.suppressed += other.suppressed;
        self.bad.extend(other.bad);
        self.bad.sort_unstable();
        self.bad.truncate(NAMED);
        self.rules.iter_mut().zip(other.rules).for_each(|(sum, more)| sum.add(more));
    }
}

/// A condition of a rule with its branches, of what is silenced.
#[derive(Debug)]
struct Silencer<'r> {
    query: &'r Query,
    form: NormalForm,
}

/// Rules with what is counted of each.
#[derive(Debug)]
pub struct Replay<'r> {
    ruleset: &'r Ruleset,
    cx: &'r Context<'r>,
    /// Per rule.
    silencers: Vec<Vec<Silencer<'r>>>,
    /// What of an event the rules and the counts are about.
    asked: Projection,
}

impl<'r> Replay<'r> {
    /// A replay of events against these rules.
    #[must_use]
    pub fn new(ruleset: &'r Ruleset, cx: &'r Context<'r>) -> Replay<'r> {
        let cap = usize::from(cx.config.policy.max_branches.get());
        let silencers = ruleset.rules.iter().map(|placed| {
            let silencer = |query| Silencer { query, form: normal_form(query, !placed.is_suppress(), cap) };
            placed.conditions().into_iter().map(silencer).collect()
        });
        let rules = ruleset.rules.iter().map(|placed| &placed.lowered);
        let asked = Projection::new(rules, cx.schema, &[USER]);
        Replay { ruleset, cx, silencers: silencers.collect(), asked }
    }

    /// Nothing counted yet.
    #[must_use]
    pub fn nothing(&self) -> Count {
        Count::new(self.ruleset.rules.len())
    }

    /// Counts the events of batches on all threads, as many batches at once as there are threads. The counts are the
    /// same on however many.
    #[must_use]
    pub fn count<B: Borrow<Batch> + Send>(&self, batches: impl Iterator<Item = B> + Send) -> Count {
        let counts = batches.par_bridge().fold(
            || self.nothing(),
            |mut count, batch| {
                self.batch(batch.borrow(), &mut count);
                count
            },
        );
        counts.reduce(
            || self.nothing(),
            |mut sum, more| {
                sum.add(more);
                sum
            },
        )
    }

    /// Counts the events of a stream, `jobs` batches at once.
    ///
    /// # Errors
    ///
    /// What keeps it from being read to its end.
    pub fn stream(&self, stream: Stream, jobs: usize) -> io::Result<Count> {
        let mut count = self.nothing();
        stream.read_together(jobs, &mut |batches| count.add(self.count(batches.iter())))?;
        Ok(count)
    }

    fn batch(&self, batch: &Batch, count: &mut Count) {
        for (number, text) in batch.events() {
            match parse_part(text, &self.asked) {
                Ok(value) => self.value(&value, count),
                Err(why) => {
                    count.bad_lines += 1;
                    if count.bad.len() < NAMED {
                        count.bad.push((number, why));
                    }
                }
            }
        }
    }

    fn value(&self, value: &Value, count: &mut Count) {
        let Some(event) = Event::new(value) else { return };
        count.events += 1;
        let mut silenced = false;
        for index in self.ruleset.silencing(&event, self.cx) {
            silenced = true;
            if let (Some(tally), Some(placed)) = (count.rules.get_mut(index), self.ruleset.rules.get(index)) {
                let silencers = self.silencers.get(index).map(Vec::as_slice).unwrap_or_default();
                tally.see(placed, silencers, &event, instant(value), self.cx);
            }
        }
        count.suppressed += u64::from(silenced);
    }

    /// What was counted, with the known attacks that are silenced.
    #[must_use]
    pub fn report(&self, count: Count, silenced_attacks: Vec<SilencedAttack>) -> ReplayReport<'r> {
        let rules = self.ruleset.rules.iter().zip(&self.silencers).zip(count.rules);
        let rules = rules.map(|((placed, silencers), mut tally)| {
            tally
                .branches
                .resize(silencers.iter().map(|silencer| silencer.form.branches().len()).sum(), Seen::default());
            RuleReport {
                name: placed.name(),
                file: &placed.file,
                line: placed.line,
                all: tally.all.report(),
                branches: tally.branches.into_iter().map(Seen::report).collect(),
                who: tally.who,
            }
        });
        ReplayReport {
            events: count.events,
            bad_lines: count.bad_lines,
            suppressed: count.suppressed,
            rules: rules.collect(),
            silenced_attacks,
        }
    }
}

impl Tally {
    /// Counts an event that the rule silences.
    fn see(
        &mut self,
        placed: &PlacedRule,
        silencers: &[Silencer<'_>],
        event: &Event<'_>,
        at: Option<Instant>,
        cx: &Context<'_>,
    ) {
        self.all.see(at);
        let detection = Detection::of(event);
        let host = event.tag("host").next();
        for (counts, value) in [
            (&mut self.who.detection_rules, detection.id.or(detection.name)),
            (&mut self.who.hosts, host.map(str::to_owned)),
            (&mut self.who.users, event.attribute(USER).into_iter().next().map(Into::into)),
        ] {
            if let Some(value) = value {
                *counts.entry(value).or_default() += 1;
            }
        }
        let schema = placed.lowered.schema(cx.schema);
        let mut index = 0;
        for silencer in silencers {
            for branch in silencer.form.branches() {
                if self.branches.len() <= index {
                    self.branches.push(Seen::default());
                }
                let all =
                    branch.iter().all(|literal| holds(silencer.query, literal.node, event, schema) == literal.positive);
                if let Some(seen) = self.branches.get_mut(index).filter(|_| all) {
                    seen.see(at);
                }
                index += 1;
            }
        }
    }
}
