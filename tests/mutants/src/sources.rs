//! The sources of the repository, and the copy of them that is built.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::Command;

use crate::Result;

/// What git knows of the repository, by paths from its root, without this very tool.
#[derive(Clone)]
pub(crate) struct Sources(pub(crate) BTreeMap<String, Vec<u8>>);

impl Sources {
    pub(crate) fn read(root: &Path) -> Result<Sources> {
        let mut command = Command::new("git");
        command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":!tests/mutants"]);
        let output = command.current_dir(root).output().map_err(|error| format!("cannot run git: {error}"))?;
        if !output.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let listed = String::from_utf8(output.stdout).map_err(|error| format!("git ls-files: {error}"))?;
        // A file that was deleted and is still in the index is none.
        let read = |path: &str| Some((path.to_owned(), fs::read(root.join(path)).ok()?));
        Ok(Sources(listed.split_terminator('\0').filter_map(read).collect()))
    }

    pub(crate) fn text(&self, file: &str) -> Result<&str> {
        let content = self.0.get(file).ok_or_else(|| format!("{file} is not among the sources"))?;
        str::from_utf8(content).map_err(|error| format!("{file}: {error}"))
    }

    pub(crate) fn digest(&self) -> u64 {
        let mut digest = DefaultHasher::new();
        self.0.hash(&mut digest);
        digest.finish()
    }

    /// Makes `folder` hold these files and no others. One that is so already is left alone, for the sake of what was
    /// built from it.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        for (path, content) in &self.0 {
            let path = folder.join(path);
            if !fs::read(&path).is_ok_and(|old| old == *content) {
                let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content));
                written.map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
        self.remove_others(folder, "")
    }

    fn remove_others(&self, folder: &Path, below: &str) -> Result<()> {
        for entry in fs::read_dir(folder.join(below)).into_iter().flatten().flatten() {
            let path = Path::new(below).join(entry.file_name()).to_string_lossy().into_owned();
            if entry.path().is_dir() {
                self.remove_others(folder, &path)?;
            } else if !self.0.contains_key(&path) {
                fs::remove_file(entry.path()).map_err(|error| format!("{path}: {error}"))?;
            }
        }
        Ok(())
    }
}
