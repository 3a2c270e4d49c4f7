//! `quell test`: the verdicts that tests ask for, against those that the rules give.

use std::fmt::Write as _;

use crate::cli::args::{Global, ListFormat, TestArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::interrupt::Interrupt;
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::cli::{events, known, output, source};
use crate::config::CONFIG;
use crate::eval::{Report, run_test, test_attacks};

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
    if !interrupt.came() {
        reports.extend(test_attacks(&ruleset, &known::load(&setting)?, CONFIG, &cx));
    }
    match args.format {
        ListFormat::Json => output::json(&reports)?,
        ListFormat::Human => output::say(&output::visible(&summary(&reports)))?,
    }
    if interrupt.came() {
        output::note(format!("error: interrupted after {} of {} tests", reports.len(), ruleset.tests.len()));
        return Ok(Exit::Interrupted);
    }
    if ruleset.tests.is_empty() {
        output::note("there is no test: write `test \"…\" { fires … }` beside the rules");
        return Ok(Exit::Findings);
    }
    Ok(if reports.iter().all(|report| report.passed) { Exit::Clean } else { Exit::Findings })
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
