//! Every program of the repository.

use std::fs;
use std::io;

use crate::markdown::{self, BlockKind};
use crate::workspace;

/// A program and where it is from.
#[derive(Clone, Debug)]
pub struct Program {
    /// A path, and for a block of a page its line.
    pub place: String,
    /// The program.
    pub text: String,
}

/// The examples, and every block of a page that is a `.quell` file: legal ones and broken ones.
///
/// # Errors
///
/// Where a file cannot be read.
pub fn programs() -> io::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for path in workspace::files(&workspace::root().join("grammar/examples"), "quell") {
        programs.push(Program { place: workspace::shown(&path), text: fs::read_to_string(&path)? });
    }
    for path in workspace::pages() {
        let page = fs::read_to_string(&path)?;
        for block in markdown::sections(&page).into_iter().flat_map(|section| section.blocks) {
            let BlockKind::File { path: file, .. } = &block.kind else { continue };
            if file.ends_with(".quell") {
                programs
                    .push(Program { place: format!("{}:{}", workspace::shown(&path), block.line), text: block.text });
            }
        }
    }
    Ok(programs)
}
