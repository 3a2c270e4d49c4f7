//! The attacks that a project knows: events that must fire, in the files that `must-fire` of `quell.toml` names.

use std::path::PathBuf;

use serde_json::Value;

use crate::cli::batch::KeptRule;
use crate::cli::events;
use crate::cli::exit::Problem;
use crate::cli::project::{CONFIG, Setting};
use crate::cli::ruleset::Ruleset;
use crate::event::Event;

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

/// Every known attack of the project as an event, with the rules that silence it, of which there should be none.
pub(super) fn judged<'r>(
    ruleset: &'r Ruleset,
    setting: &Setting,
    mut each: impl FnMut(&Attack, &Event<'_>, Vec<&'r KeptRule>),
) -> Result<(), Problem> {
    for attack in load(setting)? {
        let Some(event) = Event::new(&attack.value) else { continue };
        let by = ruleset.silencing(&event, setting).filter_map(|index| ruleset.rules.get(index)).collect();
        each(&attack, &event, by);
    }
    Ok(())
}
