//! What the compiler finds in a project, through its documented JSON.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// The present of every example: no date in one comes to pass.
pub const NOW: &str = "2026-09-01T00:00:00Z";

/// A diagnostic, as far as examples assert it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Finding {
    /// The code's name.
    pub code: String,
    /// `error`, `warning` or `hint`.
    pub severity: String,
    /// One line.
    pub message: String,
    /// Path of the file, relative to the project.
    pub file: String,
    /// Where it starts.
    pub start: Place,
    /// Edits that mend it.
    #[serde(default)]
    pub fixes: Vec<Fix>,
}

/// A position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes from the start of the file.
    pub offset: usize,
}

/// Edits that belong together.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Whether it matches no more events than before.
    pub safe: bool,
    /// Replacements in the finding's own file.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Edit {
    /// First byte that goes.
    pub start: Place,
    /// First byte that stays.
    pub end: Place,
    /// What comes in.
    pub text: String,
}

/// Both shapes that a list of diagnostics may have: alone, or beside other results.
#[derive(Deserialize)]
#[serde(untagged)]
enum Report {
    Alone(Vec<Finding>),
    Beside { diagnostics: Vec<Finding> },
}

/// Checks the project in `folder`.
///
/// # Errors
///
/// Says what does not keep to the command line's contract: output that is not JSON, or a status that belies it.
pub fn check(quell: &Path, folder: &Path) -> Result<Vec<Finding>, String> {
    let output = Command::new(quell)
        .args(["check", "--format", "json", "."])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("QUELL_NOW", NOW)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {}: {error}", quell.display()))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let findings = match serde_json::from_str(&stdout) {
        Ok(Report::Alone(findings) | Report::Beside { diagnostics: findings }) => findings,
        Err(error) => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "`quell check --format json` ({}) printed no report: {error}\n{stdout}{stderr}",
                output.status
            ));
        }
    };
    let failed = findings.iter().any(|finding| finding.severity == "error");
    if output.status.code().is_none_or(|code| code > 2) || output.status.success() == failed {
        return Err(format!(
            "`quell check` ended with {}, its report has {} error",
            output.status,
            if failed { "an" } else { "no" }
        ));
    }
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    Ok(findings.into_iter().map(|finding| Finding { file: relative(&finding.file, &root), ..finding }).collect())
}

fn relative(file: &str, root: &Path) -> String {
    let path = Path::new(file);
    let path = path.strip_prefix(root).or_else(|_| path.strip_prefix(".")).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
