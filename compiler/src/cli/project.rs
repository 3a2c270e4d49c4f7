//! The project around the files: its root, its configuration, its schema, the present moment.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::{fs, io};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::base::{Instant, Span, nearest};
use crate::cli::args::Global;
use crate::cli::exit::Problem;
use crate::cli::finding::Finding;
use crate::cli::source::FILE_CAP;
use crate::config::{CONFIG, Config, Context, Sample};
use crate::diag::{Code, Diagnostic, text};
use crate::eval::samples::{self, Gathered, Tally};
use crate::hir::date;
use crate::schema::{self, Schema};

/// Everything about a project but its files.
pub(super) struct Setting {
    /// The folder that nothing is read outside of, with links resolved.
    pub(super) root: PathBuf,
    pub(super) config: Config,
    pub(super) schema: Cow<'static, Schema>,
    pub(super) now: Instant,
    pub(super) jobs: usize,
    include: GlobSet,
    exclude: GlobSet,
    /// Where in the configuration each of its patterns of recorded events stands.
    sample_places: Vec<Range<usize>>,
    gathered: OnceLock<Gathered>,
}

impl Setting {
    /// Finds `quell.toml` upwards from the paths, or from the current folder where there are none.
    pub(super) fn load(global: &Global, paths: &[PathBuf]) -> Result<Setting, Problem> {
        let now = now(global)?;
        let mut starts: Vec<PathBuf> = Vec::new();
        for path in paths.iter().filter(|path| path.as_os_str() != "-") {
            starts.extend(start_of(path));
        }
        if starts.is_empty() {
            starts.push(fs::canonicalize(".")?);
        }
        let (root, (config, sample_places)) = match root_of(&starts)? {
            Some(root) => (root.to_path_buf(), read_config(&root.join(CONFIG))?),
            None => (fallback_root(&starts)?, <(Config, Vec<_>)>::default()),
        };
        let schema = load_schema(&root, &config)?;
        let include = globs(&config.paths.include)?;
        let exclude = globs(&config.paths.exclude)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let jobs = global.jobs.map_or(cores, usize::from);
        let gathered = OnceLock::new();
        Ok(Setting { root, config, schema, now, jobs, include, exclude, sample_places, gathered })
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context::new(&self.schema, &self.config, self.now).with_sample(self.sample())
    }

    /// The recorded events of the project, if it has any; read when they are first asked for.
    pub(super) fn sample(&self) -> Option<&Sample> {
        (!self.config.samples.files.is_empty()).then(|| &self.gathered().sample)
    }

    fn gathered(&self) -> &Gathered {
        self.gathered.get_or_init(|| {
            let files = &self.config.samples.files;
            let count = |batches: &[_]| batches.par_iter().map(Tally::of).collect();
            samples::gather(&self.root, files, &(Arc::new(|| true) as _), self.jobs, &count).unwrap_or_default()
        })
    }

    /// What is wrong with the recorded events of the project.
    pub(super) fn sample_findings(&self) -> Vec<Finding> {
        if self.sample().is_none() {
            return Vec::new();
        }
        let file: Arc<str> = Arc::from(CONFIG);
        let problems = self.gathered().problems.iter().map(|problem| {
            let (code, help) = if problem.is_outside {
                (Code::OutsideProject, "only files below the folder of `quell.toml` are read, also through links")
            } else {
                (Code::UnreadableFile, "name files of events in `[samples]` that can be read to their end, or none")
            };
            let place = self.sample_places.get(problem.pattern).cloned().unwrap_or_default();
            let span = Span::new(place.start as u32, place.end as u32);
            Finding::at(
                &file,
                Diagnostic::new(code, span, text!("{0}", problem.message)).label("named here").help(help),
            )
        });
        problems.collect()
    }

    /// Whether a file found by a walk belongs to the project.
    pub(super) fn keeps(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(name)) && !self.exclude.is_match(name)
    }
}

/// The folder in which a path lies. What is a link itself lies where the link is, not where it leads.
fn start_of(path: &Path) -> Option<PathBuf> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if path.is_dir() && !is_link {
        return fs::canonicalize(path).ok();
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::canonicalize(folder).ok()
}

/// The folder with the `quell.toml` that the starts have in common; nothing where none has one. Each project has levels
/// and a schema of its own, so that no run can be about two of them.
fn root_of(starts: &[PathBuf]) -> Result<Option<&Path>, Problem> {
    let mut roots = starts.iter().filter_map(|start| start.ancestors().find(|folder| folder.join(CONFIG).is_file()));
    let Some(root) = roots.next() else { return Ok(None) };
    match roots.find(|other| *other != root) {
        None => Ok(Some(root)),
        Some(other) => Err(Problem::usage(format!(
            "the paths lie in two projects, `{}` and `{}`: run once for each",
            root.display(),
            other.display()
        ))),
    }
}

/// Without a `quell.toml` the current folder is the root if it holds every start, else the folder that holds them all.
fn fallback_root(starts: &[PathBuf]) -> Result<PathBuf, Problem> {
    let current = fs::canonicalize(".")?;
    if starts.iter().all(|start| start.starts_with(&current)) {
        return Ok(current);
    }
    let first = starts.first().unwrap_or(&current);
    let holds_all = |folder: &&Path| starts.iter().all(|start| start.starts_with(folder));
    Ok(first.ancestors().find(holds_all).unwrap_or(first).to_path_buf())
}

/// The present moment: what `--now` says, else the clock.
pub(super) fn now(global: &Global) -> Result<Instant, Problem> {
    match &global.now {
        Some(text) => date::parse(text, date::Edge::First).map_err(|why| {
            Problem::usage(format!("`--now {text}` is not a date: {why}; write `2027-01-31` or `2027-01-31T12:00:00Z`"))
        }),
        None => Ok(jiff::Timestamp::now().as_millisecond()),
    }
}

/// Reads the configuration, and where each of its patterns of recorded events stands.
fn read_config(path: &Path) -> Result<(Config, Vec<Range<usize>>), Problem> {
    let text = read_capped(path).map_err(|error| Problem::usage(format!("{CONFIG} cannot be read: {error}")))?;
    let wrong = |at: Option<usize>, message: &str| {
        let place = at.map(|at| place(&text, at)).unwrap_or_default();
        Problem::usage(format!("{CONFIG}{place}: {message}"))
    };
    let config: Config =
        toml::from_str(&text).map_err(|error| wrong(error.span().map(|span| span.start), &taught(error.message())))?;
    // The keys once more, with their places.
    let keys: Keys = toml::from_str(&text).map_err(|error| wrong(None, error.message()))?;
    for key in keys.lints.keys() {
        known_lint(key.get_ref()).map_err(|message| wrong(Some(key.span().start), &message))?;
    }
    Ok((config, keys.samples.files.iter().map(toml::Spanned::span).collect()))
}

/// The names under `[lints]`, and the patterns of `[samples]`.
#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    lints: BTreeMap<toml::Spanned<String>, IgnoredAny>,
    #[serde(default)]
    samples: SampleKeys,
}

#[derive(Default, Deserialize)]
struct SampleKeys {
    #[serde(default)]
    files: Vec<toml::Spanned<String>>,
}

/// `:line:column`, both from 1.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(":{line}:{column}")
}

/// Reads a file of settings; one that is not of a sensible size is none.
fn read_capped(path: &Path) -> io::Result<String> {
    let found = fs::metadata(path)?;
    if !found.is_file() || found.len() > FILE_CAP {
        return Err(io::Error::other("it is no regular file, or far too large"));
    }
    fs::read_to_string(path)
}

/// Adds the nearest name to what serde says of an unknown one.
fn taught(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown"));
    let near = unknown.and_then(|unknown| nearest(unknown, names));
    match near {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

/// Says what is wrong with a name under `[lints]`.
fn known_lint(name: &str) -> Result<(), String> {
    let lints = || Code::ALL.iter().filter(|code| code.is_configurable());
    if lints().any(|code| code.name() == name || code.group().name() == name) {
        return Ok(());
    }
    if Code::ALL.iter().any(|code| code.name() == name || code.group().name() == name) {
        return Err(format!("`{name}` in [lints] is an error and no lint: its level is fixed"));
    }
    let names = lints().flat_map(|code| [code.name(), code.group().name()]);
    let hint = nearest(name, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(format!("there is no lint or group `{name}`{hint}"))
}

fn load_schema(root: &Path, config: &Config) -> Result<Cow<'static, Schema>, Problem> {
    let schema = match &config.schema.file {
        None => Cow::Borrowed(Schema::embedded()),
        Some(file) => {
            let cannot = |error: io::Error| Problem::usage(format!("the schema file `{file}` cannot be read: {error}"));
            let real = fs::canonicalize(root.join(file)).map_err(cannot)?;
            if !real.starts_with(root) {
                return Err(Problem::usage(format!("the schema file `{file}` is outside of the project")));
            }
            let text = read_capped(&real).map_err(cannot)?;
            Cow::Owned(schema_of(file, &text).map_err(Problem::usage)?)
        }
    };
    match &config.schema.version {
        Some(version) if version != schema.version() => Err(Problem::usage(format!(
            "{CONFIG} expects schema version `{version}`, and this one is `{}`",
            schema.version()
        ))),
        _ => Ok(schema),
    }
}

/// The schema that a text holds: a schema file, or a JSON Schema as the Agent's repository publishes it.
pub(super) fn schema_of(name: &str, text: &str) -> Result<Schema, String> {
    let imported;
    let table = if text.trim_start().starts_with('{') {
        imported = schema::import(text, None)
            .map_err(|error| format!("`{name}` at `{}`: {}", error.pointer, error.message))?
            .to_tsv();
        imported.as_str()
    } else {
        text
    };
    Schema::parse(table).map_err(|error| format!("{name}:{}: {}", error.line, error.message))
}

/// Patterns as ignore files have them: `*` stays within a folder, `**` does not.
fn globs(patterns: &[String]) -> Result<GlobSet, Problem> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern)
            .literal_separator(true)
            .build()
            .map_err(|error| Problem::usage(format!("{CONFIG}: [paths] has a bad pattern: {error}")))?;
        builder.add(glob);
    }
    builder.build().map_err(|error| Problem::usage(format!("{CONFIG}: [paths]: {error}")))
}
