//! `quell replay`: what the rules silence of events that were recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::cli::ahead::Ahead;
use crate::cli::args::{Global, ReplayArgs, ReplayFormat};
use crate::cli::exit::{Exit, Problem};
use crate::cli::interrupt::Interrupt;
use crate::cli::listed::listed;
use crate::cli::progress::Progress;
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::cli::{batch, events, known, output};
use crate::eval::{Count, Replay, ReplayReport};

/// How many batches may wait for each thread that counts, so that none waits for whoever reads.
const AHEAD: usize = 4;

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
    let (count, mut exit) = count(&replay, &setting, &args.events)?;
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

/// Counts the events of all files. What keeps one from being read to its end is told, and the others are counted; an
/// interrupt ends the counting.
fn count(replay: &Replay<'_>, setting: &Setting, paths: &[PathBuf]) -> Result<(Count, Exit), Problem> {
    let interrupt = Interrupt::heed()?;
    let pool = batch::pool(setting)?;
    let mut exit = Exit::Clean;
    let mut count = replay.nothing();
    let mut named = 0;
    for path in paths {
        let name = path.display().to_string();
        let progress = Progress::of(path);
        let end = match events::open_shown(path, &interrupt, &progress) {
            Ok(stream) => {
                let mut ahead = Ahead::new(stream, setting.jobs.saturating_mul(AHEAD))?;
                let found = pool.install(|| replay.count(ahead.by_ref()));
                drop(progress);
                named += found.bad.len() as u64;
                for (number, why) in &found.bad {
                    output::note(format!("{name}:{number}: no event: {why}"));
                }
                count.add(found);
                ahead.end()
            }
            Err(_) if interrupt.came() => Ok(()),
            Err(problem) => return Err(problem),
        };
        if interrupt.came() {
            output::note(format!("error: interrupted in `{name}`; what was read until then is counted"));
            exit = Exit::Interrupted;
            break;
        }
        if let Err(error) = end {
            output::note(format!("error: `{name}` cannot be read to its end: {error}; what came before is counted"));
            exit = exit.max(Exit::Input);
        }
    }
    if count.bad_lines > named {
        output::note(format!("{} more lines are no events", count.bad_lines - named));
    }
    if count.bad_lines > 0 {
        exit = exit.max(Exit::Findings);
    }
    Ok((count, exit))
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
        let _ = writeln!(out, "silenced nothing: {}", listed(&never));
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
