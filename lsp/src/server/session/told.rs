//! What the client is told of documents and settings: published by the server, or pulled by the client.

use std::hash::{Hash as _, Hasher as _};

use quell::config::CONFIG;
use tower_lsp::lsp_types as lsp;

use super::{Place, Session};
use crate::server::{disk, to_proto};

/// A list of diagnostics on its way.
#[derive(Debug)]
pub(in crate::server) struct Publication {
    pub(in crate::server) uri: lsp::Url,
    pub(in crate::server) diagnostics: Vec<lsp::Diagnostic>,
    pub(in crate::server) version: Option<i32>,
}

impl Session {
    /// What is to be published, which is taken to be on its way from now on.
    pub(in crate::server) fn publications(&mut self) -> Vec<Publication> {
        let mut publications = self.settings_publications();
        let mut stale: Vec<Place> = Vec::new();
        for (root, of) in self.roots.iter_mut().enumerate() {
            stale.extend(of.project.take_changed().into_iter().map(|file| Place { root, file }));
        }
        stale.sort();
        self.changed.extend(stale.iter().copied());
        if self.client.pulls {
            return publications;
        }
        for place in stale {
            let Some(uri) = self.uri(place).or_else(|| self.published.get(&place).cloned()) else { continue };
            let diagnostics = if self.concerns(place) { self.diagnostics(place, &uri) } else { Vec::new() };
            let was_told = self.orphans.remove(&uri) || self.published.contains_key(&place);
            let version = self.open.get(&uri).map(|open| open.version);
            if diagnostics.is_empty() && version.is_none() && !was_told {
                continue;
            }
            if diagnostics.is_empty() {
                self.published.remove(&place);
            } else {
                self.published.insert(place, uri.clone());
            }
            publications.push(Publication { uri, diagnostics, version });
        }
        let orphans = self.orphans.drain();
        publications.extend(orphans.map(|uri| Publication { uri, diagnostics: Vec::new(), version: None }));
        publications
    }

    /// Whether something else is to be pulled than what the client pulls by itself after an edit. A client that pulls and
    /// cannot be asked to pull again says so, which is no harm.
    pub(in crate::server) fn take_pull_again(&mut self) -> bool {
        let edited = self.edited.take();
        let changed = std::mem::take(&mut self.changed);
        self.client.pulls && changed.iter().any(|place| Some(*place) != edited)
    }

    /// Whether the client hears of a file: it is open, or in one of its folders.
    fn concerns(&self, place: Place) -> bool {
        let path = || {
            let root = self.roots.get(place.root)?;
            Some(root.folder.as_ref()?.join(&*root.project.file(place.file)?.name))
        };
        self.open.values().any(|open| open.place == place)
            || path().is_some_and(|path| self.folders.iter().any(|folder| path.starts_with(folder)))
    }

    /// What is wrong with settings, told at the file that holds them.
    fn settings_publications(&mut self) -> Vec<Publication> {
        let mut publications = Vec::new();
        for root in &self.roots {
            let Some(folder) = &root.folder else { continue };
            let was_wrong = self.wrong_settings.get(folder).copied().unwrap_or(false);
            let problems = || root.configured.problem.iter().chain(root.sampling.problems());
            let is_wrong = problems().next().is_some();
            if root.told_settings || (!is_wrong && !was_wrong) {
                continue;
            }
            let Ok(uri) = lsp::Url::from_file_path(folder.join(CONFIG)) else { continue };
            let text = disk::read(&folder.join(CONFIG)).unwrap_or_default();
            let place = |at| to_proto::position(crate::ide::position::position_of(&text, at, self.encoding));
            let diagnostics = problems().map(|(span, message)| lsp::Diagnostic {
                range: lsp::Range::new(place(span.start), place(span.end)),
                severity: Some(lsp::DiagnosticSeverity::ERROR),
                source: Some("quell".to_owned()),
                message: message.clone(),
                ..lsp::Diagnostic::default()
            });
            self.wrong_settings.insert(folder.clone(), is_wrong);
            publications.push(Publication { uri, diagnostics: diagnostics.collect(), version: None });
        }
        self.roots.iter_mut().for_each(|root| root.told_settings = true);
        publications
    }

    /// The diagnostics of a document for a client that pulls, under a name for what they are.
    pub(in crate::server) fn pulled(&self, place: Place) -> Option<(lsp::Url, String, Vec<lsp::Diagnostic>)> {
        let uri = self.uri(place)?;
        let diagnostics = self.diagnostics(place, &uri);
        let mut hasher = rustc_hash::FxHasher::default();
        serde_json::to_string(&diagnostics).unwrap_or_default().hash(&mut hasher);
        Some((uri, format!("{:x}", hasher.finish()), diagnostics))
    }

    /// A document to pull the diagnostics of, all of it checked.
    pub(in crate::server) fn pull(&mut self, uri: &lsp::Url) -> Option<(String, Vec<lsp::Diagnostic>)> {
        let place = self.view(uri)?.place;
        self.roots.get_mut(place.root)?.project.check_first(place.file, usize::MAX);
        let (_, id, diagnostics) = self.pulled(place)?;
        Some((id, diagnostics))
    }

    /// Every file that the client hears of, to pull.
    pub(in crate::server) fn pull_all(&self) -> Vec<(lsp::Url, Option<i32>, String, Vec<lsp::Diagnostic>)> {
        let places = self
            .roots
            .iter()
            .enumerate()
            .flat_map(|(root, of)| of.project.file_ids().map(move |file| Place { root, file }));
        places
            .filter(|place| self.concerns(*place))
            .filter_map(|place| {
                let (uri, id, diagnostics) = self.pulled(place)?;
                let version = self.open.get(&uri).map(|open| open.version);
                Some((uri, version, id, diagnostics))
            })
            .collect()
    }

    /// Everything to say of a file; nothing of one that is gone.
    pub(in crate::server) fn diagnostics(&self, place: Place, uri: &lsp::Url) -> Vec<lsp::Diagnostic> {
        let Some(root) = self.roots.get(place.root) else { return Vec::new() };
        let Some(document) = root.project.document(place.file) else { return Vec::new() };
        let elsewhere = |name: &str, span| {
            let file = root.project.file_id(name)?;
            let uri = self.uri(Place { root: place.root, file })?;
            Some(lsp::Location::new(uri, to_proto::range(root.project.document(file)?, span, self.encoding)))
        };
        let findings = root.project.findings(place.file);
        let proto = |found: &quell::diag::Diagnostic| {
            let code_description = self.pages.as_ref().and_then(|pages| pages.link(found.code));
            let diagnostic = to_proto::diagnostic(found, document, self.encoding, uri, elsewhere);
            lsp::Diagnostic { code_description, ..diagnostic }
        };
        let failed = root.project.failed_tests(place.file).into_iter().map(|failed| lsp::Diagnostic {
            range: to_proto::range(document, failed.span, self.encoding),
            severity: Some(lsp::DiagnosticSeverity::ERROR),
            source: Some("quell test".to_owned()),
            message: failed.message,
            ..lsp::Diagnostic::default()
        });
        findings.iter().map(proto).chain(failed).collect()
    }
}
