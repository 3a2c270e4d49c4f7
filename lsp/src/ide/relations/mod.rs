//! What only many items together show, found on a snapshot in the background: rules that repeat, cover or silence one
//! another, declarations and imports that nothing uses.
//!
//! A finding is kept while what it is about reads as it did when it was found. What an edit may have made untrue is
//! dropped with the edit and comes back, if it is still true, with the next comparison.

mod recall;

use std::sync::Arc;

use quell::base::Span;
use quell::config::Context;
use quell::diag::{Code, Diagnostic, Edit, Severity};
use quell::hir::{Names, Signature, lower_item};
use quell::parse_item;
use quell::project::{RuleSketch, compares_rules};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ide::document::Document;
use crate::ide::item::ItemId;
use crate::ide::project::{FileId, Project};
use crate::ide::settings::Settings;

use recall::{Recall, Seat};

/// How many items are looked at between two questions whether to go on.
const STRIDE: usize = 64;

/// The items of a project at one moment. It shares their memory and can be looked at anywhere.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) settings: Arc<Settings>,
    pub(super) files: Vec<Part>,
    /// Whether every file of the project is there, so that what is not used here is not used.
    whole: bool,
    pub(super) edition: u64,
    /// How many errors there are between items.
    pub(super) linked_errors: usize,
}

/// A file of a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) file: FileId,
    pub(super) name: Arc<str>,
    pub(super) document: Document,
    pub(super) names: Arc<Names>,
}

/// What a comparison found.
#[derive(Debug)]
pub struct Compared {
    settings: Arc<Settings>,
    edition: u64,
    findings: Vec<Related>,
}

/// A finding, its own spans relative to its item.
#[derive(Clone, Debug)]
struct Related {
    file: FileId,
    item: ItemId,
    finding: Diagnostic,
    /// Where each of its labels stands, relative to that item.
    labels: Vec<(FileId, ItemId, Span)>,
}

/// Where items begin in a snapshot, all files one behind the other.
#[derive(Debug, Default)]
struct Ranges {
    starts: Vec<(u32, FileId, ItemId)>,
    next: u32,
}

impl Ranges {
    /// The start of an item that is entered; nothing where there are more bytes than a span can count.
    fn enter(&mut self, file: FileId, item: ItemId, length: u32) -> Option<u32> {
        let start = self.next;
        self.next = start.checked_add(length)?.checked_add(1)?;
        self.starts.push((start, file, item));
        Some(start)
    }

    fn place(&self, span: Span) -> Option<(FileId, ItemId, Span, u32)> {
        let number = self.starts.partition_point(|(start, ..)| *start <= span.start).checked_sub(1)?;
        let (start, file, item) = *self.starts.get(number)?;
        Some((file, item, back(span, start), start))
    }

    /// A finding with spans of the snapshot, put to its item.
    fn related(&self, mut finding: Diagnostic) -> Option<Related> {
        let (file, item, span, start) = self.place(finding.span)?;
        finding.span = span;
        let labels: Option<Vec<_>> = finding.labels.iter().map(|label| self.place(label.span)).collect();
        let labels = labels?.into_iter().map(|(file, item, span, _)| (file, item, span)).collect();
        for Edit { span, .. } in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            *span = back(*span, start);
        }
        Some(Related { file, item, finding, labels })
    }
}

fn back(span: Span, start: u32) -> Span {
    Span::new(span.start.saturating_sub(start), span.end.saturating_sub(start))
}

impl Snapshot {
    /// How many rules are compared, about.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files
            .iter()
            .map(|part| part.document.items().iter().filter(|placed| placed.item.facts.has_rules()).count())
            .sum()
    }

    /// Whether there is nothing to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a project is still as it was.
    #[must_use]
    pub fn is_of(&self, project: &Project) -> bool {
        self.edition == project.relations.edition && Arc::ptr_eq(&self.settings, project.settings())
    }

    /// Compares. `go_on` is told how many rules were looked at and says whether it is still worth it; nothing comes of
    /// what it ends.
    #[must_use]
    pub fn run(&self, mut go_on: impl FnMut(usize) -> bool) -> Option<Compared> {
        let context = self.settings.context();
        let compares = compares_rules(context.config);
        let mut ranges = Ranges::default();
        let mut seats = Vec::new();
        let mut sketches = Vec::new();
        let mut linker = quell::Project::whole();
        for part in &self.files {
            let schema = part.names.schema(&self.settings.schema);
            let mut signatures: Vec<(u32, Signature)> = Vec::new();
            for placed in part.document.items().iter() {
                let item = placed.item;
                let start = ranges.enter(part.file, item.id, item.len())?;
                let signature = &item.facts.signature;
                if self.whole && !(signature.is_plain() && signature.used.is_empty()) {
                    let signature =
                        Signature { rules: Vec::new(), tests: Vec::new(), test_rules: Vec::new(), ..signature.clone() };
                    signatures.push((start, signature));
                }
                if !compares || !item.facts.has_rules() {
                    continue;
                }
                if sketches.len() % STRIDE == 0 && !go_on(sketches.len()) {
                    return None;
                }
                let lowered = lower_item(&item.text, &parse_item(&item.text), &part.names, &context);
                for (nth, rule) in lowered.rules.iter().enumerate() {
                    sketches.push(RuleSketch::of(rule, &part.name, schema, &context));
                    seats.push(Seat { part, item, start, nth });
                }
            }
            linker.add_file(&part.name, signatures);
        }
        let recall = Recall::new(&seats, &self.settings);
        let mut findings = related_rules(&sketches, &recall, &context, &mut go_on)?;
        if self.whole {
            let unused = linker.resolve(&context).diagnostics.into_iter().map(|(_, found)| found);
            findings.extend(unused.filter(|found| is_unused(found.code)));
        }
        let findings = findings.into_iter().filter_map(|finding| ranges.related(finding)).collect();
        Some(Compared { settings: Arc::clone(&self.settings), edition: self.edition, findings })
    }
}

/// What rules mean to one another.
fn related_rules(
    sketches: &[RuleSketch],
    recall: &Recall<'_>,
    context: &Context<'_>,
    go_on: &mut impl FnMut(usize) -> bool,
) -> Option<Vec<Diagnostic>> {
    let relations = quell::project::Relations::new(sketches);
    let rule = |number| recall.rule(number);
    let (mut found, mut undecided) = (Vec::new(), Vec::new());
    for number in 0..sketches.len() {
        if number % STRIDE == 0 && !go_on(sketches.len()) {
            return None;
        }
        let comparison = relations.of(number, &rule, context);
        found.extend(comparison.found);
        undecided.extend(comparison.is_undecided.then_some(number));
    }
    found.extend(relations.undecided(&undecided, &rule, context));
    Some(found.into_iter().map(|(_, finding)| finding).collect())
}

fn is_unused(code: Code) -> bool {
    matches!(code, Code::UnusedLet | Code::UnusedImport)
}

/// Whether it is about more rules than are named: several that silence a detection together, or too many to tell.
fn is_about_all(code: Code) -> bool {
    matches!(code, Code::ContradictsRequire | Code::NotDecided)
}

/// What the last comparison found and no edit has touched since, by file.
#[derive(Debug, Default)]
pub(super) struct Relations {
    by_file: FxHashMap<FileId, Vec<Related>>,
    /// Changes with everything that a comparison looks at.
    pub(super) edition: u64,
    /// The edition that was compared last.
    compared: Option<u64>,
}

impl Relations {
    /// Drops what may not be true any more; gives the files of which something is dropped.
    fn drop_where(&mut self, untrue: impl Fn(&Related) -> bool) -> Vec<FileId> {
        let mut changed = Vec::new();
        for (file, findings) in &mut self.by_file {
            let before = findings.len();
            findings.retain(|related| !untrue(related));
            if findings.len() < before {
                changed.push(*file);
            }
        }
        self.by_file.retain(|_, findings| !findings.is_empty());
        changed
    }

    /// Items are gone or mean something else.
    pub(super) fn touched(&mut self, items: &FxHashSet<ItemId>, rules: bool) -> Vec<FileId> {
        self.edition += 1;
        if self.by_file.is_empty() {
            return Vec::new();
        }
        self.drop_where(|related| {
            items.contains(&related.item)
                || related.labels.iter().any(|(_, item, _)| items.contains(item))
                || (rules && is_about_all(related.finding.code))
        })
    }

    /// Names are used that were not, or something else is declared.
    pub(super) fn uses_changed(&mut self) -> Vec<FileId> {
        self.edition += 1;
        self.drop_where(|related| is_unused(related.finding.code))
    }

    /// Nothing of what was found holds.
    pub(super) fn clear(&mut self) -> Vec<FileId> {
        self.edition += 1;
        self.drop_where(|_| true)
    }
}

impl Project {
    /// The edition that is to be compared: something changed since that was last done, and everything else is known.
    #[must_use]
    pub fn uncompared(&self) -> Option<u64> {
        let Relations { edition, compared, .. } = self.relations;
        (compared != Some(edition) && self.is_checked()).then_some(edition)
    }

    /// What to compare. `whole` says whether every file of the project was added.
    #[must_use]
    pub fn to_compare(&self, whole: bool) -> Option<Snapshot> {
        self.uncompared()?;
        Some(self.snapshot(whole))
    }

    /// The project as it is, its files in the order of their names. `whole` says whether every file of it was added.
    #[must_use]
    pub fn snapshot(&self, whole: bool) -> Snapshot {
        let mut linked_errors = 0;
        let mut files: Vec<Part> = self
            .file_ids()
            .filter_map(|id| {
                let file = self.file(id)?;
                let document = file.document.clone()?;
                linked_errors += file.linked().filter(|(_, found)| found.severity == Severity::Error).count();
                Some(Part { file: id, name: Arc::clone(&file.name), document, names: Arc::clone(&file.names) })
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Snapshot { settings: Arc::clone(self.settings()), files, whole, edition: self.relations.edition, linked_errors }
    }

    /// Leaves it at what is known, for as long as nothing changes.
    pub fn leave_uncompared(&mut self, edition: u64) {
        self.relations.compared = Some(edition);
    }

    /// Takes what a comparison found; false where an edit overtook it, so that it is to be done again.
    pub fn take_compared(&mut self, compared: Compared) -> bool {
        if compared.edition != self.relations.edition || !Arc::ptr_eq(&compared.settings, self.settings()) {
            return false;
        }
        self.relations.compared = Some(compared.edition);
        let before = self.relations.clear();
        self.relations.edition = compared.edition;
        self.changed.extend(before);
        for related in compared.findings {
            self.changed.insert(related.file);
            self.relations.by_file.entry(related.file).or_default().push(related);
        }
        true
    }

    /// Compares here and now.
    pub fn compare(&mut self, whole: bool) {
        let compared = self.to_compare(whole).and_then(|snapshot| snapshot.run(|_| true));
        if let Some(compared) = compared {
            self.take_compared(compared);
        }
    }

    /// What comparisons say of a file, at the places of the file.
    pub(super) fn related(&self, id: FileId) -> Vec<Diagnostic> {
        let found = self.relations.by_file.get(&id).into_iter().flatten();
        found
            .filter_map(|related| {
                let placed = self.document(id)?.items().by_id(related.item)?;
                let mut finding = related.finding.clone().shifted(placed.start.offset);
                for (label, (file, item, span)) in finding.labels.iter_mut().zip(&related.labels) {
                    let placed = self.document(*file)?.items().by_id(*item)?;
                    label.span = span.shifted(placed.start.offset);
                    label.file = self.file(*file).filter(|_| *file != id).map(|file| file.name.to_string());
                }
                Some(finding)
            })
            .collect()
    }
}
