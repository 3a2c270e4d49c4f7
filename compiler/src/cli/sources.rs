//! The texts of files that findings are about, read again when a printer needs them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::cli::batch::Outcome;
use crate::cli::finding::Source;
use crate::cli::source::FILE_CAP;

/// How much text is held at once, in bytes, besides the one asked for last.
const HELD: usize = 32 * 1024 * 1024;

/// Gives texts by the project's name of their file. Findings come in order of files, so that few texts are held.
pub(super) struct Sources<'o> {
    paths: BTreeMap<Arc<str>, Option<PathBuf>>,
    stdin: &'o str,
    /// The latest ones, oldest first.
    held: RefCell<VecDeque<(String, Rc<Source>)>>,
}

impl<'o> Sources<'o> {
    pub(super) fn new(outcome: &'o Outcome) -> Sources<'o> {
        let files = outcome.files.iter().chain(&outcome.imported);
        Sources {
            paths: files.map(|file| (Arc::clone(&file.name), file.path.clone())).collect(),
            stdin: outcome.stdin.as_deref().unwrap_or_default(),
            held: RefCell::new(VecDeque::new()),
        }
    }

    /// The text of a file; nothing where it cannot be read, and empty where there is nothing to show.
    pub(super) fn get(&self, name: &str) -> Option<Rc<Source>> {
        let mut held = self.held.borrow_mut();
        if let Some((_, source)) = held.iter().find(|(held, _)| held == name) {
            return Some(Rc::clone(source));
        }
        let text = match self.paths.get(name)? {
            None => self.stdin.to_owned(),
            Some(path) => {
                let found = fs::metadata(path).ok().filter(|found| found.is_file() && found.len() <= FILE_CAP)?;
                let mut bytes = Vec::with_capacity(found.len() as usize + 1);
                std::io::Read::read_to_end(&mut std::io::Read::take(fs::File::open(path).ok()?, FILE_CAP), &mut bytes)
                    .ok()?;
                match String::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                }
            }
        };
        let source = Rc::new(Source::new(text));
        held.push_back((name.to_owned(), Rc::clone(&source)));
        while held.len() > 1 && held.iter().map(|(_, source)| source.text.len()).sum::<usize>() > HELD {
            held.pop_front();
        }
        Some(source)
    }
}
