//! How far a long read has come, shown on a terminal.

use std::fs;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on the terminal of standard error while it lives; nothing where standard error is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of a file with its size; of standard input, what was read. `-` is standard input.
    pub(super) fn of(path: &Path) -> Progress {
        if !io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let size = fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.len());
        let (bar, form) = match size {
            Some(size) => (ProgressBar::new(size), "{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"),
            None => (ProgressBar::no_length(), "{spinner} {bytes}, {bytes_per_sec}"),
        };
        // A form that cannot be read would leave the usual one.
        Progress(match ProgressStyle::with_template(form) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// What is read of that input counts.
    pub(super) fn watch<R: Read + Send>(&self, input: R) -> impl Read + Send + use<R> {
        self.0.wrap_read(input)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
