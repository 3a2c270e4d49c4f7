//! What is held of every rule of a project: hashes, by which rules find those that they may have to do with.
//!
//! Of a branch they tell the values that an event needs for it to hold, and of the rule as a whole the values of one event
//! that it silences. Where no branch of one rule finds its needs among the values of the other's event, the first does not
//! cover the second. Equal hashes of different texts cost a comparison and change no claim.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::base::Instant;
use crate::config::Context;
use crate::diag::Code;
use crate::hir::{Place, Polarity, Rule};
use crate::logic::{Answer, Budget, Formula, PREFIX, Plain, Witness};
use crate::project::relations::{RuleSummary, STEPS};
use crate::schema::Schema;

/// The lengths that starts of values are cut to, in characters.
const CUTS: [usize; 4] = [1, 4, 12, PREFIX];

/// Of a key with more values than this, the values are kept only where no other key of the branch has fewer.
const FEW: usize = 16;

/// Some hundred bytes that stand for a rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSketch {
    /// What its branches need, in order of branch and key; nothing of a rule that never works or cannot be compared.
    needs: Box<[Need]>,
    /// The detection rules of which one is needed; none where others may be meant too.
    detections: Box<[u32]>,
    /// An event that it silences.
    pub(super) silenced: Sample,
    /// Of a `require`, an event that it lets through, for each place.
    pub(super) lets: Box<[Sample]>,
    /// Whether it is not said that something about it was not decided.
    pub(super) allows_not_decided: bool,
}

/// An event on which a condition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sample {
    /// It never holds, or nothing is to be asked.
    #[default]
    Nothing,
    /// It would have been too much to find one.
    Undecided,
    /// What an event has, in order.
    Event(Box<[u32]>),
}

/// One of the values of which an event must have one for a branch to hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Need {
    branch: u16,
    /// The values of one key are alternatives.
    key: u16,
    pub(super) value: u32,
}

impl RuleSketch {
    /// The sketch of a rule as it is at a moment.
    #[must_use]
    pub fn new(rule: &RuleSummary, now: Instant) -> RuleSketch {
        let allows_not_decided = rule.allows.contains(&Code::NotDecided);
        if !rule.is_alive(now) {
            // Where a condition is not expanded another lint says so.
            let is_undecided = rule.will_work(now) && rule.is_too_long_denied();
            let silenced = if is_undecided { Sample::Undecided } else { Sample::Nothing };
            return RuleSketch { silenced, allows_not_decided, ..RuleSketch::default() };
        }
        let detections: Box<[u32]> = rule.scope.ids.iter().map(|id| of_detection(id)).collect();
        RuleSketch {
            needs: needs(rule, &detections),
            detections,
            silenced: silenced(rule),
            lets: rule.lets.iter().map(|(place, formula)| let_through(*place, formula, rule)).collect(),
            allows_not_decided,
        }
    }

    /// The same straight from a rule, which for most costs less than the summary. `schema` is the one that the rule was
    /// lowered with.
    #[must_use]
    pub fn of(rule: &Rule, file: &Arc<str>, schema: &Schema, cx: &Context<'_>) -> RuleSketch {
        plain(rule, schema, cx.now)
            .unwrap_or_else(|| RuleSketch::new(&RuleSummary::new(rule, file, 0, schema, cx), cx.now))
    }

    /// How many values its branches need.
    pub(super) fn len(&self) -> usize {
        self.needs.len()
    }

    /// Every value that one of its branches may need.
    pub(super) fn values(&self) -> impl Iterator<Item = u32> {
        self.needs.iter().map(|need| need.value)
    }

    /// What each branch needs, key by key.
    pub(super) fn branches(&self) -> impl Iterator<Item = impl Iterator<Item = &[Need]>> {
        self.needs.chunk_by(|a, b| a.branch == b.branch).map(|branch| branch.chunk_by(|a, b| a.key == b.key))
    }

    /// Whether one of its branches may hold on an event; `event` is in order.
    pub(super) fn may_hold(&self, event: &[u32]) -> bool {
        let is_there = |need: &Need| event.binary_search(&need.value).is_ok();
        self.branches().any(|mut keys| keys.all(|values| values.iter().any(is_there)))
    }

    /// Whether it may be about the detection rule of an event; `event` is in order.
    pub(super) fn may_be_about(&self, event: &[u32]) -> bool {
        self.detections.is_empty() || self.detections.iter().any(|id| event.binary_search(id).is_ok())
    }
}

fn needs(rule: &RuleSummary, detections: &[u32]) -> Box<[Need]> {
    let mut needs = Vec::with_capacity(16);
    let mut number = 0..=u16::MAX;
    for (place, formula) in &rule.silences {
        for (at, number) in (0..formula.len()).zip(&mut number) {
            let mut branch = Branch::new(number, &mut needs);
            for (key, values) in formula.exact_anchors(at) {
                branch.add(values.iter().map(|value| exact(*place, key, value)));
            }
            for (key, starts) in formula.prefix_anchors(at) {
                branch.add(starts.iter().map(|text| {
                    let cut = CUTS.into_iter().rev().find_map(|length| head(text, length)).unwrap_or_default();
                    other(Sort::Start, *place, key, cut)
                }));
            }
            branch.end(*place, detections);
        }
    }
    needs.into()
}

/// What one branch needs, as it is gathered.
struct Branch<'n> {
    needs: &'n mut Vec<Need>,
    /// Where its own ones start.
    start: usize,
    number: u16,
    key: u16,
    /// The least values that a key has.
    fewest: usize,
}

impl Branch<'_> {
    fn new(number: u16, needs: &mut Vec<Need>) -> Branch<'_> {
        Branch { start: needs.len(), needs, number, key: 0, fewest: usize::MAX }
    }

    /// Adds the values of a key.
    fn add(&mut self, values: impl ExactSizeIterator<Item = u32>) {
        let Some(next) = self.key.checked_add(1) else { return };
        let (branch, key) = (self.number, self.key);
        self.fewest = self.fewest.min(values.len());
        self.needs.extend(values.map(|value| Need { branch, key, value }));
        self.key = next;
    }

    /// Leaves out long lists where there are short ones. What needs no value needs one of the detection rules, or that
    /// there is an event at all.
    fn end(self, place: Place, detections: &[u32]) {
        let Branch { needs, start, number: branch, fewest, .. } = self;
        let own = needs.get(start..).unwrap_or_default();
        if own.is_empty() {
            let any = [any(place)];
            let values = if detections.is_empty() { &any } else { detections };
            needs.extend(values.iter().map(|value| Need { branch, key: 0, value: *value }));
        } else if own.len() > FEW && fewest < own.len() {
            let few = fewest.max(FEW);
            let keys = own.chunk_by(|a, b| a.key == b.key).filter(|values| values.len() <= few);
            let kept: Vec<Need> = keys.flatten().copied().collect();
            needs.truncate(start);
            needs.extend(kept);
        }
    }
}

/// The sketch of a suppression whose conditions are plain to see through; nothing where more has to be known.
fn plain(rule: &Rule, schema: &Schema, now: Instant) -> Option<RuleSketch> {
    if rule.polarity == Polarity::Require {
        return None;
    }
    let allows_not_decided = rule.allows.iter().any(|allow| allow.code == Code::NotDecided);
    let mut sketch = RuleSketch { allows_not_decided, ..RuleSketch::default() };
    if !rule.will_work(now) {
        return Some(sketch);
    }
    let mut ids = match &rule.rules {
        None => Vec::new(),
        Some(_) => rule.listed_ids()?,
    };
    ids.sort_unstable();
    ids.dedup();
    sketch.detections = ids.iter().map(|id| of_detection(id)).collect();
    let mut needs = Vec::with_capacity(16);
    let blocks = [(&rule.when_signal, Place::Signal), (&rule.when_event, Place::Event)];
    for (number, (query, place)) in
        (0..).zip(blocks.iter().filter_map(|(query, place)| Some((query.as_ref()?, *place))))
    {
        let condition = Plain::of(query, schema)?;
        let mut branch = Branch::new(number, &mut needs);
        for (key, values) in &condition.exact {
            branch.add(values.iter().map(|value| exact(place, key, value)));
        }
        branch.end(place, &sketch.detections);
        if number == 0 {
            sketch.silenced = Sample::Event(of_event(place, &condition.event, ids.first().copied()));
        }
    }
    sketch.needs = needs.into();
    Some(sketch)
}

/// An event of the first condition that ever holds, and a detection rule that the rule is about.
fn silenced(rule: &RuleSummary) -> Sample {
    let detection = match rule.scope.witness() {
        Answer::Yes(detection) => detection,
        Answer::No(()) => return Sample::Nothing,
        Answer::Undecided => return Sample::Undecided,
    };
    let id = detection.as_ref().and_then(|detection| detection.values("ruleId").next());
    for (place, formula) in &rule.silences {
        match formula.witness(&mut Budget::new(STEPS)) {
            Answer::Yes(event) => return Sample::Event(of_event(*place, &event, id)),
            Answer::No(()) => {}
            Answer::Undecided => return Sample::Undecided,
        }
    }
    Sample::Nothing
}

/// An event that a `require` lets through at a place, as if of every detection rule that it names.
fn let_through(place: Place, formula: &Formula, rule: &RuleSummary) -> Sample {
    match formula.witness(&mut Budget::new(STEPS)) {
        Answer::Yes(event) => Sample::Event(of_event(place, &event, rule.scope.ids.iter().map(|id| &**id))),
        Answer::No(()) => Sample::Nothing,
        Answer::Undecided => Sample::Undecided,
    }
}

/// What an event of detection rules has, in order.
pub(super) fn of_event<'i>(place: Place, event: &Witness, ids: impl IntoIterator<Item = &'i str>) -> Box<[u32]> {
    let mut hashes = Vec::with_capacity(64);
    for (key, value) in event.pairs() {
        hashes.push(exact(place, key, value));
        let starts = CUTS.into_iter().map_while(|length| head(value, length));
        hashes.extend(starts.map(|start| other(Sort::Start, place, key, start)));
    }
    hashes.extend(ids.into_iter().map(of_detection));
    hashes.push(any(place));
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

/// The first characters of a text; nothing where there are fewer.
fn head(text: &str, length: usize) -> Option<&str> {
    let end = text.char_indices().nth(length.saturating_sub(1)).map(|(at, last)| at + last.len_utf8())?;
    text.get(..end)
}

/// What a hash is of, beside the values of keys.
#[derive(Clone, Copy, Hash)]
enum Sort {
    /// The start of a value of a key.
    Start,
    /// The id of a detection rule.
    Detection,
    /// Any event.
    Any,
}

fn hash(of: impl Hash) -> u32 {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

/// A value of a key: the last bit tells it from all else.
fn exact(place: Place, key: &str, value: &str) -> u32 {
    hash((place, key, value)) | 1
}

/// Whether a hash is that of a value of a key.
pub(super) fn is_exact(hash: u32) -> bool {
    hash & 1 == 1
}

fn other(sort: Sort, place: Place, key: &str, text: &str) -> u32 {
    hash((sort, place, key, text)) & !1
}

fn of_detection(id: &str) -> u32 {
    other(Sort::Detection, Place::Rules, "", id)
}

fn any(place: Place) -> u32 {
    other(Sort::Any, place, "", "")
}

/// Two values together, the same for both orders.
pub(super) fn pair(first: u32, second: u32) -> u32 {
    hash((first.min(second), first.max(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::hir::{Names, lower_item};
    use crate::syntax::parse_item;

    /// Whether a rule is plain, where the sketch off the query is the one of its summary.
    #[track_caller]
    fn is_plain(fields: &str, when: &str) -> bool {
        let text = format!("suppress r {{\n  {fields}\n  when event {{ {when} }}\n}}\n");
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 1_700_000_000_000);
        let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
        let file: Arc<str> = Arc::from("main.quell");
        let rule = lowered.rules.first().unwrap();
        let expected = RuleSketch::new(&RuleSummary::new(rule, &file, 0, cx.schema, &cx), cx.now);
        assert_eq!(RuleSketch::of(rule, &file, cx.schema, &cx), expected, "{text}");
        plain(rule, cx.schema, cx.now).is_some()
    }

    #[test]
    fn a_plain_rule_needs_no_summary() {
        for (fields, when) in [
            ("", "@process.comm:a host:b"),
            ("rules { ruleId:(b OR a OR b) }", "@process.comm:(b OR a) -host:(c OR d*)"),
            ("rules { ruleId:a }", "@process.executable.path:/usr/bin/java @process.parent.executable.path:/sbin/init"),
            ("", "@process.uid:(010 OR 9) NOT (service:a OR host:*)"),
            ("", "-host:a"),
            ("expires = 2020-01-01", "host:a*"),
            ("allow not-decided = \"kept\"", "host:a"),
        ] {
            assert!(is_plain(fields, when), "{fields} {when}");
        }
        for (fields, when) in [
            ("", "host:a* @process.comm:b"),
            ("", "host:a OR @process.comm:b"),
            ("", "host:a host:b"),
            ("", "@process.executable.path:/usr/bin/java -@process.executable.name:java"),
            ("", "@evt.name:exec host:a"),
            ("rules { ruleId:a type:workload_security }", "host:a"),
            ("rules { -ruleId:a }", "host:a"),
        ] {
            assert!(!is_plain(fields, when), "{fields} {when}");
        }
    }

    #[test]
    fn heads_end_between_characters() {
        assert_eq!(head("aßc", 2), Some("aß"));
        assert_eq!(head("aßc", 3), Some("aßc"));
        assert_eq!(head("aßc", 4), None);
    }

    #[test]
    fn a_branch_holds_where_each_key_finds_a_value() {
        let need = |branch, key, value| Need { branch, key, value };
        let needs = [need(0, 0, 1), need(0, 0, 2), need(0, 1, 3), need(1, 0, 9)];
        let sketch = RuleSketch { needs: needs.into(), detections: [4].into(), ..RuleSketch::default() };
        for (event, holds) in [(&[1, 3][..], true), (&[2, 3], true), (&[1, 2], false), (&[3], false), (&[9], true)] {
            assert_eq!(sketch.may_hold(event), holds, "{event:?}");
        }
        assert!(sketch.may_be_about(&[1, 4]) && !sketch.may_be_about(&[1]));
        assert!(!RuleSketch::default().may_hold(&[1]));
    }
}
