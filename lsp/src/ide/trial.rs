//! The rules of a project on events: the tests in its files, and recordings.
//!
//! What a test found is kept while all that it hangs on reads as it did: any rule or declaration, the test itself, and
//! the files of events that it names.

use std::fmt::Write as _;
use std::sync::Arc;

use quell::base::Span;
use quell::config::CONFIG;
use quell::diag::{Severity, has_errors};
use quell::eval::{Failure, Open, PlacedRule, PlacedTest, Replay, Report, Ruleset, Stream, run_test, test_attacks};
use quell::event::LoweredRule;
use quell::hir::lower_item;
use quell::syntax::ast::EventSource;
use quell::{check_item, parse_item};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::ide::item::ItemId;
use crate::ide::items::Placed;
use crate::ide::position::{Encoding, position_of};
use crate::ide::project::{FileId, Project};
use crate::ide::relations::{Part, Snapshot};

/// How many details of a failure are told at its place.
const DETAILS: usize = 8;

/// Which tests are run.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Those of the whole project, and its known attacks.
    All,
    /// Those of a file.
    File(FileId),
    /// Those of a file with that title.
    Titled(FileId, String),
}

impl Wanted {
    fn takes(&self, file: FileId, title: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::File(of) => *of == file,
            Wanted::Titled(of, wanted) => *of == file && wanted == title,
        }
    }
}

/// The rules and tests of a project at one moment, without an error in them.
#[derive(Debug)]
pub struct Trial<'s> {
    snapshot: &'s Snapshot,
    ruleset: Ruleset,
    /// Where each test is.
    seats: Vec<(FileId, ItemId)>,
}

/// What tests found.
#[derive(Debug)]
pub struct Tested {
    edition: u64,
    /// One for each test, those of known attacks last.
    pub reports: Vec<Report>,
    found: FxHashMap<ItemId, (FileId, Vec<Failed>)>,
}

/// An expectation that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// Where it is.
    pub span: Span,
    /// What is wrong, a line each.
    pub message: String,
    /// The file that its event is in, from the project root.
    events: Option<String>,
}

impl Snapshot {
    /// Its rules and tests, to be asked about events.
    ///
    /// # Errors
    ///
    /// How many errors forbid it.
    pub fn trial(&self) -> Result<Trial<'_>, usize> {
        let mut made = Made { errors: self.linked_errors, ..Made::default() };
        for part in &self.files {
            for placed in part.document.items().iter() {
                self.add(part, placed, &mut made);
            }
        }
        if made.errors > 0 {
            return Err(made.errors);
        }
        let ruleset = Ruleset::new(made.rules, made.tests, &self.settings.context());
        Ok(Trial { snapshot: self, ruleset, seats: made.seats })
    }

    fn add(&self, part: &Part, placed: Placed<'_>, made: &mut Made) {
        let item = placed.item;
        let context = self.settings.context();
        // What was found before the last change of what the item sees may not be true any more.
        let errors = item.findings.iter().filter(|found| item.checked && found.severity == Severity::Error).count();
        made.errors += errors;
        let signature = &item.facts.signature;
        let is_asked = item.facts.has_rules() || !signature.tests.is_empty();
        if errors > 0 || (item.checked && !is_asked) {
            return;
        }
        let parsed = parse_item(&item.text);
        // What was checked has no error left, so that its lints need not be asked again.
        let (rules, found) = if item.checked {
            let lowered = lower_item(&item.text, &parsed, &part.names, &context);
            (lowered.rules, lowered.diagnostics)
        } else {
            let checked = check_item(&item.text, &parsed, &part.names, &context);
            (checked.rules.into_iter().map(|judged| judged.rule).collect(), checked.diagnostics)
        };
        made.errors += usize::from(!item.checked && has_errors(&found));
        let line = |at: u32| placed.start.line + position_of(&item.text, at as usize, Encoding::Utf8).line + 1;
        for rule in rules {
            let line = line(rule.span.start);
            let lowered = LoweredRule { rule, schema: part.names.declared().cloned() };
            let text = Arc::clone(&item.text);
            made.rules.push(PlacedRule { lowered, file: Arc::clone(&part.name), line, text });
        }
        let test = |test| PlacedTest::of(test, Arc::clone(&item.text), &part.name, |span| line(span.start));
        for test in parsed.items.iter().filter_map(test) {
            made.tests.push(test);
            made.seats.push((part.file, item.id));
        }
    }
}

/// A trial in the making.
#[derive(Default)]
struct Made {
    rules: Vec<PlacedRule>,
    tests: Vec<PlacedTest>,
    seats: Vec<(FileId, ItemId)>,
    errors: usize,
}

impl Trial<'_> {
    /// Runs tests. `open` opens a file of events by its name from the project root.
    #[must_use]
    pub fn test(&self, wanted: &Wanted, open: &Open<'_>) -> Tested {
        let settings = &self.snapshot.settings;
        let context = settings.context();
        let mut tested = Tested { edition: self.snapshot.edition, reports: Vec::new(), found: FxHashMap::default() };
        for (test, (file, item)) in self.ruleset.tests.iter().zip(&self.seats) {
            if !wanted.takes(*file, &test.title) {
                continue;
            }
            let report = run_test(&self.ruleset, test, open, &context);
            tested.found.entry(*item).or_insert_with(|| (*file, Vec::new())).1.extend(failed(test, &report));
            tested.reports.push(report);
        }
        if matches!(wanted, Wanted::All) {
            tested.reports.extend(test_attacks(&self.ruleset, &settings.must_fire, CONFIG, &context));
        }
        tested
    }

    /// What the rules silence of a recording, as `quell replay --format json` says it.
    ///
    /// # Errors
    ///
    /// What keeps the recording from being read to its end.
    pub fn replay(&self, stream: Stream, jobs: usize) -> Result<Value, String> {
        let settings = &self.snapshot.settings;
        let context = settings.context();
        let replay = Replay::new(&self.ruleset, &context);
        let count = replay.stream(stream, jobs).map_err(|error| format!("it cannot be read to its end: {error}"))?;
        let report = replay.report(count, self.ruleset.silenced(&settings.must_fire, &context));
        serde_json::to_value(report).map_err(|error| error.to_string())
    }
}

impl Tested {
    /// One line on how it went.
    #[must_use]
    pub fn summary(&self) -> String {
        let failed = self.reports.iter().filter(|report| !report.passed).count();
        let events: usize = self.reports.iter().map(|report| report.events).sum();
        match self.reports.as_slice() {
            [] => "there is no test".to_owned(),
            [one] if one.passed => format!("passed: {}, {events} events", one.title),
            [one] => format!("failed: {}", one.title),
            all => format!("{} passed, {failed} failed, {events} events", all.len() - failed),
        }
    }
}

/// The expectations of a test that do not hold, each told once.
fn failed(test: &PlacedTest, report: &Report) -> Vec<Failed> {
    let failures = |span: Span| report.failures.iter().filter(move |failure| failure.span == span);
    let expectations = test.expectations.iter().filter_map(|expected| {
        let first = failures(expected.span).next()?;
        let events = match expected.event {
            EventSource::Inline(_) => None,
            EventSource::File(path) => test.event_file(path).ok(),
        };
        let message = told(first, failures(expected.span).count() - 1);
        Some(Failed { span: expected.span, message, events })
    });
    expectations.collect()
}

fn told(failure: &Failure, more: usize) -> String {
    let mut message = match (&failure.event_file, failure.event) {
        (Some(file), Some(number)) => format!("{file}:{number}: {}", failure.message),
        _ => failure.message.clone(),
    };
    for detail in failure.details.iter().take(DETAILS) {
        let _ = write!(message, "\n{detail}");
    }
    if more > 0 {
        let _ = write!(message, "\nand {more} more events");
    }
    message
}

/// What tests found last and nothing has touched since.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    edition: u64,
    by_item: FxHashMap<ItemId, (FileId, Vec<Failed>)>,
}

impl Outcomes {
    /// Drops all that is not of that edition; gives the files of which something is dropped.
    pub(super) fn keep(&mut self, edition: u64) -> FxHashSet<FileId> {
        if self.edition == edition {
            return FxHashSet::default();
        }
        self.edition = edition;
        self.by_item.drain().map(|(_, (file, _))| file).collect()
    }
}

impl Project {
    /// Whether there is a test.
    #[must_use]
    pub fn has_tests(&self) -> bool {
        let documents = self.file_ids().filter_map(|id| self.document(id));
        documents
            .flat_map(|document| document.items().iter())
            .any(|placed| !placed.item.facts.signature.tests.is_empty())
    }

    /// Takes what tests found; false where an edit overtook them.
    pub fn take_tested(&mut self, tested: Tested) -> bool {
        if tested.edition != self.relations.edition {
            return false;
        }
        let dropped = self.outcomes.keep(tested.edition);
        self.changed.extend(dropped);
        for (item, (file, failures)) in tested.found {
            let before = if failures.is_empty() {
                self.outcomes.by_item.remove(&item)
            } else {
                self.outcomes.by_item.insert(item, (file, failures.clone()))
            };
            if before.map(|(_, failures)| failures).unwrap_or_default() != failures {
                self.changed.insert(file);
            }
        }
        true
    }

    /// Forgets what was found about the events of a file, which has changed.
    pub fn forget_events(&mut self, name: &str) {
        let reads = |failed: &Failed| failed.events.as_deref() == Some(name);
        let changed = &mut self.changed;
        self.outcomes.by_item.retain(|_, (file, failures)| {
            let is_touched = failures.iter().any(reads);
            if is_touched {
                changed.insert(*file);
            }
            !is_touched
        });
    }

    /// The expectations of a file that are known not to hold, at their places.
    #[must_use]
    pub fn failed_tests(&self, id: FileId) -> Vec<Failed> {
        if self.outcomes.edition != self.relations.edition {
            return Vec::new();
        }
        let Some(document) = self.document(id) else { return Vec::new() };
        let mut found: Vec<Failed> = Vec::new();
        for (item, (_, failures)) in self.outcomes.by_item.iter().filter(|(_, (file, _))| *file == id) {
            let Some(placed) = document.items().by_id(*item) else { continue };
            let shifted = |failed: &Failed| Failed { span: failed.span.shifted(placed.start.offset), ..failed.clone() };
            found.extend(failures.iter().map(shifted));
        }
        found.sort_by_key(|failed| failed.span);
        found
    }
}
