//! The files of a project, kept analysed while they change.
//!
//! An edit parses and checks the items that it touches. What they declare is linked anew only where that changed, and
//! the items that depend on it are marked, to be checked in slices when there is time: see [`Project::next_work`].

use std::sync::Arc;

use quell::base::Span;
use quell::diag::{Diagnostic, Label};
use quell::hir::Names;
use quell::schema::{Attribute, Cardinality, Schema};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ide::checking::{Work, check};
use crate::ide::counts::Counts;
use crate::ide::document::{Change, Document};
use crate::ide::item::{Item, ItemId};
use crate::ide::items::Placed;
use crate::ide::link::{Linked, Links};
use crate::ide::relations::Relations;
use crate::ide::settings::Settings;
use crate::ide::trial::Outcomes;

/// How many items an edit checks at once; a paste of more is checked in slices.
const AT_ONCE: usize = 32;

/// Names a file of a project, for as long as the project lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(pub(super) u32);

/// A project.
#[derive(Debug)]
pub struct Project {
    settings: Arc<Settings>,
    pub(super) files: Vec<File>,
    by_name: FxHashMap<Arc<str>, FileId>,
    pub(super) links: Links,
    pub(super) relations: Relations,
    pub(super) outcomes: Outcomes,
    /// What was counted of recorded events.
    pub(super) counts: Counts,
    /// Files of which something else is to be said than before.
    pub(super) changed: FxHashSet<FileId>,
    /// How often declarations were linked.
    declarations: u64,
}

/// A file of a project.
#[derive(Debug)]
pub struct File {
    /// From the project root, with `/`.
    pub name: Arc<str>,
    /// The text; nothing where the file is gone.
    pub document: Option<Document>,
    /// What it can see.
    pub names: Arc<Names>,
    /// What was found over imports and declarations, by the item that it concerns, relative to that.
    linked: Vec<(ItemId, Diagnostic)>,
    /// The same of the names of rules.
    linked_rules: Vec<(ItemId, Diagnostic)>,
    /// The items that refer to a name.
    dependents: FxHashMap<Box<str>, FxHashSet<ItemId>>,
}

impl File {
    /// What was found over many items, by the item that it concerns, relative to that.
    pub(super) fn linked(&self) -> impl Iterator<Item = &(ItemId, Diagnostic)> {
        self.linked.iter().chain(&self.linked_rules)
    }
}

/// A finding at its place in a file: the spans of the diagnostic are from the start of the file, and so are those of its
/// labels, each in the file that it names.
pub type Finding = Diagnostic;

impl Project {
    /// A project without files.
    #[must_use]
    pub fn new(settings: Settings) -> Project {
        Project {
            settings: Arc::new(settings),
            files: Vec::new(),
            by_name: FxHashMap::default(),
            links: Links::default(),
            relations: Relations::default(),
            outcomes: Outcomes::default(),
            counts: Counts::default(),
            changed: FxHashSet::default(),
            declarations: 0,
        }
    }

    /// What it is checked with.
    #[must_use]
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Checks it with other settings from now on; everything is to be done anew.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = Arc::new(settings);
        self.changed.extend(self.relations.clear());
        for file in &mut self.files {
            if let Some(document) = &mut file.document {
                mark(document, |_| true);
            }
        }
        let all: Vec<FileId> = self.file_ids().collect();
        self.link_files(&all);
    }

    /// The files of which something else may be to be said than when this was last asked.
    pub fn take_changed(&mut self) -> FxHashSet<FileId> {
        // What a test found hangs on every rule.
        let untested = self.outcomes.keep(self.relations.edition);
        self.changed.extend(untested);
        std::mem::take(&mut self.changed)
    }

    /// A number that changes with what is declared or imported anywhere.
    #[must_use]
    pub fn declarations(&self) -> u64 {
        self.declarations
    }

    /// The names of files that are imported and not there.
    #[must_use]
    pub fn missing_imports(&self) -> Vec<String> {
        self.links.missing(self).map(str::to_owned).collect()
    }

    /// Every file that is there.
    pub fn file_ids(&self) -> impl Iterator<Item = FileId> + '_ {
        (0..).zip(&self.files).filter(|(_, file)| file.document.is_some()).map(|(number, _)| FileId(number))
    }

    /// A file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }

    /// The file of a name, if it is there.
    #[must_use]
    pub fn file_id(&self, name: &str) -> Option<FileId> {
        let id = *self.by_name.get(name)?;
        self.file(id)?.document.is_some().then_some(id)
    }

    /// The text of a file.
    #[must_use]
    pub fn document(&self, id: FileId) -> Option<&Document> {
        self.file(id)?.document.as_ref()
    }

    /// The attributes and tags as a file sees them.
    #[must_use]
    pub fn schema(&self, id: FileId) -> &Schema {
        match self.file(id) {
            Some(file) => file.names.schema(&self.settings.schema),
            None => &self.settings.schema,
        }
    }

    /// Adds files, or gives those of the same name new texts. Nothing is checked yet.
    pub fn add_files<'t>(&mut self, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<FileId> {
        let mut added = Vec::new();
        for (name, text) in files {
            let document = Document::new(text);
            let id = match self.by_name.get(name) {
                Some(id) => *id,
                None => {
                    let id = FileId(self.files.len() as u32);
                    let name: Arc<str> = Arc::from(name);
                    self.by_name.insert(Arc::clone(&name), id);
                    self.files.push(File {
                        name,
                        document: None,
                        names: Arc::default(),
                        linked: Vec::new(),
                        linked_rules: Vec::new(),
                        dependents: FxHashMap::default(),
                    });
                    id
                }
            };
            self.take_away(id);
            self.changed.insert(id);
            for placed in document.items().iter() {
                self.note(id, placed.item);
            }
            if let Some(file) = self.files.get_mut(id.0 as usize) {
                file.document = Some(document);
            }
            added.push(id);
        }
        self.link_files(&added);
        added
    }

    /// Adds one file; see [`Project::add_files`].
    pub fn add_file(&mut self, name: &str, text: &str) -> FileId {
        self.add_files([(name, text)]).first().copied().unwrap_or(FileId(u32::MAX))
    }

    /// Takes a file out: it is no longer there for others.
    pub fn remove_file(&mut self, id: FileId) {
        self.changed.insert(id);
        self.take_away(id);
        self.link_files(&[id]);
    }

    fn take_away(&mut self, id: FileId) {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return };
        file.linked.clear();
        file.linked_rules.clear();
        let Some(document) = file.document.take() else { return };
        for placed in document.items().iter() {
            self.forget(id, placed.item);
        }
        let gone: FxHashSet<ItemId> = document.items().iter().map(|placed| placed.item.id).collect();
        self.changed.extend(self.relations.touched(&gone, true));
    }

    /// Links what files that came or went declare. An import that is not found is told of names like it, so that those
    /// are linked anew, too.
    fn link_files(&mut self, files: &[FileId]) {
        let missing: Vec<FileId> = self.links.missing(self).flat_map(|name| self.links.importers(name)).collect();
        let all: FxHashSet<FileId> = files.iter().copied().chain(missing).collect();
        self.link_declarations(&all.into_iter().collect::<Vec<_>>());
        self.link_rules();
    }

    /// Replaces a part of a file.
    pub fn edit(&mut self, id: FileId, span: Span, new: &str) {
        let Some(document) = self.files.get_mut(id.0 as usize).and_then(|file| file.document.as_mut()) else { return };
        let change = document.replace(span, new);
        self.changed.insert(id);
        self.absorb(id, change);
    }

    fn absorb(&mut self, id: FileId, change: Change) {
        let Change { removed, added: fresh, first } = change;
        let declares = removed.iter().chain(&fresh).any(|item| !item.facts.signature.is_plain());
        let tests = removed.iter().chain(&fresh).any(|item| !item.facts.signature.test_rules.is_empty());
        let rules = |items: &[Item]| -> Vec<String> {
            items.iter().flat_map(|item| &item.facts.signature.rules).map(|name| name.value.clone()).collect()
        };
        let (before, after) = (rules(&removed), rules(&fresh));
        let twice = |links: &Links| before.iter().chain(&after).any(|name| links.is_twice(name));
        let was_twice = twice(&self.links);
        let gone: FxHashSet<ItemId> = removed.iter().map(|item| item.id).collect();
        let has_rules = removed.iter().chain(&fresh).any(|item| item.facts.has_rules());
        if has_rules || declares {
            self.changed.extend(self.relations.touched(&gone, has_rules));
        }
        let uses = |items: &[Item]| -> FxHashSet<String> {
            items.iter().flat_map(|item| item.facts.signature.used.iter().cloned()).collect()
        };
        if uses(&removed) != uses(&fresh) {
            self.changed.extend(self.relations.uses_changed());
        }
        removed.iter().for_each(|item| self.forget(id, item));
        fresh.iter().for_each(|item| self.note(id, item));
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            let gone = |item: &ItemId| removed.iter().any(|removed| removed.id == *item);
            file.linked.retain(|(item, _)| !gone(item));
            file.linked_rules.retain(|(item, _)| !gone(item));
        }
        if declares {
            self.link_declarations(&[id]);
        }
        if tests || before != after || was_twice || twice(&self.links) {
            self.link_rules();
        }
        for fresh in fresh.iter().take(AT_ONCE) {
            let Some(file) = self.files.get_mut(id.0 as usize) else { return };
            let findings = check(&fresh.text, &file.names, &self.settings);
            let Some(document) = &mut file.document else { return };
            let Some(cursor) = document.items().find_from(first, fresh.id) else { continue };
            document.items_mut().update(cursor, |item| {
                item.findings = findings;
                item.checked = true;
            });
        }
    }

    /// Enters what an item declares and uses.
    fn note(&mut self, id: FileId, item: &Item) {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return };
        self.links.enter(id, &file.name, item);
        for name in &item.facts.signature.used {
            file.dependents.entry(name.as_str().into()).or_default().insert(item.id);
        }
    }

    fn forget(&mut self, id: FileId, item: &Item) {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return };
        self.links.remove(id, &file.name, item);
        for name in &item.facts.signature.used {
            if let Some(items) = file.dependents.get_mut(name.as_str()) {
                items.remove(&item.id);
                if items.is_empty() {
                    file.dependents.remove(name.as_str());
                }
            }
        }
    }

    /// Links what some files declare, for them and for who imports them, and marks the items that see it otherwise.
    fn link_declarations(&mut self, files: &[FileId]) {
        self.declarations += 1;
        self.changed.extend(self.relations.uses_changed());
        let files = Links::dependents(self, files);
        let mut affected_in: Vec<(FileId, FxHashSet<ItemId>)> = Vec::new();
        for Linked { file: id, names, findings } in Links::declarations(self, &files) {
            let Some(file) = self.files.get_mut(id.0 as usize) else { continue };
            let before = std::mem::replace(&mut file.names, Arc::new(names));
            if file.linked != findings {
                self.changed.insert(id);
                file.linked = findings;
            }
            let Some(document) = &mut file.document else { continue };
            if !same_schema(&before, &file.names, &self.settings.schema) {
                mark(document, |_| true);
                self.changed.extend(self.relations.clear());
                continue;
            }
            let moved = before.binding_names() != file.names.binding_names();
            let mut affected: FxHashSet<ItemId> = FxHashSet::default();
            for (name, items) in &file.dependents {
                let differs = match (before.binding(name), file.names.binding(name)) {
                    // What it could have meant is among the names.
                    (None, None) => moved,
                    (before, after) => before != after,
                };
                if differs {
                    affected.extend(items);
                }
            }
            if !affected.is_empty() {
                mark(document, |item| affected.contains(&item.id));
                self.changed.extend(self.relations.touched(&affected, true));
                affected_in.push((id, affected));
            }
        }
        // Few are checked at once, so that nothing is told that is true no more.
        if affected_in.iter().map(|(_, items)| items.len()).sum::<usize>() <= AT_ONCE {
            let work =
                affected_in.iter().flat_map(|(file, items)| items.iter().filter_map(|item| self.work(*file, *item)));
            let done = work.map(Work::run).collect();
            self.take(done);
        }
    }

    /// Links the names of rules and tests, which are the project's.
    fn link_rules(&mut self) {
        let mut found = Links::rules(self);
        for (number, file) in (0..).zip(&mut self.files) {
            let findings = found.remove(&FileId(number)).unwrap_or_default();
            if file.linked_rules != findings {
                self.changed.insert(FileId(number));
                file.linked_rules = findings;
            }
        }
    }

    /// Everything that is to be said of a file, in the order of places.
    #[must_use]
    pub fn findings(&self, id: FileId) -> Vec<Finding> {
        let Some(file) = self.file(id) else { return Vec::new() };
        let Some(document) = &file.document else { return Vec::new() };
        let mut findings: Vec<Finding> = Vec::new();
        for placed in document.items().with_findings() {
            findings.extend(placed.item.findings.iter().map(|finding| self.at_place(id, finding.clone(), placed)));
        }
        for (item, finding) in file.linked() {
            if let Some(placed) = document.items().by_id(*item) {
                findings.push(self.at_place(id, finding.clone(), placed));
            }
        }
        findings.extend(self.related(id));
        findings.sort_by_key(|finding| (finding.span, finding.code));
        findings
    }

    /// A finding of an item, with the places of the file.
    pub(super) fn at_place(&self, file: FileId, finding: Diagnostic, placed: Placed<'_>) -> Finding {
        let mut finding = finding.shifted(placed.start.offset);
        for label in finding.labels.iter_mut().filter(|label| label.file.is_some()) {
            self.settle_label(label, file);
        }
        finding
    }

    /// A label elsewhere knows the address of its item only: where that stands now is found here. It needs no file name
    /// where that is the file of the finding.
    fn settle_label(&self, label: &mut Label, own: FileId) {
        let Some((file, span)) = self.place(label.span) else { return };
        label.span = span;
        label.file = self.file(file).filter(|_| file != own).map(|file| file.name.to_string());
    }

    /// The place of something declared, from the address that links know it by.
    #[must_use]
    pub fn place(&self, address: Span) -> Option<(FileId, Span)> {
        let (file, item, span) = self.links.place(address)?;
        let placed = self.document(file)?.items().by_id(item)?;
        Some((file, span.shifted(placed.start.offset)))
    }

    /// The items of a file that refer to a name.
    pub(super) fn dependents(&self, id: FileId, name: &str) -> Vec<ItemId> {
        let items = self.file(id).and_then(|file| file.dependents.get(name));
        items.into_iter().flatten().copied().collect()
    }
}

/// Whether two sets of names see the same declared attributes and tags.
fn same_schema(before: &Names, after: &Names, base: &Schema) -> bool {
    let (before, after) = (before.schema(base), after.schema(base));
    if std::ptr::eq(before, after) {
        return true;
    }
    let declared = |schema: &'_ Schema| -> Vec<Attribute> {
        schema.attributes().map(|(_, attribute)| attribute).filter(|attribute| attribute.declared).cloned().collect()
    };
    let tags = |schema: &Schema| -> Vec<String> {
        let declared = schema.tags().filter(|(_, tag)| tag.cardinality == Cardinality::Declared);
        declared.map(|(_, tag)| tag.name.to_string()).collect()
    };
    declared(before) == declared(after) && tags(before) == tags(after)
}

/// Marks items as not checked.
fn mark(document: &mut Document, which: impl Fn(&Item) -> bool) {
    document
        .items_mut()
        .update_all(|item| (item.checked && which(item)).then(|| Item { checked: false, ..item.clone() }));
}
