use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::cli::args::InitArgs;
use crate::cli::exit::{Exit, Problem};

/// What a project starts with.
const FILES: [(&str, &str); 4] = [
    ("quell.toml", include_str!("init/quell.toml")),
    ("rules/example.quell", include_str!("init/example.quell")),
    (".github/workflows/quell.yml", include_str!("init/workflow.yml")),
    (".editorconfig", include_str!("init/editorconfig")),
];

pub(in crate::cli) fn run(args: &InitArgs) -> Result<Exit, Problem> {
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Problem::input(format!("`{}`: {error}", parent.display())))?;
        }
        // What is there stays as it is.
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                eprintln!("wrote {}", path.display());
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => eprintln!("kept {}", path.display()),
            Err(error) => return Err(Problem::input(format!("`{}` cannot be written: {error}", path.display()))),
        }
    }
    eprintln!("next: quell check {}", folder.display());
    Ok(Exit::Clean)
}
