//! From start to exit of whole processes.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::Result;
use crate::generate::project;
use crate::measure::{in_turns, shown, times};
use crate::programs;

/// The clock of the checks: no rule is out of date.
const NOW: &str = "2026-11-24";

struct Command {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<&'static str>,
}

/// The table.
pub(crate) fn table() -> Result<String> {
    let folder = one_file_each().map_err(|error| error.to_string())?;
    let [quell, ruff, taplo] = [programs::own("quell")?, programs::installed("ruff")?, programs::installed("taplo")?];
    let command = |name, program: &PathBuf, arguments: &[&'static str]| Command {
        name,
        program: program.clone(),
        arguments: arguments.to_vec(),
    };
    let mut commands = [
        command("`quell check`, one rule in one file", &quell, &["check", "--now", NOW, "one.quell"]),
        command("`quell --version`", &quell, &["--version"]),
        command("`ruff check --no-cache`, one line in one file", &ruff, &["check", "--no-cache", "one.py"]),
        command("`ruff --version`", &ruff, &["--version"]),
        command("`taplo check`, one line in one file", &taplo, &["check", "one.toml"]),
        command("`taplo --version`", &taplo, &["--version"]),
    ];
    let measured =
        in_turns(&mut commands, |command| programs::run(&command.program, folder.path(), &command.arguments))?;
    let mut out =
        String::from("| from start to exit | median | best | over `quell check` |\n| --- | ---: | ---: | ---: |\n");
    let unit = measured.first().and_then(|times| times.median()).ok_or("nothing was measured")?;
    for (command, measured) in commands.iter().zip(&measured) {
        let (Some(median), Some(best)) = (measured.median(), measured.best()) else { continue };
        let _ =
            writeln!(out, "| {} | {} | {} | **{}** |", command.name, shown(median), shown(best), times(median, unit));
    }
    Ok(out)
}

fn one_file_each() -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("quell.toml"), "")?;
    fs::write(folder.path().join("one.quell"), project(1))?;
    fs::write(folder.path().join("one.py"), "HOSTS = [\"web-1\"]\n")?;
    fs::write(folder.path().join("one.toml"), "hosts = [\"web-1\"]\n")?;
    Ok(folder)
}
