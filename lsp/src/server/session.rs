//! The state of one client: its folders, the documents that it holds open, and what is to be published.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use quell::base::Instant;
use rustc_hash::FxHashMap;
use tokio::sync::Notify;
use tower_lsp::lsp_types as lsp;

use crate::ide::{Document, Encoding, FileId, Project, Settings};
use crate::server::{from_proto, to_proto};

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
}

/// What the client has told.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) encoding: Encoding,
    folders: Vec<PathBuf>,
    pub(super) roots: Vec<Root>,
    open: FxHashMap<lsp::Url, Open>,
    /// What was published with something in it.
    published: FxHashMap<Place, lsp::Url>,
}

/// A project and where it is.
#[derive(Debug)]
pub(super) struct Root {
    /// The folder; nothing for documents that are in no folder.
    folder: Option<PathBuf>,
    pub(super) project: Project,
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

/// A list of diagnostics on its way.
#[derive(Debug)]
pub(super) struct Publication {
    pub(super) uri: lsp::Url,
    pub(super) diagnostics: Vec<lsp::Diagnostic>,
    pub(super) version: Option<i32>,
}

/// A document to read from.
#[derive(Clone, Copy)]
pub(super) struct View<'s> {
    pub(super) place: Place,
    pub(super) root: &'s Root,
    pub(super) document: &'s Document,
    pub(super) encoding: Encoding,
}

impl Session {
    /// Takes what the client says of itself.
    #[allow(deprecated, reason = "older clients name their folder in `rootUri` only")]
    pub(super) fn initialize(&mut self, params: &lsp::InitializeParams) {
        self.encoding = from_proto::encoding(&params.capabilities);
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        self.folders = folders.filter_map(path_of).collect();
        if self.folders.is_empty() {
            self.folders.extend(params.root_uri.as_ref().and_then(path_of));
        }
    }

    pub(super) fn open(&mut self, document: lsp::TextDocumentItem) {
        let place = self.place(&document.uri);
        if let Some(root) = self.roots.get_mut(place.0) {
            let file = root.project.add_file(&place.1, &document.text);
            root.project.check_first(file, VISIBLE);
            let place = Place { root: place.0, file };
            self.open.insert(document.uri, Open { place, version: document.version });
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
        Ok(())
    }

    pub(super) fn close(&mut self, uri: &lsp::Url) {
        let Some(open) = self.open.remove(uri) else { return };
        let Some(root) = self.roots.get_mut(open.place.root) else { return };
        root.project.remove_file(open.place.file);
    }

    /// The root that a document belongs to, made where there is none, and its name in it.
    fn place(&mut self, uri: &lsp::Url) -> (usize, String) {
        let path = path_of(uri);
        let folder = path.as_deref().and_then(|path| self.folder_of(path));
        let name = match (&path, &folder) {
            (Some(path), Some(folder)) => relative(folder, path).unwrap_or_else(|| uri.path().to_owned()),
            _ => uri.as_str().to_owned(),
        };
        let known = self.roots.iter().position(|root| root.folder == folder);
        let root = known.unwrap_or_else(|| {
            self.roots.push(Root { folder, project: Project::new(Settings::new(now())) });
            self.roots.len() - 1
        });
        (root, name)
    }

    /// The folder of the project that a file belongs to: where the nearest `quell.toml` is, else the client's folder that
    /// holds it, else its own.
    fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let configured = path.ancestors().skip(1).find(|folder| folder.join("quell.toml").is_file());
        let opened = || self.folders.iter().find(|folder| path.starts_with(folder)).map(PathBuf::as_path);
        configured.or_else(opened).or_else(|| path.parent()).map(Path::to_path_buf)
    }

    /// A document that the client holds open.
    pub(super) fn view(&self, uri: &lsp::Url) -> Option<View<'_>> {
        let place = self.open.get(uri)?.place;
        let root = self.roots.get(place.root)?;
        let document = root.project.document(place.file)?;
        Some(View { place, root, document, encoding: self.encoding })
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

    /// What is to be published, which is taken to be on its way from now on.
    pub(super) fn publications(&mut self) -> Vec<Publication> {
        let mut stale: Vec<Place> = Vec::new();
        for (root, of) in self.roots.iter_mut().enumerate() {
            stale.extend(of.project.take_changed().into_iter().map(|file| Place { root, file }));
        }
        stale.sort();
        let mut publications = Vec::new();
        for place in stale {
            let Some(uri) = self.uri(place).or_else(|| self.published.get(&place).cloned()) else { continue };
            let diagnostics = self.diagnostics(place, &uri);
            let version = self.open.get(&uri).map(|open| open.version);
            if diagnostics.is_empty() && version.is_none() && !self.published.contains_key(&place) {
                continue;
            }
            if diagnostics.is_empty() {
                self.published.remove(&place);
            } else {
                self.published.insert(place, uri.clone());
            }
            publications.push(Publication { uri, diagnostics, version });
        }
        publications
    }

    /// Everything to say of a file; nothing of one that is gone.
    pub(super) fn diagnostics(&self, place: Place, uri: &lsp::Url) -> Vec<lsp::Diagnostic> {
        let Some(root) = self.roots.get(place.root) else { return Vec::new() };
        let Some(document) = root.project.document(place.file) else { return Vec::new() };
        let elsewhere = |name: &str, span| {
            let file = root.project.file_id(name)?;
            let uri = self.uri(Place { root: place.root, file })?;
            Some(lsp::Location::new(uri, to_proto::range(root.project.document(file)?, span, self.encoding)))
        };
        let findings = root.project.findings(place.file);
        findings.iter().map(|found| to_proto::diagnostic(found, document, self.encoding, uri, elsewhere)).collect()
    }
}

impl Root {
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

/// A path below a folder, with `/`.
fn relative(folder: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(folder).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
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
