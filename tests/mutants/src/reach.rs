//! Which test reaches which mutant, and how long it takes.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::suite::{Ended, Suite};
use crate::{Result, parallel};

/// What is known of a test.
#[derive(Serialize, Deserialize)]
pub(crate) struct Reach {
    pub(crate) time: Duration,
    pub(crate) mutants: Vec<usize>,
}

/// What is known of the tests of one build.
#[derive(Serialize, Deserialize)]
struct Known {
    build: u64,
    tests: Vec<Reach>,
}

/// Longer than any test takes.
const TIMEOUT: Duration = Duration::from_secs(300);

/// As [`measure`], which is done once for a build.
pub(crate) fn reach(suite: &Suite, folder: &Path, at_once: usize) -> Result<Vec<Reach>> {
    let path = folder.join("reach.json");
    let build = build(suite)?;
    let known = fs::read(&path).ok().and_then(|known| serde_json::from_slice::<Known>(&known).ok());
    if let Some(known) = known.filter(|known| known.build == build && known.tests.len() == suite.tests.len()) {
        return Ok(known.tests);
    }
    let known = Known { build, tests: measure(suite, folder, at_once)? };
    let text = serde_json::to_vec(&known).map_err(|error| error.to_string())?;
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(known.tests)
}

/// A digest of when the executables were built.
fn build(suite: &Suite) -> Result<u64> {
    let mut digest = DefaultHasher::new();
    for path in suite.binaries.iter().map(|binary| &binary.path).chain([&suite.program]) {
        let built = fs::metadata(path).and_then(|file| file.modified());
        (path, built.map_err(|error| format!("{}: {error}", path.display()))?).hash(&mut digest);
    }
    Ok(digest.finish())
}

/// Runs each test by itself, without a mutant.
///
/// # Errors
///
/// A test that fails as it is would fail with every mutant.
fn measure(suite: &Suite, folder: &Path, at_once: usize) -> Result<Vec<Reach>> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let tests: Vec<usize> = (0..suite.tests.len()).collect();
    parallel::each(&tests, at_once, |thread, &test| {
        let reached = folder.join(format!("reached-{thread}"));
        let _ = fs::remove_file(&reached);
        let start = Instant::now();
        let variable = ("QUELL_MUTANT_REACHED", &*reached.to_string_lossy());
        let ended = suite.run(&[test], variable, &folder.join(thread.to_string()), TIMEOUT)?;
        let time = start.elapsed();
        if !matches!(ended, Ended::Passed) {
            return Err(format!("{} fails without any mutant", suite.name(test)));
        }
        let reached = fs::read_to_string(&reached).unwrap_or_default();
        let mut mutants: Vec<usize> = reached.lines().filter_map(|line| line.parse().ok()).collect();
        mutants.sort_unstable();
        mutants.dedup();
        Ok(Reach { time, mutants })
    })
}
