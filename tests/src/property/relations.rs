//! What is claimed of several rules is held against every detection, moment, place and event of a small domain: a rule
//! that adds nothing, one that says the same, a detection that never triggers again; and whatever is so is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use quell::config::Context;
use quell::diag::{Code, Diagnostic};
use quell::event::{Detection, Event, is_active, matches, names};
use quell::hir::{Polarity, Query, Rule};
use quell::project::{RuleSummary, link};
use quell::schema::Schema;
use serde_json::Value;

use crate::generate::Choices;
use crate::property::analysis::{NOW, lenient, lowered};
use crate::property::domain::events;

/// Detection rules; the last one is what every other is like.
const DETECTIONS: [&str; 4] = ["a", "b", "c", "ax"];

/// What rules are about.
const SCOPES: [&str; 13] = [
    "",
    "",
    "",
    "ruleId:a",
    "ruleId:a",
    "ruleId:b",
    "ruleId:(a OR b)",
    "ruleId:(b OR a)",
    "type:workload_security",
    "ruleId:a*",
    "-ruleId:b",
    "ruleId:a OR -ruleId:(a OR b)",
    "ruleId:a type:workload_security",
];

/// What a `require` is about: it names ids.
const REQUIRED: [&str; 4] = ["ruleId:a", "ruleId:b", "ruleId:(a OR b)", "ruleId:a type:workload_security"];

const STARTS: [&str; 8] = ["", "", "", "", "", "starts = 2020-01-01", "starts = 2030-01-01", "starts = 2031-01-01"];

const EXPIRES: [&str; 8] = ["", "", "", "", "", "expires = 2022-01-01", "expires = 2030-06-01", "expires = 2032-01-01"];

/// Keys of each kind with tests of them.
const TERMS: [&[&str]; 6] = [
    &["@process.comm:a", "@process.comm:b", "@process.comm:(a OR b)", "@process.comm:a*", "@process.comm:*"],
    &["@process.args:a", "@process.args:b", "@process.args:a*", "@process.args:(b OR a)"],
    &["@process.uid:1", "@process.uid:[1 TO 3]", "@process.uid:>=2", "@process.uid:(1 OR 2)"],
    &["host:a", "host:b", "host:?", "host:(a OR b)"],
    &["@process.executable.path:/u/a", "@process.executable.name:a", "@process.executable.path:/u/*"],
    &["@process.parent.comm:a", "@process.ancestors.comm:a", "@process.ancestors.comm:(a OR b)"],
];

/// More events than this are not gone through.
const MOST: usize = 300;

/// Conditions over few keys that often have to do with one another.
struct Conditions {
    keys: [usize; 3],
    made: Vec<String>,
}

impl Conditions {
    fn new(choices: &mut Choices<'_>) -> Conditions {
        Conditions { keys: [0; 3].map(|_| choices.below(TERMS.len())), made: Vec::new() }
    }

    fn term(&self, choices: &mut Choices<'_>) -> String {
        let sign = if choices.once_in(4) { "-" } else { "" };
        let key = self.keys[choices.below(3)];
        format!("{sign}{}", choices.one(TERMS[key]))
    }

    fn all(&self, choices: &mut Choices<'_>) -> String {
        let terms: Vec<String> = (0..1 + choices.below(3)).map(|_| self.term(choices)).collect();
        terms.join(" ")
    }

    /// A new one, or one made before with a part more, or denied, or spelled otherwise.
    fn next(&mut self, choices: &mut Choices<'_>) -> String {
        let condition = if self.made.is_empty() || choices.once_in(4) {
            self.all(choices)
        } else {
            let before = self.made[choices.below(self.made.len())].clone();
            match choices.below(6) {
                0 => before,
                1 => format!("({before}) {}", self.term(choices)),
                2 => format!("({before}) OR ({})", self.all(choices)),
                3 => format!("NOT ({before})"),
                4 => format!("{} ({before})", self.term(choices)),
                _ => format!("NOT (NOT ({before}))"),
            }
        };
        if condition.len() < 200 {
            self.made.push(condition.clone());
        }
        condition
    }
}

fn rule(number: usize, conditions: &mut Conditions, choices: &mut Choices<'_>) -> String {
    let is_require = choices.once_in(3);
    let (keyword, scope) =
        if is_require { ("require", choices.one(&REQUIRED)) } else { ("suppress", choices.one(&SCOPES)) };
    let mut out = format!("{keyword} rule-{number} {{\n");
    for field in [choices.one(&STARTS), choices.one(&EXPIRES), choices.one(&["", "", "", "", "", "enabled = false"])] {
        if !field.is_empty() {
            out.push_str(&format!("  {field}\n"));
        }
    }
    if !scope.is_empty() {
        out.push_str(&format!("  rules {{ {scope} }}\n"));
    }
    let blocks: &[&str] = match choices.below(5) {
        0 => &["signal"],
        1 => &["signal", "event"],
        _ => &["event"],
    };
    for block in blocks {
        out.push_str(&format!("  when {block} {{ {} }}\n", conditions.next(choices)));
    }
    out + "}\n"
}

/// The rules of a program, and what is found about them together.
fn linked(text: &str) -> (Vec<Rule>, Vec<Diagnostic>) {
    let mut config = lenient();
    config.lints.clear();
    config.lints.insert("no-such-event".to_owned(), quell::config::Level::Allow);
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let file: Arc<str> = Arc::from("main.quell");
    let lowered = lowered(text, &config);
    let summary = |(rule, start): &(Rule, u32)| RuleSummary::new(rule, &file, *start, cx.schema, &cx);
    let summaries: Vec<RuleSummary> = lowered.iter().map(summary).collect();
    let rules = lowered.into_iter().map(|(rule, _)| rule).collect();
    (rules, link(&summaries, &cx).into_iter().map(|(_, diagnostic)| diagnostic).collect())
}

/// Every combination of the domain, as one bit each, with what each rule silences of it.
struct Domain {
    rules: Vec<Rule>,
    instants: Vec<i64>,
    events: usize,
    /// Of each rule: whether it is about each detection.
    scopes: Vec<Vec<bool>>,
    /// Of each rule and place: which events it silences; nothing where it has no condition there.
    silences: Vec<[Option<Vec<bool>>; 2]>,
}

impl Domain {
    fn new(rules: Vec<Rule>) -> Option<Domain> {
        let queries: Vec<Query> =
            rules.iter().flat_map(|rule| [&rule.when_signal, &rule.when_event]).flatten().cloned().collect();
        let events = events(&queries).filter(|events| events.len() <= MOST)?;
        let schema = Schema::embedded();
        let mut instants = vec![NOW];
        for rule in &rules {
            instants.extend(rule.starts.as_ref().map(|starts| starts.value));
            instants.extend(rule.expires.iter().flat_map(|expires| [expires.value, expires.value + 1]));
        }
        instants.retain(|at| *at >= NOW);
        instants.sort_unstable();
        instants.dedup();
        let nothing = serde_json::json!({ "process": {} });
        let about = |rule: &Rule, id: &str| {
            let detection = Detection { id: Some(id.to_owned()), name: None };
            let named = |rules| names(rules, &detection, &Event::new(&nothing).unwrap(), schema);
            rule.rules.as_ref().is_none_or(|rules| named(rules) == Some(true))
        };
        let silenced = |rule: &Rule, query: &Query, event: &Value| {
            let holds = matches(query, &Event::new(event).unwrap(), schema);
            holds == (rule.polarity == Polarity::Suppress)
        };
        let of_rule = |rule: &Rule| {
            [&rule.when_signal, &rule.when_event].map(|query| {
                let query = query.as_ref()?;
                Some(events.iter().map(|event| silenced(rule, query, event)).collect())
            })
        };
        Some(Domain {
            scopes: rules.iter().map(|rule| DETECTIONS.iter().map(|id| about(rule, id)).collect()).collect(),
            silences: rules.iter().map(of_rule).collect(),
            events: events.len(),
            instants,
            rules,
        })
    }

    fn number(&self, name: &str) -> usize {
        self.rules.iter().position(|rule| rule.name.value == name).unwrap()
    }

    fn is_silenced(&self, rule: usize, place: usize, event: usize) -> bool {
        self.silences[rule][place].as_ref().is_some_and(|silenced| silenced[event])
    }

    /// Everything that a rule silences: detection, moment, place, event.
    fn all(&self, rule: usize) -> Vec<bool> {
        let mut all = Vec::new();
        for detection in 0..DETECTIONS.len() {
            for at in &self.instants {
                let works = self.scopes[rule][detection] && is_active(&self.rules[rule], *at);
                for place in 0..2 {
                    all.extend((0..self.events).map(|event| works && self.is_silenced(rule, place, event)));
                }
            }
        }
        all
    }

    /// The `require`s that leave nothing of a detection together with the other rules, each with its detection, place
    /// and moment: the last of those that let anything through at all. Only `among` count.
    fn silenced(&self, among: &[usize]) -> Vec<usize> {
        let mut found = Vec::new();
        for detection in 0..DETECTIONS.len() {
            for at in &self.instants {
                let active: Vec<usize> = among
                    .iter()
                    .copied()
                    .filter(|rule| self.scopes[*rule][detection] && is_active(&self.rules[*rule], *at))
                    .collect();
                for place in 0..2 {
                    let counts = |rule: &usize| match (&self.silences[*rule][place], self.rules[*rule].polarity) {
                        (None, _) => false,
                        (Some(_), Polarity::Suppress) => true,
                        // That one lets nothing through is its own fault, and said there.
                        (Some(silenced), Polarity::Require) => silenced.iter().any(|silenced| !silenced),
                    };
                    let counting: Vec<usize> = active.iter().copied().filter(counts).collect();
                    let is_require = |rule: &&usize| self.rules[**rule].polarity == Polarity::Require;
                    let last = counting.iter().rev().find(is_require);
                    let is_all =
                        (0..self.events).all(|event| counting.iter().any(|rule| self.is_silenced(*rule, place, event)));
                    if let Some(last) = last.filter(|_| is_all) {
                        found.push(*last);
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn covers(all: &[bool], other: &[bool]) -> bool {
    all.iter().zip(other).all(|(own, other)| *own || !other)
}

/// A program of a few rules that often have to do with one another.
#[must_use]
pub fn program(choices: &mut Choices<'_>) -> String {
    let mut conditions = Conditions::new(choices);
    let count = 2 + choices.below(3);
    (0..count).map(|number| rule(number, &mut conditions, choices)).collect()
}

/// A program of rules enough that many share each of their values.
#[must_use]
pub fn large_program(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    for number in 0..48 {
        let terms: Vec<String> = [
            ("@process.comm", ["a", "b", "c", "(a OR b)"]),
            ("@process.args", ["a", "b", "(a OR b)", "a"]),
            ("host", ["a", "b", "c", "(b OR c)"]),
            ("@process.uid", ["1", "2", ">=2", "1"]),
        ]
        .iter()
        .filter_map(|(key, values)| Some(format!("{key}:{}", values.get(choices.below(6))?)))
        .collect();
        let condition = if terms.is_empty() { "@process.comm:a".to_owned() } else { terms.join(" ") };
        let _ = write!(text, "suppress rule-{number} {{\n  when event {{ {condition} }}\n}}\n");
    }
    text
}

/// What brute force says of what was found about the rules of a program.
#[derive(Default, Debug)]
pub struct Review {
    /// What was found and is not so.
    pub wrong: Vec<String>,
    /// What is so and was not found.
    pub missing: Vec<String>,
    /// Whether it was said that something was too much to decide.
    pub is_undecided: bool,
    /// How much there is to find.
    pub facts: usize,
}

impl Review {
    /// Whether nothing is wrong, and nothing missing but where something was too much to decide.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        self.wrong.is_empty() && (self.is_undecided || self.missing.is_empty())
    }
}

/// Reviews what is found about the rules of a program; nothing where the domain is too large.
#[must_use]
pub fn review(text: &str) -> Option<Review> {
    let (rules, found) = linked(text);
    let domain = Domain::new(rules)?;
    let mut review = Review::default();
    let wrong = &mut review.wrong;
    let sets: Vec<Vec<bool>> = (0..domain.rules.len()).map(|rule| domain.all(rule)).collect();
    let mut said: BTreeMap<usize, Vec<Code>> = BTreeMap::new();
    for diagnostic in &found {
        let rule = domain.number(diagnostic.span.of(text));
        let others: Vec<usize> = diagnostic
            .labels
            .iter()
            .filter(|label| label.span != diagnostic.span)
            .map(|label| domain.number(label.span.of(text)))
            .collect();
        said.entry(rule).or_default().push(diagnostic.code);
        let claim = || format!("{}: {}", diagnostic.code.name(), diagnostic.message);
        match (diagnostic.code, others.as_slice()) {
            (Code::SubsumedRule, [other]) => {
                if !covers(&sets[*other], &sets[rule]) {
                    wrong.push(claim());
                }
            }
            (Code::DuplicateRule, [other]) => {
                if sets[*other] != sets[rule] || *other >= rule {
                    wrong.push(claim());
                }
            }
            (Code::ContradictsRequire, others) if !others.is_empty() => {
                let among = [others, &[rule]].concat();
                if !domain.silenced(&among).contains(&rule) {
                    wrong.push(claim());
                }
            }
            (Code::NotDecided, _) => review.is_undecided = true,
            _ => wrong.push(claim()),
        }
    }
    for (rule, set) in sets.iter().enumerate().filter(|(_, set)| set.contains(&true)) {
        let adds_nothing = sets
            .iter()
            .enumerate()
            .any(|(other, all)| other != rule && covers(all, set) && (other < rule || !covers(set, all)));
        let is_said = said
            .get(&rule)
            .is_some_and(|codes| codes.contains(&Code::SubsumedRule) || codes.contains(&Code::DuplicateRule));
        review.facts += usize::from(adds_nothing);
        if adds_nothing && !is_said {
            review.missing.push(format!("nothing says that `rule-{rule}` adds nothing"));
        }
    }
    let everything: Vec<usize> = (0..domain.rules.len()).collect();
    for rule in domain.silenced(&everything) {
        review.facts += 1;
        if !said.get(&rule).is_some_and(|codes| codes.contains(&Code::ContradictsRequire)) {
            review.missing.push(format!("nothing says that what `rule-{rule}` lets through is silenced"));
        }
    }
    Some(review)
}
