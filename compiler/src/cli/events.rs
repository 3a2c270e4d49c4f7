//! Files of events, and standard input.

use std::fs::File;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::cli::exit::Problem;
use crate::eval::{Stream, Unread};

/// Opens a file, `-` for standard input, and finds out whether it is compressed.
pub(super) fn open(path: &Path) -> Result<Stream, Problem> {
    let failed = |error: io::Error| Problem::input(format!("`{}` cannot be read: {error}", path.display()));
    if path.as_os_str() == "-" {
        return Stream::of(io::stdin()).map_err(failed);
    }
    let file = File::open(path).map_err(failed)?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(Problem::input(format!("`{}` is a folder, and a file of events is needed", path.display())));
    }
    Stream::of(file).map_err(failed)
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
