//! Checking the items that wait for it: each with all that it takes, so that it can be done in slices and anywhere.

use std::sync::Arc;

use quell::diag::Diagnostic;
use quell::hir::Names;
use quell::{check_item, parse_item};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ide::item::{Item, ItemId};
use crate::ide::project::{FileId, Project};
use crate::ide::settings::Settings;

/// An item that waits to be checked, with all that it takes.
#[derive(Clone, Debug)]
pub struct Work {
    file: FileId,
    item: ItemId,
    text: Arc<str>,
    names: Arc<Names>,
    settings: Arc<Settings>,
}

/// What checking an item gave.
#[derive(Debug)]
pub struct Done {
    file: FileId,
    item: ItemId,
    names: Arc<Names>,
    settings: Arc<Settings>,
    findings: Arc<[Diagnostic]>,
}

impl Work {
    /// Checks the item. It takes no lock and may run anywhere.
    #[must_use]
    pub fn run(self) -> Done {
        let findings = check(&self.text, &self.names, &self.settings);
        Done { file: self.file, item: self.item, names: self.names, settings: self.settings, findings }
    }
}

impl Done {
    /// An item of which nothing can be said, since checking it failed.
    #[must_use]
    pub fn failed(work: Work) -> Done {
        Done { file: work.file, item: work.item, names: work.names, settings: work.settings, findings: Arc::default() }
    }
}

pub(super) fn check(text: &str, names: &Names, settings: &Settings) -> Arc<[Diagnostic]> {
    Arc::from(check_item(text, &parse_item(text), names, &settings.context()).diagnostics)
}

impl Project {
    /// An item with all that it takes to check it.
    pub(super) fn work(&self, id: FileId, item: ItemId) -> Option<Work> {
        let file = self.file(id)?;
        let placed = file.document.as_ref()?.items().by_id(item)?;
        Some(Work {
            file: id,
            item,
            text: Arc::clone(&placed.item.text),
            names: Arc::clone(&file.names),
            settings: Arc::clone(self.settings()),
        })
    }

    /// Up to `most` items that wait to be checked: those of `first` before those of other files.
    #[must_use]
    pub fn next_work(&self, first: impl IntoIterator<Item = FileId>, most: usize) -> Vec<Work> {
        let mut work = Vec::new();
        let mut seen = FxHashSet::default();
        for id in first.into_iter().chain(self.file_ids()).filter(|id| seen.insert(*id)) {
            let Some(file) = self.file(id) else { continue };
            let Some(document) = &file.document else { continue };
            work.extend(document.items().unchecked().take(most - work.len()).map(|placed| Work {
                file: id,
                item: placed.item.id,
                text: Arc::clone(&placed.item.text),
                names: Arc::clone(&file.names),
                settings: Arc::clone(self.settings()),
            }));
            if work.len() >= most {
                break;
            }
        }
        work
    }

    /// Takes what was found out. What was overtaken by an edit is dropped.
    pub fn take(&mut self, done: Vec<Done>) {
        let mut by_file: FxHashMap<FileId, FxHashMap<ItemId, Done>> = FxHashMap::default();
        for done in done {
            by_file.entry(done.file).or_default().insert(done.item, done);
        }
        for (id, mut done) in by_file {
            let settings = Arc::clone(self.settings());
            let Some(file) = self.files.get_mut(id.0 as usize) else { continue };
            let names = &file.names;
            done.retain(|_, done| Arc::ptr_eq(&done.settings, &settings) && Arc::ptr_eq(&done.names, names));
            let Some(document) = &mut file.document else { continue };
            let changed = &mut self.changed;
            document.items_mut().update_unchecked(|item| {
                // Of an item that an edit checked meanwhile, what is known is as good.
                let done = done.remove(&item.id).filter(|_| !item.checked)?;
                if done.findings != item.findings {
                    changed.insert(id);
                }
                Some(Item { findings: done.findings, checked: true, ..item.clone() })
            });
        }
    }

    /// Checks the first items of a file that wait, here and now.
    pub fn check_first(&mut self, id: FileId, most: usize) {
        let mut work = self.next_work([id], most);
        work.retain(|work| work.file == id);
        self.take(work.into_iter().map(Work::run).collect());
    }

    /// Whether nothing waits to be checked.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.files.iter().flat_map(|file| &file.document).all(|document| document.items().is_checked())
    }

    /// Checks everything that waits, here and now.
    pub fn settle(&mut self) {
        loop {
            let work = self.next_work([], 1024);
            if work.is_empty() {
                return;
            }
            self.take(work.into_iter().map(Work::run).collect());
        }
    }
}
