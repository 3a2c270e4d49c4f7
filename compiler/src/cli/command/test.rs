//! `quell test`: the verdicts that tests ask for, against those that the rules give.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::cli::args::{Global, ListFormat, TestArgs};
use crate::cli::batch::{KeptRule, KeptTest};
use crate::cli::events::{Stream, parse};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::{CONFIG, Setting};
use crate::cli::ruleset::{Loaded, Ruleset, shown};
use crate::cli::{known, output, source};
use crate::event::Event;
use crate::project::resolve_import;
use crate::syntax::ast::{EventSource, Expectation};

/// The outcome of one test. The struct is the documented format.
#[derive(Serialize)]
struct Report {
    title: String,
    file: String,
    line: u32,
    passed: bool,
    /// Events looked at.
    events: usize,
    failures: Vec<Failure>,
}

/// One event that a test is wrong about.
#[derive(Serialize)]
struct Failure {
    /// From 1.
    line: u32,
    /// `suppressed` or `fires`.
    expected: &'static str,
    /// The file of the event, where it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_file: Option<String>,
    /// Its line or number in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    message: String,
    /// What decided, a line each.
    details: Vec<String>,
}

/// An event that a test speaks of.
struct Given {
    /// Its file and number, where it is in one.
    place: Option<(String, u64)>,
    value: Result<Value, String>,
}

pub(in crate::cli) fn run(global: &Global, args: &TestArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let ruleset = match Ruleset::load(&setting, global, &args.paths)? {
        Loaded::Rules(ruleset) => ruleset,
        Loaded::Broken(exit) => return Ok(exit),
    };
    let mut reports: Vec<Report> =
        ruleset.tests.iter().map(|test| Runner { setting: &setting, ruleset: &ruleset, test }.run()).collect();
    reports.extend(known_attacks(&setting, &ruleset)?);
    match args.format {
        ListFormat::Json => output::json(&reports)?,
        ListFormat::Human => output::say(&output::visible(&summary(&reports)))?,
    }
    if ruleset.tests.is_empty() {
        output::note("there is no test: write `test \"…\" { fires … }` beside the rules");
        return Ok(Exit::Findings);
    }
    Ok(if reports.iter().all(|report| report.passed) { Exit::Clean } else { Exit::Findings })
}

/// The known attacks of the project, each file a test of its own: no rule may silence one.
fn known_attacks(setting: &Setting, ruleset: &Ruleset) -> Result<Vec<Report>, Problem> {
    let mut reports: Vec<Report> = Vec::new();
    known::judged(ruleset, setting, |attack, event, by| {
        let file = attack.path.display().to_string();
        let title = format!("{file} must fire");
        if reports.last().is_none_or(|last| last.title != title) {
            let file = CONFIG.to_owned();
            reports.push(Report { title, file, line: 1, passed: true, events: 0, failures: Vec::new() });
        }
        let Some(report) = reports.last_mut() else { return };
        report.events += 1;
        for kept in by {
            report.passed = false;
            report.failures.push(Failure {
                line: 1,
                expected: "fires",
                event_file: Some(file.clone()),
                event: Some(attack.number),
                message: format!("a known attack, and `{}` ({}) silences it", kept.name(), kept.place()),
                details: decided(kept, event, setting),
            });
        }
    })?;
    Ok(reports)
}

/// The terms on which the verdict of a rule hangs, a line each.
fn decided(kept: &KeptRule, event: &Event<'_>, setting: &Setting) -> Vec<String> {
    let terms = kept.turning(event, setting);
    terms.iter().map(|(term, met)| format!("`{term}` decides, and meets {}", shown(met))).collect()
}

struct Runner<'r> {
    setting: &'r Setting,
    ruleset: &'r Ruleset,
    test: &'r KeptTest,
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
            let given = self.given(expectation);
            report.events += given.len();
            if given.is_empty() {
                let why = "its file holds no event".to_owned();
                report.failures.push(self.failure(expectation, None, why, Vec::new()));
            }
            report.failures.extend(given.into_iter().filter_map(|given| self.judge(expectation, given)));
        }
        report.passed = report.failures.is_empty();
        report
    }

    /// The events of an expectation.
    fn given(&self, expectation: &Expectation) -> Vec<Given> {
        match expectation.event {
            EventSource::Inline(span) => {
                vec![Given { place: None, value: parse(span.of(&self.test.text).as_bytes()) }]
            }
            EventSource::File(span) => {
                let written = span.of(&self.test.text).trim_matches('"');
                let bad = |why: String| vec![Given { place: None, value: Err(why) }];
                let Ok(name) = resolve_import(&self.test.file, written) else {
                    return bad(format!("`{written}` leads out of the project"));
                };
                let Some(file) = source::imported(&self.setting.root, &name) else {
                    return bad(format!("there is no file `{name}` in the project"));
                };
                let Some(path) = file.path else { return Vec::new() };
                let mut given = Vec::new();
                let end =
                    Stream::open(&path).map(|stream| {
                        stream.read(&mut |batch: crate::cli::events::Batch| {
                            given.extend(batch.events().map(|(number, text)| Given {
                                place: Some((name.clone(), number)),
                                value: parse(text),
                            }));
                        })
                    });
                match end {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => given.extend(bad(format!("`{name}` cannot be read to its end: {error}"))),
                    Err(problem) => given.extend(bad(problem.to_string())),
                }
                given
            }
        }
    }

    fn judge(&self, expectation: &Expectation, given: Given) -> Option<Failure> {
        let value = match &given.value {
            Ok(value) => value,
            Err(why) => return Some(self.failure(expectation, given.place, why.clone(), Vec::new())),
        };
        let event = Event::new(value)?;
        let silencing: Vec<usize> = self.ruleset.silencing(&event, self.setting).collect();
        let by = expectation.by.map(|by| by.of(&self.test.text));
        let wanted = by.and_then(|by| self.ruleset.find(by));
        let (message, details) = match (expectation.suppressed, silencing.first()) {
            (false, None) => return None,
            (false, Some(first)) => {
                let kept = self.ruleset.rules.get(*first)?;
                (
                    format!("it has to fire, and `{}` ({}) silences it", kept.name(), kept.place()),
                    decided(kept, &event, self.setting),
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
        let name = |index: usize| self.ruleset.rules.get(index).map_or("", |kept| kept.name());
        let message = match (by, other) {
            (Some(by), Some(other)) => format!("`{by}` has to silence it, and only `{}` does", name(other)),
            (Some(by), None) => format!("`{by}` has to silence it, and it fires"),
            (None, _) => "it has to be silenced, and it fires".to_owned(),
        };
        let mut details = Vec::new();
        let nearest = wanted.or_else(|| self.ruleset.nearest(event, self.setting));
        if let Some(kept) = nearest.and_then(|index| self.ruleset.rules.get(index)) {
            let rule = &kept.lowered.rule;
            if !crate::event::is_active(rule, self.ruleset.now) {
                details.push(format!(
                    "`{}` ({}) does not work at present: see its dates and `enabled`",
                    kept.name(),
                    kept.place()
                ));
            } else {
                let terms = kept.turning(event, self.setting);
                details.push(format!("nearest is `{}` ({}):", kept.name(), kept.place()));
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
        }
    }
}

fn summary(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        let _ = match report.passed {
            true => writeln!(out, "ok    {} ({}:{})", report.title, report.file, report.line),
            false => writeln!(out, "FAIL  {} ({}:{})", report.title, report.file, report.line),
        };
        for failure in &report.failures {
            let event = match (&failure.event_file, failure.event) {
                (Some(file), Some(number)) => format!("{file}:{number}: "),
                _ => String::new(),
            };
            let _ = writeln!(out, "      {}:{}: {event}{}", report.file, failure.line, failure.message);
            for detail in &failure.details {
                let _ = writeln!(out, "        {detail}");
            }
        }
    }
    let failed = reports.iter().filter(|report| !report.passed).count();
    let events: usize = reports.iter().map(|report| report.events).sum();
    if !reports.is_empty() {
        let _ = writeln!(out, "{} passed, {failed} failed, {events} events", reports.len() - failed);
    }
    out
}
