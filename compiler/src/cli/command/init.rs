use std::fs;
use std::path::Path;

use crate::base::Instant;
use crate::cli::args::{Global, InitArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::{output, project};
use crate::hir::date;

/// What a project starts with.
const FILES: [(&str, &str); 7] = [
    ("quell.toml", include_str!("init/quell.toml")),
    ("rules/example.quell", include_str!("init/example.quell")),
    (".github/workflows/quell.yml", include_str!("init/workflow.yml")),
    (".editorconfig", include_str!("init/editorconfig")),
    (".vscode/settings.json", include_str!("init/vscode.json")),
    (".vscode/tasks.json", include_str!("init/vscode-tasks.json")),
    (".pre-commit-config.yaml", include_str!("init/pre-commit.yaml")),
];

/// What stands for the example's last day.
const EXPIRES: &str = "2030-12-31";

/// How long the example lives, in milliseconds.
const LIFETIME: Instant = 180 * 86_400_000;

pub(in crate::cli) fn run(global: &Global, args: &InitArgs) -> Result<Exit, Problem> {
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    let expires = date::rfc3339(project::now(global)? + LIFETIME);
    let expires = expires.get(..EXPIRES.len()).unwrap_or(EXPIRES);
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .map_err(|error| Problem::input(format!("`{}` cannot be made: {error}", parent.display())))?;
        }
        // What is there stays as it is.
        let made = output::create(&path, text.replace(EXPIRES, expires).as_bytes())?;
        output::note(format!("{} {}", if made { "wrote" } else { "kept" }, path.display()));
    }
    output::note(format!("next: quell check {}", folder.display()));
    Ok(Exit::Clean)
}
