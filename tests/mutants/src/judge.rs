//! Whether any test fails with a mutant.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::reach::Reach;
use crate::suite::{Ended, Suite};

/// What becomes of a mutant.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// By this test.
    Caught(String),
    /// One of these tests did not end, which is noticed as well.
    TimedOut(String),
    Survived,
    /// No test comes by.
    NotReached,
    /// The compiler does not take it.
    Refused,
}

/// The tests and what they reach.
pub(crate) struct Judge<'s> {
    suite: &'s Suite,
    reach: &'s [Reach],
    /// The tests that reach each mutant, the most promising first.
    reaching: Vec<Vec<usize>>,
    /// The tests that caught mutants of a file, the latest last.
    catchers: Mutex<HashMap<String, Vec<usize>>>,
}

/// How many tests that caught others of the file are tried before all others.
const CATCHERS: usize = 4;

/// What the first tests of a mutant may take together; the next ones may take several times as long, and so on.
const FIRST_ROUND: Duration = Duration::from_millis(30);
const GROWTH: u32 = 4;

/// How long a process may take: this, and several times what its tests take without a mutant.
const PATIENCE: Duration = Duration::from_secs(5);
const SLOWER: u32 = 10;

impl<'s> Judge<'s> {
    pub(crate) fn new(suite: &'s Suite, reach: &'s [Reach], mutants: usize) -> Judge<'s> {
        let mut tests: Vec<usize> = (0..reach.len()).collect();
        // A test that is quick, and that is about little.
        tests.sort_by_key(|test| reach[*test].time.as_micros() * reach[*test].mutants.len() as u128);
        let mut reaching = vec![Vec::new(); mutants];
        for test in tests {
            for mutant in &reach[test].mutants {
                if let Some(reaching) = reaching.get_mut(*mutant) {
                    reaching.push(test);
                }
            }
        }
        Judge { suite, reach, reaching, catchers: Mutex::default() }
    }

    /// Runs the tests that reach a mutant of a file until one fails.
    pub(crate) fn judge(&self, mutant: usize, file: &str, folder: &Path) -> Result<Verdict> {
        if self.reaching[mutant].is_empty() {
            return Ok(Verdict::NotReached);
        }
        for round in self.rounds(mutant, file) {
            for binary in 0..self.suite.binaries.len() {
                let tests: Vec<usize> =
                    round.iter().copied().filter(|test| self.suite.tests[*test].binary == binary).collect();
                let usual: Duration = tests.iter().map(|test| self.reach[*test].time).sum();
                let variable = ("QUELL_MUTANT", &*mutant.to_string());
                match self.suite.run(&tests, variable, folder, PATIENCE + usual * SLOWER)? {
                    Ended::Passed => {}
                    Ended::Failed(Some(test)) => {
                        self.remember(file, test);
                        return Ok(Verdict::Caught(self.suite.name(test)));
                    }
                    Ended::Failed(None) => return Ok(Verdict::Caught(self.suite.binaries[binary].name.clone())),
                    Ended::TimedOut => return Ok(Verdict::TimedOut(self.suite.binaries[binary].name.clone())),
                }
            }
        }
        Ok(Verdict::Survived)
    }

    /// All tests that reach a mutant: what caught others of its file, then more and more at once.
    fn rounds(&self, mutant: usize, file: &str) -> Vec<Vec<usize>> {
        let catchers = self.catchers.lock().ok().and_then(|catchers| catchers.get(file).cloned()).unwrap_or_default();
        let latest = &catchers[catchers.len().saturating_sub(CATCHERS)..];
        let (first, others): (Vec<usize>, Vec<usize>) =
            self.reaching[mutant].iter().partition(|test| latest.contains(test));
        let mut rounds = vec![first, Vec::new()];
        let (mut time, mut most) = (Duration::ZERO, FIRST_ROUND);
        for test in others {
            if time > most {
                rounds.push(Vec::new());
                (time, most) = (Duration::ZERO, most * GROWTH);
            }
            time += self.reach[test].time;
            if let Some(round) = rounds.last_mut() {
                round.push(test);
            }
        }
        rounds
    }

    fn remember(&self, file: &str, test: usize) {
        if let Ok(mut catchers) = self.catchers.lock() {
            let catchers = catchers.entry(file.to_owned()).or_default();
            catchers.retain(|other| *other != test);
            catchers.push(test);
        }
    }
}
