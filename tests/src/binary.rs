//! The binaries that belong to the running tests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::language_client::Client;
use crate::workspace;

/// Builds the command line if it is not fresh and gives its path. `QUELL_BIN` names another one.
///
/// # Errors
///
/// Says why there is none: the build failed, or the tests do not run from a target folder.
pub fn quell() -> Result<PathBuf, String> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PATH.get_or_init(|| binary("quell", "quell", "QUELL_BIN")).clone()
}

/// The same of the language server, which `QUELL_LSP_BIN` names.
///
/// # Errors
///
/// As of [`quell`].
pub fn quell_lsp() -> Result<PathBuf, String> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PATH.get_or_init(|| binary("quell-lsp", "quell-lsp", "QUELL_LSP_BIN")).clone()
}

impl Client {
    /// Starts the server; nothing is said to it yet.
    ///
    /// # Errors
    ///
    /// Where it cannot be built or started.
    pub fn start() -> Result<Client, String> {
        Client::start_with(&mut Command::new(quell_lsp()?))
    }

    /// Starts the server and shakes hands, as an editor that can do what `capabilities` says.
    ///
    /// # Errors
    ///
    /// Where the server does not answer.
    pub fn initialized(folder: Option<&str>, capabilities: Value) -> Result<Client, String> {
        let mut client = Client::start()?;
        client.initialize(folder, capabilities)?;
        Ok(client)
    }
}

fn binary(package: &str, name: &str, variable: &str) -> Result<PathBuf, String> {
    if let Some(path) = env::var_os(variable) {
        return Ok(PathBuf::from(path));
    }
    // A test runs from TARGET/PROFILE/deps/NAME.
    let test = env::current_exe().map_err(|error| format!("no path of the running test: {error}"))?;
    let profile = test.parent().and_then(Path::parent).ok_or("the test does not run from a target folder")?;
    let target = profile.parent().ok_or("the test does not run from a target folder")?;
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", package, "--bin", name, "--target-dir"]).arg(target);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let status = build.current_dir(workspace::root()).status().map_err(|error| format!("cannot run cargo: {error}"))?;
    let path = profile.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    match (status.success(), path.is_file()) {
        (true, true) => Ok(path),
        (true, false) => Err(format!("cargo built no {}", path.display())),
        (false, _) => Err("cargo cannot build the binary".to_owned()),
    }
}
