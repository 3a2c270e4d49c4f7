use std::fs;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::path::Path;

use rustc_hash::FxHashSet;
use tempfile::{SpooledData, SpooledTempFile};

use crate::cli::args::{CompileArgs, Global, TargetName};
use crate::cli::batch::{self, Purpose, RuleSummary, Sink};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{command, format, output, source};
use crate::diag::Code;
use crate::emit::{Target, write_end, write_separator, write_start};
use crate::hir::date;

/// Rules joined to a document. It has no name on disk until it is whole, so that an interrupted run leaves nothing.
struct Document {
    target: Target,
    out: BufWriter<SpooledTempFile>,
    empty: bool,
}

impl Document {
    fn new(target: Target) -> Document {
        Document { target, out: BufWriter::with_capacity(1 << 16, output::draft()), empty: true }
    }

    /// The whole document, read from its start.
    fn finish(mut self) -> io::Result<SpooledTempFile> {
        let mut end = Vec::new();
        if self.empty {
            write_start(self.target, &mut end);
        }
        write_end(self.target, &mut end);
        self.out.write_all(&end)?;
        let mut draft = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        draft.rewind()?;
        Ok(draft)
    }
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
    let files = source::find(&setting, &args.paths);
    // To write an empty document here would take every suppression down that was deployed before.
    if files.files.is_empty() && files.findings.is_empty() {
        return Err(Problem::input(format!(
            "there is no `.quell` file in `{}`, and nothing is written; an empty file compiles to an empty document",
            setting.root.display()
        )));
    }
    let target = match args.target {
        TargetName::Rules => Target::Rules,
        TargetName::Datadog => Target::Datadog,
        TargetName::Terraform => Target::Terraform,
        TargetName::Filters => Target::Filters,
    };
    let mut document = Document::new(target);
    let outcome = batch::run(&setting, files, Purpose::Emission(target), &mut document)?;
    format::print_aside(&outcome, args.format, global.color)?;
    let verdict = command::verdict(&outcome.findings, args.deny);
    if verdict != Exit::Clean {
        output::note("nothing is written");
        return Ok(verdict);
    }
    let mut draft = document.finish()?;
    // A finding says so already, unless its lint is switched off: what is left out is never left out in silence.
    let expired = outcome.findings.iter().filter(|found| found.diagnostic.code == Code::Expired);
    let said: FxHashSet<(&str, &str)> =
        expired.filter_map(|found| Some((&*found.file, &**found.diagnostic.message.arguments().first()?))).collect();
    let is_said = |rule: &RuleSummary| said.contains(&(&*rule.file, &*rule.name));
    for rule in outcome.rules.iter().filter(|rule| rule.is_expired() && !is_said(rule)) {
        let when = rule.expires.map(date::rfc3339).unwrap_or_default();
        output::note(format!("left out: `{}` ({}:{}) expired at {when}", rule.name, rule.file, rule.line));
    }
    match &args.output {
        Some(path) if args.check => compare(draft, path),
        Some(path) if path.as_os_str() != "-" => {
            match draft.into_inner() {
                // From file to file, the system may copy by itself.
                SpooledData::OnDisk(file) => output::replace(path, file)?,
                SpooledData::InMemory(bytes) => output::replace(path, bytes)?,
            }
            Ok(Exit::Clean)
        }
        _ => output::print(&mut draft).map(|()| Exit::Clean),
    }
}

/// `--check`: says whether the file is what would be written.
fn compare(mut draft: SpooledTempFile, path: &Path) -> Result<Exit, Problem> {
    let mut fresh = Vec::new();
    draft.read_to_end(&mut fresh)?;
    let old = match fs::read(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Problem::input(format!("`{}` cannot be read: {error}", path.display()))),
    };
    if old == fresh {
        return Ok(Exit::Clean);
    }
    let name = path.display().to_string();
    let diff = output::diff(&name, &String::from_utf8_lossy(&old), &String::from_utf8_lossy(&fresh));
    output::say(&diff)?;
    output::note(format!("`{name}` is not what the rules compile to"));
    Ok(Exit::Findings)
}
