//! Whether a test fails for each small change of Quell.

mod compile;
mod explained;
mod judge;
mod mutant;
mod parallel;
mod reach;
mod report;
mod results;
mod sources;
mod suite;
mod weave;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use clap::Parser;
use compile::Workshop;
use explained::Explained;
use judge::{Judge, Verdict};
use report::{Report, Survivor};
use results::Results;
use rustix::process::{Resource, Rlimit, setrlimit};
use sources::Sources;
use suite::Suite;

/// Why there is no answer, for people.
type Result<T> = std::result::Result<T, String>;

/// What is mutated where nothing is named.
const GLOBS: [&str; 3] = ["compiler/src/lint/ephemeral/**", "compiler/src/hir/**", "compiler/src/logic/**"];

/// A mutant may ask for memory without an end.
const MEMORY: u64 = 4 << 30;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// Processes that run at the same time
    #[arg(long, value_name = "N", default_value_t = 2)]
    at_once: usize,
    /// Only list the survivors that nothing explains
    #[arg(long)]
    survivors: bool,
    /// The program cargo-mutants
    #[arg(long, value_name = "PROGRAM")]
    tool: PathBuf,
    /// Where copies, builds and verdicts are kept
    #[arg(long, value_name = "FOLDER")]
    cache: PathBuf,
    /// Files whose mutants are judged
    #[arg(value_name = "FILE-GLOB", default_values = GLOBS)]
    globs: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Keeps a folder to this run, until what it gives is dropped.
///
/// # Errors
///
/// Two runs would write their sources into one tree.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = fs::create_dir_all(folder).and_then(|()| File::create(&path));
    let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
    file.try_lock().map_err(|_| {
        format!("another run works in {}: wait for it, or name another folder in QUELL_MUTANTS_CACHE", folder.display())
    })?;
    Ok(file)
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let explained = Explained::read(&here.join("explained.toml"))?;
    let _lock = lock(&arguments.cache)?;
    let sources = Sources::read(&root)?;
    let mutants = mutant::list(&arguments.tool, &root, &arguments.globs)?;

    eprintln!("weaving {} mutants", mutants.len());
    let workshop = Workshop { folder: arguments.cache.clone() };
    let results = Results::open(&arguments.cache.join("verdicts.jsonl"), &sources, &mutants)?;
    let refused = (0..mutants.len()).filter(|number| results.get(&mutants[*number]) == Some(&Verdict::Refused));
    let left_out = workshop.weave(&sources, &mutants, refused.collect())?;
    for mutant in left_out.refused.iter().map(|number| &mutants[*number]) {
        if results.get(mutant).is_none() {
            results.add(mutant, &Verdict::Refused)?;
        }
    }
    eprintln!("building, without {} that do not compile", left_out.refused.len());
    let suite = Suite::list(workshop.build(&suite::TESTS)?, workshop.program())?;
    let memory = Rlimit { current: Some(MEMORY), maximum: None };
    setrlimit(Resource::As, memory).map_err(|error| format!("cannot bound the memory of tests: {error}"))?;

    eprintln!("running {} tests without a mutant", suite.tests.len());
    let processes = arguments.cache.join("processes");
    let reach = reach::reach(&suite, &processes, arguments.at_once)?;
    let judge = Judge::new(&suite, &reach, mutants.len());
    let numbers: Vec<usize> = (0..mutants.len()).collect();
    let judged = AtomicUsize::new(0);
    let verdicts = parallel::each(&numbers, arguments.at_once, |thread, &number| {
        if left_out.unwoven.contains(&number) {
            return Ok(None);
        }
        if left_out.refused.contains(&number) {
            return Ok(Some(Verdict::Refused));
        }
        let mutant = &mutants[number];
        if let Some(verdict) = results.get(mutant) {
            return Ok(Some(verdict.clone()));
        }
        let verdict = judge.judge(number, &mutant.file, &processes.join(thread.to_string()))?;
        results.add(mutant, &verdict)?;
        let judged = judged.fetch_add(1, Relaxed) + 1;
        if judged.is_multiple_of(100) {
            eprintln!("{judged} judged, at {}", mutant.file);
        }
        Ok(Some(verdict))
    })?;

    let report = Report { mutants: &mutants, verdicts: &verdicts, explained: &explained };
    if arguments.survivors {
        report.survivors().for_each(|(mutant, verdict)| println!("{}", Survivor(mutant, verdict)));
    } else {
        print!("{report}");
    }
    let good = report.survivors().next().is_none() && report.stale().is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
