//! Finding and reading files, inside the project root only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::Span;
use crate::cli::finding::Finding;
use crate::cli::project::Setting;
use crate::diag::{Code, Diagnostic, text};

/// The largest file that is read, in bytes.
pub(super) const FILE_CAP: u64 = 64 * 1024 * 1024;

/// The name of standard input.
pub(super) const STDIN: &str = "<stdin>";

/// A file of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// From the project root, with `/`.
    pub(super) name: Arc<str>,
    /// Where it is, with links resolved; nothing for standard input.
    pub(super) path: Option<PathBuf>,
}

/// The files to work on, and what went wrong in finding them.
#[derive(Default)]
pub(super) struct Files {
    /// In order of their names.
    pub(super) files: Vec<SourceFile>,
    pub(super) findings: Vec<Finding>,
    /// The text to take for standard input; it is read where there is none.
    pub(super) stdin: Option<String>,
    /// Whether they are the whole project.
    pub(super) whole: bool,
}

/// Finds the files that `paths` name, the whole project where there are none: sorted, each once, whatever the order of
/// the paths. Folders are searched for `.quell` files, those aside that `[paths]` or an ignore file leaves out; a file
/// that is named itself is taken as it is.
pub(super) fn find(setting: &Setting, paths: &[PathBuf]) -> Files {
    let mut search = Search { setting, found: BTreeMap::new(), findings: Vec::new() };
    let everything = [setting.root.clone()];
    let mut stdin = false;
    for path in if paths.is_empty() { &everything[..] } else { paths } {
        if path.as_os_str() == "-" {
            stdin = true;
        } else if path.is_dir() {
            search.walk(path);
        } else {
            search.take(path);
        }
    }
    let mut files: Vec<SourceFile> = search.found.into_values().collect();
    if stdin {
        files.push(SourceFile { name: Arc::from(STDIN), path: None });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let is_root = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|path| path == setting.root);
    let whole = paths.is_empty() || paths.iter().any(is_root);
    Files { files, findings: search.findings, stdin: None, whole }
}

struct Search<'s> {
    setting: &'s Setting,
    /// By their place with links resolved: a file that has two names is one file.
    found: BTreeMap<PathBuf, SourceFile>,
    findings: Vec<Finding>,
}

impl Search<'_> {
    fn take(&mut self, path: &Path) {
        match named(&self.setting.root, path) {
            Ok((name, real)) => {
                let file = SourceFile { name: Arc::from(name), path: Some(real.clone()) };
                match self.found.get_mut(&real) {
                    // Its own name goes before that of a link to it, then the first in order.
                    Some(known) => {
                        let own = relative(&self.setting.root, &real);
                        let is_own = |file: &SourceFile| Some(&*file.name) == own.as_deref();
                        if is_own(&file) || (!is_own(known) && file.name < known.name) {
                            *known = file;
                        }
                    }
                    None => {
                        self.found.insert(real, file);
                    }
                }
            }
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn walk(&mut self, folder: &Path) {
        let before = (self.found.len(), self.findings.len());
        // What belongs to the project does not depend on who runs it: no ignore files but those of the tree.
        let walk = ignore::WalkBuilder::new(folder)
            .require_git(false)
            .git_global(false)
            .git_exclude(false)
            .follow_links(true)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    let path = entry.path();
                    if is_rule_file(path) && !path.is_dir() && self.keeps(path) {
                        self.take(path);
                    }
                }
                Err(error) => self.stumble(folder, &error),
            }
        }
        if is_rule_file(folder) && before == (self.found.len(), self.findings.len()) {
            self.findings.push(unreadable(&shown(folder), "it is a folder, and no rule file is in it"));
        }
    }

    /// Whether `[paths]` keeps what a walk found.
    fn keeps(&self, path: &Path) -> bool {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        match relative(&self.setting.root, &tidy(&absolute)) {
            Some(name) => self.setting.keeps(&name),
            None => true,
        }
    }

    /// What a walk could not read. A link to nowhere or in a circle is no matter unless it claims to be a rule file.
    fn stumble(&mut self, folder: &Path, error: &ignore::Error) {
        let mut inner = error;
        let mut place = folder;
        let why = loop {
            match inner {
                ignore::Error::WithPath { path, err } => (place, inner) = (path, err),
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
                ignore::Error::Loop { .. } => return,
                ignore::Error::Io(error) if error.kind() == io::ErrorKind::NotFound && !is_rule_file(place) => return,
                ignore::Error::Io(error) => break describe(error),
                other => break other.to_string(),
            }
        };
        if self.keeps(place) {
            self.findings.push(unreadable(&shown(place), &why));
        }
    }
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "quell")
}

fn shown(path: &Path) -> Arc<str> {
    Arc::from(path.to_string_lossy().replace('\\', "/"))
}

/// The project's name for a path that the user or a walk gave, and its place with links resolved.
///
/// The name of the file itself stays as it is written even if it is a link, since imports name it so.
fn named(root: &Path, path: &Path) -> Result<(String, PathBuf), Box<Finding>> {
    let shown = shown(path);
    let failed = |error: io::Error| Box::new(unreadable(&shown, &describe(&error)));
    let real = fs::canonicalize(path).map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(failed)?;
    let place = path.file_name().map_or_else(|| real.clone(), |name| folder.join(name));
    if !real.starts_with(root) || !place.starts_with(root) {
        // Told by its place in the project where it has one, so that the report is the same everywhere.
        let written = std::path::absolute(path).ok().and_then(|path| relative(root, &tidy(&path)));
        let shown = written.map_or(shown, Arc::from);
        return Err(Box::new(Finding::of_file(
            &shown,
            Code::OutsideProject,
            text!("`{0}` is outside of the project", shown),
            "only files below the folder of `quell.toml` are read, also through links",
        )));
    }
    let name = relative(root, &place).ok_or_else(|| Box::new(unreadable(&shown, "its name is not UTF-8")))?;
    Ok((name, real))
}

/// A path below the root with `/`; nothing where it is not below, or not UTF-8.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Takes `.` and `..` out of an absolute path without asking the disk.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// A file that an import names, if it is there and inside the project.
pub(super) fn imported(root: &Path, name: &str) -> Option<SourceFile> {
    let real = fs::canonicalize(root.join(name)).ok()?;
    (real.starts_with(root) && real.is_file()).then(|| SourceFile { name: Arc::from(name), path: Some(real) })
}

/// Whether an import leads out of the project through a link.
pub(super) fn escapes(root: &Path, name: &str) -> bool {
    fs::canonicalize(root.join(name)).is_ok_and(|real| !real.starts_with(root))
}

impl SourceFile {
    /// The whole text, or what is wrong with the file.
    pub(super) fn read(&self) -> Result<String, Box<Finding>> {
        self.read_into(Vec::new())
    }

    /// [`SourceFile::read`] into a buffer, for its room.
    pub(super) fn read_into(&self, buffer: Vec<u8>) -> Result<String, Box<Finding>> {
        let Some(path) = &self.path else {
            return self.decode(buffer, |bytes| io::stdin().lock().take(FILE_CAP + 1).read_to_end(bytes));
        };
        let found = fs::metadata(path).map_err(|error| Box::new(unreadable(&self.name, &describe(&error))))?;
        // To open a pipe would wait for someone to write into it.
        if !found.is_file() {
            let what = if found.is_dir() { "it is a folder" } else { "it is no regular file" };
            return Err(Box::new(unreadable(&self.name, what)));
        }
        if found.len() > FILE_CAP {
            return Err(Box::new(self.too_large()));
        }
        self.decode(buffer, |bytes| {
            bytes.reserve(found.len() as usize + 1);
            File::open(path)?.take(FILE_CAP + 1).read_to_end(bytes)
        })
    }

    fn decode(
        &self,
        mut bytes: Vec<u8>,
        read: impl FnOnce(&mut Vec<u8>) -> io::Result<usize>,
    ) -> Result<String, Box<Finding>> {
        read(&mut bytes).map_err(|error| Box::new(unreadable(&self.name, &describe(&error))))?;
        if bytes.len() as u64 > FILE_CAP {
            return Err(Box::new(self.too_large()));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Box::new(self.not_text(0, &bytes, text!("the file is UTF-16, not UTF-8"))));
        }
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(Box::new(self.not_text(at, &bytes, text!("there is a NUL byte at offset {0}", at))));
        }
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let message = text!("the file is not UTF-8 at offset {0}", at);
            Box::new(self.not_text(at, error.as_bytes(), message))
        })
    }

    fn too_large(&self) -> Finding {
        Finding::of_file(
            &self.name,
            Code::FileTooLarge,
            text!("`{0}` is larger than {1} MiB", self.name, FILE_CAP / 1024 / 1024),
            "split it into several files",
        )
    }

    fn not_text(&self, at: usize, bytes: &[u8], message: crate::diag::Text) -> Finding {
        let line = memchr::memchr_iter(b'\n', bytes.get(..at).unwrap_or_default()).count() + 1;
        Finding::at(
            &self.name,
            Diagnostic::new(Code::NotText, Span::empty(at as u32), message)
                .label(text!("line {0}", line))
                .help("save the file as UTF-8 text"),
        )
    }
}

fn unreadable(name: &Arc<str>, why: &str) -> Finding {
    Finding::of_file(
        name,
        Code::UnreadableFile,
        text!("`{0}` cannot be read: {1}", name, why),
        "check the path and its permissions",
    )
}

/// An error of the system in small letters, without its number.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let text = error.to_string();
            let plain = text.split(" (os error").next().unwrap_or_default();
            plain.to_lowercase()
        }
    }
}
