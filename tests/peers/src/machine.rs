//! What was measured on, and what.

use std::fmt::Write as _;
use std::path::Path;

use crate::{Result, programs};

/// Crates that are measured, as the lock file names them.
const CRATES: [&str; 6] = ["cedar-policy", "rsigma-eval", "rsigma-parser", "vrl", "wirefilter-engine", "yara-x"];

const LOCK: &str = include_str!("../Cargo.lock");
const INSTALLED: &str = include_str!("../requirements.txt");

/// Says so, for the head of the tables.
pub(crate) fn introduction() -> Result<String> {
    let mut out = String::from(
        "Written by `tests/peers/run --write`. Absolute times are of this machine; the ratios are what holds elsewhere.\n\n",
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let lines = [
        ("date", today()?),
        ("machine", format!("{cores} cores, {}, {}", processor(), memory())),
        ("system", system()),
        ("Quell", format!("{}, {}, {}", env!("CARGO_PKG_VERSION"), size("quell")?, size("quell-lsp")?)),
        ("Rust", rust()?),
        ("crates", crates()),
        ("from PyPI", INSTALLED.lines().map(|line| line.replace("==", " ")).collect::<Vec<_>>().join(", ")),
    ];
    out.push_str("| | |\n| --- | --- |\n");
    for (name, value) in lines {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    Ok(out)
}

/// A program of Quell and how large it is.
fn size(program: &str) -> Result<String> {
    let path = programs::own(program)?;
    let found = std::fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(format!("`{program}` of {:.1} MB", found.len() as f64 / 1e6))
}

/// As the system writes it: nobody here needs a calendar for one date.
fn today() -> Result<String> {
    let output = std::process::Command::new("date").arg("-I").output().map_err(|error| format!("date: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first value of a field in a file of the system, "unknown" where there is none.
fn field(file: &str, name: &str, between: char) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.split_once(between));
    let value = lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().trim_matches('"').to_owned());
    value.unwrap_or_else(|| "unknown".to_owned())
}

fn processor() -> String {
    field("/proc/cpuinfo", "model name", ':')
}

fn memory() -> String {
    let kib: Option<f64> = field("/proc/meminfo", "MemTotal", ':').trim_end_matches("kB").trim().parse().ok();
    kib.map_or_else(|| "unknown memory".to_owned(), |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0))
}

fn system() -> String {
    format!("{}, {}", field("/etc/os-release", "PRETTY_NAME", '='), std::env::consts::ARCH)
}

fn rust() -> Result<String> {
    programs::version(Path::new("rustc"))
}

/// The crates with the versions that are locked.
fn crates() -> String {
    let version = |name: &&str| {
        let entry = format!("name = \"{name}\"\nversion = \"");
        let rest = LOCK.split_once(&entry).map_or("", |(_, rest)| rest);
        format!("{name} {}", rest.split('"').next().unwrap_or_default())
    };
    CRATES.iter().map(version).collect::<Vec<_>>().join(", ")
}
