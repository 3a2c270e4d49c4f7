//! What rules mean to one another: the same twice, one within another, a detection that never triggers again.
//!
//! A rule that covers another holds on every event of the other, so on any one of them: each rule is asked for one event,
//! and only the rules that are found under what that event has are compared with it. The cost grows with the rules that
//! share values, not with pairs.
//!
//! Not here: rules that do nothing at all, which is for the lints of one rule.

mod covered;
mod index;
mod silenced;

use std::sync::Arc;

use crate::base::{Instant, Span};
use crate::config::Context;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::{Place, Polarity, Query, Rule};
use crate::logic::{Answer, Budget, Formula, Witness};
use crate::schema::Schema;

use covered::covered;
use index::Index;
use silenced::silenced;

/// What comparing one rule with another may cost, in steps.
const STEPS: u64 = 20_000;

/// What is kept of a rule to compare it with others.
#[derive(Clone, Debug)]
pub struct RuleSummary {
    file: Arc<str>,
    name: String,
    /// The name's place, from the start of the file.
    span: Span,
    polarity: Polarity,
    enabled: bool,
    starts: Option<Instant>,
    expires: Option<Instant>,
    scope: Scope,
    /// What it silences, by place.
    silences: Vec<(Place, Formula)>,
    /// What a `require` lets through, by place.
    lets: Vec<(Place, Formula)>,
    allows: Vec<Code>,
}

/// Which detection rules a rule is about.
#[derive(Clone, Debug)]
struct Scope {
    /// Nothing where every one is meant.
    formula: Option<Formula>,
    /// The ids of which a detection rule must have one, sorted; none where others may be meant too.
    ids: Vec<Box<str>>,
    /// Whether nothing but its id and its type decides about a detection rule.
    is_plain: bool,
}

/// What was found out about a rule.
enum Finding {
    Found(Diagnostic),
    Nothing,
    /// It would have been too much to find out.
    Undecided,
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
    fn is_alive(&self, now: Instant) -> bool {
        self.will_work(now) && self.silences.iter().chain(&self.lets).all(|(_, formula)| formula.is_complete())
    }

    /// Whether it works now or later.
    fn will_work(&self, now: Instant) -> bool {
        self.enabled && self.expires.is_none_or(|expires| expires >= now)
    }

    /// Whether what it asks for has few branches and what it silences, which is all else, has too many.
    fn is_too_long_denied(&self) -> bool {
        self.polarity == Polarity::Require
            && self.lets.iter().all(|(_, formula)| formula.is_complete())
            && !self.silences.iter().all(|(_, formula)| formula.is_complete())
    }

    /// Whether it works at every moment at which the other one does.
    fn lasts_as_long_as(&self, other: &RuleSummary, now: Instant) -> bool {
        let starts = self.starts.is_none_or(|starts| starts <= other.starts.unwrap_or(Instant::MIN).max(now));
        starts && self.expires.is_none_or(|expires| other.expires.is_some_and(|other| other <= expires))
    }

    fn works_at(&self, at: Instant) -> bool {
        self.starts.is_none_or(|starts| starts <= at) && self.expires.is_none_or(|expires| at <= expires)
    }

    fn silences_at(&self, place: Place) -> Option<&Formula> {
        self.silences.iter().find(|(own, _)| *own == place).map(|(_, formula)| formula)
    }

    /// Whether it silences these events, which is less than that it covers the rule that they are of.
    fn may_cover(&self, events: &[(Place, Witness)], budget: &mut Budget) -> bool {
        events.iter().all(|(place, event)| {
            self.silences_at(*place)
                .is_some_and(|silenced| budget.spend(silenced.len() as u64) && silenced.holds(event))
        })
    }

    /// Whether everything that the other one silences is silenced by this one, whatever the time. An event of the other
    /// one that is not is added to those.
    fn covers(&self, other: &RuleSummary, events: &mut Vec<(Place, Witness)>, budget: &mut Budget) -> Answer<(), ()> {
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

    fn covers(&self, other: &Scope) -> Answer<(), ()> {
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
    fn witness(&self) -> Answer<Option<Witness>, ()> {
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
    fn includes(&self, id: Option<&str>, of: &Scope) -> bool {
        let Some(formula) = &self.formula else { return true };
        let named = self.is_plain && id.is_some_and(|id| formula.holds(&Witness::of_detection(&[("ruleId", id)])));
        named || matches!(self.covers(of), Answer::Yes(()))
    }
}

/// What every detection rule of Workload Protection has for its type.
const TYPE: &str = "workload_security";

/// Compares the rules of a project. They come in source order; what is found comes with the number of the rule that it is
/// about, in order, with spans from the start of its file and weighed by the configuration.
#[must_use]
pub fn link(rules: &[RuleSummary], cx: &Context<'_>) -> Vec<(Arc<str>, Diagnostic)> {
    let index = Index::new(rules, cx.now);
    let mut found = Vec::new();
    let mut undecided: Vec<&RuleSummary> = Vec::new();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.will_work(cx.now)) {
        if !rule.is_alive(cx.now) {
            // Where a condition is not expanded another lint says so.
            if rule.is_too_long_denied() && !rule.allows.contains(&Code::NotDecided) {
                undecided.push(rule);
            }
            continue;
        }
        let findings = [covered(rules, number, &index, cx.now), silenced(rules, number, &index, cx.now)];
        let mut is_undecided = false;
        for finding in findings {
            match finding {
                Finding::Found(diagnostic) => report(rule, diagnostic, cx, &mut found),
                Finding::Nothing => {}
                Finding::Undecided => is_undecided = true,
            }
        }
        if is_undecided && !rule.allows.contains(&Code::NotDecided) {
            undecided.push(rule);
        }
    }
    // Said once: where one rule is too much to compare, so are those that are like it.
    if let Some(first) = undecided.first() {
        report(first, not_decided(first, undecided.len() - 1), cx, &mut found);
    }
    found
}

fn report(rule: &RuleSummary, mut diagnostic: Diagnostic, cx: &Context<'_>, found: &mut Vec<(Arc<str>, Diagnostic)>) {
    let severity = cx.config.severity(diagnostic.code).filter(|_| !rule.allows.contains(&diagnostic.code));
    if let Some(severity) = severity {
        diagnostic.severity = severity;
        found.push((Arc::clone(&rule.file), diagnostic));
    }
}

fn not_decided(rule: &RuleSummary, others: usize) -> Diagnostic {
    let message = match others {
        0 => text!("whether other rules cover or silence all of `{0}` was not decided", rule.name),
        1 => text!("whether other rules cover or silence all of `{0}` and of another rule was not decided", rule.name),
        _ => text!(
            "whether other rules cover or silence all of `{0}` and of {1} more was not decided",
            rule.name,
            others.to_string()
        ),
    };
    Diagnostic::new(Code::NotDecided, rule.span, message)
        .label("too much to compare")
        .help("use values that tell the rules apart; nothing is claimed where nothing was proved")
}

fn pointing(diagnostic: Diagnostic, rule: &RuleSummary, other: &RuleSummary, label: &'static str) -> Diagnostic {
    if rule.file == other.file {
        diagnostic.also(other.span, label)
    } else {
        diagnostic.elsewhere(other.file.to_string(), other.span, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::hir::{Names, lower_item};
    use crate::syntax::{parse_item, split};

    const NOW: Instant = 1_700_000_000_000;

    /// What is found in a program: codes and the names they are at.
    fn found(text: &str) -> Vec<(String, String)> {
        let config = Config::default();
        let cx = Context { schema: Schema::embedded(), config: &config, now: NOW };
        let file: Arc<str> = Arc::from("main.quell");
        let mut summaries = Vec::new();
        for range in split(text) {
            let item = range.of(text);
            let lowered = lower_item(item, &parse_item(item), &Names::default(), &cx);
            assert!(!lowered.rules.is_empty(), "{item}: {:#?}", lowered.diagnostics);
            let of = |rule: &Rule| RuleSummary::new(rule, &file, range.start, cx.schema, &cx);
            summaries.extend(lowered.rules.iter().map(of));
        }
        let found = link(&summaries, &cx);
        found.iter().map(|(_, one)| (one.code.name().to_owned(), one.span.of(text).to_owned())).collect()
    }

    fn rule(name: &str, fields: &str, when: &str) -> String {
        format!("suppress {name} {{\n  {fields}\n  when event {{ {when} }}\n}}\n")
    }

    #[track_caller]
    fn pair(first: (&str, &str), second: (&str, &str)) -> Vec<(String, String)> {
        found(&(rule("first", first.0, first.1) + &rule("second", second.0, second.1)))
    }

    fn at(code: &str, name: &str) -> Vec<(String, String)> {
        vec![(code.to_owned(), name.to_owned())]
    }

    #[test]
    fn duplicates_are_found_whatever_the_spelling() {
        for (a, b) in [
            ("@process.comm:a host:b", "host:b @process.comm:a"),
            ("host:(a OR b)", "host:b OR host:a"),
            ("-(host:a host:b) @process.comm:x", "@process.comm:x"),
            ("@process.uid:[0 TO 1] @process.comm:x", "@process.uid:(0 OR 1) @process.comm:x"),
            ("host:web-*", "host:(web-* OR web-1)"),
        ] {
            assert_eq!(pair(("", a), ("", b)), at("duplicate-rule", "second"), "{a} / {b}");
        }
    }

    #[test]
    fn what_another_covers_is_found() {
        for (a, b) in [
            ("@process.comm:a", "@process.comm:a host:b"),
            ("host:(a OR b)", "host:a"),
            ("host:web-*", "host:web-1"),
            ("@process.executable.name:java", "@process.executable.path:/usr/bin/java"),
            ("@process.uid:>=1000 host:a", "@process.uid:1001 host:a"),
            ("-@process.comm:a", "@process.comm:b"),
        ] {
            assert_eq!(pair(("", a), ("", b)), at("subsumed-rule", "second"), "{a} / {b}");
            assert_eq!(pair(("", b), ("", a)), at("subsumed-rule", "first"), "{b} / {a}");
        }
    }

    #[test]
    fn scope_dates_and_switches_count() {
        let same = "@process.comm:a host:b";
        for (first, second, expected) in [
            ("rules { ruleId:a }", "rules { ruleId:b }", vec![]),
            ("rules { ruleId:(a OR b) }", "rules { ruleId:b }", at("subsumed-rule", "second")),
            ("rules { ruleId:(a OR b) }", "rules { ruleId:(b OR a) }", at("duplicate-rule", "second")),
            ("", "rules { ruleId:b }", at("subsumed-rule", "second")),
            ("rules { type:workload_security }", "", at("duplicate-rule", "second")),
            ("enabled = false", "", vec![]),
            ("expires = 2020-01-01", "", vec![]),
            ("expires = 2030-01-01", "", at("subsumed-rule", "first")),
            ("starts = 2029-01-01", "expires = 2028-01-01", vec![]),
            ("starts = 2020-01-01", "", at("duplicate-rule", "second")),
            ("allow subsumed-rule = \"kept\" expires = 2030-01-01", "", vec![]),
        ] {
            let first = first.replace(" expires", "\n  expires");
            assert_eq!(pair((&first, same), (second, same)), expected, "{first} / {second}");
        }
    }

    #[test]
    fn what_differs_passes() {
        for (a, b) in [
            ("@process.comm:a", "@process.comm:b"),
            ("@process.args:a", "@process.args:b"),
            ("@process.comm:a host:b", "@process.comm:a host:c"),
            ("host:a*", "host:*a"),
            ("-@process.comm:a host:x", "-@process.comm:b host:x"),
        ] {
            assert_eq!(pair(("", a), ("", b)), [], "{a} / {b}");
        }
    }

    #[test]
    fn a_require_can_be_undone() {
        let require = "require only {\n  rules { ruleId:a }\n  when event { @process.comm:a host:b }\n}\n";
        let undo = |scope: &str, when: &str| found(&(require.to_owned() + &rule("undo", scope, when)));
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a"), at("contradicts-require", "only"));
        assert_eq!(undo("", "host:(b OR c)"), at("contradicts-require", "only"));
        assert_eq!(undo("rules { ruleId:b }", "@process.comm:a"), []);
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a host:c"), at("subsumed-rule", "undo"));
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a host:b @process.uid:0"), []);
    }

    #[test]
    fn all_that_is_let_through_can_be_silenced_by_several() {
        let require = |name: &str, fields: &str, when: &str| {
            format!("require {name} {{\n  rules {{ ruleId:a }}\n  {fields}\n  when event {{ {when} }}\n}}\n")
        };
        let two = |first: &str, second: &str| require("first", "", first) + &require("second", "", second);
        assert_eq!(found(&two("host:a", "host:b")), at("contradicts-require", "second"));
        assert_eq!(found(&two("host:(a OR b)", "host:(b OR c)")), []);
        // Tags that an event may carry several of.
        assert_eq!(found(&two("service:a", "service:b")), []);
        let third = require("third", "", "host:(a OR c)");
        let three = two("host:(a OR b)", "host:(b OR c)") + &third;
        assert_eq!(found(&three), at("contradicts-require", "third"));
        let halves = require("only", "", "host:(a OR b)")
            + &rule("one", "", "host:a")
            + &rule("other", "", "host:(b OR c)")
            + &rule("beside", "rules { ruleId:b }", "host:b");
        assert!(found(&halves).contains(&at("contradicts-require", "only").remove(0)));
        let later = require("only", "expires = 2029-01-01", "host:a") + &rule("undo", "starts = 2028-01-01", "host:a");
        assert_eq!(found(&later), at("contradicts-require", "only"));
        let never_both =
            require("only", "expires = 2027-01-01", "host:a") + &rule("undo", "starts = 2028-01-01", "host:a");
        assert_eq!(found(&never_both), []);
    }

    #[test]
    fn what_is_too_much_is_said_once() {
        let many = |count: usize, condition: &dyn Fn(usize) -> String| -> String {
            (0..count).map(|at| rule(&format!("r{at}"), "", &condition(at))).collect()
        };
        let denied = found(&many(520, &|at| format!("host:h -@process.comm:c{at}")));
        assert_eq!(denied, at("not-decided", "r0"));
        let hard = "host:*a????????????????b* host:*b????????????????a*";
        assert_eq!(found(&many(2, &|_| hard.to_owned())), at("not-decided", "r0"));
        // Values that are common are told apart two at a time.
        let pairs = |at: usize| format!("@process.comm:c{} host:h{} @process.user:u", at % 34, at / 34);
        assert_eq!(found(&many(1_156, &pairs)), []);
    }

    #[test]
    fn many_rules_that_share_nothing_or_much() {
        let many = |count: usize, when: &dyn Fn(usize) -> String| -> String {
            (0..count).map(|at| rule(&format!("r{at}"), "", &when(at))).collect()
        };
        assert!(found(&many(300, &|at| format!("@process.comm:c{at} host:h"))).is_empty());
        assert!(found(&many(300, &|at| format!("host:h -@process.comm:c{at}"))).is_empty());
        assert_eq!(found(&many(300, &|at| format!("host:h @process.pid:>={at}"))).len(), 299);
    }
}
