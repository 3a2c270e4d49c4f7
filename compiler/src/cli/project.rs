//! The project around the files: its root, its configuration, its schema, the present moment.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::base::{Instant, nearest};
use crate::cli::args::Global;
use crate::cli::exit::Problem;
use crate::config::{Config, Context};
use crate::diag::Code;
use crate::hir::date;
use crate::schema::Schema;

/// The name of the configuration file.
pub(super) const CONFIG: &str = "quell.toml";

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
}

impl Setting {
    /// Finds `quell.toml` from the first path upwards, or from the current folder.
    pub(super) fn load(global: &Global, paths: &[PathBuf]) -> Result<Setting, Problem> {
        let now = now(global)?;
        let from = paths.iter().find(|path| path.as_os_str() != "-").map_or_else(|| Path::new("."), PathBuf::as_path);
        let from = fs::canonicalize(from).or_else(|_| fs::canonicalize("."))?;
        let start = if from.is_dir() { from.as_path() } else { from.parent().unwrap_or(&from) };
        let rooted = start.ancestors().find(|folder| folder.join(CONFIG).is_file());
        let (root, config) = match rooted {
            Some(root) => (root.to_path_buf(), read_config(&root.join(CONFIG))?),
            None => (fallback_root(start)?, Config::default()),
        };
        let schema = load_schema(&root, &config)?;
        let include = globs(&config.paths.include)?;
        let exclude = globs(&config.paths.exclude)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let jobs = global.jobs.map_or(cores, usize::from);
        Ok(Setting { root, config, schema, now, jobs, include, exclude })
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context { schema: &self.schema, config: &self.config, now: self.now }
    }

    /// Whether a file found by a walk belongs to the project.
    pub(super) fn keeps(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(name)) && !self.exclude.is_match(name)
    }
}

/// Without a `quell.toml` the current folder is the root if it holds the start, else the start's own.
fn fallback_root(start: &Path) -> Result<PathBuf, Problem> {
    let current = fs::canonicalize(".")?;
    Ok(if start.starts_with(&current) { current } else { start.to_path_buf() })
}

pub(super) fn now(global: &Global) -> Result<Instant, Problem> {
    match &global.now {
        Some(text) => date::parse(text, date::Edge::First).map_err(|why| {
            Problem::usage(format!("`--now {text}` is not a date: {why}; write `2027-01-31` or `2027-01-31T12:00:00Z`"))
        }),
        None => Ok(jiff::Timestamp::now().as_millisecond()),
    }
}

fn read_config(path: &Path) -> Result<Config, Problem> {
    let text = fs::read_to_string(path).map_err(|error| Problem::usage(format!("{CONFIG} cannot be read: {error}")))?;
    let config: Config = toml::from_str(&text).map_err(|error| {
        let place = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!(":{line}:{column}")
        });
        Problem::usage(format!("{CONFIG}{}: {}", place.unwrap_or_default(), taught(error.message())))
    })?;
    for name in config.lints.keys() {
        known_lint(name)?;
    }
    Ok(config)
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

fn known_lint(name: &str) -> Result<(), Problem> {
    let groups: Vec<&str> = Code::ALL.iter().map(|code| code.group().name()).collect();
    match Code::from_name(name) {
        Some(code) if code.is_configurable() => return Ok(()),
        Some(_) => {
            return Err(Problem::usage(format!(
                "{CONFIG}: `{name}` in [lints] is an error, not a lint: its level is fixed"
            )));
        }
        None if groups.contains(&name) => return Ok(()),
        None => {}
    }
    let names = Code::ALL.iter().filter(|code| code.is_configurable()).map(|code| code.name()).chain(groups);
    let hint = nearest(name, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(Problem::usage(format!("{CONFIG}: there is no lint or group `{name}`{hint}")))
}

fn load_schema(root: &Path, config: &Config) -> Result<Cow<'static, Schema>, Problem> {
    let schema = match &config.schema.file {
        None => Cow::Borrowed(Schema::embedded()),
        Some(file) => {
            let path = root.join(file);
            let real = fs::canonicalize(&path)
                .map_err(|error| Problem::usage(format!("the schema file `{file}` cannot be read: {error}")))?;
            if !real.starts_with(root) {
                return Err(Problem::usage(format!("the schema file `{file}` is outside of the project")));
            }
            let text = fs::read_to_string(real)
                .map_err(|error| Problem::usage(format!("the schema file `{file}` cannot be read: {error}")))?;
            let schema = Schema::parse(&text)
                .map_err(|error| Problem::usage(format!("{file}:{}: {}", error.line, error.message)))?;
            Cow::Owned(schema)
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

fn globs(patterns: &[String]) -> Result<GlobSet, Problem> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern)
            .map_err(|error| Problem::usage(format!("{CONFIG}: [paths] has a bad pattern: {error}")))?;
        builder.add(glob);
    }
    builder.build().map_err(|error| Problem::usage(format!("{CONFIG}: [paths]: {error}")))
}
