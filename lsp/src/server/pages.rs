//! The pages of the diagnostics as files, so that an editor can open the one that a code links to, online or not.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use quell::diag::Code;
use tower_lsp::lsp_types as lsp;

/// A folder that holds a page for each code.
#[derive(Clone, Debug)]
pub(super) struct Pages(PathBuf);

impl Pages {
    /// The pages of this version in the user's cache, written if they are not there; nothing where there is no cache or
    /// it cannot be written to.
    pub(super) fn new() -> Option<Pages> {
        let folder = cache()?.join(concat!("pages-", env!("CARGO_PKG_VERSION")));
        write(&folder).ok()?;
        Some(Pages(folder))
    }

    /// Where the page of a code is.
    pub(super) fn link(&self, code: Code) -> Option<lsp::CodeDescription> {
        let href = lsp::Url::from_file_path(self.0.join(format!("{}.md", code.name()))).ok()?;
        Some(lsp::CodeDescription { href })
    }
}

/// The folder for what can be made again; nothing where the user has none.
fn cache() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|cache| cache.is_absolute());
    let home = || env::var_os(if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" }).map(PathBuf::from);
    let cache = cache.or_else(|| Some(home()?.join(if cfg!(windows) { "" } else { ".cache" })))?;
    Some(cache.join("quell"))
}

/// Writes a page about a rule, which is there until the next one is written; gives where it is.
pub(super) fn of_rule(text: &str) -> Option<lsp::Url> {
    let path = cache()?.join("rule.md");
    fs::create_dir_all(path.parent()?).ok()?;
    fs::write(&path, text).ok()?;
    lsp::Url::from_file_path(path).ok()
}

/// Writes the pages that are missing or of other text.
fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for code in Code::ALL {
        let path = folder.join(format!("{}.md", code.name()));
        let there = fs::metadata(&path).is_ok_and(|found| found.len() == code.page().len() as u64);
        if !there {
            fs::write(path, code.page())?;
        }
    }
    Ok(())
}
