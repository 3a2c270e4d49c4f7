//! Verdicts that are kept from run to run.
//!
//! That a mutant is caught is kept while the code of its file stays as it is; that it survives, while all that is built
//! does, since a new test may catch it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::judge::Verdict;
use crate::mutant::Mutant;
use crate::sources::Sources;

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    file: String,
    name: String,
    /// Of the code of the file.
    code: u64,
    /// Of all that is built.
    all: u64,
    verdict: Verdict,
}

pub(crate) struct Results {
    file: Mutex<File>,
    all: u64,
    code: HashMap<String, u64>,
    kept: HashMap<(String, String), Verdict>,
}

impl Results {
    pub(crate) fn open(path: &Path, sources: &Sources, mutants: &[Mutant]) -> Result<Results> {
        let all = sources.digest();
        let mut code = HashMap::new();
        for mutant in mutants {
            if !code.contains_key(&mutant.file) {
                code.insert(mutant.file.clone(), code_of(sources.text(&mutant.file)?));
            }
        }
        let mut kept = HashMap::new();
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            // The last line of a run that was stopped may be half a line.
            let Ok(line) = serde_json::from_str::<Line>(line) else { continue };
            let holds = match line.verdict {
                Verdict::Caught(_) | Verdict::TimedOut(_) | Verdict::Refused => {
                    code.get(&line.file) == Some(&line.code)
                }
                Verdict::Survived | Verdict::NotReached => line.all == all,
            };
            if holds {
                kept.insert((line.file, line.name), line.verdict);
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = Mutex::new(file.map_err(|error| format!("{}: {error}", path.display()))?);
        Ok(Results { file, all, code, kept })
    }

    /// The verdict on a mutant, if it is known and holds.
    pub(crate) fn get(&self, mutant: &Mutant) -> Option<&Verdict> {
        self.kept.get(&(mutant.file.clone(), mutant.name.clone()))
    }

    /// Keeps a verdict.
    pub(crate) fn add(&self, mutant: &Mutant, verdict: &Verdict) -> Result<()> {
        let line = Line {
            file: mutant.file.clone(),
            name: mutant.name.clone(),
            code: self.code.get(&mutant.file).copied().unwrap_or_default(),
            all: self.all,
            verdict: verdict.clone(),
        };
        let mut text = serde_json::to_string(&line).map_err(|error| error.to_string())?;
        text.push('\n');
        let mut file = self.file.lock().map_err(|_| "a thread ended early")?;
        file.write_all(text.as_bytes()).map_err(|error| format!("cannot keep a verdict: {error}"))
    }
}

/// A digest of what comes before the tests of a file.
fn code_of(text: &str) -> u64 {
    let code = text.split("\n#[cfg(test)]\n").next().unwrap_or(text);
    let mut digest = DefaultHasher::new();
    code.hash(&mut digest);
    digest.finish()
}
