//! What a mutant is: `cargo mutants` lists them.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::Result;

/// One small change.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// Relative to the root of the repository.
    pub(crate) file: String,
    pub(crate) genre: Genre,
    /// Where the text that is replaced starts.
    pub(crate) start: Position,
    pub(crate) replacement: String,
    /// What is changed to what, in which function; where that is so several times in the file, with a number. It stays
    /// the same when lines move.
    pub(crate) name: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// Both from 1, the column in characters.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// As the tool writes it.
#[derive(Deserialize)]
struct Listed {
    file: String,
    genre: Genre,
    name: String,
    replacement: String,
    span: ListedSpan,
}

#[derive(Deserialize)]
struct ListedSpan {
    start: Position,
}

/// The mutants of the files that any of the globs names, in the order of the globs.
pub(crate) fn list(tool: &Path, root: &Path, globs: &[String]) -> Result<Vec<Mutant>> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for glob in globs {
        let mut command = Command::new(tool);
        command.args(["mutants", "--list", "--json", "--package", "quell", "--file", glob]).current_dir(root);
        let output = command.output().map_err(|error| format!("cannot run cargo mutants: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo mutants: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let listed: Vec<Listed> = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("what cargo mutants lists cannot be read: {error}"))?;
        let known: Vec<String> = mutants.iter().map(|mutant| mutant.file.clone()).collect();
        mutants.extend(named(listed).filter(|mutant| !known.contains(&mutant.file)));
    }
    Ok(mutants)
}

fn named(listed: Vec<Listed>) -> impl Iterator<Item = Mutant> {
    let mut times: HashMap<(String, String), usize> = HashMap::new();
    listed.into_iter().map(move |one| {
        // `FILE:LINE:COLUMN: NAME`
        let name = one.name.split_once(": ").map_or(one.name.as_str(), |(_, name)| name).to_owned();
        let times = times.entry((one.file.clone(), name.clone())).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name} #{times}") };
        Mutant { file: one.file, genre: one.genre, start: one.span.start, replacement: one.replacement, name }
    })
}

#[cfg(test)]
mod tests {
    use super::{Listed, named};

    #[test]
    fn what_is_so_several_times_has_a_number() {
        let listed = |file: &str, line: usize| {
            let text = format!(
                r#"{{"file": "{file}", "genre": "UnaryOperator", "name": "{file}:{line}:1: delete ! in f", "replacement": "",
                     "span": {{"start": {{"line": {line}, "column": 1}}}}}}"#
            );
            serde_json::from_str::<Listed>(&text).unwrap()
        };
        let names: Vec<String> =
            named(vec![listed("a.rs", 1), listed("a.rs", 2), listed("b.rs", 1)]).map(|mutant| mutant.name).collect();
        assert_eq!(names, ["delete ! in f", "delete ! in f #2", "delete ! in f"]);
    }
}
