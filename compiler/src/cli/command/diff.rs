//! `quell diff`: what two states of a project silence that the other does not.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use crate::base::Instant;
use crate::cli::args::{DiffArgs, Global, ListFormat};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::emit::query_text;
use crate::eval::{PlacedRule, Ruleset};
use crate::hir::{Polarity, Query, date};
use crate::logic::{Answer, Budget, Formula};
use crate::schema::Schema;

/// What one comparison may cost: seconds at the worst.
const STEPS: u64 = 4_000_000;

/// What the detection rules are that a rule is about, where it does not say.
const ALL: &str = "type:\"workload_security\"";

/// The differences in meaning. The struct is the documented format.
#[derive(Serialize, Default)]
struct Report {
    /// What only the new state silences.
    newly_silenced: Vec<Change>,
    /// What only the old state silences.
    newly_fires: Vec<Change>,
    /// Rules of which it was not decided.
    undecided: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    rule: String,
    file: String,
    line: u32,
}

#[derive(Serialize)]
struct Change {
    /// The rule that silences it, in the state that does.
    #[serde(flatten)]
    place: Place,
    /// The detection rule it is about; all that the rule is about if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    detection_rule: Option<String>,
    /// Whether only the dates differ: from when on, or until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    dates: Option<String>,
    /// An event that shows it.
    event: Value,
}

/// One state of a project.
struct State {
    setting: Setting,
    ruleset: Ruleset,
}

/// One condition of a rule that still works, about one detection rule.
#[derive(Clone, Copy)]
struct Part<'s> {
    kept: &'s PlacedRule,
    query: &'s Query,
    of_signals: bool,
}

/// Which detection rules a rule is about.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Debug)]
enum Scope {
    All,
    Id(String),
    /// What is compared as it is written.
    Written(String),
}

pub(in crate::cli) fn run(global: &Global, args: &DiffArgs) -> Result<Exit, Problem> {
    let (old, new) = match (State::load(global, &args.old)?, State::load(global, &args.new)?) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(exit), _) | (_, Err(exit)) => return Ok(exit),
    };
    let mut report = Report::default();
    report.newly_silenced = only_in(&new, &old, &mut report.undecided);
    report.newly_fires = only_in(&old, &new, &mut report.undecided);
    match args.format {
        ListFormat::Json => output::json(&report)?,
        ListFormat::Human => output::say(&output::visible(&shown(&report)))?,
    }
    let same = report.newly_silenced.is_empty() && report.newly_fires.is_empty() && report.undecided.is_empty();
    Ok(if same { Exit::Clean } else { Exit::Findings })
}

impl State {
    fn load(global: &Global, path: &PathBuf) -> Result<Result<State, Exit>, Problem> {
        if !path.exists() {
            return Err(Problem::input(format!(
                "`{}` cannot be read: there is no such file or folder",
                path.display()
            )));
        }
        let paths = std::slice::from_ref(path);
        let setting = Setting::load(global, paths)?;
        Ok(match ruleset::load(&setting, global, paths)? {
            Loaded::Rules(ruleset) => Ok(State { setting, ruleset }),
            Loaded::Broken(exit) => Err(exit),
        })
    }

    /// The conditions of all rules that work at present or will.
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.ruleset.rules.iter().filter(|kept| kept.lowered.rule.will_work(self.ruleset.now)).flat_map(|kept| {
            let rule = &kept.lowered.rule;
            let conditions = [(&rule.when_signal, true), (&rule.when_event, false)];
            conditions
                .into_iter()
                .filter_map(move |(query, of_signals)| Some(Part { kept, query: query.as_ref()?, of_signals }))
        })
    }
}

impl Part<'_> {
    fn place(&self) -> Place {
        Place { rule: self.kept.name().to_owned(), file: self.kept.file.to_string(), line: self.kept.line }
    }

    fn is_denied(&self) -> bool {
        self.kept.lowered.rule.polarity == Polarity::Require
    }

    /// The moments at which it works, from the present one on.
    fn span(&self, now: Instant) -> (Instant, Instant) {
        let rule = &self.kept.lowered.rule;
        let starts = rule.starts.as_ref().map_or(now, |starts| starts.value.max(now));
        (starts, rule.expires.as_ref().map_or(Instant::MAX, |expires| expires.value))
    }

    /// What it is about, in parts that another rule is about or is not.
    fn scopes(&self) -> Vec<Scope> {
        let rule = &self.kept.lowered.rule;
        let Some(rules) = &rule.rules else { return vec![Scope::All] };
        if let Some(ids) = rule.listed_ids() {
            return ids.into_iter().map(|id| Scope::Id(id.to_owned())).collect();
        }
        let mut text = String::new();
        query_text(rules, &mut text);
        vec![if text == ALL { Scope::All } else { Scope::Written(text) }]
    }

    /// Whether it says the same of the same as another.
    fn is_same(&self, other: &Part<'_>) -> bool {
        self.of_signals == other.of_signals
            && self.is_denied() == other.is_denied()
            && self.query.same(self.query.root(), other.query, other.query.root())
    }
}

/// What one state silences that the other does not.
fn only_in(this: &State, that: &State, undecided: &mut Vec<Place>) -> Vec<Change> {
    let now = this.ruleset.now;
    let others: Vec<(Part<'_>, Vec<Scope>)> = that.parts().map(|part| (part, part.scopes())).collect();
    let mut changes = Vec::new();
    for part in this.parts() {
        let (starts, ends) = part.span(now);
        for scope in part.scopes() {
            let about = |(other, scopes): &&(Part<'_>, Vec<Scope>)| {
                other.of_signals == part.of_signals && scopes.iter().any(|wide| *wide == Scope::All || *wide == scope)
            };
            let near: Vec<Part<'_>> = others.iter().filter(about).map(|(other, _)| *other).collect();
            let lasts = |other: &&Part<'_>| {
                let (from, until) = other.span(now);
                from <= starts && ends <= until
            };
            let lasting: Vec<Part<'_>> = near.iter().filter(lasts).copied().collect();
            if lasting.iter().any(|other| other.is_same(&part)) {
                continue;
            }
            let schema = part.kept.lowered.schema(&this.setting.schema);
            let cap = usize::from(this.setting.config.policy.max_branches.get());
            let event = match within(&part, &lasting, schema, cap) {
                Answer::Yes(()) => continue,
                Answer::Undecided => {
                    undecided.push(part.place());
                    continue;
                }
                Answer::No(event) => event,
            };
            let is_dates = near.len() > lasting.len() && matches!(within(&part, &near, schema, cap), Answer::Yes(()));
            let day = |instant: Instant| date::rfc3339(instant);
            let dates = is_dates.then(|| match (starts > now, ends < Instant::MAX) {
                (true, true) => format!("from {} to {}", day(starts), day(ends)),
                (true, false) => format!("from {}", day(starts)),
                (false, true) => format!("until {}", day(ends)),
                (false, false) => "for ever".to_owned(),
            });
            let detection_rule = match scope {
                Scope::Id(id) => Some(id),
                Scope::All | Scope::Written(_) => None,
            };
            changes.push(Change { place: part.place(), detection_rule, dates, event });
        }
    }
    changes
}

/// Whether one of the others silences whatever the part silences; else an event that none of them does.
fn within(part: &Part<'_>, others: &[Part<'_>], schema: &Schema, cap: usize) -> Answer<(), Value> {
    let formula = |part: &Part<'_>| Formula::new(part.query, schema, part.is_denied(), cap);
    let others: Vec<Formula> = others.iter().map(formula).collect();
    let others: Vec<&Formula> = others.iter().collect();
    match formula(part).implies_any(&others, &mut Budget::new(STEPS)) {
        Answer::Yes(()) => Answer::Yes(()),
        Answer::No(witness) => Answer::No(witness.to_json()),
        Answer::Undecided => Answer::Undecided,
    }
}

fn shown(report: &Report) -> String {
    let mut out = String::new();
    let mut list = |what: &str, changes: &[Change]| {
        for Change { place, detection_rule, dates, event } in changes {
            let about = detection_rule.as_ref().map(|id| format!(" of {id}")).unwrap_or_default();
            let dates = dates.as_ref().map(|dates| format!(" {dates}")).unwrap_or_default();
            let _ = writeln!(out, "{what} `{}` ({}:{}){about}{dates}:", place.rule, place.file, place.line);
            let _ = writeln!(out, "  {event}");
        }
    };
    list("newly silenced by", &report.newly_silenced);
    list("newly fires, once silenced by", &report.newly_fires);
    for Place { rule, file, line } in &report.undecided {
        let _ = writeln!(out, "not decided for `{rule}` ({file}:{line}): its condition is too large");
    }
    if out.is_empty() {
        out.push_str("no change in meaning\n");
    }
    out
}
