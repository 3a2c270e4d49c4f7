//! The attacks that a project knows: events that must fire, in the files that `must-fire` of `quell.toml` names.

use std::path::PathBuf;

use serde_json::Value;

use crate::cli::events;
use crate::cli::exit::Problem;
use crate::cli::project::{CONFIG, Setting};

/// More known attacks than this are not held in memory.
const MOST: usize = 100_000;

/// An event with its place.
pub(super) struct Attack {
    pub(super) path: PathBuf,
    /// Its line, or its number in the file, from 1.
    pub(super) number: u64,
    pub(super) value: Value,
}

impl Attack {
    /// Where it is, for people: `file:line`.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.path.display(), self.number)
    }
}

/// Every known attack of the project, in the order of the configuration. Paths are relative to the root.
pub(super) fn load(setting: &Setting) -> Result<Vec<Attack>, Problem> {
    let mut found = Vec::new();
    for name in &setting.config.must_fire {
        let path = setting.root.join(name);
        if !path.is_file() {
            return Err(Problem::usage(format!("`must-fire` in `{CONFIG}` names `{name}`, and there is no such file")));
        }
        // As whoever stands in the folder of the project calls it.
        let shown = PathBuf::from(name);
        let near = if shown.is_file() { shown } else { path.clone() };
        for (number, value) in events::load(&path, MOST)? {
            found.push(Attack { path: near.clone(), number, value });
        }
    }
    Ok(found)
}
