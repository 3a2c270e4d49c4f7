//! What is held of every rule of a project: hashes, by which rules find those that they may have to do with.
//!
//! Of a branch they tell the values that an event needs for it to hold, and of the rule as a whole the values of one event
//! that it silences. Where no branch of one rule finds its needs among the values of the other's event, the first does not
//! cover the second. A rule of one branch covers only what denies all that it denies itself, so that it needs that too of the
//! branch that the event is of. Equal hashes of different texts cost a comparison and change no claim.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::base::Instant;
use crate::config::Context;
use crate::diag::Code;
use crate::hir::{Place, Polarity, Rule};
use crate::logic::{Answer, Block, Budget, Cluster, DeniedValue, Formula, PREFIX, Plain, Said, Witness};
use crate::project::relations::{RuleSummary, STEPS};
use crate::schema::Schema;

/// The lengths that starts of values are cut to, in characters.
const CUTS: [usize; 4] = [1, 4, 12, PREFIX];

/// Of a key with more values than this, the values are kept only where no other key of the branch has fewer.
const FEW: usize = 16;

/// Of a branch that denies more values than this the first ones are kept.
const DENIALS: u16 = 8;

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

impl Need {
    /// What marks keys that stand for a denial.
    const DENIAL: u16 = 1 << 15;

    fn is_denial(&self) -> bool {
        self.key & Need::DENIAL != 0
    }
}

/// What rules are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sought {
    /// Those that may cover all of the branch that an event is of.
    Covering,
    /// Those that may hold on an event, whatever else is denied of it.
    Holding,
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

    /// The values that tell which rules are rare to be looked up: of all that may be covered, or of all that may hold.
    pub(super) fn values(&self, sought: Sought) -> impl Iterator<Item = u32> {
        let event = match &self.silenced {
            Sample::Event(event) if sought == Sought::Covering => &event[..],
            _ => &[],
        };
        let needs = self.needs.iter().filter(move |need| sought == Sought::Holding && !need.is_denial());
        event.iter().copied().chain(needs.map(|need| need.value))
    }

    /// What each branch needs, key by key.
    pub(super) fn branches(&self, sought: Sought) -> impl Iterator<Item = impl Iterator<Item = &[Need]>> {
        let counts = move |values: &&[Need]| sought == Sought::Covering || !values.iter().any(Need::is_denial);
        let branches = self.needs.chunk_by(|a, b| a.branch == b.branch);
        branches.map(move |branch| branch.chunk_by(|a, b| a.key == b.key).filter(counts))
    }

    /// Whether one of its branches may be what is sought for an event; `event` is in order.
    pub(super) fn may_be(&self, sought: Sought, event: &[u32]) -> bool {
        let is_there = |need: &Need| event.binary_search(&need.value).is_ok();
        self.branches(sought).any(|mut keys| keys.all(|values| values.iter().any(is_there)))
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
                let of_key = OfKey::new(*place, key);
                branch.add(values.iter().map(|value| of_key.exact(value)));
            }
            for (key, starts) in formula.prefix_anchors(at) {
                let of_key = OfKey::new(*place, key);
                branch.add(starts.iter().map(|text| {
                    let cut = CUTS.into_iter().rev().find_map(|length| head(text, length)).unwrap_or_default();
                    of_key.start(cut)
                }));
            }
            for anchor in formula.block_anchors(at) {
                let of_key = OfKey::new(*place, anchor.key);
                let values = anchor.exact.iter().map(|value| of_key.exact(value));
                let blocks = anchor.blocks.iter().map(|block| of_block(*place, anchor.key, *block));
                branch.add(values.chain(blocks).collect::<Vec<u32>>().into_iter());
            }
            branch.end(*place, detections);
            // What several branches cover together, none of them may cover alone.
            if formula.len() == 1 {
                deny(*place, number, &formula.said(at), &mut needs);
            }
        }
    }
    needs.into()
}

/// Adds what else a rule of one branch needs of what it covers: that it follows what is denied.
fn deny(place: Place, branch: u16, said: &Said<'_>, needs: &mut Vec<Need>) {
    for (key, denial) in (Need::DENIAL..Need::DENIAL + DENIALS).zip(said.denials()) {
        let denied = denial.by.iter().map(|denied| of_denied(place, *denied));
        let kinds = denial.is_of_some_kinds.then(|| of_some_kinds(place));
        let values = denied.chain([of_cluster(place, denial.cluster)]).chain(kinds);
        needs.extend(values.map(|value| Need { branch, key, value }));
    }
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
        for (key, values) in condition.said.needed() {
            let of_key = OfKey::new(place, key);
            branch.add(values.iter().map(|value| of_key.exact(value)));
        }
        branch.end(place, &sketch.detections);
        deny(place, number, &condition.said, &mut needs);
        if number == 0 {
            sketch.silenced = Sample::Event(of_branch(place, &condition.event, ids.first().copied(), &condition.said));
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
        match formula.first(&mut Budget::new(STEPS)) {
            Answer::Yes((branch, event)) => {
                return Sample::Event(of_branch(*place, &event, id, &formula.said(branch)));
            }
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
    in_order(values_of(place, event, ids))
}

/// The same of an event that a branch silences, with what the branch says.
fn of_branch(place: Place, event: &Witness, id: Option<&str>, said: &Said<'_>) -> Box<[u32]> {
    let mut hashes = values_of(place, event, id);
    hashes.extend(said.denied().map(|denied| of_denied(place, denied)));
    hashes.extend(said.spoken().map(|cluster| of_cluster(place, cluster)));
    hashes.extend(said.is_of_some_kinds().then(|| of_some_kinds(place)));
    in_order(hashes)
}

fn values_of<'i>(place: Place, event: &Witness, ids: impl IntoIterator<Item = &'i str>) -> Vec<u32> {
    let mut hashes = Vec::with_capacity(64);
    for (key, class, value) in event.classed() {
        let of_key = OfKey::new(place, key);
        hashes.push(of_key.exact(value));
        let starts = CUTS.into_iter().map_while(|length| head(value, length));
        hashes.extend(starts.map(|start| of_key.start(start)));
        hashes.extend(Block::of_value(class, value).into_iter().map(|block| of_block(place, key, block)));
    }
    hashes.extend(ids.into_iter().map(of_detection));
    hashes.push(any(place));
    hashes
}

fn in_order(mut hashes: Vec<u32>) -> Box<[u32]> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

/// The first characters of a text; nothing where there are fewer.
fn head(text: &str, length: usize) -> Option<&str> {
    if text.is_ascii() {
        return text.get(..length);
    }
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
    /// What a number or an address is in.
    Block,
    /// A value that is denied.
    Denied,
    /// Keys of which more is said.
    Spoken,
    /// That not every kind of event is meant.
    SomeKinds,
}

fn hash(of: impl Hash) -> u32 {
    hash_on(FxHasher::default(), of)
}

fn hash_on(mut hasher: FxHasher, of: impl Hash) -> u32 {
    of.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

/// The hashes of values of one key, which is hashed once.
struct OfKey {
    exact: FxHasher,
    start: FxHasher,
}

impl OfKey {
    fn new(place: Place, key: &str) -> OfKey {
        let hasher = |sort: Option<Sort>| {
            let mut hasher = FxHasher::default();
            (sort, place, key).hash(&mut hasher);
            hasher
        };
        OfKey { exact: hasher(None), start: hasher(Some(Sort::Start)) }
    }

    /// A value: the last bit tells it from all else.
    fn exact(&self, value: &str) -> u32 {
        hash_on(self.exact.clone(), value) | 1
    }

    /// What a value starts with.
    fn start(&self, text: &str) -> u32 {
        hash_on(self.start.clone(), text) & !1
    }
}

/// Whether a hash is that of a value of a key.
pub(super) fn is_exact(hash: u32) -> bool {
    hash & 1 == 1
}

fn of_detection(id: &str) -> u32 {
    hash((Sort::Detection, id)) & !1
}

fn any(place: Place) -> u32 {
    hash((Sort::Any, place)) & !1
}

fn of_some_kinds(place: Place) -> u32 {
    hash((Sort::SomeKinds, place)) & !1
}

fn of_block(place: Place, key: &str, block: Block) -> u32 {
    hash((Sort::Block, place, key, block)) & !1
}

fn of_denied(place: Place, denied: DeniedValue<'_>) -> u32 {
    hash((Sort::Denied, place, denied)) & !1
}

fn of_cluster(place: Place, cluster: Cluster<'_>) -> u32 {
    hash((Sort::Spoken, place, cluster)) & !1
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
            assert_eq!(sketch.may_be(Sought::Holding, event), holds, "{event:?}");
        }
        assert!(sketch.may_be_about(&[1, 4]) && !sketch.may_be_about(&[1]));
        assert!(!RuleSketch::default().may_be(Sought::Covering, &[1]));
    }
}
