//! The attacks that a project knows: events that must fire, in the files that `must-fire` of `quell.toml` names.

use std::path::PathBuf;

use crate::cli::events;
use crate::cli::exit::Problem;
use crate::cli::project::Setting;
use crate::config::CONFIG;
use crate::eval::Attack;

/// More known attacks than this are not held in memory.
const MOST: usize = 100_000;

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
            found.push(Attack { file: near.display().to_string(), number, value });
        }
    }
    Ok(found)
}
