//! Files of recorded events, counted into a [`Sample`].
//!
//! Memory is bounded: of each key so many different values are counted as [`tally`] says, and the rest together. What is
//! counted depends on the files alone: they are read in the order of their names and counted in batches that are joined
//! in order, on however many threads.
//!
//! Not here: which files, which the settings say, and what a count is worth.

mod files;
mod tally;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::config::Sample;
use crate::eval::{Batch, Stream};

pub use files::{SampleFile, find, names};
pub use tally::Tally;

/// What is wrong with a pattern of the settings, or with a file that it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which pattern, from 0.
    pub pattern: usize,
    /// Whether it leads out of the project.
    pub is_outside: bool,
    /// What is wrong, with the name of the file.
    pub message: String,
}

/// Recorded events, and what was wrong with them. What came before an error is counted.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The counts.
    pub sample: Sample,
    /// In the order of the files.
    pub problems: Vec<Problem>,
}

/// Says whether reading is to go on.
pub type GoesOn = Arc<dyn Fn() -> bool + Send + Sync>;

/// Finds, reads and counts the events of the files that patterns name below a folder, which has no links in its path.
/// `jobs` batches at a time are handed to `count`, which counts each by itself, in order. Nothing where reading was not
/// to go on.
pub fn gather(
    root: &Path,
    patterns: &[String],
    goes_on: &GoesOn,
    jobs: usize,
    count: &dyn Fn(&[Batch]) -> Vec<Tally>,
) -> Option<Gathered> {
    let (files, mut problems) = find(root, patterns);
    let mut all = Tally::default();
    for file in &files {
        let mut tally = Tally::default();
        let end = read(file, goes_on, jobs, &mut |batches| count(batches).into_iter().for_each(|more| tally.add(more)));
        if !goes_on() {
            return None;
        }
        let problem = |message| Problem { pattern: file.pattern, is_outside: false, message };
        if let Some(bad) = tally.bad_lines(&file.name) {
            problems.push(problem(bad));
        }
        if let Err(error) = end {
            problems.push(problem(format!("`{}` cannot be read to its end: {error}", file.name)));
        }
        all.add(tally);
    }
    Some(Gathered { sample: all.finish(), problems })
}

/// Hands the events of a file over, up to `jobs` batches at a time.
///
/// # Errors
///
/// What the system or the decoder says. What came before has been handed over.
pub fn read(file: &SampleFile, goes_on: &GoesOn, jobs: usize, each: &mut dyn FnMut(&[Batch])) -> io::Result<()> {
    let input = Watched { input: File::open(&file.path)?, goes_on: Arc::clone(goes_on) };
    Stream::of(input)?.read_together(jobs, each)
}

/// A file that ends with an error once nobody wants it any more.
struct Watched {
    input: File,
    goes_on: GoesOn,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.goes_on)() { self.input.read(buffer) } else { Err(io::Error::other("nobody wants it any more")) }
    }
}

#[cfg(test)]
mod tests;
