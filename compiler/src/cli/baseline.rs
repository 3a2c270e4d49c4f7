//! Findings that a project knows of and has not come to: they are held back until they are gone.
//!
//! A baseline may only shrink. What no longer occurs is taken out on request; what is new comes in only where all of the
//! present findings are written down anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::batch::Outcome;
use crate::cli::exit::Problem;
use crate::cli::identity::{self, Identity};
use crate::cli::output;
use crate::cli::source::FILE_CAP;
use crate::cli::sources::Sources;
use crate::diag::Severity;

/// The version of the file's form.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// Some findings of one identity.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    item: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    /// How many there are; one if left out.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

/// An [`Identity`] as the file has it. A code may be one that this version no longer has.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key {
    pub(super) file: String,
    pub(super) code: String,
    pub(super) item: String,
    pub(super) text: String,
}

impl From<Identity> for Key {
    fn from(identity: Identity) -> Key {
        Key {
            file: identity.file.to_string(),
            code: identity.code.name().to_owned(),
            item: identity.item,
            text: identity.text,
        }
    }
}

/// A baseline file.
pub(super) struct Baseline {
    path: PathBuf,
    known: BTreeMap<Key, usize>,
}

/// What holding findings back came to.
pub(super) struct Held {
    /// How many were held back.
    pub(super) held: usize,
    /// What the file still lists and no longer occurs, with how often.
    pub(super) gone: Vec<(Key, usize)>,
}

impl Baseline {
    pub(super) fn read(path: &Path) -> Result<Baseline, Problem> {
        let wrong = |why: &dyn std::fmt::Display| {
            Problem::usage(format!("the baseline `{}` cannot be read: {why}", path.display()))
        };
        let found = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(wrong(&"there is no such file; `--write-baseline` makes it"));
            }
            Err(error) => return Err(wrong(&error)),
            Ok(found) => found,
        };
        if !found.is_file() || found.len() > FILE_CAP {
            return Err(wrong(&"it is no regular file, or far too large"));
        }
        let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let document: Document = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        if document.version != VERSION {
            return Err(wrong(&format!("its version is {}, and this program knows {VERSION}", document.version)));
        }
        let mut known = BTreeMap::new();
        for Entry { file, code, item, text, count } in document.findings {
            *known.entry(Key { file, code, item, text }).or_default() += count;
        }
        Ok(Baseline { path: path.to_path_buf(), known })
    }

    /// A baseline of all findings of an outcome without errors.
    pub(super) fn of(path: &Path, outcome: &Outcome) -> Baseline {
        let mut known: BTreeMap<Key, usize> = BTreeMap::new();
        for (identity, _) in identity::of_all(&outcome.findings, &Sources::new(outcome)) {
            *known.entry(identity.into()).or_default() += 1;
        }
        Baseline { path: path.to_path_buf(), known }
    }

    /// How many findings it lists.
    pub(super) fn len(&self) -> usize {
        self.known.values().sum()
    }

    /// How many of its findings an older one does not list.
    pub(super) fn added_to(&self, older: &Baseline) -> usize {
        let known = |key| older.known.get(key).copied().unwrap_or(0);
        self.known.iter().map(|(key, count)| count.saturating_sub(known(key))).sum()
    }

    /// Takes the known findings out of an outcome. Nothing is held to be gone from a file that `looked_at` denies.
    pub(super) fn hold(&self, outcome: &mut Outcome, looked_at: impl Fn(&str) -> bool) -> Held {
        let keys: Vec<Key> = identity::of_all(&outcome.findings, &Sources::new(outcome))
            .into_iter()
            .map(|(identity, _)| identity.into())
            .collect();
        let mut left = self.known.clone();
        let before = outcome.findings.len();
        let mut keys = keys.into_iter();
        outcome.findings.retain(|finding| {
            let Some(key) = keys.next() else { return true };
            match left.get_mut(&key) {
                Some(count) if *count > 0 && finding.diagnostic.severity < Severity::Error => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        let gone = left.into_iter().filter(|(key, count)| *count > 0 && looked_at(&key.file));
        Held { held: before - outcome.findings.len(), gone: gone.collect() }
    }

    /// Forgets what is gone.
    pub(super) fn shrink(&mut self, gone: &[(Key, usize)]) {
        for (key, count) in gone {
            if let Some(known) = self.known.get_mut(key) {
                *known = known.saturating_sub(*count);
            }
        }
        self.known.retain(|_, count| *count > 0);
    }

    /// Writes the file: sorted, one entry a line, so that changes of it can be reviewed and merged.
    pub(super) fn write(&self) -> Result<(), Problem> {
        let mut out = Vec::new();
        write!(out, "{{\n\"version\": {VERSION},\n\"findings\": [")?;
        for (number, (key, count)) in self.known.iter().enumerate() {
            out.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
            let Key { file, code, item, text } = key.clone();
            let entry = Entry { file, code, item, text, count: *count };
            serde_json::to_writer(&mut out, &entry).map_err(io::Error::from)?;
        }
        out.extend_from_slice(b"\n]\n}\n");
        output::replace(&self.path, out.as_slice())
    }
}
