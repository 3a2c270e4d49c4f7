//! A rule as far as it is compared with others: what it silences, of which detection rules, and when.

use std::sync::Arc;

use crate::base::{Instant, Span};
use crate::config::Context;
use crate::diag::Code;
use crate::hir::{Place, Polarity, Query, Rule};
use crate::logic::{Answer, Budget, Formula, Witness};
use crate::project::relations::STEPS;
use crate::schema::Schema;

/// All that a rule is compared by. It takes kilobytes: of most rules a [sketch](super::RuleSketch) is enough.
#[derive(Clone, Debug)]
pub struct RuleSummary {
    pub(super) file: Arc<str>,
    pub(super) name: String,
    /// The name's place, from the start of the file.
    pub(super) span: Span,
    pub(super) polarity: Polarity,
    enabled: bool,
    pub(super) starts: Option<Instant>,
    pub(super) expires: Option<Instant>,
    pub(super) scope: Scope,
    /// What it silences, by place.
    pub(super) silences: Vec<(Place, Formula)>,
    /// What a `require` lets through, by place.
    pub(super) lets: Vec<(Place, Formula)>,
    pub(super) allows: Vec<Code>,
}

/// Which detection rules a rule is about.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Nothing where every one is meant.
    formula: Option<Formula>,
    /// The ids of which a detection rule must have one, sorted; none where others may be meant too.
    pub(super) ids: Vec<Box<str>>,
    /// Whether nothing but its id and its type decides about a detection rule.
    is_plain: bool,
}

impl RuleSummary {
    /// Takes what is needed off a rule of `file` whose item starts at `offset`. `schema` is the one that the rule was
    /// lowered with.
    #[must_use]
    pub fn new(rule: &Rule, file: &Arc<str>, offset: u32, schema: &Schema, cx: &Context<'_>) -> RuleSummary {
        let cap = usize::from(cx.config.policy.max_branches.get());
        let blocks = [(&rule.when_signal, Place::Signal), (&rule.when_event, Place::Event)];
        let formulas = |negated: bool| -> Vec<(Place, Formula)> {
            let formula = |query: &Query| Formula::new(query, schema, negated, cap);
            blocks.iter().filter_map(|(query, place)| Some((*place, formula(query.as_ref()?)))).collect()
        };
        let is_require = rule.polarity == Polarity::Require;
        RuleSummary {
            file: Arc::clone(file),
            name: rule.name.value.clone(),
            span: rule.name.span.shifted(offset),
            polarity: rule.polarity,
            enabled: rule.enabled,
            starts: rule.starts.as_ref().map(|starts| starts.value),
            expires: rule.expires.as_ref().map(|expires| expires.value),
            scope: Scope::of(rule.rules.as_ref(), schema, cap),
            silences: formulas(is_require),
            lets: if is_require { formulas(false) } else { Vec::new() },
            allows: rule.allows.iter().map(|allow| allow.code).collect(),
        }
    }

    /// Whether it silences anything from now on, and can be compared with others.
    pub(super) fn is_alive(&self, now: Instant) -> bool {
        self.will_work(now) && self.silences.iter().chain(&self.lets).all(|(_, formula)| formula.is_complete())
    }

    /// Whether it works now or later.
    pub(super) fn will_work(&self, now: Instant) -> bool {
        self.enabled && self.expires.is_none_or(|expires| expires >= now)
    }

    /// Whether what it asks for has few branches and what it silences, which is all else, has too many.
    pub(super) fn is_too_long_denied(&self) -> bool {
        self.polarity == Polarity::Require
            && self.lets.iter().all(|(_, formula)| formula.is_complete())
            && !self.silences.iter().all(|(_, formula)| formula.is_complete())
    }

    /// Whether it works at every moment at which the other one does.
    pub(super) fn lasts_as_long_as(&self, other: &RuleSummary, now: Instant) -> bool {
        let starts = self.starts.is_none_or(|starts| starts <= other.starts.unwrap_or(Instant::MIN).max(now));
        starts && self.expires.is_none_or(|expires| other.expires.is_some_and(|other| other <= expires))
    }

    pub(super) fn works_at(&self, at: Instant) -> bool {
        self.starts.is_none_or(|starts| starts <= at) && self.expires.is_none_or(|expires| at <= expires)
    }

    pub(super) fn silences_at(&self, place: Place) -> Option<&Formula> {
        self.silences.iter().find(|(own, _)| *own == place).map(|(_, formula)| formula)
    }

    /// Whether it silences these events, which is less than that it covers the rule that they are of.
    pub(super) fn may_cover(&self, events: &[(Place, Witness)], budget: &mut Budget) -> bool {
        events.iter().all(|(place, event)| {
            self.silences_at(*place)
                .is_some_and(|silenced| budget.spend(silenced.len() as u64) && silenced.holds(event))
        })
    }

    /// Whether everything that the other one silences is silenced by this one, whatever the time. An event of the other
    /// one that is not is added to those.
    pub(super) fn covers(
        &self,
        other: &RuleSummary,
        events: &mut Vec<(Place, Witness)>,
        budget: &mut Budget,
    ) -> Answer<(), ()> {
        let mut undecided = match self.scope.covers(&other.scope) {
            Answer::Yes(()) => false,
            Answer::No(()) => return Answer::No(()),
            Answer::Undecided => true,
        };
        for (place, formula) in &other.silences {
            let answer = match self.silences_at(*place) {
                Some(own) => formula.implies(own, budget),
                // A condition that never holds needs nothing to cover it.
                None => match formula.witness(budget) {
                    Answer::Yes(event) => Answer::No(event),
                    Answer::No(()) => Answer::Yes(()),
                    Answer::Undecided => Answer::Undecided,
                },
            };
            match answer {
                Answer::Yes(()) => {}
                Answer::No(event) => {
                    events.push((*place, event));
                    return Answer::No(());
                }
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::Yes(()) }
    }
}

impl Scope {
    fn of(query: Option<&Query>, schema: &Schema, cap: usize) -> Scope {
        let everything = || Scope { formula: None, ids: Vec::new(), is_plain: true };
        let Some(query) = query else { return everything() };
        // Conditions are about events of Workload Protection, so that it says nothing to ask for its rules.
        let formula = Formula::new(query, schema, false, cap).given("type", TYPE);
        if formula.is_plainly_always() {
            return everything();
        }
        let is_plain = query.terms().all(|(_, _, key, _)| matches!(query.text(key.text), "ruleId" | "type"));
        let mut ids: Vec<Box<str>> = Vec::new();
        for branch in 0..formula.len() {
            let named = formula.exact_anchors(branch).into_iter().find(|(key, _)| *key == "ruleId");
            let Some((_, named)) = named else {
                ids.clear();
                break;
            };
            ids.extend(named.iter().cloned());
        }
        ids.sort_unstable();
        ids.dedup();
        Scope { formula: Some(formula), ids, is_plain }
    }

    pub(super) fn covers(&self, other: &Scope) -> Answer<(), ()> {
        match (&self.formula, &other.formula) {
            (None, _) => Answer::Yes(()),
            (Some(_), None) => Answer::No(()),
            (Some(own), Some(other)) => match other.implies(own, &mut Budget::new(STEPS)) {
                Answer::Yes(()) => Answer::Yes(()),
                Answer::No(_) => Answer::No(()),
                Answer::Undecided => Answer::Undecided,
            },
        }
    }

    /// A detection rule that it is about; `Yes(None)` where it is about every one.
    pub(super) fn witness(&self) -> Answer<Option<Witness>, ()> {
        match &self.formula {
            None => Answer::Yes(None),
            Some(formula) => match formula.witness(&mut Budget::new(STEPS)) {
                Answer::Yes(detection) => Answer::Yes(Some(detection)),
                Answer::No(()) => Answer::No(()),
                Answer::Undecided => Answer::Undecided,
            },
        }
    }

    /// Whether it is about every detection rule with that id that `of` is about, as far as that is plain; without an id
    /// about all that `of` is about.
    pub(super) fn includes(&self, id: Option<&str>, of: &Scope) -> bool {
        let Some(formula) = &self.formula else { return true };
        let named = self.is_plain && id.is_some_and(|id| formula.holds(&Witness::of_detection(&[("ruleId", id)])));
        named || matches!(self.covers(of), Answer::Yes(()))
    }
}

/// What every detection rule of Workload Protection has for its type.
const TYPE: &str = "workload_security";
