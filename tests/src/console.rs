//! Commands as a page shows them, run by the shell.

use std::env;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::finding::NOW;

/// A command and what the page says it prints.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    command: String,
    output: String,
}

/// Runs a block in `folder` and gives it back with what was printed.
///
/// Lines after `$ ` are commands, `> ` continues one. `$?` is the status of the command before. The program is the
/// given one, also where the page has cargo build and run it.
///
/// # Errors
///
/// Says why a command could not be started.
pub fn run(block: &str, quell: &Path, folder: &Path) -> Result<String, String> {
    let mut printed = String::new();
    let mut status = 0;
    for step in steps(block) {
        let (output, code) =
            shell(&step.command, status, quell, folder).map_err(|error| format!("cannot run a shell: {error}"))?;
        status = code;
        printed.push_str("$ ");
        printed.push_str(&step.command.replace('\n', "\n> "));
        printed.push('\n');
        printed.push_str(if fits(&step.output, &output) { &step.output } else { &output });
    }
    Ok(printed)
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), output: String::new() });
        } else if let Some(step) = steps.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) if step.output.is_empty() => {
                    step.command.push('\n');
                    step.command.push_str(more);
                }
                _ => {
                    step.output.push_str(line);
                    step.output.push('\n');
                }
            }
        }
    }
    steps
}

fn shell(command: &str, status: i32, quell: &Path, folder: &Path) -> io::Result<(String, i32)> {
    let mut paths = vec![quell.parent().unwrap_or(folder).to_path_buf()];
    paths.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let path = env::join_paths(paths).map_err(io::Error::other)?;
    let (mut reader, writer) = io::pipe()?;
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("(exit {status})\n{}", without_cargo(command)))
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("QUELL_NOW", NOW)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = shell.spawn()?;
    // The command still holds the ends for writing; the reader would wait for them for ever.
    drop(shell);
    let mut output = Vec::new();
    reader.read_to_end(&mut output)?;
    let code = child.wait()?.code().unwrap_or(-1);
    let mut output = String::from_utf8_lossy(&output).into_owned();
    if !output.is_empty() && !output.ends_with('\n') {
        output.push('\n');
    }
    Ok((output, code))
}

/// `cargo run … --package quell -- X` as `quell X`.
fn without_cargo(command: &str) -> String {
    match command.strip_prefix("cargo run ").and_then(|rest| rest.split_once("--package quell -- ")) {
        Some((_, arguments)) => format!("quell {arguments}"),
        None => command.to_owned(),
    }
}

/// Whether the output is the expected one, in which a line `…` stands for any lines.
fn fits(expected: &str, output: &str) -> bool {
    let mut parts = expected.split("…\n");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = output.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipsis_stands_for_lines() {
        assert!(fits("a\n…\nd\n", "a\nb\nc\nd\n"));
        assert!(!fits("a\n…\nd\n", "a\nb\n"));
        assert!(fits("a\n…\n", "a\nb\n"));
        assert!(!fits("a\n", "a\nb\n"));
        assert!(fits("", ""));
    }

    #[test]
    fn cargo_is_left_out() {
        assert_eq!(without_cargo("cargo run --quiet --package quell -- check a"), "quell check a");
        assert_eq!(without_cargo("cargo test"), "cargo test");
    }

    #[test]
    fn the_shell_runs_in_the_folder_and_keeps_the_status() {
        let folder = tempfile::tempdir().unwrap();
        let printed =
            run("$ sh -c 'exit 3'\n$ echo $?\n?\n$ echo a \\\n>   b >&2\n", Path::new("/x/quell"), folder.path());
        assert_eq!(printed.unwrap(), "$ sh -c 'exit 3'\n$ echo $?\n3\n$ echo a \\\n>   b >&2\na b\n");
    }
}
