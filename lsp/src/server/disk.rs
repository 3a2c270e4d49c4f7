//! Files on disk: settings, the files of a folder, a single one. Nothing is read outside of a project's folder.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use quell::base::Instant;
use quell::config::{CONFIG, Config};
use quell::eval::{Attack, Stream, Unread, samples};
use quell::schema::Schema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ide::Settings;
use crate::ide::tickets::Tickets;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The most that is read of a file of events, in bytes after it was taken apart.
const LARGEST_RECORDING: u64 = 1024 * 1024 * 1024;

/// How many known attacks are held.
const MOST_ATTACKS: usize = 100_000;

/// What a folder says of its project.
#[derive(Clone, Debug)]
pub(super) struct Configured {
    pub(super) settings: Settings,
    include: GlobSet,
    exclude: GlobSet,
    /// What is wrong with it, and where in `quell.toml`.
    pub(super) problem: Option<(Range<usize>, String)>,
    /// Where in `quell.toml` each pattern of recorded events stands.
    pub(super) sample_places: Vec<Range<usize>>,
    /// What such patterns fit.
    samples: GlobSet,
}

impl Configured {
    /// What there is where no file says anything.
    pub(super) fn default_of(now: Instant) -> Configured {
        Configured {
            settings: Settings::new(now),
            include: GlobSet::empty(),
            exclude: GlobSet::empty(),
            problem: None,
            sample_places: Vec::new(),
            samples: GlobSet::empty(),
        }
    }

    /// Whether a file that a walk found belongs to the project, by its name from the folder.
    pub(super) fn keeps(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(name)) && !self.exclude.is_match(name)
    }

    /// Whether a file holds recorded events of the project, by its name from the folder.
    pub(super) fn samples(&self, name: &str) -> bool {
        self.samples.is_match(name)
    }
}

/// Reads the settings of a folder. What cannot be read counts as not said, and is told.
pub(super) fn configured(folder: &Path, now: Instant) -> Configured {
    let mut configured = Configured::default_of(now);
    let Some(text) = read(&folder.join(CONFIG)) else { return configured };
    let problem = match toml::from_str::<Config>(&text) {
        Ok(config) => {
            let schema = schema(folder, &config).map(|schema| {
                configured.settings.schema = schema;
            });
            let globs = globs(&config.paths.include).and_then(|include| Ok((include, globs(&config.paths.exclude)?)));
            let globs = globs.map(|(include, exclude)| (configured.include, configured.exclude) = (include, exclude));
            let attacks = attacks(folder, &config).map(|attacks| configured.settings.must_fire = attacks);
            let tickets = config.tickets.as_ref().map(Tickets::new).transpose();
            let tickets = tickets.map(|tickets| configured.settings.tickets = tickets);
            configured.samples = samples::names(&config.samples.files);
            configured.sample_places = sample_places(&text);
            configured.settings.config = config;
            schema.and(globs).and(attacks).and(tickets).err().map(|why| (0..0, why))
        }
        Err(error) => Some((error.span().unwrap_or(0..0), error.message().to_owned())),
    };
    configured.problem = problem;
    configured
}

/// Where each pattern of recorded events stands.
fn sample_places(text: &str) -> Vec<Range<usize>> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Keys {
        samples: Samples,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Samples {
        files: Vec<toml::Spanned<IgnoredAny>>,
    }
    let keys = toml::from_str::<Keys>(text).unwrap_or_default();
    keys.samples.files.iter().map(toml::Spanned::span).collect()
}

fn schema(folder: &Path, config: &Config) -> Result<Cow<'static, Schema>, String> {
    let Some(file) = &config.schema.file else { return Ok(Cow::Borrowed(Schema::embedded())) };
    let text = read_within(folder, file).ok_or_else(|| format!("the schema file `{file}` cannot be read"))?;
    let imported;
    let table = if text.trim_start().starts_with('{') {
        imported = quell::schema::import(&text, None)
            .map_err(|error| format!("`{file}` at `{}`: {}", error.pointer, error.message))?
            .to_tsv();
        imported.as_str()
    } else {
        text.as_str()
    };
    let schema = Schema::parse(table).map_err(|error| format!("{file}:{}: {}", error.line, error.message))?;
    Ok(Cow::Owned(schema))
}

/// The events of the files that must fire.
fn attacks(folder: &Path, config: &Config) -> Result<Arc<[Attack]>, String> {
    let mut found: Vec<Attack> = Vec::new();
    for name in &config.must_fire {
        let stream = events(folder, name).map_err(|_| format!("`must-fire` names `{name}`, which cannot be read"))?;
        let events = stream.all(MOST_ATTACKS - found.len()).map_err(|unread| match unread {
            Unread::NoEvent(number, why) => format!("`{name}:{number}` of `must-fire`: {why}"),
            Unread::CutOff(error) => format!("`{name}` of `must-fire` cannot be read to its end: {error}"),
            Unread::TooMany => format!("`must-fire` names more than {MOST_ATTACKS} events"),
        })?;
        found.extend(events.into_iter().map(|(number, value)| Attack { file: name.clone(), number, value }));
    }
    Ok(found.into())
}

/// A file of events, by its name from a folder, which no link leads out of; why there is none, in words.
pub(super) fn events(folder: &Path, name: &str) -> Result<Stream, String> {
    let path = within(folder, name).filter(|path| path.is_file());
    let path = path.ok_or_else(|| format!("there is no file `{name}` in the project"))?;
    let failed = |error: io::Error| format!("`{name}` cannot be read: {error}");
    let file = fs::File::open(path).map_err(failed)?;
    Stream::at_most(file, LARGEST_RECORDING).map_err(failed)
}

fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        builder.add(glob.map_err(|error| format!("[paths] has a bad pattern: {error}"))?);
    }
    builder.build().map_err(|error| format!("[paths]: {error}"))
}

/// The text of a file, if it is a regular one, not too large, and UTF-8.
pub(super) fn read(path: &Path) -> Option<String> {
    let found = fs::metadata(path).ok()?;
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    let mut text = String::with_capacity(found.len() as usize);
    fs::File::open(path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The text of a file by its name from a folder; nothing where a link leads out of it.
pub(super) fn read_within(folder: &Path, name: &str) -> Option<String> {
    read(&within(folder, name)?)
}

/// Where a file is, by its name from a folder; nothing where a link leads out of it.
fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let root = fs::canonicalize(folder).ok()?;
    let path = fs::canonicalize(folder.join(name)).ok()?;
    path.starts_with(root).then_some(path)
}

/// Every rule file below a folder, sorted. Ignore files count, hidden files do not.
pub(super) fn find(folder: &Path) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(folder).require_git(false).git_global(false).git_exclude(false).build();
    let files = walk.flatten().map(ignore::DirEntry::into_path);
    let mut files: Vec<PathBuf> = files.filter(|path| is_rule_file(path) && path.is_file()).collect();
    files.sort();
    files
}

/// Whether a name is that of a rule file.
pub(super) fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "quell")
}

/// A path below a folder, with `/`.
pub(super) fn relative(folder: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(folder).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// The folder of the project that a file belongs to: where the nearest `quell.toml` is.
pub(super) fn configured_folder(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.join(CONFIG).is_file())
}
