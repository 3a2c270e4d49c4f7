use std::fs;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::cli::args::{CompileArgs, Format, Global, TargetName};
use crate::cli::batch::{self, Outcome, Sink};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{command, format, output, source};
use crate::emit::{Target, write_end, write_separator, write_start};
use crate::hir::date;

/// Rules joined to a document, in a temporary file.
struct Document {
    target: Target,
    out: BufWriter<fs::File>,
    empty: bool,
}

impl Sink for Document {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut joint = Vec::new();
        if self.empty {
            write_start(self.target, &mut joint);
        } else {
            write_separator(self.target, &mut joint);
        }
        self.empty = false;
        self.out.write_all(&joint)?;
        self.out.write_all(bytes)
    }
}

pub(in crate::cli) fn run(global: &Global, args: &CompileArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let files = source::find(&setting.root, &args.paths, &|name| setting.keeps(name));
    let target = match args.target {
        TargetName::Rules => Target::Rules,
        TargetName::Datadog => Target::Datadog,
        TargetName::Terraform => Target::Terraform,
        TargetName::Filters => Target::Filters,
    };
    let mut document = Document { target, out: BufWriter::new(tempfile::tempfile()?), empty: true };
    let outcome = batch::run(&setting, files, Some(target), &mut document)?;
    report(&outcome, args.format, global)?;
    let verdict = command::verdict(&outcome.findings, args.deny);
    if verdict != Exit::Clean {
        eprintln!("nothing is written");
        return Ok(verdict);
    }
    let mut end = Vec::new();
    if document.empty {
        write_start(target, &mut end);
    }
    write_end(target, &mut end);
    document.out.write_all(&end)?;
    let mut file = document.out.into_inner().map_err(|error| Problem::from(error.into_error()))?;
    for rule in outcome.rules.iter().filter(|rule| rule.expired) {
        let when = rule.expires.map(date::rfc3339).unwrap_or_default();
        eprintln!("left out: `{}` ({}:{}) expired at {when}", rule.name, rule.file, rule.line);
    }
    match &args.output {
        None => output::print(file).map(|()| Exit::Clean),
        Some(path) if args.check => compare(&mut file, path),
        Some(path) => {
            let mut beside = output::beside(path)?;
            file.rewind()?;
            io::copy(&mut file, &mut beside)?;
            output::persist(beside, path)?;
            Ok(Exit::Clean)
        }
    }
}

/// Findings go to standard error for people, since the JSON has standard output. Other formats take their place there.
fn report(outcome: &Outcome, format: Format, global: &Global) -> Result<(), Problem> {
    let sources = format::sources(outcome);
    match format {
        Format::Human => format::print(outcome, &sources, format, global.color),
        other => format::print_to(&mut io::stderr().lock(), outcome, &sources, other).map_err(Problem::from),
    }
}

/// `--check`: says whether the file is what would be written.
fn compare(file: &mut fs::File, path: &Path) -> Result<Exit, Problem> {
    let mut fresh = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut fresh)?;
    let old = match fs::read(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Problem::input(format!("`{}` cannot be read: {error}", path.display()))),
    };
    if old == fresh {
        return Ok(Exit::Clean);
    }
    let (old, new) = (String::from_utf8_lossy(&old), String::from_utf8_lossy(&fresh));
    let name = path.display().to_string();
    let diff = similar::TextDiff::from_lines(&old, &new);
    output::say(&diff.unified_diff().header(&name, &name).to_string())?;
    eprintln!("`{name}` is not what the rules compile to");
    Ok(Exit::Findings)
}
