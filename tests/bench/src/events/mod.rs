//! What replaying events costs: ratios to parsing the same bytes into values, of two cores to one, and of many rules to
//! few; and how much memory a long input takes.
//!
//! Time in this process is the time that its threads ran, so that what else the machine does counts as little as can be.

mod recording;

use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Error, Result, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use cpu_time::ProcessTime;
use quell::config::{Config, Context};
use quell::eval::{Batch, PlacedRule, Replay, Ruleset, Stream};
use quell::event::{Event, LoweredRule};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::{parse_item, split};
use serde_json::Value;

use crate::measure::median;
use crate::{generate, process};

/// How many rules a replay is measured with.
const RULES: [usize; 3] = [1, 100, 10_000];

/// How many different events there are.
const EVENTS: usize = 4_000;

/// How often each step runs.
const RUNS: usize = 9;

/// How many bytes both cores work on.
const SHARED: usize = 300_000_000;

/// The moment of all runs.
const NOW: i64 = 1_795_000_000_000;

/// Three tables in Markdown.
pub(crate) fn run() -> Result<()> {
    let recording = recording::recorded(EVENTS)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(Error::other)?;
    pool.install(|| reading(&recording))?;
    println!();
    matching(&recording)?;
    println!();
    sharing(&recording)
}

/// Replaying beside parsing into values, on one core.
fn reading(recording: &[u8]) -> Result<()> {
    let parsing = seconds(|| {
        for line in recording.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(serde_json::from_slice::<Value>(line)?);
        }
        Ok(())
    })?;
    let speed = |seconds: f64| format!("{:.0} MB/s", recording.len() as f64 / seconds / 1e6);
    println!("| rules | `serde_json` into values | replay | times as fast |");
    println!("| ---: | ---: | ---: | ---: |");
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    for size in RULES {
        let ruleset = ruleset(size, &cx);
        let replay = Replay::new(&ruleset, &cx);
        let replaying = seconds(|| {
            let count = replay.count(batches(recording)?.into_iter());
            assert_eq!(count.bad_lines, 0);
            black_box(count);
            Ok(())
        })?;
        println!("| {size} | {} | {} | {:.2} |", speed(parsing), speed(replaying), parsing / replaying);
    }
    Ok(())
}

/// What rules cost once an event is read.
fn matching(recording: &[u8]) -> Result<()> {
    let values: Vec<Value> =
        serde_json::Deserializer::from_slice(recording).into_iter().collect::<serde_json::Result<_>>()?;
    let events: Vec<Event<'_>> = values.iter().filter_map(Event::new).collect();
    println!("| rules | matching an event | times as much as 100 rules |");
    println!("| ---: | ---: | ---: |");
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let mut few = None;
    for size in [100, 1_000, 10_000] {
        let ruleset = ruleset(size, &cx);
        let matching = seconds(|| {
            let silenced: usize = events.iter().map(|event| ruleset.silencing(event, &cx).count()).sum();
            assert!(silenced > 0);
            black_box(silenced);
            Ok(())
        })?;
        let few = *few.get_or_insert(matching);
        println!("| {size} | {:.2} µs | {:.2} |", matching * 1e6 / events.len() as f64, matching / few);
    }
    Ok(())
}

/// The command line on one core and on two.
fn sharing(recording: &[u8]) -> Result<()> {
    let binary = process::build()?;
    let project = process::write(100)?;
    let file = project.path().join("events.ndjson");
    fs::write(&file, recording.repeat(SHARED.div_ceil(recording.len())))?;
    let bytes = fs::metadata(&file)?.len() as f64;
    let timed = |cores: &str, jobs: &str| -> Result<f64> {
        let start = Instant::now();
        let status = Command::new("taskset")
            .args(["-c", cores])
            .arg(&binary)
            .args(["replay", "events.ndjson", "--now", "2026-11-24", "--jobs", jobs])
            .current_dir(project.path())
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(start.elapsed().as_secs_f64()) } else { Err(Error::other("a replay failed")) }
    };
    // Side by side, so that what else the machine does counts for both.
    let runs = (0..RUNS).map(|_| Ok((timed("0", "1")?, timed("0,1", "2")?))).collect::<Result<Vec<_>>>()?;
    let one = median(runs.iter().map(|(one, _)| *one).collect());
    let two = median(runs.iter().map(|(_, two)| *two).collect());
    println!("| bytes | one core | two cores | times as fast |");
    println!("| ---: | ---: | ---: | ---: |");
    let speed = |seconds: f64| format!("{:.0} MB/s", bytes / seconds / 1e6);
    println!("| {bytes} | {} | {} | {:.2} |", speed(one), speed(two), one / two);
    Ok(())
}

/// Replays so many gigabytes from standard input, of which nothing is stored.
pub(crate) fn endure(gigabytes: &[u64]) -> Result<()> {
    let recording = recording::recorded(EVENTS)?;
    let binary = process::build()?;
    let project = process::write(100)?;
    println!("| input | seconds | speed | peak memory |");
    println!("| ---: | ---: | ---: | ---: |");
    for size in gigabytes {
        let (seconds, peak) = endured(&binary, project.path(), &recording, size * 1_000_000_000)?;
        let speed = *size as f64 * 1e3 / seconds;
        println!("| {size} GB | {seconds:.1} | {speed:.0} MB/s | {:.1} MiB |", peak as f64 / 1024.0);
    }
    Ok(())
}

fn endured(binary: &Path, folder: &Path, recording: &[u8], bytes: u64) -> Result<(f64, u64)> {
    let start = Instant::now();
    let mut child = Command::new(binary)
        .args(["replay", "-", "--rules", ".", "--now", "2026-11-24"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or_else(|| Error::other("there is no input"))?;
    let mut peak = 0;
    let mut written = 0;
    while written < bytes {
        input.write_all(recording)?;
        written += recording.len() as u64;
        peak = peak.max(process::peak(child.id()));
    }
    drop(input);
    let status = child.wait()?;
    if status.success() { Ok((start.elapsed().as_secs_f64(), peak)) } else { Err(Error::other("the replay failed")) }
}

fn batches(recording: &[u8]) -> Result<Vec<Batch>> {
    let mut batches = Vec::new();
    Stream::of(Cursor::new(recording.to_vec()))?.read(&mut |batch| batches.push(batch))?;
    Ok(batches)
}

fn ruleset(rules: usize, cx: &Context<'_>) -> Ruleset {
    let text = generate::project(rules);
    let items = split(&text);
    let items = items.iter().map(|range| range.of(&text));
    let lowered = items.flat_map(|item| lower_item(item, &parse_item(item), &Names::default(), cx).rules);
    let placed = lowered.map(|rule| PlacedRule {
        lowered: LoweredRule { rule, schema: None },
        file: "bench.quell".into(),
        line: 1,
        text: "".into(),
    });
    Ruleset::new(placed.collect(), Vec::new(), cx)
}

/// How long the threads of this process run for a step: the middle of some runs.
fn seconds(mut step: impl FnMut() -> Result<()>) -> Result<f64> {
    step()?;
    let times = (0..RUNS).map(|_| {
        let start = ProcessTime::now();
        step()?;
        Ok(start.elapsed().as_secs_f64())
    });
    Ok(median(times.collect::<Result<_>>()?))
}
