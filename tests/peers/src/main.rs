//! Quell beside others: what they do with the same rules, on the same machine, in one run. `tests/peers/run` builds and
//! installs what this needs and starts it.

#[path = "../../bench/src/generate.rs"]
mod generate;
mod goals;
mod keystroke;
mod machine;
mod matching;
mod measure;
mod peer;
#[path = "../../bench/src/pipeline.rs"]
#[expect(dead_code, reason = "the benchmark of Quell alone also runs it without the lints")]
mod pipeline;
mod programs;
mod rules;
mod starting;

use std::path::Path;

/// Why something could not be measured, for people.
type Result<T> = std::result::Result<T, String>;

/// The allocator of Quell's command line, for everyone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Section {
    name: &'static str,
    title: &'static str,
    introduction: &'static str,
    table: fn() -> Result<String>,
}

const SECTIONS: [Section; 5] = [
    Section {
        name: "rules",
        title: "Rules",
        introduction: "A rule of eight terms, from text to something checked: the time per rule, and **how many times \
                       that of Quell** it is. Growth is what a rule costs at 100,000 rules over what it costs at 1,000.",
        table: rules::table,
    },
    Section {
        name: "matching",
        title: "Matching",
        introduction: "The example events against rules of eight terms about them, the events read before: the time \
                       per event, and **how many times that of Quell** it is. All give the same verdicts.",
        table: matching::table,
    },
    Section {
        name: "keystroke",
        title: "A letter typed",
        introduction: "In the middle of a file of 2 MB that holds the same rules, until its diagnostics are there: the \
                       median, and **how many times that of Quell** it is.",
        table: keystroke::table,
    },
    Section {
        name: "starting",
        title: "Starting",
        introduction: "Whole processes, and **how many times `quell check`** they take.",
        table: starting::table,
    },
    Section {
        name: "goals",
        title: "Goals",
        introduction: "What Quell set itself, on the cores of the machine.",
        table: goals::table,
    },
];

/// What could have been here.
const NOT_HERE: &str = "\
- `cedar-language-server` and a language server of YARA-X are not on crates.io, and what PyPI has of YARA-X is no program.
- `taplo lsp stdio`, as PyPI has it, ends at once with status 1 and no word.
- `rsigma-parser` and `rsigma-eval` are the newest that the Rust above builds; newer ones ask for a newer one.
- pySigma is the newest that its backend for Lucene takes; the one for Datadog wants a version from before 0.12.
";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = report(&arguments) {
        eprintln!("peers: {error}");
        std::process::exit(1);
    }
}

/// Prints the sections of these names, or all; with `--write`, writes all of them to a file.
fn report(arguments: &[String]) -> Result<()> {
    let (options, names): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|name| name.starts_with("--"));
    let is_written = match options.as_slice() {
        [] => false,
        [one] if *one == "--write" && names.is_empty() => true,
        _ => return Err("usage: run [--write | SECTION…]".to_owned()),
    };
    if let Some(name) = names.iter().find(|name| !SECTIONS.iter().any(|section| section.name == **name)) {
        let known = SECTIONS.map(|section| section.name).join(", ");
        return Err(format!("there is no section `{name}`: {known}"));
    }
    let mut text = String::new();
    let mut say = |part: String| {
        if !is_written {
            println!("{part}");
        }
        text.push_str(&part);
        text.push('\n');
    };
    say(format!("# Quell beside others\n\n{}", machine::introduction()?));
    for section in SECTIONS.iter().filter(|section| names.is_empty() || names.iter().any(|name| *name == section.name))
    {
        let Section { title, introduction, table, .. } = section;
        say(format!("## {title}\n\n{introduction}\n\n{}", table()?));
    }
    say(format!("## Not here\n\n{}", NOT_HERE.trim_end()));
    if is_written {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/RESULTS.md");
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
