//! Rules that add nothing, since another one silences the same at least.
//!
//! A rule that covers another holds on every event of it. An event on which one candidate fails is kept and asked of the
//! next, so that few are compared in full.

use std::ops::Deref;

use crate::base::Instant;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::Place;
use crate::logic::{Answer, Budget, Witness};
use crate::project::relations::index::Candidates;
use crate::project::relations::{Finding, RuleSummary, STEPS, pointing};

/// What is found out about one rule may cost so many steps.
const ALL_STEPS: u64 = 4 * STEPS;

/// Where a rule has more candidates than this, what it may cost depends on how many rules there are.
const FEW: usize = 32;

/// What all rules with many candidates may cost together, and each of them at least: linear in the number of rules.
const STEPS_OF_ALL: u64 = 20_000_000;
const LEAST_STEPS: u64 = 2_000;

/// What a candidate costs that is looked at and does not hold on the events.
const LOOK: u64 = 12;

/// So many events are kept to ask of candidates.
const EVENTS: usize = 8;

/// What comparing one of so many rules may cost where it has many candidates.
pub(super) fn steps_of_many(rules: usize) -> u64 {
    (STEPS_OF_ALL / (rules as u64).max(1)).clamp(LEAST_STEPS, ALL_STEPS)
}

/// What covers a rule, among candidates that hold on the event that its sketch has of it. Where there are many of them
/// they are gone through in `steps_of_many`.
pub(super) fn covered<R: Deref<Target = RuleSummary>>(
    rule: &RuleSummary,
    number: usize,
    candidates: Candidates,
    other: &impl Fn(usize) -> Option<R>,
    steps_of_many: u64,
    now: Instant,
) -> Finding {
    if candidates.rules.is_empty() {
        return if candidates.is_cut { Finding::Undecided } else { Finding::Nothing };
    }
    // An event of each condition that holds at all.
    let mut events: Vec<(Place, Witness)> = Vec::new();
    for (place, formula) in &rule.silences {
        match formula.witness(&mut Budget::new(STEPS)) {
            Answer::Yes(event) => events.push((*place, event)),
            Answer::No(()) => {}
            Answer::Undecided => return Finding::Undecided,
        }
    }
    if events.is_empty() {
        return Finding::Nothing;
    }
    let mut is_undecided = candidates.is_cut;
    let mut left = Budget::new(if candidates.rules.len() > FEW { steps_of_many } else { ALL_STEPS });
    for at in candidates.rules {
        let Some(other) = other(at) else { continue };
        if !left.spend(LOOK) {
            return Finding::Undecided;
        }
        if !other.lasts_as_long_as(rule, now) || !other.may_cover(&events, &mut left) {
            continue;
        }
        let mut own = left.part(STEPS);
        let answer = other.covers(rule, &mut events, &mut own);
        left.settle(STEPS, own);
        events.truncate(EVENTS);
        match answer {
            Answer::Yes(()) => {}
            Answer::No(()) => continue,
            Answer::Undecided => {
                is_undecided = true;
                continue;
            }
        }
        let covers_back = match rule.lasts_as_long_as(&other, now) {
            true => rule.covers(&other, &mut Vec::new(), &mut Budget::new(STEPS)),
            false => Answer::No(()),
        };
        match covers_back {
            // The first of its kind; what comes behind it says so.
            Answer::Yes(()) if number < at => {}
            Answer::Yes(()) => return Finding::Found(duplicate(rule, &other)),
            Answer::No(()) | Answer::Undecided => return Finding::Found(subsumed(rule, &other)),
        }
    }
    if is_undecided || left.is_spent() { Finding::Undecided } else { Finding::Nothing }
}

fn subsumed(rule: &RuleSummary, other: &RuleSummary) -> Diagnostic {
    pointing(
        Diagnostic::new(
            Code::SubsumedRule,
            rule.span,
            text!("`{0}` adds nothing: `{1}` silences all that it silences", rule.name, other.name),
        )
        .label("covered")
        .help("remove one of them: this one if the other is as narrow as it should be, else the other"),
        rule,
        other,
        "covers it, for the same detection rules and at least as long",
    )
}

fn duplicate(rule: &RuleSummary, other: &RuleSummary) -> Diagnostic {
    pointing(
        Diagnostic::new(Code::DuplicateRule, rule.span, text!("`{0}` says the same as `{1}`", rule.name, other.name))
            .label("the second of its kind")
            .help("remove one of them: both silence the same events of the same detection rules"),
        rule,
        other,
        "the first",
    )
}
