//! Where the files are.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A path as reports show it: relative to the root, with `/`.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Every file below `folder` whose name ends in `.extension`, sorted; none if there is no such folder.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every Markdown file whose examples are run.
#[must_use]
pub fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut pages = files(&root.join("tests/spec"), "md");
    pages.extend(files(&root.join("compiler/docs/lints"), "md"));
    pages.extend([root.join("grammar/reference.md"), root.join("README.md")].into_iter().filter(|path| path.is_file()));
    pages
}
