//! `quell import`: suppressions that exist elsewhere become rules.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::cli::args::{Global, ImportArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::source::FILE_CAP;
use crate::cli::{import, output};
use crate::diag::{Severity, has_errors};
use crate::hir::scan;
use crate::lint::check_item;
use crate::project::Project;
use crate::syntax::{parse_item, split};

pub(in crate::cli) fn run(global: &Global, args: &ImportArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &[])?;
    let name = args.file.display().to_string();
    let text = read(&args.file).map_err(|error| Problem::input(format!("`{name}` cannot be read: {error}")))?;
    let found = import::read(&name, &text).map_err(Problem::input)?;
    if found.rules.is_empty() {
        return Err(Problem::input(format!(
            "`{name}` holds no suppression: an answer or body of the suppressions API, Terraform, a document of `quell compile` or a query a line is needed"
        )));
    }
    let context = setting.context();
    let program = import::program(&found, &context);
    found.notes.iter().for_each(|note| output::note(format!("note: {note}")));
    match &args.output {
        Some(path) if path.as_os_str() != "-" => {
            if !output::create(path, program.as_bytes())? {
                return Err(Problem::input(format!("`{}` is there already, and nothing is written", path.display())));
            }
        }
        _ => output::say(&program)?,
    }
    let count = found.rules.len();
    output::note(format!("imported {count} {}", if count == 1 { "rule" } else { "rules" }));
    Ok(verdict(&program, &context))
}

/// Says how much there is to look at.
fn verdict(program: &str, context: &crate::config::Context<'_>) -> Exit {
    let ranges = split(program);
    let mut project = Project::default();
    let own = project.add_file("imported.quell", ranges.iter().map(|range| (range.start, scan(range.of(program)))));
    let linked = project.resolve(context);
    let names = linked.names(own).cloned().unwrap_or_default();
    let found: Vec<_> = ranges
        .iter()
        .flat_map(|range| check_item(range.of(program), &parse_item(range.of(program)), &names, context).diagnostics)
        .collect();
    let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
    let warnings = found.iter().filter(|found| found.severity == Severity::Warning).count();
    if errors + warnings > 0 {
        output::note(format!("{errors} errors and {warnings} warnings wait in it: see `quell check`"));
    }
    if has_errors(&found) { Exit::Findings } else { Exit::Clean }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        io::stdin().take(FILE_CAP).read_to_string(&mut text)?;
    } else {
        fs::File::open(path)?.take(FILE_CAP).read_to_string(&mut text)?;
    }
    Ok(text)
}
