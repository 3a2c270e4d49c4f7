//! Finding and reading files, inside the project root only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::Span;
use crate::cli::finding::Finding;
use crate::diag::{Code, Diagnostic, text};

/// The largest file that is read, in bytes.
pub(super) const FILE_CAP: u64 = 64 * 1024 * 1024;

/// A file of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceFile {
    /// From the project root, with `/`.
    pub(super) name: Arc<str>,
    /// Where it is; nothing for standard input.
    pub(super) path: Option<PathBuf>,
}

/// The files to work on, and what went wrong in finding them.
#[derive(Default)]
pub(super) struct Files {
    pub(super) files: Vec<SourceFile>,
    pub(super) findings: Vec<Finding>,
}

/// The name of standard input.
pub(super) const STDIN: &str = "<stdin>";

/// Finds the files that `paths` name: sorted, each once, whatever the order of the paths.
pub(super) fn find(root: &Path, paths: &[PathBuf], keep: &dyn Fn(&str) -> bool) -> Files {
    let mut found: BTreeMap<Arc<str>, SourceFile> = BTreeMap::new();
    let mut findings = Vec::new();
    let everything = [root.to_path_buf()];
    let paths = if paths.is_empty() { &everything[..] } else { paths };
    for path in paths {
        if path.as_os_str() == "-" {
            let name: Arc<str> = Arc::from(STDIN);
            found.insert(Arc::clone(&name), SourceFile { name, path: None });
        } else if path.is_dir() {
            walk(root, path, keep, &mut found, &mut findings);
        } else {
            match named(root, path) {
                Ok(file) => {
                    found.insert(Arc::clone(&file.name), file);
                }
                Err(finding) => findings.push(*finding),
            }
        }
    }
    Files { files: found.into_values().collect(), findings }
}

fn walk(
    root: &Path,
    folder: &Path,
    keep: &dyn Fn(&str) -> bool,
    found: &mut BTreeMap<Arc<str>, SourceFile>,
    findings: &mut Vec<Finding>,
) {
    let before = found.len();
    for entry in ignore::WalkBuilder::new(folder).require_git(false).follow_links(true).build() {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if path.extension().is_none_or(|extension| extension != "quell") || path.is_dir() {
                    continue;
                }
                match named(root, path) {
                    Ok(file) if keep(&file.name) => {
                        found.insert(Arc::clone(&file.name), file);
                    }
                    Ok(_) => {}
                    Err(finding) => findings.push(*finding),
                }
            }
            Err(error) => {
                let name: Arc<str> = Arc::from(folder.to_string_lossy().as_ref());
                findings.push(unreadable(&name, &error.to_string()));
            }
        }
    }
    if folder.extension().is_some_and(|extension| extension == "quell") && found.len() == before {
        let name: Arc<str> = Arc::from(folder.to_string_lossy().as_ref());
        findings.push(unreadable(&name, "it is a folder, and no rule file is in it"));
    }
}

/// The project's name for a path that the user or a walk gave.
fn named(root: &Path, path: &Path) -> Result<SourceFile, Box<Finding>> {
    let shown: Arc<str> = Arc::from(path.to_string_lossy().replace('\\', "/").as_str());
    let real = fs::canonicalize(path).map_err(|error| Box::new(unreadable(&shown, &describe(&error))))?;
    let outside = |name: &Arc<str>| {
        Box::new(Finding::of_file(
            name,
            Code::OutsideProject,
            text!("`{0}` is outside of the project", name),
            "only files below the folder of `quell.toml` are read, also through links",
        ))
    };
    if !real.starts_with(root) {
        return Err(outside(&shown));
    }
    // The name keeps links as they are written, so that imports find the file.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| real.clone());
    let lexical = tidy(&absolute);
    let relative = lexical.strip_prefix(root).or_else(|_| real.strip_prefix(root)).map_err(|_| outside(&shown))?;
    let name = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    Ok(SourceFile { name: Arc::from(name.as_str()), path: Some(real) })
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
    let path = root.join(name);
    let real = fs::canonicalize(&path).ok()?;
    (real.starts_with(root) && real.is_file()).then(|| SourceFile { name: Arc::from(name), path: Some(path) })
}

/// Whether an import leads out of the project through a link.
pub(super) fn escapes(root: &Path, name: &str) -> bool {
    fs::canonicalize(root.join(name)).is_ok_and(|real| !real.starts_with(root))
}

impl SourceFile {
    /// The whole text, or what is wrong with the file.
    pub(super) fn read(&self) -> Result<String, Box<Finding>> {
        let Some(path) = &self.path else {
            return self.decode(|bytes| io::stdin().lock().take(FILE_CAP + 1).read_to_end(bytes));
        };
        let length = fs::metadata(path).map_err(|error| Box::new(unreadable(&self.name, &describe(&error))))?;
        if length.is_dir() {
            return Err(Box::new(unreadable(&self.name, "it is a folder")));
        }
        if length.len() > FILE_CAP {
            return Err(Box::new(self.too_large()));
        }
        self.decode(|bytes| {
            bytes.reserve(length.len() as usize + 1);
            File::open(path)?.take(FILE_CAP + 1).read_to_end(bytes)
        })
    }

    fn decode(&self, read: impl FnOnce(&mut Vec<u8>) -> io::Result<usize>) -> Result<String, Box<Finding>> {
        let mut bytes = Vec::new();
        read(&mut bytes).map_err(|error| Box::new(unreadable(&self.name, &describe(&error))))?;
        if bytes.len() as u64 > FILE_CAP {
            return Err(Box::new(self.too_large()));
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
