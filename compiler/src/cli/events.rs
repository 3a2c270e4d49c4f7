//! Files of events, and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use crate::cli::exit::Problem;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Progress;
use crate::eval::{Stream, Unread};

/// Opens a file, `-` for standard input, and finds out whether it is compressed.
pub(super) fn open(path: &Path) -> Result<Stream, Problem> {
    Stream::of(input(path)?).map_err(|error| unread(path, &error))
}

/// The same until an interrupt, which ends it with an error.
pub(super) fn open_until(path: &Path, interrupt: &Interrupt) -> Result<Stream, Problem> {
    let input = input(path)?;
    interrupt.watch(input).and_then(Stream::of).map_err(|error| unread(path, &error))
}

/// The same with the progress shown.
pub(super) fn open_shown(path: &Path, interrupt: &Interrupt, progress: &Progress) -> Result<Stream, Problem> {
    let input = progress.watch(input(path)?);
    interrupt.watch(input).and_then(Stream::of).map_err(|error| unread(path, &error))
}

fn input(path: &Path) -> Result<Box<dyn Read + Send>, Problem> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| unread(path, &error))?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(Problem::input(format!("`{}` is a folder, and a file of events is needed", path.display())));
    }
    Ok(Box::new(file))
}

fn unread(path: &Path, error: &io::Error) -> Problem {
    Problem::input(format!("`{}` cannot be read: {error}", path.display()))
}

/// All events of a file with their numbers.
///
/// # Errors
///
/// What is no event is told with its place, as are more than `most` events.
pub(super) fn load(path: &Path, most: usize) -> Result<Vec<(u64, Value)>, Problem> {
    let name = path.display();
    open(path)?.all(most).map_err(|unread| {
        Problem::input(match unread {
            Unread::NoEvent(number, why) => format!("`{name}:{number}` is no event: {why}"),
            Unread::CutOff(error) => format!("`{name}` cannot be read to its end: {error}"),
            Unread::TooMany => format!("`{name}` holds more than {most} events"),
        })
    })
}
