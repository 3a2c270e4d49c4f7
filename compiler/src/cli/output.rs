//! Writing results: a file changes as a whole or not at all.

use std::fs;
use std::io::{self, Seek as _, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::cli::exit::Problem;

/// Replaces a file by a new one with that content; nothing is left half-written.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), Problem> {
    let mut file = beside(path)?;
    file.write_all(content).map_err(|error| cannot(path, &error))?;
    persist(file, path)
}

/// A temporary file in the folder of `path`.
pub(super) fn beside(path: &Path) -> Result<NamedTempFile, Problem> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    NamedTempFile::new_in(folder).map_err(|error| cannot(path, &error))
}

/// Moves a temporary file to its place, with the permissions of what was there.
pub(super) fn persist(mut file: NamedTempFile, path: &Path) -> Result<(), Problem> {
    file.flush().map_err(|error| cannot(path, &error))?;
    if path.is_dir() {
        return Err(Problem::input(format!("`{}` is a folder and cannot be written", path.display())));
    }
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions()).map_err(|error| cannot(path, &error))?;
    } else {
        readable(&file).map_err(|error| cannot(path, &error))?;
    }
    // A link stays a link: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    file.persist(target).map_err(|error| cannot(path, &error.error))?;
    Ok(())
}

/// Temporary files are for their owner alone; results are for whom the system's default says.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

/// Copies a temporary file to standard output.
pub(super) fn print(mut file: fs::File) -> Result<(), Problem> {
    file.rewind()?;
    let mut out = io::stdout().lock();
    io::copy(&mut file, &mut out)?;
    out.flush()?;
    Ok(())
}

/// Writes a text to standard output.
pub(super) fn say(text: &str) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn cannot(path: &Path, error: &io::Error) -> Problem {
    Problem::input(format!("`{}` cannot be written: {error}", path.display()))
}
