//! What rules mean to one another: the same twice, one within another, a suppression that undoes a `require`.
//!
//! A rule that covers another holds on every event of the other, so on any one of them: each rule is asked for one event,
//! and only the rules that are found under a value of that event are compared with it. The cost grows with the rules that
//! share values, not with pairs.
//!
//! Not here: rules that do nothing at all, which is for the lints of one rule.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::{Instant, Span};
use crate::config::Context;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::{NodeKind, Place, Polarity, Query, Rule, Test};
use crate::logic::{Answer, Budget, Formula, PREFIX, Witness};
use crate::schema::Schema;

/// What comparing one rule with another may cost, in steps.
const STEPS: u64 = 20_000;

/// A rule is compared with at most so many others that fail to cover it.
const ATTEMPTS: usize = 12;

/// Of the rules that need the same value, at most so many are looked at: where more share their rarest value, they are
/// told apart by what they deny or by ranges, and of those the first ones show what there is to show.
const SHARED: usize = 128;

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
    /// The ids that it names, where it names nothing but ids.
    ids: Vec<Box<str>>,
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

    fn is_alive(&self, now: Instant) -> bool {
        self.enabled
            && self.expires.is_none_or(|expires| expires >= now)
            && self.silences.iter().chain(&self.lets).all(|(_, formula)| formula.is_complete())
    }

    /// Whether it works at every moment at which the other one does.
    fn lasts_as_long_as(&self, other: &RuleSummary, now: Instant) -> bool {
        let starts = self.starts.is_none_or(|starts| starts <= other.starts.unwrap_or(Instant::MIN).max(now));
        starts && self.expires.is_none_or(|expires| other.expires.is_some_and(|other| other <= expires))
    }

    fn silences_at(&self, place: Place) -> Option<&Formula> {
        self.silences.iter().find(|(own, _)| *own == place).map(|(_, formula)| formula)
    }

    /// Whether everything that the other one silences is silenced by this one, whatever the time.
    fn covers(&self, other: &RuleSummary) -> bool {
        self.scope.covers(&other.scope)
            && other.silences.iter().all(|(place, formula)| {
                self.silences_at(*place)
                    .is_some_and(|own| matches!(formula.implies(own, &mut Budget::new(STEPS)), Answer::Yes(())))
            })
    }
}

impl Scope {
    fn of(query: Option<&Query>, schema: &Schema, cap: usize) -> Scope {
        let Some(query) = query else { return Scope { formula: None, ids: Vec::new() } };
        let is = |at, wanted: &str| query.text(at) == wanted;
        // Conditions are about events of Workload Protection, so that it says nothing to ask for its rules.
        let is_everything = match query.node(query.root()).kind {
            NodeKind::Term { key, test: Test::Exact(value) } => is(key.text, "type") && is(value, "workload_security"),
            _ => false,
        };
        if is_everything {
            return Scope { formula: None, ids: Vec::new() };
        }
        let only_ids = query.terms().all(|(_, _, key, test)| is(key.text, "ruleId") && matches!(test, Test::Exact(_)));
        let formula = Formula::new(query, schema, false, cap);
        let mut ids: Vec<Box<str>> = Vec::new();
        for branch in 0..formula.len() {
            ids.extend(
                formula
                    .exact_anchors(branch)
                    .into_iter()
                    .filter(|(key, _)| *key == "ruleId")
                    .flat_map(|(_, ids)| ids.into_iter().map(String::into_boxed_str)),
            );
        }
        if !only_ids {
            ids.clear();
        }
        ids.sort_unstable();
        ids.dedup();
        Scope { formula: Some(formula), ids }
    }

    fn covers(&self, other: &Scope) -> bool {
        match (&self.formula, &other.formula) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => matches!(other.implies(own, &mut Budget::new(STEPS)), Answer::Yes(())),
        }
    }

    /// Whether some detection rule is plainly in both.
    fn meets(&self, other: &Scope) -> bool {
        self.formula.is_none() || self.covers(other) || self.ids.iter().any(|id| other.ids.contains(id))
    }
}

/// Compares the rules of a project. They come in source order; what is found comes with the number of the rule that it is
/// about, in order, with spans from the start of its file and weighed by the configuration.
#[must_use]
pub fn link(rules: &[RuleSummary], cx: &Context<'_>) -> Vec<(Arc<str>, Diagnostic)> {
    let index = Index::new(rules, cx.now);
    let mut found = Vec::new();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.is_alive(cx.now)) {
        let mut report = |diagnostic: Option<Diagnostic>| {
            let Some(mut diagnostic) = diagnostic else { return };
            if let Some(severity) =
                cx.config.severity(diagnostic.code).filter(|_| !rule.allows.contains(&diagnostic.code))
            {
                diagnostic.severity = severity;
                found.push((Arc::clone(&rule.file), diagnostic));
            }
        };
        report(covered(rules, number, rule, &index, cx.now));
        report(undone(rules, rule, &index));
    }
    found
}

/// What covers a rule.
fn covered(
    rules: &[RuleSummary],
    number: usize,
    rule: &RuleSummary,
    index: &Index,
    now: Instant,
) -> Option<Diagnostic> {
    let (place, formula) = rule.silences.first()?;
    let witness = formula.witness(&mut Budget::new(STEPS))?;
    let mut attempts = 0;
    for at in index.candidates(*place, &witness, &rule.scope) {
        let Some(other) = rules.get(at).filter(|_| at != number) else { continue };
        let holds = other.silences_at(*place).is_some_and(|own| own.holds(&witness));
        if !holds || !other.lasts_as_long_as(rule, now) {
            continue;
        }
        if attempts == ATTEMPTS {
            return None;
        }
        if !other.covers(rule) {
            attempts += 1;
            continue;
        }
        let is_same = rule.polarity == other.polarity && rule.lasts_as_long_as(other, now) && rule.covers(other);
        if !is_same {
            return Some(pointing(
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
            ));
        }
        if at < number {
            return Some(pointing(
                Diagnostic::new(
                    Code::DuplicateRule,
                    rule.span,
                    text!("`{0}` says the same as `{1}`", rule.name, other.name),
                )
                .label("the second of its kind")
                .help("remove one of them: both match the same events of the same detection rules"),
                rule,
                other,
                "the first",
            ));
        }
    }
    None
}

/// A suppression of all that a `require` lets through.
fn undone(rules: &[RuleSummary], rule: &RuleSummary, index: &Index) -> Option<Diagnostic> {
    let (place, lets) = rule.lets.first()?;
    let witness = lets.witness(&mut Budget::new(STEPS))?;
    let candidates = index.candidates(*place, &witness, &rule.scope);
    let undoes = |other: &&RuleSummary| {
        other.polarity == Polarity::Suppress
            && other.scope.meets(&rule.scope)
            && rule.lets.iter().all(|(place, lets)| {
                other.silences_at(*place).is_some_and(|silenced| {
                    silenced.holds(&witness)
                        && matches!(lets.implies(silenced, &mut Budget::new(STEPS)), Answer::Yes(()))
                })
            })
    };
    let other = candidates.into_iter().filter_map(|at| rules.get(at)).take(ATTEMPTS * 4).find(undoes)?;
    Some(pointing(
        Diagnostic::new(
            Code::ContradictsRequire,
            rule.span,
            text!("nothing triggers any more: `{0}` lets through only what `{1}` silences", rule.name, other.name),
        )
        .label("what it asks for is silenced")
        .help("narrow the suppression, or remove the `require`: together they switch the detection off"),
        rule,
        other,
        "silences all of it",
    ))
}

fn pointing(diagnostic: Diagnostic, rule: &RuleSummary, other: &RuleSummary, label: &'static str) -> Diagnostic {
    if rule.file == other.file {
        diagnostic.also(other.span, label)
    } else {
        diagnostic.elsewhere(other.file.to_string(), other.span, label)
    }
}

/// Rules by a value that each of their branches needs: the one that the fewest rules need.
#[derive(Default)]
struct Index {
    exact: FxHashMap<(Place, Box<str>, Box<str>), Vec<usize>>,
    prefixes: FxHashMap<(Place, Box<str>, Box<str>), Vec<usize>>,
    /// Branches without such a value, by the id of a detection rule.
    by_id: FxHashMap<(Place, Box<str>), Vec<usize>>,
    rest: FxHashMap<Place, Vec<usize>>,
}

impl Index {
    fn new(rules: &[RuleSummary], now: Instant) -> Index {
        let mut counts: FxHashMap<(&str, String), usize> = FxHashMap::default();
        let alive = || rules.iter().enumerate().filter(|(_, rule)| rule.is_alive(now));
        for formula in alive().flat_map(|(_, rule)| &rule.silences).map(|(_, formula)| formula) {
            for (key, values) in (0..formula.len()).flat_map(|branch| formula.exact_anchors(branch)) {
                values.into_iter().for_each(|value| *counts.entry((key, value)).or_default() += 1);
            }
        }
        let mut index = Index::default();
        for (number, rule) in alive() {
            for (place, formula) in &rule.silences {
                for branch in 0..formula.len() {
                    let worst = |key: &str, values: &[String]| -> usize {
                        let count = |value: &String| counts.get(&(key, value.clone())).copied().unwrap_or(0);
                        values.iter().map(count).max().unwrap_or(0)
                    };
                    let best = formula.exact_anchors(branch).into_iter().min_by_key(|(key, values)| worst(key, values));
                    let prefix = || {
                        let shortest = |values: &[String]| values.iter().map(String::len).min().unwrap_or(0);
                        formula.prefix_anchors(branch).into_iter().max_by_key(|(_, values)| shortest(values))
                    };
                    if let Some((key, values)) = best {
                        for value in values {
                            push(&mut index.exact, (*place, key.into(), value.into()), number);
                        }
                    } else if let Some((key, values)) = prefix() {
                        for value in values {
                            push(&mut index.prefixes, (*place, key.into(), value.into()), number);
                        }
                    } else if rule.scope.ids.is_empty() {
                        push(&mut index.rest, *place, number);
                    } else {
                        for id in &rule.scope.ids {
                            push(&mut index.by_id, (*place, id.clone()), number);
                        }
                    }
                }
            }
        }
        index
    }

    /// The rules that may hold on an event, in source order.
    fn candidates(&self, place: Place, event: &Witness, scope: &Scope) -> Vec<usize> {
        let mut found: FxHashSet<usize> = FxHashSet::default();
        for (key, value) in event.pairs() {
            let exact = self.exact.get(&(place, key.into(), value.into()));
            found.extend(exact.into_iter().flatten().take(SHARED));
            if self.prefixes.is_empty() {
                continue;
            }
            for (at, character) in value.char_indices().take(PREFIX) {
                let prefix = value.get(..at + character.len_utf8()).unwrap_or_default();
                found.extend(self.prefixes.get(&(place, key.into(), prefix.into())).into_iter().flatten().take(SHARED));
            }
        }
        for id in &scope.ids {
            found.extend(self.by_id.get(&(place, id.clone())).into_iter().flatten().take(SHARED));
        }
        found.extend(self.rest.get(&place).into_iter().flatten().take(SHARED));
        let mut found: Vec<usize> = found.into_iter().collect();
        found.sort_unstable();
        found
    }
}

fn push<K: Eq + std::hash::Hash>(map: &mut FxHashMap<K, Vec<usize>>, key: K, number: usize) {
    let rules = map.entry(key).or_default();
    if rules.last() != Some(&number) {
        rules.push(number);
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
    fn many_rules_that_share_nothing_or_much() {
        let many = |count: usize, when: &dyn Fn(usize) -> String| -> String {
            (0..count).map(|at| rule(&format!("r{at}"), "", &when(at))).collect()
        };
        assert!(found(&many(300, &|at| format!("@process.comm:c{at} host:h"))).is_empty());
        assert!(found(&many(300, &|at| format!("host:h -@process.comm:c{at}"))).is_empty());
        assert_eq!(found(&many(300, &|at| format!("host:h @process.pid:>={at}"))).len(), 299);
    }
}
