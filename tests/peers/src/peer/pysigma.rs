//! pySigma: a Sigma rule converted to a Lucene query, in a process of Python that times itself.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{Peer, sigma};
use crate::Result;
use crate::generate::Job;
use crate::programs;

pub(super) struct PySigma {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: TempDir,
    rules: usize,
}

impl PySigma {
    /// Starts Python; what that takes is in no run.
    pub(super) fn start() -> Result<PySigma> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pysigma.py");
        let mut process = Command::new(programs::installed("python")?)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (input, output) = process.stdin.take().zip(process.stdout.take()).ok_or("python has no streams")?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Ok(PySigma { process, input, output: BufReader::new(output), folder, rules: 0 })
    }
}

impl Peer for PySigma {
    fn name(&self) -> &'static str {
        "pySigma"
    }

    fn does(&self) -> &'static str {
        "convert Sigma to Lucene"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        self.rules = jobs.len();
        let documents: Vec<String> = jobs.iter().map(sigma::document).collect();
        let text = serde_json::to_string(&documents).map_err(|error| error.to_string())?;
        fs::write(self.folder.path().join("rules.json"), text).map_err(|error| error.to_string())
    }

    fn run(&mut self) -> Result<Duration> {
        let mut answer = String::new();
        writeln!(self.input, "{}", self.folder.path().join("rules.json").display())
            .and_then(|()| self.input.flush())
            .and_then(|()| self.output.read_line(&mut answer))
            .map_err(|error| error.to_string())?;
        let (accepted, seconds) = answer.trim().split_once(' ').ok_or("pySigma says nothing")?;
        if accepted != self.rules.to_string() {
            return Err(format!("{accepted} of {} rules are converted", self.rules));
        }
        seconds.parse().map(Duration::from_secs_f64).map_err(|_| format!("pySigma says {answer}"))
    }
}

impl Drop for PySigma {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
