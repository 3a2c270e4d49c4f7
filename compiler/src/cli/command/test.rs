//! `quell test`: the verdicts that tests ask for, against those that the rules give.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::args::{Global, ListFormat, TestArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::interrupt::Interrupt;
use crate::cli::listed::listed;
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::cli::{events, known, output, source};
use crate::config::CONFIG;
use crate::eval::{Necessity, Report, Ruleset, Unneeded, run_test, test_attacks};

pub(in crate::cli) fn run(global: &Global, args: &TestArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let ruleset = match ruleset::load(&setting, global, &args.paths)? {
        Loaded::Rules(ruleset) => ruleset,
        Loaded::Broken(exit) => return Ok(exit),
    };
    let cx = setting.context();
    let interrupt = Interrupt::heed()?;
    let open = |name: &str| {
        let file = source::imported(&setting.root, name);
        let path = file.and_then(|file| file.path).ok_or(format!("there is no file `{name}` in the project"))?;
        events::open_until(&path, &interrupt).map_err(|problem| problem.to_string())
    };
    let mut reports: Vec<Report> = Vec::new();
    for test in &ruleset.tests {
        let report = run_test(&ruleset, test, &open, &cx);
        // What was cut short says nothing.
        if interrupt.came() {
            break;
        }
        reports.push(report);
    }
    let mut proved = None;
    let attacks = known::load(&setting)?;
    if !interrupt.came() {
        reports.extend(test_attacks(&ruleset, &attacks, CONFIG, &cx));
        if args.necessity {
            proved = Some(prove(&ruleset, &Necessity::new(&ruleset, &attacks, &open, &cx), &interrupt));
        }
    }
    match (args.format, &proved) {
        (ListFormat::Json, None) => output::json(&reports)?,
        (ListFormat::Json, Some(proved)) => output::json(&Proof { tests: &reports, necessity: proved })?,
        (ListFormat::Human, _) => {
            let found = proved.as_ref().map(unneeded).unwrap_or_default();
            output::say(&output::visible(&(summary(&reports) + &found)))?;
        }
    }
    if interrupt.came() {
        let (run, all) = (reports.len().min(ruleset.tests.len()), ruleset.tests.len());
        output::note(format!("error: interrupted after {run} of {all} tests"));
        return Ok(Exit::Interrupted);
    }
    if ruleset.tests.is_empty() {
        output::note("there is no test: write `test \"…\" { fires … }` beside the rules");
        return Ok(Exit::Findings);
    }
    let is_proved = proved.is_none_or(|proved| proved.unneeded.is_empty());
    Ok(if is_proved && reports.iter().all(|report| report.passed) { Exit::Clean } else { Exit::Findings })
}

/// Tests with what they prove. The struct is the documented format.
#[derive(Serialize)]
struct Proof<'r> {
    tests: &'r [Report],
    necessity: &'r Proved,
}

/// What tests prove of rules.
#[derive(Serialize)]
struct Proved {
    /// Changes that no test notices.
    unneeded: Vec<Unneeded>,
    /// How many rules are tested.
    tested: usize,
    /// Rules by which no test silences anything, so that nothing is known of them.
    untested: Vec<String>,
}

fn prove(ruleset: &Ruleset, necessity: &Necessity<'_>, interrupt: &Interrupt) -> Proved {
    let mut proved = Proved { unneeded: Vec::new(), tested: 0, untested: Vec::new() };
    for (index, placed) in ruleset.rules.iter().enumerate().take_while(|_| !interrupt.came()) {
        match necessity.of(index) {
            Some(found) => {
                proved.tested += 1;
                proved.unneeded.extend(found);
            }
            None => proved.untested.push(placed.name().to_owned()),
        }
    }
    if necessity.is_cut {
        output::note("the tests hold more events than are kept; the rest proves nothing");
    }
    proved
}

fn unneeded(proved: &Proved) -> String {
    let mut out = String::new();
    for found in &proved.unneeded {
        let _ = writeln!(out, "{}:{}:{}: {}", found.file, found.line, found.column, found.message());
        let _ = writeln!(out, "      {}", found.advice);
    }
    let _ = match proved.unneeded.len() {
        0 if proved.tested == 0 => writeln!(out, "no rule is tested"),
        0 => writeln!(out, "every part of the tested rules is needed by a test"),
        1 => writeln!(out, "1 change that no test notices"),
        more => writeln!(out, "{more} changes that no test notices"),
    };
    if !proved.untested.is_empty() {
        let _ = writeln!(out, "not tested: {}", listed(&proved.untested));
    }
    out
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
