//! The batch compiler: two passes over the files, the second in slices over the cores.
//!
//! Pass one reads what rules need to know of one another; pass two parses, checks and emits slices of the files and drops
//! them. Findings, a summary and a sketch of each rule are held, and the files at work: one a core, of at most the size
//! that a file may have. Rules that turn out to have to do with one another are read again.

mod slice;
mod summary;
mod taker;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::base::Span;
use crate::cli::buffers::Buffers;
use crate::cli::detail::Detail;
use crate::cli::exit::Problem;
use crate::cli::finding::Finding;
use crate::cli::project::Setting;
use crate::cli::recall::{Recall, Seat};
use crate::cli::source::{self, SourceFile};
use crate::cli::specificity::Explanation;
use crate::config::CONFIG;
use crate::diag::{Code, Diagnostic, Severity, text};
use crate::emit::{CheckedRule, Target, write_rule, write_separator};
use crate::eval::{PlacedRule, PlacedTest};
use crate::event::LoweredRule;
use crate::hir::{Instant, Names, Signature, scan};
use crate::lint::{CheckedItem, JudgedRule, check_item};
use crate::project::{Comparison, Linked, Project, Relations, RuleSketch, compares_rules, resolve_import};
use crate::syntax::{ParsedItem, parse_item, split};

use slice::{Cursor, Slice, slices};
pub(super) use summary::RuleSummary;
use taker::{Part, Related, Taker};

/// What a run found out.
#[derive(Default)]
pub(super) struct Outcome {
    /// In order of file and place.
    pub(super) findings: Vec<Finding>,
    /// In order of file and place.
    pub(super) rules: Vec<RuleSummary>,
    /// In order of file and place; only of a run for events.
    pub(super) kept: Vec<PlacedRule>,
    /// In order of file and place; only of a run for events.
    pub(super) tests: Vec<PlacedTest>,
    pub(super) files: Vec<SourceFile>,
    /// Files that were read only because others import them, and the configuration where findings may be about it.
    pub(super) imported: Vec<SourceFile>,
    /// What was read from standard input.
    pub(super) stdin: Option<String>,
    /// The present moment of the run.
    pub(super) now: Instant,
}

/// Takes the bytes of rules in order.
pub(super) trait Sink: Send {
    /// Takes the elements of one slice.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// For commands that emit nothing.
pub(super) struct Nothing;

impl Sink for Nothing {
    fn take(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// What a run is for, beside its findings and a summary of each rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// Nothing more.
    Findings,
    /// Each rule's specificity, term by term.
    Explanations,
    /// The rules and tests themselves, for what is done with events.
    Events,
    /// All of every rule, which takes memory.
    Details,
    /// Each rule as that target has it.
    Emission(Target),
}

/// Checks files and hands the emitted rules over, in order.
pub(super) fn run(
    setting: &Setting,
    files: source::Files,
    purpose: Purpose,
    sink: &mut dyn Sink,
) -> Result<Outcome, Problem> {
    let pool = pool(setting)?;
    // Before any thread asks for it, so that none waits for another.
    pool.install(|| setting.sample());
    pool.install(|| Run::new(setting, purpose).run(files, sink))
}

/// As many threads as the run may have.
pub(super) fn pool(setting: &Setting) -> Result<rayon::ThreadPool, Problem> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(setting.jobs)
        .build()
        .map_err(|error| Problem::usage(format!("no threads can be started: {error}")))
}

struct Run<'s> {
    setting: &'s Setting,
    purpose: Purpose,
    /// How many files are worked on; those behind were added by imports.
    asked: usize,
    /// Standard input, which cannot be read twice.
    stdin: Option<String>,
    buffers: Buffers,
}

/// A file after pass one.
struct Scanned {
    file: SourceFile,
    signatures: Vec<(u32, Signature)>,
    problem: Option<Box<Finding>>,
}

impl<'s> Run<'s> {
    fn new(setting: &'s Setting, purpose: Purpose) -> Run<'s> {
        Run { setting, purpose, asked: 0, stdin: None, buffers: Buffers::default() }
    }

    fn run(mut self, files: source::Files, sink: &mut dyn Sink) -> Result<Outcome, Problem> {
        self.asked = files.files.len();
        self.stdin = files.stdin;
        let mut findings = files.findings;
        findings.extend(self.setting.sample_findings());
        if self.stdin.is_none()
            && let Some(stdin) = files.files.iter().find(|file| file.path.is_none())
        {
            match stdin.read() {
                Ok(text) => self.stdin = Some(text),
                Err(finding) => findings.push(*finding),
            }
        }
        let mut scanned = self.scan_all(files.files);
        self.add_imports(&mut scanned);
        let asked = scanned.iter().take(self.asked).flat_map(|file| &file.signatures);
        let rules: usize = asked.map(|(_, signature)| signature.rules.len()).sum();
        let mut project = if files.whole { Project::whole() } else { Project::default() };
        for file in &mut scanned {
            project.add_file(&file.file.name, std::mem::take(&mut file.signatures));
        }
        let context = self.setting.context();
        let mut linked = project.resolve(&context);
        for (number, diagnostic) in linked.diagnostics.drain(..) {
            let Some(scanned) = scanned.get(number) else { continue };
            if self.is_asked(number) || diagnostic.severity == Severity::Error {
                findings.push(Finding::at(&scanned.file.name, self.through_links(diagnostic)));
            }
        }
        let mut outcome = Outcome { now: context.now, ..Outcome::default() };
        let mut files: Vec<(usize, SourceFile)> = Vec::with_capacity(scanned.len());
        for (number, scanned) in scanned.into_iter().enumerate() {
            let known = if self.is_asked(number) { &mut outcome.files } else { &mut outcome.imported };
            known.push(scanned.file.clone());
            match scanned.problem {
                Some(problem) => findings.push(*problem),
                None => files.push((number, scanned.file)),
            }
        }
        outcome
            .imported
            .extend(source::imported(&self.setting.root, CONFIG).filter(|_| self.setting.sample().is_some()));
        let mut related = Related::default();
        // Lists of very many rules are not copied as they grow.
        outcome.rules.reserve(rules);
        if compares_rules(context.config) {
            related.reserve(rules);
        }
        self.work(
            &files,
            &linked,
            Taker {
                rules: &mut outcome.rules,
                related: &mut related,
                kept: &mut outcome.kept,
                tests: &mut outcome.tests,
                findings: &mut findings,
                sink,
                waiting: BTreeMap::new(),
                taken: 0,
                failed: Ok(()),
            },
        )?;
        findings.extend(self.relate(&related, &files, &linked));
        findings.sort_by_cached_key(Finding::key);
        findings.dedup_by(|a, b| a.file == b.file && a.diagnostic == b.diagnostic);
        outcome.findings = findings;
        outcome.stdin = self.stdin;
        Ok(outcome)
    }

    fn is_asked(&self, number: usize) -> bool {
        number < self.asked
    }

    /// Adds the files that imports need and nobody named: their names count, and of their findings the errors in what
    /// can be imported.
    fn add_imports(&self, scanned: &mut Vec<Scanned>) {
        let mut known: BTreeSet<Arc<str>> = scanned.iter().map(|file| Arc::clone(&file.file.name)).collect();
        let mut places: BTreeSet<PathBuf> = scanned.iter().filter_map(|file| file.file.path.clone()).collect();
        let mut from = 0;
        while from < scanned.len() {
            let mut wanted = Vec::new();
            for file in scanned.get(from..).unwrap_or_default() {
                for import in file.signatures.iter().flat_map(|(_, signature)| &signature.imports) {
                    if let Ok(name) = resolve_import(&file.file.name, &import.value)
                        && !known.contains(name.as_str())
                        && let Some(file) = source::imported(&self.setting.root, &name)
                    {
                        known.insert(Arc::clone(&file.name));
                        wanted.push(file);
                    }
                }
            }
            from = scanned.len();
            let mut found = self.scan_all(wanted);
            for file in &mut found {
                // A link to a file that is there already: its rules are the same rules.
                if file.file.path.as_ref().is_some_and(|path| !places.insert(path.clone())) {
                    file.signatures.iter_mut().for_each(|(_, signature)| signature.rules.clear());
                }
            }
            scanned.append(&mut found);
        }
    }

    /// An import that is not found may be there and lead out of the project through a link.
    fn through_links(&self, diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.code != Code::ImportNotFound {
            return diagnostic;
        }
        let target = diagnostic.message.arguments().first().map(|target| target.to_string()).unwrap_or_default();
        if !source::escapes(&self.setting.root, &target) {
            return diagnostic;
        }
        Diagnostic::new(
            Code::OutsideProject,
            diagnostic.span,
            text!("`{0}` leads out of the project through a link", target),
        )
        .label("not below the project's folder")
        .help("import files of the project only")
    }

    /// Pass two: every thread takes the next file, so that what waits for its turn is little.
    fn work(&self, files: &[(usize, SourceFile)], linked: &Linked, taker: Taker<'_>) -> io::Result<()> {
        let next = AtomicUsize::new(0);
        let taker = Mutex::new(taker);
        let taken = || taker.lock().unwrap_or_else(PoisonError::into_inner).taken;
        let window = self.setting.jobs.saturating_mul(4);
        rayon::scope(|scope| {
            for _ in 0..self.setting.jobs {
                scope.spawn(|_| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some((number, file)) = files.get(index) else { return };
                        // Where one file takes long, its slices are worked on rather than files far behind it.
                        while index > taken().saturating_add(window) {
                            if rayon::yield_now() != Some(rayon::Yield::Executed) {
                                std::thread::yield_now();
                            }
                        }
                        let parts = self.file(index, *number, file, linked);
                        taker.lock().unwrap_or_else(PoisonError::into_inner).add(index, parts, &self.buffers);
                    }
                });
            }
        });
        taker.into_inner().unwrap_or_else(PoisonError::into_inner).failed
    }

    /// Compares the rules with one another: those that are compared with the same ones together, so that few are read
    /// more than once. What comes of it depends neither on that order nor on the number of threads.
    fn relate(&self, related: &Related, files: &[(usize, SourceFile)], linked: &Linked) -> Vec<Finding> {
        let context = self.setting.context();
        let relations = Relations::new(&related.sketches);
        let recall = Recall::new(&related.seats, files, self.stdin.as_deref(), linked, &context);
        let rule = |number: usize| recall.rule(number);
        let numbers = (0..related.seats.len()).into_par_iter();
        let mut order: Vec<(usize, usize)> =
            numbers.filter_map(|number| Some((relations.nearest(number)?, number))).collect();
        order.par_sort_unstable();
        let compared: Vec<(usize, Comparison)> =
            order.into_par_iter().map(|(_, number)| (number, relations.of(number, &rule, &context))).collect();
        let undecided = compared.iter().filter(|(_, comparison)| comparison.is_undecided);
        let mut undecided: Vec<usize> = undecided.map(|(number, _)| *number).collect();
        undecided.sort_unstable();
        let found = compared.into_iter().flat_map(|(_, comparison)| comparison.found);
        let found = found.chain(relations.undecided(&undecided, &rule, &context));
        found.map(|(file, diagnostic)| Finding::at(&file, diagnostic)).collect()
    }

    fn file(&self, index: usize, number: usize, file: &SourceFile, linked: &Linked) -> Vec<Part> {
        let text = match self.read(file) {
            Ok(text) => text,
            Err(problem) => return vec![Part { findings: vec![*problem], ..Part::default() }],
        };
        let ranges = split(&text);
        let empty = Names::default();
        let names = linked.names(number).unwrap_or(&empty);
        let slices = slices(&text, &ranges);
        let parts = if self.is_asked(number) {
            slices.par_iter().map(|slice| self.slice(slice, index, file, names)).collect()
        } else {
            slices.par_iter().map(|slice| self.imported_slice(slice, file, names)).collect()
        };
        drop(slices);
        self.give_back(text);
        parts
    }

    fn give_back(&self, text: Cow<'_, str>) {
        if let Cow::Owned(text) = text {
            self.buffers.give(text.into_bytes());
        }
    }

    fn read(&self, file: &SourceFile) -> Result<Cow<'_, str>, Box<Finding>> {
        match (&file.path, &self.stdin) {
            (None, Some(text)) => Ok(Cow::Borrowed(text)),
            // It could not be read, and that is known.
            (None, None) => Ok(Cow::Borrowed("")),
            _ => file.read_into(self.buffers.take()).map(Cow::Owned),
        }
    }

    fn slice(&self, slice: &Slice<'_>, index: usize, file: &SourceFile, names: &Names) -> Part {
        let context = self.setting.context();
        let schema = names.schema(context.schema);
        let compares = compares_rules(context.config);
        let bytes = if matches!(self.purpose, Purpose::Emission(_)) { self.buffers.take() } else { Vec::new() };
        let mut part = Part { bytes, ..Part::default() };
        let mut place = slice.start;
        for range in slice.ranges {
            let text = range.of(slice.text);
            let parsed = parse_item(text);
            let CheckedItem { rules, diagnostics } = check_item(text, &parsed, names, &context);
            let found = diagnostics.into_iter();
            part.findings.extend(found.map(|diagnostic| Finding::at(&file.name, diagnostic.shifted(range.start))));
            for (nth, judged) in (0..).zip(&rules).filter(|_| compares) {
                part.related.sketches.push(RuleSketch::of(&judged.rule, &file.name, schema, &context));
                part.related.seats.push(Seat { file: index as u32, range: *range, nth });
            }
            if self.purpose == Purpose::Events {
                let from = place;
                self.keep(&mut part, text, (&parsed, rules), file, names, |span| {
                    let mut place = from;
                    place.advance(slice.text, span.start + range.start);
                    place.line
                });
                place.advance(slice.text, range.end);
                continue;
            }
            for judged in &rules {
                let JudgedRule { rule, specificity } = judged;
                place.advance(slice.text, rule.span.start + range.start);
                let Cursor { offset, line, column } = place;
                let mut summary = RuleSummary::of(judged, file, line, &context);
                let expired = summary.is_expired();
                match self.purpose {
                    Purpose::Explanations => summary.explanation = Explanation::new(judged, schema).map(Box::new),
                    Purpose::Details => summary.detail = Some(Box::new(Detail::of(judged))),
                    Purpose::Findings | Purpose::Events | Purpose::Emission(_) => {}
                }
                part.rules.push(summary);
                let Purpose::Emission(target) = self.purpose else { continue };
                if expired {
                    continue;
                }
                if !part.bytes.is_empty() {
                    write_separator(target, &mut part.bytes);
                }
                write_rule(
                    target,
                    &CheckedRule {
                        rule,
                        specificity: specificity.as_ref(),
                        schema,
                        file: &file.name,
                        line,
                        column,
                        offset,
                    },
                    &mut part.bytes,
                );
            }
        }
        part
    }

    /// Keeps the rules and tests of one range.
    fn keep(
        &self,
        part: &mut Part,
        text: &str,
        (parsed, rules): (&ParsedItem, Vec<JudgedRule>),
        file: &SourceFile,
        names: &Names,
        mut line: impl FnMut(Span) -> u32,
    ) {
        let text: Arc<str> = text.into();
        for judged in rules {
            let line = line(judged.rule.span);
            part.rules.push(RuleSummary::of(&judged, file, line, &self.setting.context()));
            let lowered = LoweredRule { rule: judged.rule, schema: names.declared().cloned() };
            let text = Arc::clone(&text);
            part.kept.push(PlacedRule { lowered, file: Arc::clone(&file.name), line, text });
        }
        let test = |item| PlacedTest::of(item, Arc::clone(&text), &file.name, &mut line);
        part.tests.extend(parsed.items.iter().filter_map(test));
    }

    /// A slice of a file that is there for others: what is wrong with a `let` leaves its users without a word of their
    /// own, so that it is said here.
    fn imported_slice(&self, slice: &Slice<'_>, file: &SourceFile, names: &Names) -> Part {
        let mut part = Part::default();
        for range in slice.ranges {
            let text = range.of(slice.text);
            if scan(text).is_plain() {
                continue;
            }
            let checked = check_item(text, &parse_item(text), names, &self.setting.context());
            let errors = checked.diagnostics.into_iter().filter(|found| found.severity == Severity::Error);
            part.findings.extend(errors.map(|diagnostic| Finding::at(&file.name, diagnostic.shifted(range.start))));
        }
        part
    }

    fn scan_all(&self, files: Vec<SourceFile>) -> Vec<Scanned> {
        files.into_par_iter().map(|file| self.scan_file(file)).collect()
    }

    fn scan_file(&self, file: SourceFile) -> Scanned {
        let text = match self.read(&file) {
            Ok(text) => text,
            Err(problem) => return Scanned { file, signatures: Vec::new(), problem: Some(problem) },
        };
        // Lone rules share one signature, since there may be very many.
        let mut rules = Signature::default();
        let mut signatures = Vec::new();
        for range in split(&text) {
            let found = scan(range.of(&text));
            if found.is_plain() && found.tests.is_empty() {
                rules.used.extend(found.used);
                rules.rules.extend(found.rules.into_iter().map(|mut name| {
                    name.span = name.span.shifted(range.start);
                    name
                }));
            } else {
                signatures.push((range.start, found));
            }
        }
        if !rules.rules.is_empty() {
            signatures.push((0, rules));
        }
        self.give_back(text);
        Scanned { file, signatures, problem: None }
    }
}
