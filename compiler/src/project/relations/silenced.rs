//! Detections that never trigger again: what a `require` lets through is silenced by other rules.
//!
//! An event that it lets through is looked for on which no other rule holds. Each rule that holds on one is added to
//! those that the next event must escape, until one escapes them all, or none is left. That is asked of the moments at
//! which rules start, the first one now.
//!
//! Of several `require`s the last one in source order is where it is said, so that it is said once.

use std::ops::Deref;

use crate::base::Instant;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::{Place, Polarity};
use crate::logic::{Answer, Budget, Formula, Witness};
use crate::project::relations::sketch::{Sought, of_event};
use crate::project::relations::{Finding, Relations, RuleSummary, STEPS, pointing};

/// Rules that take more others than this to be silenced are left alone.
const MOST: usize = 16;

/// Moments that are looked at for one `require`.
const MOMENTS: usize = 64;

/// What one question may cost, in steps.
const ALL_STEPS: u64 = 16 * STEPS;

/// Whether a detection of a `require` never triggers again.
pub(super) fn silenced<R, F>(
    rule: &RuleSummary,
    number: usize,
    relations: &Relations<'_>,
    other: &F,
    now: Instant,
) -> Finding
where
    R: Deref<Target = RuleSummary> + Clone,
    F: Fn(usize) -> Option<R>,
{
    let mut is_undecided = false;
    // Without ids the detections are asked for together.
    let ids: Vec<Option<&str>> = match rule.scope.ids.as_slice() {
        [] => vec![None],
        ids => ids.iter().map(|id| Some(&**id)).collect(),
    };
    for id in ids {
        for (place, lets) in &rule.lets {
            let question = Question { relations, number, rule, place: *place, lets, id, other };
            match question.ask(now) {
                Answer::Yes(others) => return Finding::Found(question.said(&others)),
                Answer::No(()) => {}
                Answer::Undecided => is_undecided = true,
            }
        }
    }
    if is_undecided { Finding::Undecided } else { Finding::Nothing }
}

/// Whether everything that `lets` lets through of one detection at one place is silenced.
struct Question<'r, F> {
    relations: &'r Relations<'r>,
    number: usize,
    rule: &'r RuleSummary,
    place: Place,
    lets: &'r Formula,
    id: Option<&'r str>,
    /// Gives any rule by its number.
    other: &'r F,
}

/// What came of one moment.
enum Moment<R> {
    /// These rules silence all.
    Silenced(Vec<R>),
    /// This event escapes.
    Escapes(Witness),
    Undecided,
}

impl<R, F> Question<'_, F>
where
    R: Deref<Target = RuleSummary> + Clone,
    F: Fn(usize) -> Option<R>,
{
    /// The rules that silence all, at some moment from now on.
    fn ask(&self, now: Instant) -> Answer<Vec<R>, ()> {
        let mut budget = Budget::new(ALL_STEPS);
        let mut at = self.rule.starts.unwrap_or(Instant::MIN).max(now);
        for _ in 0..MOMENTS {
            let event = match self.moment(at, &mut budget) {
                Moment::Silenced(others) if others.is_empty() => return Answer::No(()),
                Moment::Silenced(others) => return Answer::Yes(others),
                Moment::Undecided => return Answer::Undecided,
                Moment::Escapes(event) => event,
            };
            // Until another rule that holds on this event starts, it escapes.
            let (others, is_cut) = self.holding(&event);
            if is_cut {
                return Answer::Undecided;
            }
            let starts = others.iter().filter_map(|other| other.starts).filter(|starts| *starts > at).min();
            match starts.filter(|starts| self.rule.expires.is_none_or(|expires| *starts <= expires)) {
                Some(next) => at = next,
                None => return Answer::No(()),
            }
        }
        Answer::Undecided
    }

    fn moment(&self, at: Instant, budget: &mut Budget) -> Moment<R> {
        let mut others: Vec<R> = Vec::new();
        loop {
            let silenced: Vec<&Formula> = others.iter().filter_map(|other| other.silences_at(self.place)).collect();
            let event = match self.lets.implies_any(&silenced, budget) {
                Answer::Yes(()) => break,
                Answer::No(event) => event,
                Answer::Undecided => return Moment::Undecided,
            };
            let (holding, is_cut) = self.holding(&event);
            let active: Vec<R> = holding.into_iter().filter(|other| other.works_at(at)).collect();
            // One that silences all by itself is easier to understand.
            let alone = active.iter().take(MOST).find(|other| {
                others.is_empty()
                    && other.silences_at(self.place).is_some_and(|silenced| {
                        matches!(self.lets.implies(silenced, &mut Budget::new(STEPS)), Answer::Yes(()))
                    })
            });
            match alone.or(active.first()) {
                Some(_) if others.len() == MOST => return Moment::Undecided,
                Some(other) => others.push(other.clone()),
                None if is_cut => return Moment::Undecided,
                None => return Moment::Escapes(event),
            }
        }
        // Whatever is not needed is not named.
        let mut position = 0;
        while position < others.len() {
            let but: Vec<&Formula> = others
                .iter()
                .enumerate()
                .filter(|(own, _)| *own != position)
                .filter_map(|(_, other)| other.silences_at(self.place))
                .collect();
            match self.lets.implies_any(&but, budget) {
                Answer::Yes(()) => drop(others.remove(position)),
                _ => position += 1,
            }
        }
        Moment::Silenced(others)
    }

    /// The other rules that silence an event of the detection at some time; whether some were left out.
    fn holding(&self, event: &Witness) -> (Vec<R>, bool) {
        let candidates = self.relations.candidates(self.number, &of_event(self.place, event, self.id), Sought::Holding);
        let holding = candidates
            .rules
            .into_iter()
            .filter_map(|at| Some((at, (self.other)(at)?)))
            .filter(|(at, other)| match other.polarity {
                Polarity::Suppress => true,
                // That one lets nothing through at all is its own fault.
                Polarity::Require => *at < self.number && self.lets_something(other),
            })
            .map(|(_, other)| other)
            .filter(|other| other.silences_at(self.place).is_some_and(|silenced| silenced.holds(event)))
            .filter(|other| other.scope.includes(self.id, &self.rule.scope))
            .collect();
        (holding, candidates.is_cut)
    }

    fn lets_something(&self, other: &RuleSummary) -> bool {
        other.lets.iter().any(|(place, lets)| {
            *place == self.place && matches!(lets.witness(&mut Budget::new(STEPS)), Answer::Yes(_))
        })
    }

    fn said(&self, others: &[R]) -> Diagnostic {
        let name = &self.rule.name;
        let message = match others {
            [only] if only.polarity == Polarity::Suppress => {
                text!("nothing triggers any more: `{0}` lets through only what `{1}` silences", name, only.name)
            }
            [only] => text!("nothing triggers any more: `{0}` and `{1}` let nothing through together", name, only.name),
            _ => {
                let names = others.iter().map(|other| format!("`{}`", other.name)).collect::<Vec<_>>().join(", ");
                text!("nothing triggers any more: all that `{0}` lets through is silenced by {1}", name, names)
            }
        };
        let help = match others.iter().any(|other| other.polarity == Polarity::Suppress) {
            true => "narrow the suppression, or remove the `require`: together they switch the detection off",
            false => "join them into one `require` with OR, or remove one: together they switch the detection off",
        };
        let diagnostic = Diagnostic::new(Code::ContradictsRequire, self.rule.span, message)
            .label("what it asks for is silenced")
            .help(help);
        others.iter().fold(diagnostic, |diagnostic, other| {
            let label = match other.polarity {
                Polarity::Suppress if others.len() == 1 => "silences all of it",
                Polarity::Suppress => "silences a part of it",
                Polarity::Require => "lets through only what is something else",
            };
            pointing(diagnostic, self.rule, other, label)
        })
    }
}
