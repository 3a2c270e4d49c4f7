//! Files of events, and standard input.

use std::fs::File;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::cli::exit::Problem;
use crate::eval::{Batch, Stream, parse};

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
    let mut found = Vec::new();
    let mut bad = None;
    let end = open(path)?.read(&mut |batch: Batch| {
        for (number, text) in batch.events() {
            if bad.is_some() || found.len() > most {
                return;
            }
            match parse(text) {
                Ok(value) => found.push((number, value)),
                Err(why) => bad = Some(format!("`{name}:{number}` is no event: {why}")),
            }
        }
    });
    if let Some(bad) = bad {
        return Err(Problem::input(bad));
    }
    end.map_err(|error| Problem::input(format!("`{name}` cannot be read to its end: {error}")))?;
    if found.len() > most {
        return Err(Problem::input(format!("`{name}` holds more than {most} events")));
    }
    Ok(found)
}
