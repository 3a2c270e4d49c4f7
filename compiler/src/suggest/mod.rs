//! Makes a rule from events: the narrowest combination of attributes that last which silences all of them and nothing
//! that must fire, with parent context first, as the tuning guide advises.
//!
//! What comes out passes every check, is specific, and holds no value that the next run will not have. Where nothing
//! does, it is said why: two events that nothing tells apart, or an event that says too little.
//!
//! Not here: files, and what the person who takes the rule over adds to it.

mod branch;
mod candidates;
mod order;
mod sighting;
mod term;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::{Instant, Span};
use crate::config::Context;
use crate::diag::{Code, Diagnostic};
use crate::event::{Detection, Event, LoweredRule, silences};
use crate::hir::{Names, spelling};
use crate::lint::{CheckedItem, check_item};
use crate::logic::specificity::{Bits, SPECIFIC};
use crate::syntax::parse_item;
use branch::{Fault, Maker};
use sighting::Sighting;
use term::Term;
use write::Draft;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// How long a suggested rule works, in days, where the policy allows it.
const LIFETIME: i64 = 90;

/// How often the whole rule is mended before it is given up.
const ROUNDS: usize = 32;

/// More events at once are more than a rule is made from; whoever reads them stops there.
pub const MOST: usize = 50_000;

/// An event, and how a test names it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'v> {
    /// The event, signal or log.
    pub value: &'v Value,
    /// The file that it is in, as the test of the rule is to name it; every event of that file has to be given. Without
    /// one, the event is written into the test, cut down to what the rule asks for.
    pub file: Option<&'v str>,
}

/// What the rule is to say beside its condition.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Its name; made from the program and the kind of event if absent.
    pub name: Option<&'a str>,
    /// Who answers for it.
    pub owner: Option<&'a str>,
    /// Why what it hides is harmless.
    pub reason: Option<&'a str>,
}

/// A rule with a test of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// The two items, laid out, with a line break at the end.
    pub text: String,
    /// The name of the rule.
    pub name: String,
    /// How many branches the condition has.
    pub branches: usize,
    /// How narrow the broadest of them is.
    pub bits: Bits,
}

/// Why there is no rule. Events are told by their position among those that were given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No event was given.
    NoEvent,
    /// An event that is to be silenced and one that must fire have all values in common that last.
    Alike {
        /// Among the events to silence.
        event: usize,
        /// Among those that must fire.
        must_fire: usize,
    },
    /// An event says too little for a rule that passes every check.
    TooLittle {
        /// Among the events to silence.
        event: usize,
        /// What the checks still find.
        why: String,
    },
}

/// An event to silence that others may be like.
struct Seen<'v> {
    index: usize,
    recorded: Recorded<'v>,
    sighting: Sighting,
}

/// Makes a rule that silences all `events` and none of `must_fire`.
///
/// # Errors
///
/// A [`Refusal`] says why there is none.
pub fn suggest(
    events: &[Recorded<'_>],
    must_fire: &[Recorded<'_>],
    options: &Options<'_>,
    cx: &Context<'_>,
) -> Result<Suggestion, Refusal> {
    let seen: Vec<Seen<'_>> = events
        .iter()
        .enumerate()
        .map(|(index, recorded)| Seen {
            index,
            recorded: *recorded,
            sighting: Sighting::new(recorded.value, cx.schema),
        })
        .collect();
    let foes: Vec<Sighting> = must_fire.iter().map(|recorded| Sighting::new(recorded.value, cx.schema)).collect();
    let rules = detection_rules(&seen);
    let of_signals = rules.is_some();
    let rules = rules.unwrap_or_default();
    // What belongs to another detection rule is out of the rule's reach.
    let in_reach = |foe: &Sighting| rules.is_empty() || foe.detection.as_ref().is_none_or(|id| rules.contains(id));
    let reached = foes.iter().cloned().enumerate().filter(|(_, foe)| in_reach(foe)).collect();
    let maker = Maker { cx, of_signals, foes: reached };
    let mut branches = branches(&maker, &seen)?;
    let name = options.name.map_or_else(|| default_name(&seen), str::to_owned);
    let names_agent_rule = |branch: &Vec<Term>| branch.iter().any(|term| term.key == "@agent.rule_id" && !term.denied);
    // What several branches make of one another shows only where they stand together.
    let mut is_long = false;
    for _ in 0..ROUNDS {
        let draft = Draft {
            name: &name,
            options,
            expires: expires(cx),
            rules: &rules,
            is_unscoped: rules.is_empty() && !branches.iter().all(names_agent_rule),
            is_long,
            of_signals,
            branches: &branches,
            count: events.len(),
        };
        let (text, spans) = draft.rule();
        let checked = check_item(&text, &parse_item(&text), &Names::default(), cx);
        let Some(finding) = checked.diagnostics.first() else {
            if bits(&checked) < SPECIFIC {
                break;
            }
            verify(&checked, events, must_fire, cx)?;
            let all: Vec<(Recorded<'_>, &Sighting)> = seen.iter().map(|seen| (seen.recorded, &seen.sighting)).collect();
            let fires: Vec<(Recorded<'_>, &Sighting)> = must_fire.iter().copied().zip(&foes).collect();
            let text = crate::fmt::format(&format!("{text}\n{}", draft.test(&all, &fires)));
            return Ok(Suggestion { text, branches: branches.len(), bits: bits(&checked), name });
        };
        if finding.code == Code::NotDecided && !is_long {
            is_long = true;
            continue;
        }
        let culprit = checked.diagnostics.iter().find_map(|found| culprit(found, &spans));
        let too_little = || Refusal::TooLittle { event: 0, why: finding.message.to_string() };
        let (branch, term) = culprit.ok_or_else(too_little)?;
        let several = branches.len() > 1;
        match (term, branches.get_mut(branch)) {
            (Some(term), Some(terms)) if terms.len() > 1 => drop(terms.remove(term)),
            (None, Some(_)) if several => drop(branches.remove(branch)),
            _ => return Err(too_little()),
        }
    }
    Err(Refusal::TooLittle { event: 0, why: "its parts cannot be put together".to_owned() })
}

/// The branch that a finding is about, and the term where it is about one.
fn culprit(found: &Diagnostic, spans: &[Vec<Span>]) -> Option<(usize, Option<usize>)> {
    if !branch::is_about_terms(found.code) {
        return None;
    }
    let of_term = spans
        .iter()
        .enumerate()
        .find_map(|(branch, own)| Some((branch, Some(own.iter().position(|span| span.contains(found.span))?))));
    let is_whole = |own: &Vec<Span>| own.first().is_some_and(|span| found.span.contains(*span));
    of_term.or_else(|| (found.code == Code::RedundantBranch).then_some((spans.iter().position(is_whole)?, None)))
}

/// The ids of the detection rules, where every event names one: then they are signals.
fn detection_rules(seen: &[Seen<'_>]) -> Option<BTreeSet<String>> {
    let ids: Option<BTreeSet<String>> = seen.iter().map(|seen| seen.sighting.detection.clone()).collect();
    ids.filter(|ids| !ids.is_empty())
}

/// A branch for each group of events that did the same, and for each part of a group that has none as a whole.
fn branches(maker: &Maker<'_>, seen: &[Seen<'_>]) -> Result<Vec<Vec<Term>>, Refusal> {
    if seen.is_empty() {
        return Err(Refusal::NoEvent);
    }
    // Of events that are alike one is enough.
    let mut distinct: Vec<&Seen<'_>> = Vec::new();
    for seen in seen {
        if !distinct.iter().any(|other| other.sighting.is_like(&seen.sighting)) {
            distinct.push(seen);
        }
    }
    let mut groups: BTreeMap<(usize, String), Vec<&Seen<'_>>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for seen in distinct {
        let sighting = &seen.sighting;
        let signature = ["@evt.name", "@process.executable.path"].map(|key| format!("{:?}", sighting.lasting(key)));
        let scope = sighting.lasting("@agent.rule_id").is_empty();
        let signature = format!("{signature:?}{scope}");
        let at = order.iter().position(|known| *known == signature).unwrap_or_else(|| {
            order.push(signature.clone());
            order.len() - 1
        });
        groups.entry((at, signature)).or_default().push(seen);
    }
    let mut waiting: Vec<Vec<&Seen<'_>>> = groups.into_values().rev().collect();
    let mut found: Vec<(Vec<Term>, Vec<&Sighting>)> = Vec::new();
    while let Some(group) = waiting.pop() {
        let sightings: Vec<&Sighting> = group.iter().map(|seen| &seen.sighting).collect();
        match maker.branch(&sightings) {
            Ok(terms) => found.push((terms, sightings)),
            Err(fault) => {
                let parts = parts(&group, maker);
                if let ([only], true) | ([only, ..], true) = (group.as_slice(), parts.len() < 2) {
                    return Err(match fault {
                        Fault::Alike(must_fire) => Refusal::Alike { event: only.index, must_fire },
                        Fault::TooLittle(why) => Refusal::TooLittle { event: only.index, why },
                    });
                }
                waiting.extend(parts.into_iter().rev());
            }
        }
    }
    // A branch that the others make needless goes.
    let mut at = found.len();
    while at > 0 {
        at -= 1;
        let Some((_, group)) = found.get(at) else { continue };
        let needless = group.iter().all(|sighting| {
            let others = found.iter().enumerate().filter(|(other, _)| *other != at);
            others.map(|(_, (terms, _))| terms).any(|terms| terms.iter().all(|term| term.holds(sighting)))
        });
        if needless && found.len() > 1 {
            found.remove(at);
        }
    }
    Ok(found.into_iter().map(|(terms, _)| terms).collect())
}

/// A group taken apart by the most telling key in which its events differ.
fn parts<'s, 'v>(group: &[&'s Seen<'v>], maker: &Maker<'_>) -> Vec<Vec<&'s Seen<'v>>> {
    let mut keys: Vec<&str> = group.iter().flat_map(|seen| seen.sighting.keys()).collect();
    keys.sort_by_key(|key| (order::rank(key, maker.cx.schema), *key));
    keys.dedup();
    for key in keys {
        let mut parts: BTreeMap<&[term::Wanted], Vec<&'s Seen<'v>>> = BTreeMap::new();
        for seen in group {
            parts.entry(seen.sighting.lasting(key)).or_default().push(*seen);
        }
        if parts.len() > 1 {
            return parts.into_values().collect();
        }
    }
    Vec::new()
}

/// Until when the rule works: a quarter of a year, less where the policy says so, and longer than what is said to end
/// soon.
fn expires(cx: &Context<'_>) -> Instant {
    let policy = &cx.config.policy;
    let longest = policy.max_lifetime_days.map_or(i64::MAX, |days| i64::from(days.get()));
    let days = LIFETIME.max(i64::from(policy.expires_soon_days) + 2).min(longest.saturating_sub(1).max(1));
    cx.now.saturating_add(days * DAY)
}

fn default_name(seen: &[Seen<'_>]) -> String {
    let Some(first) = seen.first() else { return String::new() };
    let program = |seen: &Seen<'_>| {
        let path = ["@process.executable.path", "@process.executable.name", "@process.comm"]
            .iter()
            .find_map(|key| seen.sighting.values(key).first())?;
        let name = path.rsplit(['/', '\\']).next()?;
        Some(name.split('.').next().unwrap_or(name).to_owned())
    };
    let kind = first.sighting.kind.filter(|kind| seen.iter().all(|other| other.sighting.kind == Some(*kind)));
    let name = program(first).filter(|name| seen.iter().all(|other| program(other).as_ref() == Some(name)));
    let words = [name.as_deref().unwrap_or("quiet"), kind.map_or("events", |kind| kind.name())];
    spelling::name(&words.join("-").replace('_', "-"), "quiet")
}

fn bits(checked: &CheckedItem) -> Bits {
    let specificity = checked.rules.first().and_then(|judged| judged.specificity.as_ref());
    specificity.map(|found| found.bits()).unwrap_or_default()
}

/// Asks the evaluator, which has the last word.
fn verify(
    checked: &CheckedItem,
    events: &[Recorded<'_>],
    must_fire: &[Recorded<'_>],
    cx: &Context<'_>,
) -> Result<(), Refusal> {
    let Some(judged) = checked.rules.first() else { return Err(Refusal::NoEvent) };
    let rule = LoweredRule { rule: judged.rule.clone(), schema: None };
    let silenced = |recorded: &Recorded<'_>| {
        Event::new(recorded.value).is_some_and(|event| silences(&rule, &event, &Detection::of(&event), cx.schema))
    };
    let why = |what: &str| what.to_owned();
    if let Some(event) = events.iter().position(|recorded| !silenced(recorded)) {
        return Err(Refusal::TooLittle { event, why: why("the rule does not silence it") });
    }
    if let Some(must_fire) = must_fire.iter().position(silenced) {
        return Err(Refusal::TooLittle { event: 0, why: format!("the rule silences attack {}", must_fire + 1) });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
