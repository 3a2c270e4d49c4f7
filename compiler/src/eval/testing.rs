//! Tests in rule files: the verdicts that they ask for, against those that the rules give.

use serde::Serialize;
use serde_json::Value;

use super::attacks::Attack;
use super::ruleset::{PlacedRule, PlacedTest, Ruleset, shown};
use super::stream::{Batch, Stream, parse};
use crate::base::Span;
use crate::config::Context;
use crate::event::{Event, is_active};
use crate::syntax::ast::{EventSource, Expectation};

/// Opens a file of events by its name from the project root; says why it cannot. What leads out of the project is not
/// asked for.
pub type Open<'o> = dyn Fn(&str) -> Result<Stream, String> + Sync + 'o;

/// The outcome of one test. The struct is the documented format.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What it is called.
    pub title: String,
    /// From the project root.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// Whether every verdict is the one that it asks for.
    pub passed: bool,
    /// Events looked at.
    pub events: usize,
    /// What it is wrong about.
    pub failures: Vec<Failure>,
}

/// One event that a test is wrong about.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// From 1.
    pub line: u32,
    /// `suppressed` or `fires`.
    pub expected: &'static str,
    /// The file of the event, where it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_file: Option<String>,
    /// Its line or number in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    /// What is wrong, in words.
    pub message: String,
    /// What decided, a line each.
    pub details: Vec<String>,
    /// The expectation, in the text of the test.
    #[serde(skip)]
    pub span: Span,
}

/// Runs one test.
#[must_use]
pub fn run_test(ruleset: &Ruleset, test: &PlacedTest, open: &Open<'_>, cx: &Context<'_>) -> Report {
    Runner { cx, open, ruleset, test }.run()
}

/// Hands over the events that a test is about; of what is no event, that test fails.
pub(super) fn each_event(
    ruleset: &Ruleset,
    test: &PlacedTest,
    open: &Open<'_>,
    cx: &Context<'_>,
    take: &mut dyn FnMut(&Expectation, Value),
) {
    let runner = Runner { cx, open, ruleset, test };
    for expectation in &test.expectations {
        runner.each(expectation, &mut |given| {
            if let Ok(value) = given.value {
                take(expectation, value);
            }
        });
    }
}

/// The known attacks of a project, each file a test of its own, which stands in the file `config`: no rule may silence
/// one.
#[must_use]
pub fn test_attacks(ruleset: &Ruleset, attacks: &[Attack], config: &str, cx: &Context<'_>) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    ruleset.judge(attacks, cx, |attack, event, by| {
        let file = attack.file.clone();
        let title = format!("{file} must fire");
        if reports.last().is_none_or(|last| last.title != title) {
            let file = config.to_owned();
            reports.push(Report { title, file, line: 1, passed: true, events: 0, failures: Vec::new() });
        }
        let Some(report) = reports.last_mut() else { return };
        report.events += 1;
        for placed in by {
            report.passed = false;
            report.failures.push(Failure {
                line: 1,
                expected: "fires",
                event_file: Some(file.clone()),
                event: Some(attack.number),
                message: format!("a known attack, and `{}` ({}) silences it", placed.name(), placed.place()),
                details: decided(placed, event, cx),
                span: Span::empty(0),
            });
        }
    });
    reports
}

/// An event that a test speaks of.
struct Given {
    /// Its file and number, where it is in one.
    place: Option<(String, u64)>,
    value: Result<Value, String>,
}

/// The terms on which the verdict of a rule hangs, a line each.
fn decided(placed: &PlacedRule, event: &Event<'_>, cx: &Context<'_>) -> Vec<String> {
    let terms = placed.turning(event, cx);
    terms.iter().map(|(term, met)| format!("`{term}` decides, and meets {}", shown(met))).collect()
}

struct Runner<'r> {
    cx: &'r Context<'r>,
    open: &'r Open<'r>,
    ruleset: &'r Ruleset,
    test: &'r PlacedTest,
}

impl Runner<'_> {
    fn run(&self) -> Report {
        let mut report = Report {
            title: self.test.title.clone(),
            file: self.test.file.to_string(),
            line: self.test.line,
            passed: true,
            events: 0,
            failures: Vec::new(),
        };
        for expectation in &self.test.expectations {
            let before = report.events;
            self.each(expectation, &mut |given| {
                report.events += 1;
                report.failures.extend(self.judge(expectation, given));
            });
            if report.events == before {
                let why = "its file holds no event".to_owned();
                report.failures.push(self.failure(expectation, None, why, Vec::new()));
            }
        }
        report.passed = report.failures.is_empty();
        report
    }

    /// The events of an expectation, one after the other.
    fn each(&self, expectation: &Expectation, take: &mut dyn FnMut(Given)) {
        let span = match expectation.event {
            EventSource::Inline(span) => {
                return take(Given { place: None, value: parse(span.of(&self.test.text).as_bytes()) });
            }
            EventSource::File(span) => span,
        };
        let bad = |why: String| Given { place: None, value: Err(why) };
        let name = match self.test.event_file(span) {
            Ok(name) => name,
            Err(written) => return take(bad(format!("`{written}` leads out of the project"))),
        };
        let stream = match (self.open)(&name) {
            Ok(stream) => stream,
            Err(why) => return take(bad(why)),
        };
        let end = stream.read(&mut |batch: Batch| {
            for (number, text) in batch.events() {
                take(Given { place: Some((name.clone(), number)), value: parse(text) });
            }
        });
        if let Err(error) = end {
            take(bad(format!("`{name}` cannot be read to its end: {error}")));
        }
    }

    fn judge(&self, expectation: &Expectation, given: Given) -> Option<Failure> {
        let value = match &given.value {
            Ok(value) => value,
            Err(why) => return Some(self.failure(expectation, given.place, why.clone(), Vec::new())),
        };
        let event = Event::new(value)?;
        let silencing: Vec<usize> = self.ruleset.silencing(&event, self.cx).collect();
        let by = expectation.by.map(|by| by.of(&self.test.text));
        let wanted = by.and_then(|by| self.ruleset.find(by));
        let (message, details) = match (expectation.suppressed, silencing.first()) {
            (false, None) => return None,
            (false, Some(first)) => {
                let placed = self.ruleset.rules.get(*first)?;
                (
                    format!("it has to fire, and `{}` ({}) silences it", placed.name(), placed.place()),
                    decided(placed, &event, self.cx),
                )
            }
            (true, _) if wanted.is_some_and(|wanted| silencing.contains(&wanted)) => return None,
            (true, Some(_)) if by.is_none() => return None,
            (true, first) => self.not_silenced(&event, by, wanted, first.copied()),
        };
        Some(self.failure(expectation, given.place, message, details))
    }

    /// Why an event is not silenced, or not by the rule that was named.
    fn not_silenced(
        &self,
        event: &Event<'_>,
        by: Option<&str>,
        wanted: Option<usize>,
        other: Option<usize>,
    ) -> (String, Vec<String>) {
        let name = |index: usize| self.ruleset.rules.get(index).map_or("", |placed| placed.name());
        let message = match (by, other) {
            (Some(by), Some(other)) => format!("`{by}` has to silence it, and only `{}` does", name(other)),
            (Some(by), None) => format!("`{by}` has to silence it, and it fires"),
            (None, _) => "it has to be silenced, and it fires".to_owned(),
        };
        let mut details = Vec::new();
        let nearest = wanted.or_else(|| self.ruleset.nearest(event, self.cx));
        if let Some(placed) = nearest.and_then(|index| self.ruleset.rules.get(index)) {
            let rule = &placed.lowered.rule;
            if !is_active(rule, self.ruleset.now) {
                details.push(format!(
                    "`{}` ({}) does not work at present: see its dates and `enabled`",
                    placed.name(),
                    placed.place()
                ));
            } else {
                let terms = placed.turning(event, self.cx);
                details.push(format!("nearest is `{}` ({}):", placed.name(), placed.place()));
                details.extend(terms.iter().map(|(term, met)| format!("`{term}` meets {}", shown(met))));
            }
        }
        (message, details)
    }

    fn failure(
        &self,
        expectation: &Expectation,
        place: Option<(String, u64)>,
        message: String,
        details: Vec<String>,
    ) -> Failure {
        let before = self.test.text.get(..expectation.span.start as usize).unwrap_or_default();
        let start = self.test.text.get(..self.test.start as usize).unwrap_or_default();
        let lines = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32;
        let (event_file, event) = place.unzip();
        Failure {
            line: self.test.line + lines(before) - lines(start),
            expected: if expectation.suppressed { "suppressed" } else { "fires" },
            event_file,
            event,
            message,
            details,
            span: expectation.span,
        }
    }
}
