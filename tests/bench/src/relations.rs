//! What comparing rules with one another costs: `check` with and without it, on projects whose rules are related in one
//! way each, and on one whose rules share nothing.

use std::fmt::Write as _;
use std::io::Result;

use crate::measure::median;
use crate::process;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// Without the lints that look at two rules, nothing is compared.
const WITHOUT: &str =
    "[lints]\nduplicate-rule = \"allow\"\nsubsumed-rule = \"allow\"\ncontradicts-require = \"allow\"\n";

/// How the rules of a project have to do with one another.
#[derive(Clone, Copy)]
enum Shape {
    /// Each about a program, an argument and a service of its own.
    Apart,
    /// Ten to a program, of which each is about a narrower path than the one before.
    Nested,
    /// All about one program, parent and service, with an argument of their own.
    OneProgram,
    /// The same but for a user whom each leaves out.
    Denials,
    /// The same but for a range of numbers.
    Ranges,
    /// The same but for a pattern of arguments, with neither its start nor its end given.
    Patterns,
    /// The same but for such a pattern that each leaves out.
    DeniedPatterns,
}

const SHAPES: [(&str, Shape); 7] = [
    ("sharing nothing", Shape::Apart),
    ("ten nested ones to a program", Shape::Nested),
    ("one program, an argument each", Shape::OneProgram),
    ("apart by what they deny", Shape::Denials),
    ("apart by a range", Shape::Ranges),
    ("apart by an infix", Shape::Patterns),
    ("apart by an infix that they deny", Shape::DeniedPatterns),
];

/// One table in Markdown, small projects first, none of more than `most` rules.
pub(crate) fn run(most: usize) -> Result<()> {
    let binary = process::build()?;
    println!("| rules | how they are related | `check` | without comparing | comparing, a rule | peak memory |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: |");
    for size in SIZES.into_iter().filter(|size| *size <= most) {
        for (name, shape) in SHAPES {
            let text = project(size, shape);
            let (with, without) = (process::write_text(&text, "")?, process::write_text(&text, WITHOUT)?);
            let times = if size < 100_000 { 3 } else { 1 };
            let runs: Vec<_> = (0..times)
                .map(|_| Ok((process::check(&binary, with.path())?, process::check(&binary, without.path())?)))
                .collect::<Result<_>>()?;
            let all = median(runs.iter().map(|(with, _)| with.seconds).collect());
            let rest = median(runs.iter().map(|(_, without)| without.seconds).collect());
            let memory = runs.iter().map(|(with, _)| with.peak_kib).max().unwrap_or_default();
            println!(
                "| {size} | {name} | {all:.2} s | {rest:.2} s | {:.1} µs | {} MiB |",
                (all - rest).max(0.0) * 1e6 / size as f64,
                memory / 1024
            );
        }
    }
    Ok(())
}

fn project(rules: usize, shape: Shape) -> String {
    let mut text = String::with_capacity(rules * 320);
    for number in 0..rules {
        let condition = condition(number, shape);
        let written = write!(
            text,
            "suppress job-{number} {{\n  owner = \"platform@example.com\"\n  reason = \"job {number} reads its own files\"\n  \
             expires = 2027-06-30\n  rules {{ ruleId:def-000-krp }}\n  when {{\n{condition}  }}\n}}\n\n"
        );
        debug_assert!(written.is_ok());
    }
    text
}

fn condition(number: usize, shape: Shape) -> String {
    let common =
        "    @process.executable.path:/usr/bin/restic\n    @process.parent.comm:cron\n    kube_service:storage\n";
    match shape {
        Shape::Apart => format!(
            "    @process.executable.path:/opt/job-{number}/bin/run\n    @process.parent.args:\"--job={number}\"\n    \
             kube_service:service-{number}\n"
        ),
        Shape::Nested => {
            let (program, depth) = (number / 10, number % 10);
            let folders = "part/".repeat(depth);
            format!(
                "    @process.executable.path:/opt/job-{program}/bin/run\n    @process.parent.comm:cron\n    \
                 @process.args:/srv/job-{program}/{folders}*\n    kube_service:storage\n"
            )
        }
        Shape::OneProgram => format!("{common}    @process.args:\"--repository=/srv/{number}\"\n"),
        Shape::Denials => format!("{common}    -@process.user:user-{number}\n"),
        Shape::Ranges => format!("{common}    @process.uid:[{} TO {}]\n", number * 3, number * 3 + 4),
        Shape::Patterns => format!("{common}    @process.args:*x{number}x*\n"),
        Shape::DeniedPatterns => format!("{common}    -@process.args:*x{number}x*\n"),
    }
}
