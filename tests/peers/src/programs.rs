//! Where the programs are that run as processes of their own: `run` beside this crate builds and installs them, and says
//! by two variables where.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// The folder with the release builds of Quell's own programs.
const OWN: &str = "PEERS_QUELL";

/// The folder with what was installed from PyPI.
const INSTALLED: &str = "PEERS_INSTALLED";

/// One of Quell's.
pub(crate) fn own(name: &str) -> Result<PathBuf> {
    find(OWN, name)
}

/// One that was installed.
pub(crate) fn installed(name: &str) -> Result<PathBuf> {
    find(INSTALLED, name)
}

fn find(variable: &str, name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os(variable).ok_or_else(|| format!("{variable} is not set: start tests/peers/run"))?;
    let path = Path::new(&folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() { Ok(path) } else { Err(format!("there is no {}", path.display())) }
}

/// What a program says it is, first line.
pub(crate) fn version(program: &Path) -> Result<String> {
    let output = Command::new(program).arg("--version").output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(str::to_owned).ok_or_else(|| format!("{} has no version", program.display()))
}

/// From start to exit of a program that must succeed.
pub(crate) fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Result<Duration> {
    let start = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| error.to_string())?;
    let took = start.elapsed();
    if status.success() {
        Ok(took)
    } else {
        Err(format!("{} {} ends with {status}", program.display(), arguments.join(" ")))
    }
}
