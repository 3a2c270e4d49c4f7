//! The files of a project that are on disk and not open: what is known of them, and what becomes of them.

use std::path::{Path, PathBuf};

use quell::config::CONFIG;
use rustc_hash::FxHashMap;
use tower_lsp::lsp_types as lsp;

use super::{Place, Session, path_of};
use crate::server::disk;

/// How far files on disk are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Scanned {
    /// They are not looked for, or not any more.
    #[default]
    Nothing,
    /// They are being read.
    Some,
    /// All that there were are known.
    All,
}

impl Session {
    /// The number that a scan is begun with.
    pub(in crate::server) fn begin_scan(&mut self) -> u64 {
        self.scanned = Scanned::Some;
        self.scan += 1;
        self.scan
    }

    /// The scan in force gives up; what it read so far stays.
    pub(in crate::server) fn cancel_scan(&mut self) {
        self.scanned = Scanned::Nothing;
        self.scan += 1;
    }

    /// Whether files are being read.
    pub(in crate::server) fn is_scanning(&self) -> bool {
        self.scanned == Scanned::Some
    }

    /// Whether all files of a root are known.
    pub(in crate::server) fn is_whole(&self, root: usize) -> bool {
        let folder = self.roots.get(root).and_then(|root| root.folder.as_ref());
        self.scanned == Scanned::All
            && folder.is_some_and(|folder| self.folders.iter().any(|opened| folder.starts_with(opened)))
    }

    pub(in crate::server) fn scan_number(&self) -> u64 {
        self.scan
    }

    /// Adds files that were read from disk; what is open is as the client says.
    pub(in crate::server) fn add_from_disk(&mut self, files: Vec<(PathBuf, String)>) {
        let mut by_root: FxHashMap<usize, Vec<(String, String)>> = FxHashMap::default();
        for (path, text) in files {
            let Ok(uri) = lsp::Url::from_file_path(&path) else { continue };
            let (root, name) = self.place(&uri);
            let Some(of) = self.roots.get(root) else { continue };
            let known = of.project.file_id(&name).map(|file| Place { root, file });
            let is_open = known.is_some_and(|place| self.open.values().any(|open| open.place == place));
            if !is_open && of.configured.keeps(&name) {
                by_root.entry(root).or_default().push((name, text));
            }
        }
        for (root, files) in by_root {
            let Some(root) = self.roots.get_mut(root) else { continue };
            root.project.add_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        }
    }

    /// What a scan of the folders ends with.
    pub(in crate::server) fn scanned(&mut self) {
        self.scanned = Scanned::All;
        self.find_imported();
    }

    fn find_imported(&mut self) {
        for root in &mut self.roots {
            root.add_imported();
        }
    }

    /// Takes what became of files outside of the editor; true where settings changed, so that all is to be scanned.
    pub(in crate::server) fn watched(&mut self, changes: &[lsp::FileEvent]) -> bool {
        let paths = || changes.iter().filter_map(|change| Some((path_of(&change.uri)?, change)));
        let settings = |path: &Path| {
            path.file_name().is_some_and(|name| name == CONFIG)
                || self.roots.iter().any(|root| {
                    let config = &root.configured.settings.config;
                    let mut read = config.schema.file.iter().chain(&config.must_fire);
                    root.folder.as_ref().is_some_and(|folder| read.any(|file| folder.join(file) == path))
                })
        };
        if paths().any(|(path, _)| settings(&path)) {
            self.reload();
            return true;
        }
        for (path, _) in paths() {
            for root in &mut self.roots {
                let name = root.folder.as_deref().and_then(|folder| disk::relative(folder, &path));
                name.into_iter().for_each(|name| root.project.forget_events(&name));
            }
        }
        self.samples_changed(&paths().map(|(path, _)| path).collect::<Vec<_>>());
        for (path, change) in paths().filter(|(path, _)| disk::is_rule_file(path)) {
            self.roots.iter_mut().for_each(|root| root.looked_for.clear());
            match (change.typ, disk::read(&path)) {
                (lsp::FileChangeType::DELETED, _) | (_, None) => {
                    let Some(place) = self.known(&change.uri) else { continue };
                    if self.open.values().all(|open| open.place != place)
                        && let Some(root) = self.roots.get_mut(place.root)
                    {
                        root.project.remove_file(place.file);
                    }
                }
                (_, Some(text)) => self.add_from_disk(vec![(path, text)]),
            }
        }
        self.find_imported();
        false
    }
}
