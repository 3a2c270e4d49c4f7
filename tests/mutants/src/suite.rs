//! The tests, and how some of them are run in a process.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::Result;
use crate::compile::Binary;

/// The tests of the package `tests` that go through what is mutated.
pub(crate) const TESTS: [&str; 10] = [
    "bounds",
    "completeness",
    "emit",
    "ephemeral",
    "index",
    "properties",
    "regressions",
    "spec",
    "specificity",
    "suggest",
];

pub(crate) struct Suite {
    pub(crate) binaries: Vec<Binary>,
    /// The program that tests start.
    pub(crate) program: PathBuf,
    pub(crate) tests: Vec<Test>,
}

pub(crate) struct Test {
    pub(crate) binary: usize,
    pub(crate) name: String,
}

/// The exit status of a harness where a test failed.
const FAILED: i32 = 101;

/// How a process with tests ended.
pub(crate) enum Ended {
    Passed,
    /// With the first test that failed, where the process said so.
    Failed(Option<usize>),
    TimedOut,
}

impl Suite {
    pub(crate) fn list(binaries: Vec<Binary>, program: PathBuf) -> Result<Suite> {
        let mut tests = Vec::new();
        for (index, binary) in binaries.iter().enumerate() {
            let mut command = Command::new(&binary.path);
            command.args(["--list", "--format", "terse"]).current_dir(&binary.folder);
            let output = command.output().map_err(|error| format!("{}: {error}", binary.path.display()))?;
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                if let Some(name) = line.strip_suffix(": test") {
                    tests.push(Test { binary: index, name: name.to_owned() });
                }
            }
        }
        Ok(Suite { binaries, program, tests })
    }

    /// How the report calls a test.
    pub(crate) fn name(&self, test: usize) -> String {
        let test = &self.tests[test];
        format!("{}: {}", self.binaries[test.binary].name, test.name)
    }

    /// Runs tests of one binary, one after the other until one fails, in a process of its own with a variable set, in a
    /// folder for what they write.
    pub(crate) fn run(
        &self,
        tests: &[usize],
        variable: (&str, &str),
        folder: &Path,
        timeout: Duration,
    ) -> Result<Ended> {
        let Some(&first) = tests.first() else { return Ok(Ended::Passed) };
        let binary = &self.binaries[self.tests[first].binary];
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;

        let mut command = Command::new(&binary.path);
        command.args(["--exact", "--test-threads=1"]);
        // One harness takes several names, another only one; both pass over as many as they are told.
        let others = (0..self.tests.len()).filter(|test| self.tests[*test].binary == self.tests[first].binary);
        let others = others.filter(|test| !tests.contains(test));
        command.args(others.flat_map(|test| ["--skip", &self.tests[test].name]));
        command.current_dir(&binary.folder).env("CARGO_MANIFEST_DIR", &binary.folder);
        command.env("QUELL_BIN", &self.program).env("TMPDIR", folder).env("RUST_BACKTRACE", "0");
        // The same cases each time.
        command.env("PROPTEST_RNG_SEED", "7").env(variable.0, variable.1);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", binary.path.display()))?;
        let ended = self.watch(&mut child, tests, timeout);
        // Also what the tests started and left behind.
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        let _ = child.wait();
        let _ = fs::remove_dir_all(folder);
        ended.map_err(|error| format!("{}: {error}", binary.name))
    }

    /// Reads what the tests say until it is known how they end.
    fn watch(&self, child: &mut Child, tests: &[usize], timeout: Duration) -> Result<Ended> {
        let (sender, lines) = mpsc::channel();
        let output = child.stdout.take();
        thread::spawn(move || {
            let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines());
            lines.map_while(io::Result::ok).try_for_each(|line| sender.send(line))
        });
        let end = Instant::now() + timeout;
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix("... FAILED")) {
                        let named = |test: &&usize| self.tests[**test].name == name.trim();
                        return Ok(Ended::Failed(tests.iter().find(named).copied()));
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(Ended::TimedOut),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = child.wait().map_err(|error| format!("cannot wait for a test: {error}"))?;
        match status.code() {
            Some(0) => Ok(Ended::Passed),
            // What a test prints may stand between its name and that it failed.
            Some(FAILED) => Ok(Ended::Failed(if let [test] = tests { Some(*test) } else { None })),
            Some(_) => Err(format!("the tests cannot run: {status}")),
            // By a signal, as where the stack overflows.
            None => Ok(Ended::Failed(None)),
        }
    }
}
