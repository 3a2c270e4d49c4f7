//! The command line as a process of its own: wall time and peak memory.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::generate;

/// What one run took.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) peak_kib: u64,
}

/// Builds the command line as users do; gives its path.
pub(crate) fn build() -> Result<PathBuf> {
    built("quell")
}

/// The same of the language server.
pub(crate) fn build_server() -> Result<PathBuf> {
    built("quell-lsp")
}

fn built(package: &str) -> Result<PathBuf> {
    let status = Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "-p", package]).status()?;
    if !status.success() {
        return Err(Error::other(format!("`{package}` does not build")));
    }
    let own = std::env::current_exe()?;
    Ok(own.with_file_name(format!("{package}{}", std::env::consts::EXE_SUFFIX)))
}

/// Writes a project of that many rules, a thousand a file.
pub(crate) fn write(rules: usize) -> Result<TempDir> {
    write_text(&generate::project(rules), "")
}

/// Writes a project with these rules, a thousand a file, and this `quell.toml`.
pub(crate) fn write_text(text: &str, config: &str) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("quell.toml"), config)?;
    for (number, ranges) in quell::syntax::split(text).chunks(1000).enumerate() {
        let part: String = ranges.iter().map(|range| range.of(text)).collect();
        fs::write(folder.path().join(format!("rules-{number:05}.quell")), part)?;
    }
    Ok(folder)
}

/// Compiles a project into a file beside it.
pub(crate) fn compile(binary: &Path, folder: &Path, jobs: usize) -> Result<Run> {
    let jobs = jobs.to_string();
    let arguments = ["compile", "--target", "datadog", "--now", "2026-11-24", "-o", "out.json", "--jobs", &jobs];
    run(binary, folder, &arguments)
}

/// Checks a project whose findings are warnings at most.
pub(crate) fn check(binary: &Path, folder: &Path) -> Result<Run> {
    run(binary, folder, &["check", "--now", "2026-11-24", "--format", "short"])
}

fn run(binary: &Path, folder: &Path, arguments: &[&str]) -> Result<Run> {
    let start = Instant::now();
    let mut child =
        Command::new(binary).args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    if !status.success() {
        return Err(Error::other(format!("`quell {}` ended with {status}", arguments.join(" "))));
    }
    Ok(Run { seconds: start.elapsed().as_secs_f64(), peak_kib })
}

/// The high-water mark of a running process, in KiB; zero where the system does not tell.
pub(crate) fn peak(process: u32) -> u64 {
    status_of(process, "VmHWM:")
}

/// What a running process holds, in KiB; zero where the system does not tell.
pub(crate) fn resident(process: u32) -> u64 {
    status_of(process, "VmRSS:")
}

fn status_of(process: u32, name: &str) -> u64 {
    let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
