//! What the compiler costs, as ratios: one table in Markdown, measured side by side in one run.
//!
//! `cargo run --release -p bench` builds the command line first. Absolute times are of the machine it runs on; the
//! ratios are what holds elsewhere. `cargo run --release -p bench -- lsp` measures the language server instead,
//! `bench relations` what comparing rules with one another costs, `bench events` what replaying events costs,
//! `bench endurance GIGABYTES…` what it costs over so much input, and `bench step NAME RULES` runs one step once, for a
//! profiler that counts instructions.

mod events;
mod generate;
mod language_server;
mod measure;
mod pipeline;
mod process;
mod relations;

use std::hint::black_box;

use measure::{Cost, median};
use pipeline::{Judging, pipeline};
use quell::emit::Target;
use quell::syntax::{lex_into, parse_item, split};

/// The allocator of the command line: what is measured here is what runs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes of the generated projects, in rules.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => compiler(),
        Some("lsp") => language_server::run().map_err(std::io::Error::other),
        Some("relations") => {
            let most = std::env::args().nth(2).map_or(Ok(usize::MAX), |most| most.parse());
            relations::run(most.map_err(std::io::Error::other)?)
        }
        Some("events") => events::run(),
        Some("endurance") => {
            let sizes = std::env::args().skip(2).map(|size| size.parse()).collect::<Result<Vec<u64>, _>>();
            events::endure(&sizes.map_err(std::io::Error::other)?)
        }
        Some("--nothing") => language_server::nothing(),
        Some("step") => once(std::env::args().skip(2)),
        Some(_) => Err(std::io::Error::other(
            "usage: bench [lsp | relations [MOST] | events | endurance GIGABYTES… | step NAME RULES]",
        )),
    }
}

/// One step, once: of what a profiler counts, the step `text` is what making the project costs.
fn once(mut arguments: impl Iterator<Item = String>) -> std::io::Result<()> {
    let name = arguments.next().unwrap_or_default();
    let rules = arguments.next().and_then(|rules| rules.parse().ok()).unwrap_or(10_000);
    let text = generate::project(rules);
    let done = match &*name {
        "text" => text.len(),
        "lex" => lex(&text),
        "parse" => parse(&text),
        "datadog" => pipeline(&text, Target::Datadog, Judging::Without),
        "rules" => pipeline(&text, Target::Rules, Judging::Without),
        "judged" => pipeline(&text, Target::Rules, Judging::With),
        "format" => quell::fmt::format(&text).len(),
        _ => return Err(std::io::Error::other("steps: text, lex, parse, datadog, rules, judged, format")),
    };
    black_box(done);
    Ok(())
}

fn compiler() -> std::io::Result<()> {
    println!(
        "| rules | bytes a rule | lexing | parse | to `datadog` | to `rules` | to `rules`, judged | judging over the rest | formatter |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for size in SIZES {
        let text = generate::project(size);
        let lexing = Cost::of(size, || lex(&text));
        let parsing = Cost::of(size, || parse(&text));
        let datadog = Cost::of(size, || pipeline(&text, Target::Datadog, Judging::Without));
        let rules = Cost::of(size, || pipeline(&text, Target::Rules, Judging::Without));
        let judged = Cost::of(size, || pipeline(&text, Target::Rules, Judging::With));
        let formatting = Cost::of(size, || quell::fmt::format(&text).len());
        println!(
            "| {size} | {} | {lexing} | {} | {} | {} | {} | {:.2} | {} |",
            text.len() / size,
            parsing.over(&lexing),
            datadog.over(&lexing),
            rules.over(&lexing),
            judged.over(&lexing),
            judged.more_than(&rules),
            formatting.over(&lexing),
        );
    }
    println!();
    println!("| rules | `compile --jobs 1` | `--jobs 2` | two cores over one | peak memory |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    let binary = process::build()?;
    for size in SIZES {
        let project = process::write(size)?;
        let runs: Vec<_> = (0..5)
            .map(|_| Ok((process::compile(&binary, project.path(), 1)?, process::compile(&binary, project.path(), 2)?)))
            .collect::<std::io::Result<_>>()?;
        let one = median(runs.iter().map(|(one, _)| one.seconds).collect());
        let two = median(runs.iter().map(|(_, two)| two.seconds).collect());
        let memory = runs.iter().map(|(_, two)| two.peak_kib).max().unwrap_or_default();
        println!(
            "| {size} | {:.1} ms | {:.1} ms | {:.2} times | {} MiB |",
            one * 1e3,
            two * 1e3,
            one / two,
            memory / 1024
        );
    }
    Ok(())
}

/// Tokens alone: the unit of every ratio.
fn lex(text: &str) -> usize {
    let mut tokens = 0;
    lex_into(text, |token| {
        black_box(token);
        tokens += 1;
    });
    tokens
}

fn parse(text: &str) -> usize {
    split(text).iter().map(|range| parse_item(range.of(text)).items.len()).sum()
}
