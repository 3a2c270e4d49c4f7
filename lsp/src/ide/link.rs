//! What items of many files declare for one another, indexed so that the compiler's linker is handed little.
//!
//! An item that is linked gets an address, a range of numbers that no other item has. The linker takes addresses for
//! offsets, so that what it says stays true while items move.

use std::collections::BTreeMap;

use quell::base::Span;
use quell::diag::{Diagnostic, Edit};
use quell::hir::{Names, Signature};
use quell::project::resolve_import;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ide::item::{Item, ItemId};
use crate::ide::project::{FileId, Project};

/// The index.
#[derive(Debug, Default)]
pub(super) struct Links {
    addresses: Addresses,
    /// The items that hold rules of a name.
    rules: FxHashMap<Box<str>, Vec<(FileId, ItemId)>>,
    /// The names that more than one rule has.
    twice: FxHashSet<Box<str>>,
    /// Items that name rules behind `by`.
    tests: FxHashSet<(FileId, ItemId)>,
    /// The files that each file asks for, by name, and how often.
    imports: FxHashMap<FileId, FxHashMap<Box<str>, u32>>,
    /// The files that ask for a name.
    importers: FxHashMap<Box<str>, FxHashSet<FileId>>,
}

/// The ranges that items were given.
#[derive(Debug, Default)]
struct Addresses {
    of_item: FxHashMap<ItemId, u32>,
    at: BTreeMap<u32, (FileId, ItemId)>,
    next: u32,
}

impl Addresses {
    /// The address of an item, from now on if it has none.
    fn of(&mut self, file: FileId, item: &Item) -> u32 {
        *self.of_item.entry(item.id).or_insert_with(|| {
            let address = self.next;
            // Wrapping takes four gigabytes of edits in declarations; a number that is taken is passed over.
            self.next = self.next.wrapping_add(item.len() + 1);
            self.at.insert(address, (file, item.id));
            address
        })
    }

    fn remove(&mut self, item: ItemId) {
        if let Some(address) = self.of_item.remove(&item) {
            self.at.remove(&address);
        }
    }

    fn place(&self, span: Span) -> Option<(FileId, ItemId, Span)> {
        let (address, (file, item)) = self.at.range(..=span.start).next_back()?;
        Some((*file, *item, back(span, *address)))
    }
}

/// A span that an address was added to.
fn back(span: Span, address: u32) -> Span {
    Span::new(span.start.saturating_sub(address), span.end.saturating_sub(address))
}

/// What linking gave for one file.
pub(super) struct Linked {
    pub(super) file: FileId,
    pub(super) names: Names,
    pub(super) findings: Vec<(ItemId, Diagnostic)>,
}

impl Links {
    /// Enters what an item declares.
    pub(super) fn enter(&mut self, file: FileId, name: &str, item: &Item) {
        let signature = &item.facts.signature;
        for rule in &signature.rules {
            let places = self.rules.entry(rule.value.as_str().into()).or_default();
            places.push((file, item.id));
            if places.len() == 2 {
                self.twice.insert(rule.value.as_str().into());
            }
        }
        if !signature.test_rules.is_empty() {
            self.tests.insert((file, item.id));
        }
        for import in &signature.imports {
            if let Ok(target) = resolve_import(name, &import.value) {
                let target = target.into_boxed_str();
                self.importers.entry(target.clone()).or_default().insert(file);
                *self.imports.entry(file).or_default().entry(target).or_insert(0) += 1;
            }
        }
    }

    /// Takes out what an item declared.
    pub(super) fn remove(&mut self, file: FileId, name: &str, item: &Item) {
        let signature = &item.facts.signature;
        self.addresses.remove(item.id);
        self.tests.remove(&(file, item.id));
        for rule in &signature.rules {
            let Some(places) = self.rules.get_mut(rule.value.as_str()) else { continue };
            if let Some(at) = places.iter().position(|place| place.1 == item.id) {
                places.swap_remove(at);
            }
            if places.len() < 2 {
                self.twice.remove(rule.value.as_str());
            }
            if places.is_empty() {
                self.rules.remove(rule.value.as_str());
            }
        }
        for import in &signature.imports {
            let Ok(target) = resolve_import(name, &import.value) else { continue };
            let Some(imports) = self.imports.get_mut(&file) else { continue };
            let Some(count) = imports.get_mut(target.as_str()) else { continue };
            *count -= 1;
            if *count == 0 {
                imports.remove(target.as_str());
                if let Some(importers) = self.importers.get_mut(target.as_str()) {
                    importers.remove(&file);
                    if importers.is_empty() {
                        self.importers.remove(target.as_str());
                    }
                }
            }
        }
    }

    /// Whether more than one rule has the name.
    pub(super) fn is_twice(&self, name: &str) -> bool {
        self.twice.contains(name)
    }

    /// The items that hold rules of a name.
    pub(super) fn rules_of(&self, name: &str) -> &[(FileId, ItemId)] {
        self.rules.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The items that name rules behind `by`.
    pub(super) fn tests(&self) -> impl Iterator<Item = (FileId, ItemId)> + '_ {
        self.tests.iter().copied()
    }

    /// Every name of a rule, in no order.
    pub(super) fn rule_names(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(|name| &**name)
    }

    /// The files that ask for a name.
    pub(super) fn importers(&self, name: &str) -> impl Iterator<Item = FileId> + '_ {
        self.importers.get(name).into_iter().flatten().copied()
    }

    /// Imported names that no file has.
    pub(super) fn missing<'p>(&'p self, project: &'p Project) -> impl Iterator<Item = &'p str> {
        self.importers.keys().map(|name| &**name).filter(|name| project.file_id(name).is_none())
    }

    /// Where the thing at an address stands, relative to its item.
    pub(super) fn place(&self, address: Span) -> Option<(FileId, ItemId, Span)> {
        self.addresses.place(address)
    }

    /// The files whose names may change when those of `files` do: they themselves, and who imports them.
    pub(super) fn dependents(project: &Project, files: &[FileId]) -> Vec<FileId> {
        let mut found: Vec<FileId> = files.to_vec();
        let mut seen: FxHashSet<FileId> = files.iter().copied().collect();
        let mut at = 0;
        while let Some(file) = found.get(at).copied() {
            at += 1;
            let Some(file) = project.file(file) else { continue };
            found.extend(project.links.importers(&file.name).filter(|importer| seen.insert(*importer)));
        }
        found
    }

    /// Links what is declared for `files`.
    pub(super) fn declarations(project: &mut Project, files: &[FileId]) -> Vec<Linked> {
        // With all that they import, near and far.
        let mut context: Vec<FileId> = files.to_vec();
        let mut seen: FxHashSet<FileId> = files.iter().copied().collect();
        let mut at = 0;
        while let Some(file) = context.get(at) {
            at += 1;
            let imports = project.links.imports.get(file).into_iter().flat_map(|imports| imports.keys());
            let more: Vec<FileId> = imports.filter_map(|name| project.file_id(name)).collect();
            context.extend(more.into_iter().filter(|file| seen.insert(*file)));
        }
        let mut linker = quell::Project::default();
        let mut ids = Vec::new();
        let mut addresses = std::mem::take(&mut project.links.addresses);
        for id in project.file_ids() {
            let Some(file) = project.file(id) else { continue };
            let document = file.document.as_ref().filter(|_| seen.contains(&id));
            let items = document.into_iter().flat_map(|document| document.items().declaring()).map(|placed| {
                let signature = Signature {
                    rules: Vec::new(),
                    tests: Vec::new(),
                    test_rules: Vec::new(),
                    ..placed.item.facts.signature.clone()
                };
                (addresses.of(id, placed.item), signature)
            });
            linker.add_file(&file.name, items);
            ids.push(id);
        }
        project.links.addresses = addresses;
        let linked = linker.resolve(&project.settings().context());
        let mut found = project.links.by_file(project, &ids, &linked.diagnostics);
        let numbers: FxHashMap<FileId, usize> = ids.iter().copied().zip(0..).collect();
        let result = files.iter().filter_map(|file| {
            let names = linked.names(*numbers.get(file)?)?.clone();
            Some(Linked { file: *file, names, findings: found.remove(file).unwrap_or_default() })
        });
        result.collect()
    }

    /// Links the names of rules, which are the project's.
    pub(super) fn rules(project: &mut Project) -> FxHashMap<FileId, Vec<(ItemId, Diagnostic)>> {
        let links = &project.links;
        let signature = |(file, item): &(FileId, ItemId)| {
            let document = project.document(*file)?;
            Some(&document.items().by_id(*item)?.item.facts.signature)
        };
        let unknown = links.tests.iter().any(|place| {
            let names = signature(place).into_iter().flat_map(|signature| &signature.test_rules);
            names.into_iter().any(|name| !links.rules.contains_key(name.value.as_str()))
        });
        let mut wanted: FxHashSet<ItemId> = FxHashSet::default();
        let mut in_files: FxHashSet<FileId> = FxHashSet::default();
        let twice = links.twice.iter().flat_map(|name| links.rules_of(name));
        let all = links.rules.values().flatten().chain(&links.tests).filter(|_| unknown);
        for (file, item) in twice.chain(all) {
            wanted.insert(*item);
            in_files.insert(*file);
        }
        if wanted.is_empty() {
            return FxHashMap::default();
        }
        let mut linker = quell::Project::default();
        let mut ids = Vec::new();
        let mut addresses = std::mem::take(&mut project.links.addresses);
        for id in project.file_ids().filter(|id| in_files.contains(id)) {
            let Some(file) = project.file(id) else { continue };
            let items = file.document.iter().flat_map(|document| document.items().iter());
            let items = items.filter(|placed| wanted.contains(&placed.item.id)).map(|placed| {
                let Signature { rules, test_rules, .. } = &placed.item.facts.signature;
                let signature =
                    Signature { rules: rules.clone(), test_rules: test_rules.clone(), ..Signature::default() };
                (addresses.of(id, placed.item), signature)
            });
            linker.add_file(&file.name, items);
            ids.push(id);
        }
        project.links.addresses = addresses;
        let linked = linker.resolve(&project.settings().context());
        project.links.by_file(project, &ids, &linked.diagnostics)
    }

    /// Findings of the linker, by file and item, relative to the item. Their labels know addresses.
    fn by_file(
        &self,
        project: &Project,
        ids: &[FileId],
        findings: &[(usize, Diagnostic)],
    ) -> FxHashMap<FileId, Vec<(ItemId, Diagnostic)>> {
        let mut by_file: FxHashMap<FileId, Vec<(ItemId, Diagnostic)>> = FxHashMap::default();
        for (number, finding) in findings {
            let Some(id) = ids.get(*number) else { continue };
            let Some(file) = project.file(*id) else { continue };
            let Some((_, item, span)) = self.place(finding.span) else { continue };
            let address = finding.span.start - span.start;
            let mut finding = finding.clone();
            finding.span = span;
            for label in finding.labels.iter_mut().filter(|label| label.file.is_none()) {
                label.file = Some(file.name.to_string());
            }
            for Edit { span, .. } in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
                *span = back(*span, address);
            }
            by_file.entry(*id).or_default().push((item, finding));
        }
        by_file
    }
}
