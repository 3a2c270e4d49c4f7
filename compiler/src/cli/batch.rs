//! The batch compiler: two passes over the files, the second in slices over the cores.
//!
//! Pass one reads what rules need to know of one another; pass two parses, checks and emits slices of about a megabyte
//! and drops them. Only findings, summaries and the slices at work are held.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::Span;
use crate::cli::exit::Problem;
use crate::cli::finding::Finding;
use crate::cli::project::Setting;
use crate::cli::source::{self, SourceFile};
use crate::diag::{Code, Diagnostic, text};
use crate::emit::{CheckedRule, Target, write_rule, write_separator};
use crate::hir::{Instant, Names, Polarity, Rule, Signature, check_item, scan};
use crate::project::{Linked, Project, resolve_import};
use crate::syntax::{ItemRange, parse_item, split};

/// How much text a slice holds at least, in bytes, where the file is longer.
const SLICE: usize = 512 * 1024;

/// What is kept of a rule.
#[derive(Clone, Debug)]
pub(super) struct RuleSummary {
    pub(super) name: String,
    pub(super) polarity: Polarity,
    pub(super) owner: Option<String>,
    pub(super) expires: Option<Instant>,
    pub(super) enabled: bool,
    pub(super) file: Arc<str>,
    pub(super) line: u32,
    /// Whether it has expired and is left out.
    pub(super) expired: bool,
}

/// What a run found out.
#[derive(Default)]
pub(super) struct Outcome {
    /// In order of file and place.
    pub(super) findings: Vec<Finding>,
    /// In order of file and place.
    pub(super) rules: Vec<RuleSummary>,
    pub(super) files: Vec<SourceFile>,
    /// What was read from standard input.
    pub(super) stdin: Option<String>,
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

/// Checks files and hands the emitted rules over, in order. `target` is nothing where nothing is emitted.
pub(super) fn run(
    setting: &Setting,
    files: source::Files,
    target: Option<Target>,
    sink: &mut dyn Sink,
) -> Result<Outcome, Problem> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(setting.jobs)
        .build()
        .map_err(|error| Problem::usage(format!("no threads can be started: {error}")))?;
    pool.install(|| Run::new(setting, target).run(files, sink))
}

struct Run<'s> {
    setting: &'s Setting,
    target: Option<Target>,
    /// Texts that cannot be read twice.
    held: BTreeMap<Arc<str>, String>,
}

/// A file after pass one.
struct Scanned {
    file: SourceFile,
    signatures: Vec<(u32, Signature)>,
    problem: Option<Box<Finding>>,
    text: Option<String>,
    /// In bytes.
    size: usize,
}

/// A part of a file that starts and ends at items.
struct Slice<'t> {
    text: &'t str,
    ranges: &'t [ItemRange],
    /// Line of the first byte, from 1.
    line: u32,
}

/// What a slice gave.
#[derive(Default)]
struct Part {
    findings: Vec<Finding>,
    rules: Vec<RuleSummary>,
    bytes: Vec<u8>,
}

impl<'s> Run<'s> {
    fn new(setting: &'s Setting, target: Option<Target>) -> Run<'s> {
        Run { setting, target, held: BTreeMap::new() }
    }

    fn run(mut self, files: source::Files, sink: &mut dyn Sink) -> Result<Outcome, Problem> {
        let asked = files.files.len();
        let mut findings = files.findings;
        let mut scanned = scan_all(files.files);
        self.add_imports(&mut scanned);
        let mut project = Project::default();
        for file in &mut scanned {
            project.add_file(&file.file.name, std::mem::take(&mut file.signatures));
            if let Some(text) = file.text.take() {
                self.held.insert(Arc::clone(&file.file.name), text);
            }
        }
        let context = self.setting.context();
        let mut linked = project.resolve(&context);
        for (file, diagnostic) in linked.diagnostics.drain(..) {
            if let Some(scanned) = scanned.get(file).filter(|_| file < asked) {
                findings.push(Finding::at(&scanned.file.name, self.through_links(diagnostic)));
            }
        }
        let mut outcome = Outcome::default();
        let mut waiting: Vec<(usize, SourceFile)> = Vec::new();
        let mut size = 0;
        for (number, file) in scanned.into_iter().enumerate().take(asked) {
            outcome.files.push(file.file.clone());
            match file.problem {
                Some(problem) => findings.push(*problem),
                None => {
                    size += file.size;
                    waiting.push((number, file.file));
                }
            }
            if size >= SLICE * self.setting.jobs.saturating_mul(4) {
                size = 0;
                self.group(std::mem::take(&mut waiting), &linked, &mut findings, &mut outcome.rules, sink)?;
            }
        }
        self.group(waiting, &linked, &mut findings, &mut outcome.rules, sink)?;
        findings.sort_by_cached_key(Finding::key);
        outcome.findings = findings;
        outcome.stdin = self.held.remove(source::STDIN);
        Ok(outcome)
    }

    /// Adds the files that imports need and nobody named: their names count, their findings do not.
    fn add_imports(&self, scanned: &mut Vec<Scanned>) {
        let mut known: std::collections::BTreeSet<Arc<str>> = scanned.iter().map(|file| Arc::clone(&file.file.name)).collect();
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
            scanned.extend(scan_all(wanted));
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
        Diagnostic::new(Code::OutsideProject, diagnostic.span, text!("`{0}` leads out of the project through a link", target))
            .label("not below the project's folder")
            .help("import files of the project only")
    }

    /// Works on some files at once and takes their parts in order.
    fn group(
        &self,
        files: Vec<(usize, SourceFile)>,
        linked: &Linked,
        findings: &mut Vec<Finding>,
        rules: &mut Vec<RuleSummary>,
        sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        let parts: Vec<Vec<Part>> = files.par_iter().map(|(number, file)| self.file(*number, file, linked)).collect();
        for mut part in parts.into_iter().flatten() {
            findings.append(&mut part.findings);
            rules.append(&mut part.rules);
            if !part.bytes.is_empty() {
                sink.take(&part.bytes)?;
            }
        }
        Ok(())
    }

    fn file(&self, number: usize, file: &SourceFile, linked: &Linked) -> Vec<Part> {
        let read;
        let text = match self.held.get(&file.name) {
            Some(text) => text.as_str(),
            None => match file.read() {
                Ok(text) => {
                    read = text;
                    read.as_str()
                }
                Err(problem) => return vec![Part { findings: vec![*problem], ..Part::default() }],
            },
        };
        let ranges = split(text);
        let empty = Names::default();
        let names = linked.names(number).unwrap_or(&empty);
        slices(text, &ranges).par_iter().map(|slice| self.slice(slice, file, names)).collect()
    }

    fn slice(&self, slice: &Slice<'_>, file: &SourceFile, names: &Names) -> Part {
        let context = self.setting.context();
        let schema = names.schema(context.schema);
        let mut part = Part::default();
        let mut line = slice.line;
        let mut counted = slice.ranges.first().map_or(0, |range| range.start);
        for range in slice.ranges {
            let text = range.of(slice.text);
            let parsed = parse_item(text);
            let checked = check_item(text, &parsed, names, &context);
            let found = checked.diagnostics.into_iter();
            part.findings.extend(found.map(|diagnostic| Finding::at(&file.name, diagnostic.shifted(range.start))));
            for rule in &checked.rules {
                let at = rule.span.shifted(range.start).start;
                line += count_lines(slice.text, counted, at);
                counted = at;
                let expired = rule.is_expired(context.now);
                part.rules.push(summary(rule, file, line, expired));
                let Some(target) = self.target.filter(|_| !expired) else { continue };
                if !part.bytes.is_empty() {
                    write_separator(target, &mut part.bytes);
                }
                let column = column(slice.text, at);
                let offset = at;
                write_rule(target, &CheckedRule { rule, schema, file: &file.name, line, column, offset }, &mut part.bytes);
            }
        }
        part
    }
}

fn summary(rule: &Rule, file: &SourceFile, line: u32, expired: bool) -> RuleSummary {
    RuleSummary {
        name: rule.name.value.clone(),
        polarity: rule.polarity,
        owner: rule.owner.as_ref().map(|owner| owner.value.clone()),
        expires: rule.expires.as_ref().map(|expires| expires.value),
        enabled: rule.enabled,
        file: Arc::clone(&file.name),
        line,
        expired,
    }
}

fn count_lines(text: &str, from: u32, to: u32) -> u32 {
    let between = text.as_bytes().get(from as usize..to as usize).unwrap_or_default();
    memchr::memchr_iter(b'\n', between).count() as u32
}

fn column(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
    before.get(start..).unwrap_or_default().chars().count() as u32 + 1
}

/// Cuts a file between items into slices of some size.
fn slices<'t>(text: &'t str, ranges: &'t [ItemRange]) -> Vec<Slice<'t>> {
    let mut slices = Vec::new();
    let mut rest = ranges;
    let mut line = 1;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|range| (range.end - first.start) as usize >= SLICE).map_or(rest.len(), |at| at + 1);
        let (own, behind) = rest.split_at(end);
        slices.push(Slice { text, ranges: own, line });
        let last = own.last().copied().unwrap_or(Span::default());
        line += count_lines(text, first.start, last.end);
        rest = behind;
    }
    slices
}

fn scan_all(files: Vec<SourceFile>) -> Vec<Scanned> {
    files.into_par_iter().map(scan_file).collect()
}

fn scan_file(file: SourceFile) -> Scanned {
    let text = match file.read() {
        Ok(text) => text,
        Err(problem) => return Scanned { file, signatures: Vec::new(), problem: Some(problem), text: None, size: 0 },
    };
    // Lone rules share one signature, since there may be very many.
    let mut rules = Signature::default();
    let mut signatures = Vec::new();
    for range in split(&text) {
        let found = scan(range.of(&text));
        if found.is_plain() && found.tests.is_empty() {
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
    let size = text.len();
    let text = file.path.is_none().then_some(text);
    Scanned { file, signatures, problem: None, text, size }
}
