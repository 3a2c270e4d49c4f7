//! Which files the patterns of the settings name. Nothing outside of the project's folder is named, also not through
//! links.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

use crate::eval::samples::Problem;

/// What makes a name a pattern.
const WILD: [char; 4] = ['*', '?', '[', '{'];

/// A file of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SampleFile {
    /// From the project's folder, with `/`.
    pub name: String,
    /// Where it is, with links resolved.
    pub path: PathBuf,
    /// The first pattern that names it.
    pub pattern: usize,
}

/// The files that patterns name below a folder, which has no links in its path: in order of their names, each once,
/// whatever the order of the patterns. Ignore files do not count: recorded events are often kept out of a repository.
#[must_use]
pub fn find(root: &Path, patterns: &[String]) -> (Vec<SampleFile>, Vec<Problem>) {
    let mut search = Search { root, found: BTreeMap::new(), problems: Vec::new() };
    for (number, pattern) in patterns.iter().enumerate() {
        search.pattern(number, pattern);
    }
    let mut files: Vec<SampleFile> = search.found.into_values().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    (files, search.problems)
}

/// The names that patterns fit, from the project's folder. What is no pattern fits none.
#[must_use]
pub fn names(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    patterns.iter().filter_map(|pattern| glob(pattern).ok()).for_each(|glob| {
        builder.add(glob);
    });
    builder.build().unwrap_or_default()
}

/// A pattern as ignore files have them: `*` stays within a folder, `**` does not.
fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(plain(pattern)).literal_separator(true).build()
}

fn plain(pattern: &str) -> &str {
    pattern.strip_prefix("./").unwrap_or(pattern)
}

struct Search<'r> {
    root: &'r Path,
    /// By their place: a file that has two names is read once.
    found: BTreeMap<PathBuf, SampleFile>,
    problems: Vec<Problem>,
}

impl Search<'_> {
    fn pattern(&mut self, number: usize, pattern: &str) {
        let mut fail = |is_outside, message| self.problems.push(Problem { pattern: number, is_outside, message });
        let path = Path::new(pattern);
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return fail(true, format!("`{pattern}` is outside of the project"));
        }
        if !pattern.contains(WILD) {
            return self.take(number, path);
        }
        let glob = match glob(pattern) {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => return fail(false, format!("`{pattern}` is no pattern: {}", error.kind())),
        };
        let mut names = self.walk(plain(pattern), &glob);
        if names.is_empty() {
            return self.problems.push(Problem {
                pattern: number,
                is_outside: false,
                message: format!("no file fits `{pattern}`"),
            });
        }
        names.sort();
        names.iter().for_each(|name| self.take(number, name));
    }

    /// The names of the files that fit, looked for below the folder that the pattern begins with.
    fn walk(&self, pattern: &str, glob: &GlobMatcher) -> Vec<PathBuf> {
        let plain = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(WILD);
        let folder: PathBuf = Path::new(pattern).components().take_while(plain).collect();
        let walk = ignore::WalkBuilder::new(self.root.join(folder)).standard_filters(false).follow_links(true).build();
        let files = walk.flatten().map(ignore::DirEntry::into_path).filter(|path| !path.is_dir());
        let names = files.filter_map(|path| path.strip_prefix(self.root).ok().map(Path::to_path_buf));
        names.filter(|name| glob.is_match(name)).collect()
    }

    fn take(&mut self, pattern: usize, name: &Path) {
        let parts = name.components().filter(|part| *part != Component::CurDir);
        let shown = parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let problem = |is_outside, message| Problem { pattern, is_outside, message };
        match self.place(name) {
            Ok(path) if !path.starts_with(self.root) => {
                self.problems.push(problem(true, format!("`{shown}` is outside of the project")));
            }
            Ok(path) => {
                let file = SampleFile { name: shown, path: path.clone(), pattern };
                let known = self.found.entry(path).or_insert_with(|| file.clone());
                known.name = known.name.clone().min(file.name);
            }
            Err(error) => {
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                    _ => error.to_string(),
                };
                self.problems.push(problem(false, format!("`{shown}` cannot be read: {why}")));
            }
        }
    }

    fn place(&self, name: &Path) -> io::Result<PathBuf> {
        let path = fs::canonicalize(self.root.join(name))?;
        let found = fs::metadata(&path)?;
        // To open a pipe would wait for someone to write into it.
        match found.is_file() {
            true => Ok(path),
            false if found.is_dir() => Err(io::Error::other("it is a folder")),
            false => Err(io::Error::other("it is no regular file")),
        }
    }
}
