use std::fs;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::path::Path;

use rustc_hash::FxHashSet;
use tempfile::{SpooledData, SpooledTempFile};

use crate::cli::args::{CompileArgs, DialectName, Global, TargetName};
use crate::cli::batch::{self, Nothing, Outcome, Purpose, RuleSummary, Sink};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{command, format, output, source};
use crate::diag::Code;
use crate::emit::sql::{self, Dialect, SqlRule};
use crate::emit::{Target, write_end, write_separator, write_start};
use crate::eval::PlacedRule;
use crate::event::is_active;
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
        TargetName::Rules => Some(Target::Rules),
        TargetName::Datadog => Some(Target::Datadog),
        TargetName::Terraform => Some(Target::Terraform),
        TargetName::Filters => Some(Target::Filters),
        TargetName::Sql => None,
    };
    if target.is_some() && args.dialect.is_some() {
        return Err(Problem::usage("`--dialect` is for `--target sql`"));
    }
    let mut document = target.map(Document::new);
    let outcome = match (target, &mut document) {
        (Some(target), Some(document)) => batch::run(&setting, files, Purpose::Emission(target), document)?,
        _ => batch::run(&setting, files, Purpose::Events, &mut Nothing)?,
    };
    format::print_aside(&outcome, args.format, global.color)?;
    let verdict = command::verdict(&outcome.findings, args.deny);
    if verdict != Exit::Clean {
        output::note("nothing is written");
        return Ok(verdict);
    }
    let mut draft = match document {
        Some(document) => document.finish()?,
        None => query(&setting, &outcome, args.dialect)?,
    };
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

/// The query of `--target sql`. It holds all rules at once, since they share what they read of an event.
fn query(setting: &Setting, outcome: &Outcome, dialect: Option<DialectName>) -> Result<SpooledTempFile, Problem> {
    let dialect = match dialect {
        Some(DialectName::Spark) => Dialect::Spark,
        Some(DialectName::DuckDb) | None => Dialect::DuckDb,
    };
    let cx = setting.context();
    let kept = outcome.kept.iter().filter(|placed| !placed.lowered.rule.is_expired(outcome.now));
    let placed: Vec<(&PlacedRule, String)> = kept.map(|placed| (placed, placed.place())).collect();
    let rules: Vec<SqlRule<'_>> = placed
        .iter()
        .map(|(placed, place)| SqlRule {
            rule: &placed.lowered.rule,
            schema: placed.lowered.schema(cx.schema),
            is_active: is_active(&placed.lowered.rule, outcome.now),
            place,
        })
        .collect();
    let text = sql::write(&rules, dialect).map_err(|unsayable| {
        let place = rules.get(unsayable.rule).map(|rule| rule.place).unwrap_or_default();
        let name = rules.get(unsayable.rule).map(|rule| &*rule.rule.name.value).unwrap_or_default();
        Problem::input(format!("{place}: `{name}`: {}; {}; nothing is written", unsayable.message, unsayable.help))
    })?;
    let mut draft = output::draft();
    draft.write_all(text.as_bytes())?;
    draft.rewind()?;
    Ok(draft)
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
