//! What Quell set itself, on projects of a thousand rules a file, by the command line as it is shipped.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::Result;
use crate::generate::project;
use crate::measure::{Times, shown};
use crate::programs;

/// Rules in a file.
const RULES: usize = 1_000;

struct Goal {
    what: &'static str,
    rules: usize,
    arguments: &'static [&'static str],
    within: Duration,
    runs: usize,
}

const CHECK: &[&str] = &["check", "--now", "2026-11-24", "--format", "short"];

const GOALS: [Goal; 4] = [
    Goal { what: "one rule checked", rules: 1, arguments: CHECK, within: Duration::from_millis(5), runs: 30 },
    Goal { what: "10,000 rules checked", rules: 10_000, arguments: CHECK, within: Duration::from_millis(80), runs: 15 },
    Goal {
        what: "10,000 rules formatted",
        rules: 10_000,
        arguments: &["fmt"],
        within: Duration::from_millis(60),
        runs: 15,
    },
    Goal {
        what: "1,000,000 rules checked",
        rules: 1_000_000,
        arguments: CHECK,
        within: Duration::from_secs(3),
        runs: 3,
    },
];

/// The table.
pub(crate) fn table() -> Result<String> {
    let quell = programs::own("quell")?;
    let mut out =
        String::from("| by `quell`, from start to exit | median | best | goal |\n| --- | ---: | ---: | ---: |\n");
    for goal in &GOALS {
        let text = project(goal.rules);
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut measured = Times::default();
        // What formats leaves the files other than they were.
        let is_writer = goal.arguments == ["fmt"];
        write(&folder, &text).map_err(|error| error.to_string())?;
        for run in 0..=goal.runs {
            if is_writer {
                write(&folder, &text).map_err(|error| error.to_string())?;
            }
            let took = programs::run(&quell, folder.path(), goal.arguments)?;
            if run > 0 {
                measured.push(took);
            }
        }
        let (Some(median), Some(best)) = (measured.median(), measured.best()) else { continue };
        let within = goal.within.as_secs_f64();
        let is_met = if median <= within { "met" } else { "not met" };
        let _ = writeln!(out, "| {} | {} | {} | {}, {is_met} |", goal.what, shown(median), shown(best), shown(within));
    }
    Ok(out)
}

fn write(folder: &TempDir, text: &str) -> std::io::Result<()> {
    let path = |name: &str| -> std::path::PathBuf { Path::new(folder.path()).join(name) };
    fs::write(path("quell.toml"), "")?;
    for (number, ranges) in quell::syntax::split(text).chunks(RULES).enumerate() {
        let part: String = ranges.iter().map(|range| range.of(text)).collect();
        fs::write(path(&format!("rules-{number:05}.quell")), part)?;
    }
    Ok(())
}
