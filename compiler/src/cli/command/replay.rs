//! `quell replay`: what the rules silence of events that were recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::cli::args::{Global, ReplayArgs, ReplayFormat};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::cli::{events, known, output};
use crate::eval::{Replay, ReplayReport};

/// How many rules that silence nothing are named; the others are counted.
const NAMED: usize = 10;

/// How many values of a kind are named.
const TOP: usize = 3;

pub(in crate::cli) fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.rules)?;
    let ruleset = match ruleset::load(&setting, global, &args.rules)? {
        Loaded::Rules(ruleset) => ruleset,
        Loaded::Broken(exit) => return Ok(exit),
    };
    let cx = setting.context();
    let replay = Replay::new(&ruleset, &cx);
    let mut exit = Exit::Clean;
    let mut count = replay.count();
    for path in &args.events {
        let name = path.display().to_string();
        let stream = events::open(path)?;
        let before = count.bad.len();
        if let Err(error) = replay.stream(stream, setting.jobs, &mut count) {
            output::note(format!("error: `{name}` cannot be read to its end: {error}; what came before is counted"));
            exit = Exit::Input;
        }
        for (number, why) in count.bad.iter().skip(before) {
            output::note(format!("{name}:{number}: no event: {why}"));
        }
    }
    if count.bad_lines > count.bad.len() as u64 {
        output::note(format!("{} more lines are no events", count.bad_lines - count.bad.len() as u64));
    }
    if count.bad_lines > 0 {
        exit = exit.max(Exit::Findings);
    }
    let report = replay.report(count, ruleset.silenced(&known::load(&setting)?, &cx));
    for attack in &report.silenced_attacks {
        let by: Vec<String> = attack.by.iter().map(|name| format!("`{name}`")).collect();
        output::note(format!(
            "error: {}:{}: a known attack is silenced by {}",
            attack.file,
            attack.event,
            by.join(", ")
        ));
        exit = exit.max(Exit::Findings);
    }
    match args.format {
        ReplayFormat::Json => output::json(&report)?,
        ReplayFormat::Human => output::say(&output::visible(&table(&report)))?,
        ReplayFormat::Markdown => output::say(&markdown(&report))?,
    }
    Ok(exit)
}

/// The most frequent values, for people.
fn top(counts: &BTreeMap<String, u64>) -> String {
    let mut all: Vec<(&String, &u64)> = counts.iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = all.len().saturating_sub(TOP);
    let mut shown: Vec<String> = all.into_iter().take(TOP).map(|(value, count)| format!("{value} ({count})")).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

fn totals(report: &ReplayReport<'_>) -> String {
    let fires = report.events - report.suppressed;
    format!(
        "{} events: {} silenced, {fires} fire; {} lines that are no events",
        report.events, report.suppressed, report.bad_lines
    )
}

fn table(report: &ReplayReport<'_>) -> String {
    let mut out = String::new();
    let width = report.rules.iter().map(|rule| rule.name.chars().count()).max().unwrap_or(0);
    for rule in report.rules.iter().filter(|rule| rule.all.matched > 0) {
        let _ = writeln!(out, "{:<width$}  {:>8}  {}:{}", rule.name, rule.all.matched, rule.file, rule.line);
        for (what, counts) in
            [("rules", &rule.who.detection_rules), ("hosts", &rule.who.hosts), ("users", &rule.who.users)]
        {
            if !counts.is_empty() {
                let _ = writeln!(out, "{:<width$}    {what}: {}", "", top(counts));
            }
        }
        if let (Some(first), Some(last)) = (&rule.all.first, &rule.all.last) {
            let _ = writeln!(out, "{:<width$}    from {first} to {last}", "");
        }
        for (index, branch) in rule.branches.iter().enumerate().filter(|_| rule.branches.len() > 1) {
            let _ = writeln!(out, "{:<width$}    branch {}: {}", "", index + 1, branch.matched);
        }
    }
    let never: Vec<&str> = report.rules.iter().filter(|rule| rule.all.matched == 0).map(|rule| rule.name).collect();
    if !never.is_empty() {
        let shown = never.get(..NAMED.min(never.len())).unwrap_or_default().join(", ");
        let more = never.len().saturating_sub(NAMED);
        let _ = match more {
            0 => writeln!(out, "silenced nothing: {shown}"),
            _ => writeln!(out, "silenced nothing: {shown} and {more} more"),
        };
    }
    let _ = writeln!(out, "{}", totals(report));
    out
}

fn markdown(report: &ReplayReport<'_>) -> String {
    let mut out = String::from(
        "| rule | silenced | per branch | hosts | first | last |\n| --- | ---: | --- | --- | --- | --- |\n",
    );
    for rule in &report.rules {
        let branches: Vec<String> = rule.branches.iter().map(|branch| branch.matched.to_string()).collect();
        let time = |at: &Option<String>| at.clone().unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            rule.name,
            rule.all.matched,
            branches.join(", "),
            top(&rule.who.hosts).replace('|', "\\|"),
            time(&rule.all.first),
            time(&rule.all.last)
        );
    }
    let _ = writeln!(out, "\n{}", totals(report));
    out
}
