//! Writing results: a file changes as a whole or not at all.

use std::borrow::Cow;
use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tempfile::{NamedTempFile, SpooledTempFile};

use crate::cli::exit::Problem;

/// Up to this many bytes, a result waits in memory for the end of the run; what is longer waits on disk.
const IN_MEMORY: usize = 1024 * 1024;

/// A place for a result that may still turn out not to be wanted.
pub(super) fn draft() -> SpooledTempFile {
    tempfile::spooled_tempfile(IN_MEMORY)
}

/// Replaces a file by a new one with that content; nothing is left half-written.
pub(super) fn replace(path: &Path, mut content: impl Read) -> Result<(), Problem> {
    let target = target(path)?;
    let failed = |error: io::Error| cannot(path, &error);
    // A device or a pipe is written to, not replaced.
    if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
        let mut out = OpenOptions::new().write(true).open(&target).map_err(failed)?;
        return io::copy(&mut content, &mut out).map(|_| ()).map_err(failed);
    }
    let mut file = beside(&target).map_err(failed)?;
    io::copy(&mut content, file.as_file_mut()).map_err(failed)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Makes a file unless one of that name is there; says whether it did.
pub(super) fn create(path: &Path, content: &[u8]) -> Result<bool, Problem> {
    let failed = |error: io::Error| cannot(path, &error);
    let mut file = beside(path).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error.error)),
    }
}

/// What is written for a path: behind a link, what it points to, so that the link stays.
fn target(path: &Path) -> Result<PathBuf, Problem> {
    if path.is_dir() {
        return Err(Problem::input(format!("`{}` is a folder and cannot be written", path.display())));
    }
    let mut target = path.to_path_buf();
    // What a link points to need not be there yet. No system follows longer chains.
    for _ in 0..40 {
        let Ok(next) = fs::read_link(&target) else { return Ok(target) };
        target = target.parent().unwrap_or(Path::new(".")).join(next);
    }
    Err(Problem::input(format!("`{}` cannot be written: its links run in a circle", path.display())))
}

/// A temporary file in the folder of `path`, with the permissions that a new file has there.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".quell-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Copies a draft to standard output.
pub(super) fn print(draft: &mut SpooledTempFile) -> Result<(), Problem> {
    draft.rewind()?;
    let mut out = io::stdout().lock();
    io::copy(draft, &mut out)?;
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

/// Writes a value to standard output as an indented JSON document.
pub(super) fn json(value: &impl Serialize) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(value).map_err(Problem::input)?;
    say(&(text + "\n"))
}

/// What changed in a file, as a unified diff that `git apply` and `patch -p1` take.
pub(super) fn diff(name: &str, old: &str, new: &str) -> String {
    // Texts that have little in common would be compared for ever.
    let mut config = similar::TextDiff::configure();
    config.timeout(Duration::from_secs(5));
    config.diff_lines(old, new).unified_diff().header(&in_diff("a", name), &in_diff("b", name)).to_string()
}

/// A name in the header of a diff, as git writes it: in quotes where it would not be read back, and with a tab behind
/// it where a blank would end it.
fn in_diff(side: &str, name: &str) -> String {
    let path = format!("{side}/{}", name.trim_start_matches('/'));
    if path.contains(|c: char| c.is_ascii_control() || c == '"' || c == '\\') {
        let mut quoted = String::from("\"");
        for c in path.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_ascii_control() => quoted.push_str(&format!("\\{:03o}", u32::from(c))),
                c => quoted.push(c),
            }
        }
        return quoted + "\"";
    }
    if path.contains(' ') { path + "\t" } else { path }
}

/// Rows as a table, each column as wide as its widest cell.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let line: String = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Writes a line to standard error. Nobody is left to tell if that fails.
pub(super) fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{}", visible(&line.to_string()));
}

/// A text for a terminal: what would steer it, break the line or turn the direction of writing is replaced by marks of
/// the same length in bytes, so that offsets into the text stay right.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // In front of a line feed it steers nothing.
            '\r' if rest.peek() == Some(&'\n') => out.push(c),
            c if !steers(c) => out.push(c),
            c => out.push(match c.len_utf8() {
                1 => '?',
                2 => '¤',
                _ => char::REPLACEMENT_CHARACTER,
            }),
        }
    }
    Cow::Owned(out)
}

fn cannot(path: &Path, error: &io::Error) -> Problem {
    Problem::input(format!("`{}` cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced_in_place() {
        for text in ["plain\tß\n", "a\r\nb\r\n"] {
            assert_eq!(visible(text), text);
        }
        for (text, shown) in [
            ("a\u{1b}[31mb", "a?[31mb"),
            ("a\rb\r\n", "a?b\r\n"),
            ("\u{9b}x", "¤x"),
            ("user\u{202e}toor", "user\u{fffd}toor"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(text).len(), text.len());
        }
    }

    #[test]
    fn names_in_diffs() {
        for (name, shown) in [
            ("rules/größe.quell", "a/rules/größe.quell"),
            ("/tmp/x", "a/tmp/x"),
            ("a b", "a/a b\t"),
            ("a\"\n\\b c", "\"a/a\\\"\\012\\\\b c\""),
        ] {
            assert_eq!(in_diff("a", name), shown);
        }
    }

    #[test]
    fn a_file_is_replaced_or_created() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(create(&path, b"1").unwrap());
        assert!(!create(&path, b"2").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"1");
        replace(&path, &b"3"[..]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"3");
        assert!(replace(folder.path(), &b"4"[..]).is_err());
        assert!(replace(&folder.path().join("none/b"), &b"5"[..]).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
