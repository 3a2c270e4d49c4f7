//! The state of one client: its folders, the documents that it holds open, and what is to be published.

mod sampled;
mod scanned;
mod told;

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use quell::base::Instant;
use rustc_hash::{FxHashMap, FxHashSet};
pub(super) use sampled::Sampled;
use sampled::Sampling;
use scanned::Scanned;
use tokio::sync::Notify;
use tower_lsp::lsp_types as lsp;

use crate::ide::{Encoding, FileId, Project};
use crate::server::client_can::ClientCan;
use crate::server::disk::{self, Configured};
use crate::server::from_proto;
use crate::server::pages::Pages;
use crate::server::tokens::{self, Told};
use crate::server::view::View;

/// How many items of a document that is opened are checked at once: more than a screen shows.
const VISIBLE: usize = 64;

/// The state with what wakes those who wait for a change of it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    session: Mutex<Session>,
    /// Something is to be published.
    pub(super) published: Notify,
    /// Something is to be checked.
    pub(super) work: Condvar,
    /// Nothing is left to be checked, so that there is time to compare.
    pub(super) idle: Condvar,
    /// Recorded events may be to be read.
    pub(super) samples: Condvar,
    /// Rules may be to be counted.
    pub(super) counts: Condvar,
}

impl Shared {
    /// The state. A feature that panicked while it held it has changed no document by halves.
    pub(super) fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be something to check.
    pub(super) fn wait<'s>(&self, session: MutexGuard<'s, Session>) -> MutexGuard<'s, Session> {
        self.work.wait(session).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be recorded events to read.
    pub(super) fn wait_sample<'s>(&self, session: MutexGuard<'s, Session>) -> MutexGuard<'s, Session> {
        self.samples.wait(session).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be rules to count.
    pub(super) fn wait_counts<'s>(&self, session: MutexGuard<'s, Session>) -> MutexGuard<'s, Session> {
        self.counts.wait(session).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be time to compare.
    pub(super) fn wait_idle<'s>(&self, session: MutexGuard<'s, Session>) -> MutexGuard<'s, Session> {
        self.idle.wait(session).unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the client has told.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) encoding: Encoding,
    pub(super) client: ClientCan,
    /// The pages that codes link to, where the client follows such links.
    pub(super) pages: Option<Pages>,
    folders: Vec<PathBuf>,
    /// The number of the scan in force: a later one makes an earlier one give up.
    scan: u64,
    /// How the scan in force goes.
    scanned: Scanned,
    /// The number of the last run of tests after a saving.
    last_tests: u64,
    /// The number of the comparison that the client cancelled last.
    cancelled_comparison: Option<u64>,
    /// The number of the last sample that was asked for.
    last_sample: u64,
    /// Folders with a `quell.toml` that cannot be read, as they were last told.
    wrong_settings: FxHashMap<PathBuf, bool>,
    pub(super) roots: Vec<Root>,
    open: FxHashMap<lsp::Url, Open>,
    /// What was told of the tokens of a document, and the number of the last telling.
    tokens: FxHashMap<lsp::Url, Told>,
    last_tokens: u64,
    /// What changed since a client that pulls was last told to.
    changed: FxHashSet<Place>,
    /// Whether hints say something else than when the client last asked for them, though nothing was edited.
    hints_changed: bool,
    /// Whether lenses do.
    lenses_changed: bool,
    /// What was edited last.
    edited: Option<Place>,
    /// Documents of which something was published and that are in no project any more.
    orphans: FxHashSet<lsp::Url>,
    /// What was published with something in it.
    published: FxHashMap<Place, lsp::Url>,
}

/// A project and where it is.
#[derive(Debug)]
pub(super) struct Root {
    /// The folder; nothing for documents that are in no folder.
    folder: Option<PathBuf>,
    configured: Configured,
    pub(super) project: Project,
    /// Imported names that were looked for on disk.
    looked_for: FxHashSet<String>,
    /// Whether it was told what is wrong with its settings.
    told_settings: bool,
    /// How far its recorded events are known.
    sampling: Sampling,
}

/// A file of a root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub(super) root: usize,
    pub(super) file: FileId,
}

#[derive(Debug)]
struct Open {
    place: Place,
    version: i32,
}

impl Session {
    /// Takes what the client says of itself.
    #[allow(deprecated, reason = "older clients name their folder in `rootUri` only")]
    pub(super) fn initialize(&mut self, params: &lsp::InitializeParams) {
        self.encoding = from_proto::encoding(&params.capabilities);
        self.client = ClientCan::new(params);
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        self.folders = folders.filter_map(path_of).collect();
        if self.folders.is_empty() {
            self.folders.extend(params.root_uri.as_ref().and_then(path_of));
        }
    }

    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Changes the folders of the client; they are to be scanned anew.
    pub(super) fn change_folders(&mut self, event: &lsp::WorkspaceFoldersChangeEvent) {
        let gone: Vec<PathBuf> = event.removed.iter().filter_map(|folder| path_of(&folder.uri)).collect();
        self.folders.retain(|folder| !gone.contains(folder));
        self.folders.extend(event.added.iter().filter_map(|folder| path_of(&folder.uri)));
        self.reload();
    }

    /// The number that a run of tests is begun with.
    pub(super) fn begin_tests(&mut self) -> u64 {
        self.last_tests += 1;
        self.last_tests
    }

    pub(super) fn is_last_test(&self, number: u64) -> bool {
        self.last_tests == number
    }

    /// The client cancels the comparison of a number.
    pub(super) fn cancel_comparison(&mut self, number: u64) {
        self.cancelled_comparison = Some(number);
    }

    pub(super) fn is_cancelled(&self, number: u64) -> bool {
        self.cancelled_comparison == Some(number)
    }

    /// Forgets everything but what is open, which is opened again: what files belong to may have changed.
    fn reload(&mut self) {
        let open: Vec<(lsp::Url, Open)> = self.open.drain().collect();
        let roots = std::mem::take(&mut self.roots);
        // What was published of them is taken back unless it is published again.
        self.orphans.extend(self.published.drain().map(|(_, uri)| uri));
        for (uri, open) in open {
            let document = roots.get(open.place.root).and_then(|root| root.project.document(open.place.file));
            let text = document.map(crate::ide::Document::text).unwrap_or_default();
            self.open_text(uri, open.version, &text);
        }
    }

    pub(super) fn open(&mut self, document: lsp::TextDocumentItem) {
        self.open_text(document.uri, document.version, &document.text);
    }

    fn open_text(&mut self, uri: lsp::Url, version: i32, text: &str) {
        let place = self.place(&uri);
        if let Some(root) = self.roots.get_mut(place.0) {
            let file = root.project.add_file(&place.1, text);
            root.add_imported();
            root.project.check_first(file, VISIBLE);
            let place = Place { root: place.0, file };
            self.open.insert(uri, Open { place, version });
        }
    }

    /// Applies changes in their order; says so where there is no such document.
    pub(super) fn change(&mut self, params: lsp::DidChangeTextDocumentParams) -> Result<(), String> {
        let encoding = self.encoding;
        let uri = params.text_document.uri;
        let Some(open) = self.open.get_mut(&uri) else { return Err(format!("{uri} is changed and not open")) };
        open.version = params.text_document.version;
        let place = open.place;
        let Some(root) = self.roots.get_mut(place.root) else { return Ok(()) };
        self.edited = Some(place);
        let declared = root.project.declarations();
        for change in params.content_changes {
            let Some(document) = root.project.document(place.file) else { continue };
            match change.range {
                Some(range) => {
                    let span = from_proto::span(document, range, encoding);
                    root.project.edit(place.file, span, &change.text);
                }
                None => {
                    let all = quell::base::Span::new(0, document.len());
                    root.project.edit(place.file, all, &change.text);
                }
            }
        }
        if root.project.declarations() != declared {
            root.add_imported();
        }
        Ok(())
    }

    pub(super) fn close(&mut self, uri: &lsp::Url) {
        let Some(open) = self.open.remove(uri) else { return };
        self.tokens.remove(uri);
        let Some(root) = self.roots.get_mut(open.place.root) else { return };
        // In a folder of the client it is as the disk says from now on.
        let in_folder = path_of(uri).filter(|path| self.folders.iter().any(|folder| path.starts_with(folder)));
        let text = in_folder.and_then(|path| disk::read(&path));
        let name = root.project.file(open.place.file).map(|file| file.name.clone());
        match (text, name) {
            (Some(text), Some(name)) if root.configured.keeps(&name) => {
                root.project.add_file(&name, &text);
            }
            _ => {
                root.project.remove_file(open.place.file);
                root.looked_for.clear();
                root.add_imported();
            }
        }
    }

    /// The root that a document belongs to, made where there is none, and its name in it.
    fn place(&mut self, uri: &lsp::Url) -> (usize, String) {
        let path = path_of(uri);
        let folder = path.as_deref().and_then(|path| self.folder_of(path));
        let name = match (&path, &folder) {
            (Some(path), Some(folder)) => disk::relative(folder, path).unwrap_or_else(|| uri.path().to_owned()),
            _ => uri.as_str().to_owned(),
        };
        let known = self.roots.iter().position(|root| root.folder == folder);
        let root = known.unwrap_or_else(|| {
            let configured = match &folder {
                Some(folder) => disk::configured(folder, now()),
                None => Configured::default_of(now()),
            };
            let project = Project::new(configured.settings.clone());
            let sampling = match configured.settings.config.samples.files.as_slice() {
                [] => Sampling::default(),
                _ => Sampling::wanted(self.next_sample()),
            };
            self.roots.push(Root {
                folder,
                configured,
                project,
                looked_for: FxHashSet::default(),
                told_settings: false,
                sampling,
            });
            self.roots.len() - 1
        });
        (root, name)
    }

    /// The folder of the project that a file belongs to: where the nearest `quell.toml` is, else the client's folder that
    /// holds it, else its own.
    fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let configured = disk::configured_folder(path);
        let opened = || self.folders.iter().find(|folder| path.starts_with(folder)).map(PathBuf::as_path);
        configured.or_else(opened).or_else(|| path.parent()).map(Path::to_path_buf)
    }

    /// A document that the client holds open, or else one of the files that are known.
    pub(super) fn view(&self, uri: &lsp::Url) -> Option<View<'_>> {
        let place = match self.open.get(uri) {
            Some(open) => open.place,
            None => self.known(uri)?,
        };
        self.view_of(place)
    }

    pub(super) fn view_of(&self, place: Place) -> Option<View<'_>> {
        let project = &self.roots.get(place.root)?.project;
        let document = project.document(place.file)?;
        Some(View { session: self, place, project, document, encoding: self.encoding })
    }

    /// The project that a file is in or would be in, with the settings nearest to it.
    pub(super) fn project_of(&mut self, uri: &lsp::Url) -> Option<&crate::ide::Project> {
        let (root, _) = self.place(uri);
        self.roots.get(root).map(|root| &root.project)
    }

    /// The root of a document, of a folder, or of a file that is in none but could be.
    pub(super) fn root_of(&mut self, uri: &lsp::Url) -> Option<usize> {
        if let Some(view) = self.view(uri) {
            return Some(view.place.root);
        }
        let path = path_of(uri)?;
        // What lies in a folder belongs to the project that the folder may be the root of.
        let within = if path.is_dir() { path.join("all") } else { path };
        Some(self.place(&lsp::Url::from_file_path(within).ok()?).0)
    }

    /// The folder of a root.
    pub(super) fn folder(&self, root: usize) -> Option<&Path> {
        self.roots.get(root)?.folder.as_deref()
    }

    /// One view of each root, to ask what concerns all of it.
    pub(super) fn root_views(&self) -> Vec<View<'_>> {
        let places = self
            .roots
            .iter()
            .enumerate()
            .filter_map(|(number, root)| Some(Place { root: number, file: root.project.file_ids().next()? }));
        places.filter_map(|place| self.view_of(place)).collect()
    }

    /// A file of a root, by where it is.
    fn known(&self, uri: &lsp::Url) -> Option<Place> {
        let path = path_of(uri)?;
        self.roots.iter().enumerate().find_map(|(number, root)| {
            let name = disk::relative(root.folder.as_deref()?, &path)?;
            Some(Place { root: number, file: root.project.file_id(&name)? })
        })
    }

    /// A name from the folder of a root as the client knows files.
    pub(super) fn uri_of_name(&self, root: usize, name: &str) -> Option<lsp::Url> {
        let of = self.roots.get(root)?;
        match of.project.file_id(name) {
            Some(file) => self.uri(Place { root, file }),
            None => lsp::Url::from_file_path(of.folder.as_ref()?.join(name)).ok(),
        }
    }

    /// Every token of a document, under a name by which the next question may refer to them.
    pub(super) fn tokens(&mut self, uri: &lsp::Url) -> Option<lsp::SemanticTokens> {
        self.last_tokens += 1;
        let id = self.last_tokens;
        let (told, data) = tokens::full(self.view(uri)?, id);
        self.tokens.insert(uri.clone(), told);
        Some(lsp::SemanticTokens { result_id: Some(id.to_string()), data })
    }

    /// What changed of the tokens of a document; all of them where it is not known what the client has.
    pub(super) fn tokens_delta(&mut self, uri: &lsp::Url, has: &str) -> Option<lsp::SemanticTokensFullDeltaResult> {
        let id = self.last_tokens + 1;
        let changed = self.tokens.get(uri).and_then(|told| tokens::delta(self.view(uri)?, told, has, id));
        let Some((told, edits)) = changed else {
            return self.tokens(uri).map(lsp::SemanticTokensFullDeltaResult::Tokens);
        };
        self.last_tokens = id;
        self.tokens.insert(uri.clone(), told);
        let delta = lsp::SemanticTokensDelta { result_id: Some(id.to_string()), edits };
        Some(lsp::SemanticTokensFullDeltaResult::TokensDelta(delta))
    }

    /// The name by which the client knows a file.
    pub(super) fn uri(&self, place: Place) -> Option<lsp::Url> {
        let open = self.open.iter().find(|(_, open)| open.place == place);
        open.map(|(uri, _)| uri.clone()).or_else(|| self.roots.get(place.root)?.uri(place.file))
    }

    /// The documents that are open in a root.
    pub(super) fn open_files(&self, root: usize) -> Vec<FileId> {
        self.open.values().filter(|open| open.place.root == root).map(|open| open.place.file).collect()
    }

    /// The edits to imports that follow when files get other names.
    pub(super) fn rename_files(&self, renames: &[lsp::FileRename]) -> Option<lsp::WorkspaceEdit> {
        let paths: Vec<(PathBuf, PathBuf)> = renames
            .iter()
            .filter_map(|rename| {
                let path = |uri: &str| path_of(&uri.parse().ok()?);
                Some((path(&rename.old_uri)?, path(&rename.new_uri)?))
            })
            .collect();
        let mut edit = lsp::WorkspaceEdit::default();
        for view in self.root_views() {
            let Some(folder) = self.roots.get(view.place.root).and_then(|root| root.folder.as_deref()) else {
                continue;
            };
            let mut moves = Vec::new();
            for (old, new) in &paths {
                // A folder that gets another name takes its files along.
                for file in view.project.file_ids() {
                    let Some(name) = view.project.file(file).map(|file| &file.name) else { continue };
                    let Ok(rest) = folder.join(&**name).strip_prefix(old).map(Path::to_path_buf) else { continue };
                    let target = if rest.as_os_str().is_empty() { new.clone() } else { new.join(rest) };
                    if let Some(target) = disk::relative(folder, &target) {
                        moves.push((name.to_string(), target));
                    }
                }
            }
            let found = view.workspace_edit(crate::ide::names::moved(view.project, &moves));
            edit.changes.get_or_insert_default().extend(found.changes.into_iter().flatten());
        }
        edit.changes.as_ref().is_some_and(|changes| !changes.is_empty()).then_some(edit)
    }
}

impl Root {
    /// Reads what is imported and not there from disk, and what that imports.
    fn add_imported(&mut self) {
        let Some(folder) = self.folder.clone() else { return };
        loop {
            let mut wanted = self.project.missing_imports();
            wanted.retain(|name| self.looked_for.insert(name.clone()));
            let found: Vec<(String, String)> = wanted
                .into_iter()
                .filter_map(|name| {
                    let text = disk::read_within(&folder, &name)?;
                    Some((name, text))
                })
                .collect();
            if found.is_empty() {
                return;
            }
            self.project.add_files(found.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        }
    }

    fn uri(&self, file: FileId) -> Option<lsp::Url> {
        let name = &self.project.file(file)?.name;
        match &self.folder {
            Some(folder) => lsp::Url::from_file_path(folder.join(&**name)).ok(),
            None => name.parse().ok(),
        }
    }
}

fn path_of(uri: &lsp::Url) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

/// The present moment, or what `QUELL_NOW` says, so that what depends on it can be tried.
fn now() -> Instant {
    let given = std::env::var("QUELL_NOW").ok();
    let given = given.and_then(|text| quell::hir::date::parse(&text, quell::hir::date::Edge::First).ok());
    given.unwrap_or_else(|| {
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        elapsed.map_or(0, |elapsed| elapsed.as_millis() as Instant)
    })
}
