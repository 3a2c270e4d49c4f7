//! What the fuzzers of `tests/fuzz` do with bytes: by name, so that a test can do the same with what they have found.
//!
//! Bytes are the text of a program where they are text. A first byte that no text has makes them choices: of a program
//! without errors, or of words in any order.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "what is found is told by panicking")]

mod seeds;

use std::fs;
use std::io;
use std::path::PathBuf;

use quell::diag::Diagnostic;
use quell::emit::query_text;

use crate::generate::{self, Choices, soup};
use crate::property::analysis::{Analysis, analyse, assert_covers, assert_lexes, lenient};
use crate::property::domain::condition;
use crate::property::{
    anything, claims, events, fixes, import, incremental, layout, messages, relations, round_trip, schema, tree,
};
use crate::workspace;

/// In front of choices that make a program.
pub const PROGRAM: u8 = 0xff;

/// In front of choices that make words in any order.
pub const SOUP: u8 = 0xfe;

/// What one fuzzer does.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its file and of the folder of what it has found.
    pub name: &'static str,
    /// Panics where something does not hold on the bytes.
    pub run: fn(&[u8]),
    seeds: fn() -> seeds::Seeds,
}

/// Every fuzzer but those that ask another grammar.
pub const TARGETS: [Target; 13] = [
    Target { name: "lexer", run: lexer, seeds: seeds::texts },
    Target { name: "parser", run: |bytes| tree::assert_parses(&text(bytes)), seeds: seeds::texts },
    Target { name: "format", run: format, seeds: seeds::texts },
    Target { name: "check", run: check, seeds: seeds::texts },
    Target { name: "logic", run: logic, seeds: seeds::choices },
    Target { name: "relations", run: related, seeds: seeds::choices },
    Target { name: "emit", run: emit, seeds: seeds::texts },
    Target { name: "fixes", run: mends, seeds: seeds::texts },
    Target { name: "edits", run: edits, seeds: seeds::choices },
    Target { name: "messages", run: messages::assert_survives, seeds: seeds::conversations },
    Target { name: "events", run: events::assert_reads, seeds: seeds::recordings },
    Target { name: "import", run: imported, seeds: seeds::dumps },
    Target { name: "schema", run: |bytes| schema::assert_imports(&lossy(bytes)), seeds: seeds::schemas },
];

/// The fuzzer of that name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

impl Target {
    /// Writes what it starts from into the folder that `QUELL_FUZZ_SEEDS` names, if it names one.
    ///
    /// # Errors
    ///
    /// Where the corpus cannot be read, or the folder cannot be written to.
    pub fn write_seeds(&self) -> io::Result<()> {
        let Some(folder) = std::env::var_os("QUELL_FUZZ_SEEDS").map(PathBuf::from) else { return Ok(()) };
        for (number, seed) in (self.seeds)()?.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
        Ok(())
    }

    /// What it has found once: files of the repository, in order.
    ///
    /// # Errors
    ///
    /// Where one cannot be read.
    pub fn regressions(&self) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let folder = workspace::root().join("tests/fuzz/regressions").join(self.name);
        let mut files: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        files.sort();
        files.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The text that some bytes stand for.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    match bytes.split_first() {
        Some((&PROGRAM, rest)) => generate::program(&mut Choices::new(rest)),
        Some((&SOUP, rest)) => soup(&mut Choices::new(rest)),
        _ => lossy(bytes),
    }
}

fn lexer(bytes: &[u8]) {
    let text = text(bytes);
    let ranges = quell::split(&text);
    assert_covers(&text, &ranges);
    ranges.iter().for_each(|range| assert_lexes(range.of(&text)));
    assert_lexes(&text);
}

/// The conditions of all rules, as they are emitted; an empty text where a rule has none of a kind.
fn queries(analysis: &Analysis) -> Vec<String> {
    let rules = analysis.rules.iter().map(|(judged, _)| &judged.rule);
    let queries = rules.flat_map(|rule| [&rule.rules, &rule.when_signal, &rule.when_event]);
    queries
        .map(|query| {
            let mut text = String::new();
            query.iter().for_each(|query| query_text(query, &mut text));
            text
        })
        .collect()
}

fn format(bytes: &[u8]) {
    let text = text(bytes);
    layout::assert_lays_out(&text);
    let before = analyse(&text, &lenient());
    let after = analyse(&quell::fmt::format(&text), &lenient());
    assert_eq!(before.errors().is_empty(), after.errors().is_empty(), "{text:?}\n{:?}", after.errors());
    // What is wrong is laid out by its blanks, too, also where it is taken for a part of a value.
    let is_wrong = !before.errors().is_empty();
    let blank = |query: String| if is_wrong { query.split_whitespace().collect() } else { query };
    let queries = |analysis| -> Vec<String> { queries(analysis).into_iter().map(blank).collect() };
    assert_eq!(queries(&before), queries(&after), "{text:?}");
}

fn check(bytes: &[u8]) {
    let text = text(bytes);
    anything::hold(&text);
    let found = || -> Vec<Diagnostic> { analyse(&text, &lenient()).diagnostics };
    assert_eq!(found(), found(), "{text:?}");
}

/// As many bytes as make conditions that must be decided; of longer ones it may be said that they are not.
const DECIDED: usize = 60;

fn logic(bytes: &[u8]) {
    let choices = &mut Choices::new(bytes.get(..DECIDED).unwrap_or(bytes));
    match choices.below(3) {
        0 => claims::of_one(&condition(choices, 1)),
        1 => claims::of_two(&condition(choices, 1), &condition(choices, 1)),
        _ => claims::of_parts(&condition(choices, 1)),
    }
}

fn related(bytes: &[u8]) {
    let text = relations::program(&mut Choices::new(bytes));
    let review = relations::review(&text).unwrap_or_default();
    assert!(review.is_honest(), "{review:#?}\n{text}");
}

fn emit(bytes: &[u8]) {
    let analysis = analyse(&text(bytes), &lenient());
    if analysis.errors().is_empty() {
        analysis
            .rules
            .iter()
            .filter_map(|(judged, _)| judged.rule.when_event.as_ref())
            .for_each(round_trip::assert_reads_back);
    }
}

fn mends(bytes: &[u8]) {
    match bytes.split_first() {
        Some((&PROGRAM, rest)) => fixes::assert_mends(&fixes::program(&mut Choices::new(rest))),
        _ => fixes::assert_breaks_nothing(&text(bytes)),
    }
}

fn edits(bytes: &[u8]) {
    // As many edits as there are bytes for.
    incremental::session(&mut Choices::new(bytes), bytes.len() / 24);
}

fn imported(bytes: &[u8]) {
    let text = lossy(bytes);
    ["imported.json", "imported.tf"].iter().for_each(|name| import::assert_imports(name, &text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_or_choices() {
        assert_eq!(text(b"tag a"), "tag a");
        assert!(text(&[PROGRAM]).contains("suppress generated"));
        assert_eq!(text(&[SOUP]), "");
    }

    /// A target that refuses all that it starts from finds nothing.
    #[test]
    fn what_the_fuzzers_start_from_holds() {
        for target in TARGETS {
            let seeds = (target.seeds)().unwrap();
            assert!(!seeds.is_empty(), "{}", target.name);
            seeds.iter().step_by(40).for_each(|seed| (target.run)(seed));
        }
    }
}
