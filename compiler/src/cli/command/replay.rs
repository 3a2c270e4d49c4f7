//! `quell replay`: what the rules silence of events that were recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use rayon::prelude::*;
use serde::Serialize;

use crate::base::Instant;
use crate::cli::args::{Global, ReplayArgs, ReplayFormat};
use crate::cli::batch::KeptRule;
use crate::cli::events::{Batch, Stream, parse};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::ruleset::{Loaded, Ruleset};
use crate::cli::{known, output};
use crate::event::{Detection, Event, holds, instant};
use crate::hir::{Polarity, Query, date};
use crate::logic::{NormalForm, normal_form};

/// How many bad lines, and rules that silence nothing, are named; the others are counted.
const NAMED: usize = 10;

/// How many values of a kind are named.
const TOP: usize = 3;

/// What a replay found. The struct is the documented format.
#[derive(Serialize)]
struct Report<'r> {
    /// Events read.
    events: u64,
    /// Lines that are no event.
    bad_lines: u64,
    /// Events that a rule silences.
    suppressed: u64,
    /// In order of file and place.
    rules: Vec<RuleReport<'r>>,
    /// Known attacks of the project that a rule silences; none where all is well.
    silenced_attacks: Vec<SilencedAttack<'r>>,
}

#[derive(Serialize)]
struct SilencedAttack<'r> {
    file: String,
    /// Its line, or its number in the file, from 1.
    event: u64,
    /// The rules that silence it.
    by: Vec<&'r str>,
}

#[derive(Serialize)]
struct RuleReport<'r> {
    name: &'r str,
    file: &'r str,
    line: u32,
    /// What it silences.
    #[serde(flatten)]
    all: SeenReport,
    /// Per branch of its conditions, in source order.
    branches: Vec<SeenReport>,
    #[serde(flatten)]
    who: Who,
}

/// Of whom events are, with how many of each.
#[derive(Serialize, Default, Clone)]
struct Who {
    detection_rules: BTreeMap<String, u64>,
    hosts: BTreeMap<String, u64>,
    users: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct SeenReport {
    /// How many events.
    matched: u64,
    /// The first and last of them, where events have a time.
    first: Option<String>,
    last: Option<String>,
}

/// Some events: how many, and when. Counts add up in any order.
#[derive(Default, Clone, Copy)]
struct Seen {
    matched: u64,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Seen {
    fn see(&mut self, at: Option<Instant>) {
        self.add(Seen { matched: 1, first: at, last: at });
    }

    fn add(&mut self, other: Seen) {
        self.matched += other.matched;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = [self.last, other.last].into_iter().flatten().max();
    }

    fn report(self) -> SeenReport {
        let Seen { matched, first, last } = self;
        SeenReport { matched, first: first.map(date::rfc3339), last: last.map(date::rfc3339) }
    }
}

/// What a rule silenced.
#[derive(Default, Clone)]
struct Tally {
    all: Seen,
    branches: Vec<Seen>,
    who: Who,
}

#[derive(Default)]
struct Count {
    events: u64,
    bad: Vec<(u64, String)>,
    bad_lines: u64,
    suppressed: u64,
    rules: Vec<Tally>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.all.add(other.all);
        self.branches.resize(self.branches.len().max(other.branches.len()), Seen::default());
        self.branches.iter_mut().zip(other.branches).for_each(|(sum, more)| sum.add(more));
        for (sum, more) in [
            (&mut self.who.detection_rules, other.who.detection_rules),
            (&mut self.who.hosts, other.who.hosts),
            (&mut self.who.users, other.who.users),
        ] {
            more.into_iter().for_each(|(value, count)| *sum.entry(value).or_default() += count);
        }
    }
}

impl Count {
    fn new(rules: usize) -> Count {
        Count { rules: vec![Tally::default(); rules], ..Count::default() }
    }

    fn add(&mut self, other: Count) {
        self.events += other.events;
        self.bad_lines += other.bad_lines;
        self.suppressed += other.suppressed;
        self.bad.extend(other.bad);
        self.bad.truncate(NAMED);
        self.rules.iter_mut().zip(other.rules).for_each(|(sum, more)| sum.add(more));
    }
}

/// A condition of a rule with its branches, of what is silenced.
struct Silencer<'r> {
    query: &'r Query,
    form: NormalForm,
}

pub(in crate::cli) fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.rules)?;
    let ruleset = match Ruleset::load(&setting, global, &args.rules)? {
        Loaded::Rules(ruleset) => ruleset,
        Loaded::Broken(exit) => return Ok(exit),
    };
    let replay = Replay::new(&ruleset, &setting);
    let mut exit = Exit::Clean;
    let mut count = Count::new(ruleset.rules.len());
    for path in &args.events {
        let name = path.display().to_string();
        let stream = Stream::open(path)?;
        let before = count.bad.len();
        if let Err(error) = replay.stream(stream, &mut count) {
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
    let report = replay.report(count, silenced_attacks(&ruleset, &setting)?);
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

/// The known attacks of the project that a rule silences.
fn silenced_attacks<'r>(ruleset: &'r Ruleset, setting: &Setting) -> Result<Vec<SilencedAttack<'r>>, Problem> {
    let mut found = Vec::new();
    known::judged(ruleset, setting, |attack, _, by| {
        if !by.is_empty() {
            let by = by.into_iter().map(KeptRule::name).collect();
            found.push(SilencedAttack { file: attack.path.display().to_string(), event: attack.number, by });
        }
    })?;
    Ok(found)
}

struct Replay<'r> {
    ruleset: &'r Ruleset,
    setting: &'r Setting,
    /// Per rule.
    silencers: Vec<Vec<Silencer<'r>>>,
}

impl<'r> Replay<'r> {
    fn new(ruleset: &'r Ruleset, setting: &'r Setting) -> Replay<'r> {
        let cap = usize::from(setting.config.policy.max_branches.get());
        let silencers = ruleset.rules.iter().map(|kept| {
            let rule = &kept.lowered.rule;
            let mut queries: Vec<&Query> = [&rule.when_signal, &rule.when_event].into_iter().flatten().collect();
            queries.sort_by_key(|query| query.span.start);
            let denied = rule.polarity == Polarity::Require;
            queries.into_iter().map(|query| Silencer { query, form: normal_form(query, denied, cap) }).collect()
        });
        Replay { ruleset, setting, silencers: silencers.collect() }
    }

    /// Counts a stream; what came before an error is counted.
    fn stream(&self, stream: Stream, count: &mut Count) -> io::Result<()> {
        let jobs = self.setting.jobs.max(1);
        let mut waiting: Vec<Batch> = Vec::with_capacity(jobs);
        let mut work = |waiting: &mut Vec<Batch>| {
            let counts: Vec<Count> = waiting.par_iter().map(|batch| self.batch(batch)).collect();
            counts.into_iter().for_each(|more| count.add(more));
            waiting.clear();
        };
        let end = stream.read(&mut |batch: Batch| {
            waiting.push(batch);
            if waiting.len() == jobs {
                work(&mut waiting);
            }
        });
        work(&mut waiting);
        end
    }

    fn batch(&self, batch: &Batch) -> Count {
        let mut count = Count::new(self.ruleset.rules.len());
        for (number, text) in batch.events() {
            let value = match parse(text) {
                Ok(value) => value,
                Err(why) => {
                    count.bad_lines += 1;
                    if count.bad.len() < NAMED {
                        count.bad.push((number, why));
                    }
                    continue;
                }
            };
            let Some(event) = Event::new(&value) else { continue };
            count.events += 1;
            let mut silenced = false;
            for index in self.ruleset.silencing(&event, self.setting) {
                silenced = true;
                if let (Some(tally), Some(kept)) = (count.rules.get_mut(index), self.ruleset.rules.get(index)) {
                    let silencers = self.silencers.get(index).map(Vec::as_slice).unwrap_or_default();
                    tally.see(kept, silencers, &event, instant(&value), self.setting);
                }
            }
            count.suppressed += u64::from(silenced);
        }
        count
    }

    fn report(&self, count: Count, silenced_attacks: Vec<SilencedAttack<'r>>) -> Report<'r> {
        let rules = self.ruleset.rules.iter().zip(&self.silencers).zip(count.rules);
        let rules = rules.map(|((kept, silencers), mut tally)| {
            tally
                .branches
                .resize(silencers.iter().map(|silencer| silencer.form.branches().len()).sum(), Seen::default());
            RuleReport {
                name: kept.name(),
                file: &kept.file,
                line: kept.line,
                all: tally.all.report(),
                branches: tally.branches.into_iter().map(Seen::report).collect(),
                who: tally.who,
            }
        });
        Report {
            events: count.events,
            bad_lines: count.bad_lines,
            suppressed: count.suppressed,
            rules: rules.collect(),
            silenced_attacks,
        }
    }
}

impl Tally {
    /// Counts an event that the rule silences.
    fn see(
        &mut self,
        kept: &KeptRule,
        silencers: &[Silencer<'_>],
        event: &Event<'_>,
        at: Option<Instant>,
        setting: &Setting,
    ) {
        self.all.see(at);
        let detection = Detection::of(event);
        let host = event.tag("host").next();
        for (counts, value) in [
            (&mut self.who.detection_rules, detection.id.or(detection.name)),
            (&mut self.who.hosts, host.map(str::to_owned)),
            (&mut self.who.users, event.attribute("process.executable.user").into_iter().next().map(Into::into)),
        ] {
            if let Some(value) = value {
                *counts.entry(value).or_default() += 1;
            }
        }
        let schema = kept.lowered.schema(&setting.schema);
        let mut index = 0;
        for silencer in silencers {
            for branch in silencer.form.branches() {
                if self.branches.len() <= index {
                    self.branches.push(Seen::default());
                }
                let all =
                    branch.iter().all(|literal| holds(silencer.query, literal.node, event, schema) == literal.positive);
                if let Some(seen) = self.branches.get_mut(index).filter(|_| all) {
                    seen.see(at);
                }
                index += 1;
            }
        }
    }
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

fn totals(report: &Report<'_>) -> String {
    let fires = report.events - report.suppressed;
    format!(
        "{} events: {} silenced, {fires} fire; {} lines that are no events",
        report.events, report.suppressed, report.bad_lines
    )
}

fn table(report: &Report<'_>) -> String {
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

fn markdown(report: &Report<'_>) -> String {
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
