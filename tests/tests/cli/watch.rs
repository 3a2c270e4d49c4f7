//! `check --watch`: a report for each change, and an end when asked for one.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::project::Project;
use crate::{CLEAN, ERROR, WARNING};

/// Far more than it takes, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(project: &Project, args: &[&str]) -> Watching {
        // One pipe for both streams, so that lines come in the order in which they are written.
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = project.command(&[&["check", "--watch", "--format", "short"], args].concat());
        let child = command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Watching { child, lines }
    }

    /// Everything said until the text, which must come.
    #[track_caller]
    fn until(&self, text: &str) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    seen.push(line);
                    if seen.iter().any(|line| line.contains(text)) {
                        return seen;
                    }
                }
                Err(_) => panic!("no `{text}` in {seen:#?}"),
            }
        }
    }

    /// Nothing is said for a while.
    #[track_caller]
    fn is_quiet(&self) {
        match self.lines.recv_timeout(Duration::from_millis(700)) {
            Err(RecvTimeoutError::Timeout) => {}
            other => panic!("{other:?}"),
        }
    }

    #[cfg(unix)]
    fn interrupt(mut self, signal: &str) -> i32 {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const WAITS: &str = "watching for changes";

#[cfg(unix)]
#[test]
fn each_change_gives_a_report() {
    let project = Project::new(&[("quell.toml", ""), ("rules/a.quell", WARNING), ("names.txt", "")]);
    let watching = Watching::start(&project, &[]);
    let first = watching.until(WAITS);
    assert!(!first.concat().contains('\u{1b}'), "the screen of no terminal is cleared");
    // Reading the files for the report is no change, nor is what no report depends on.
    project.write("names.txt", "x");
    watching.is_quiet();
    project.write("rules/a.quell", ERROR);
    watching.until("rules/a.quell:3:10: error[unknown-attribute]");
    watching.until(WAITS);
    project.write("rules/new/b.quell", WARNING);
    watching.until("rules/new/b.quell:6:51: warning[never-emitted]");
    watching.until(WAITS);
    // Settings that cannot be read are told, and the next change tries again.
    project.write("quell.toml", "[lint");
    watching.until("error: quell.toml:1:");
    watching.until(WAITS);
    project.write("quell.toml", "[lints]\nnever-emitted = \"deny\"\n");
    watching.until("rules/new/b.quell:6:51: error[never-emitted]");
    watching.until(WAITS);
    // Written beside and moved into place, as editors do.
    project.write("rules/a.tmp", CLEAN);
    std::fs::rename(project.path().join("rules/a.tmp"), project.path().join("rules/a.quell")).unwrap();
    let seen = watching.until(WAITS);
    assert!(!seen.concat().contains("rules/a.quell"), "{seen:?}");
    // A whole folder goes.
    std::fs::rename(project.path().join("rules/new"), project.path().join("gone")).unwrap();
    watching.until("gone/b.quell:6:51: error[never-emitted]");
    watching.until(WAITS);
    std::fs::remove_dir_all(project.path().join("gone")).unwrap();
    let seen = watching.until(WAITS);
    assert!(!seen.concat().contains("error"), "{seen:?}");
    assert_eq!(watching.interrupt("-INT"), 0);
}

#[cfg(unix)]
#[test]
fn recorded_events_are_watched() {
    let files = [
        ("quell.toml", "[samples]\nfiles = [\"samples/*.ndjson\"]\n"),
        ("a.quell", CLEAN),
        ("samples/a.ndjson", "{}\n"),
    ];
    let project = Project::new(&files);
    let watching = Watching::start(&project, &[]);
    watching.until(WAITS);
    project.write("other.ndjson", "{");
    watching.is_quiet();
    project.write("samples/a.ndjson", "{}\nno event\n");
    watching.until("quell.toml:2:10: error[unreadable-file]: `samples/a.ndjson:2` is no event");
    watching.until(WAITS);
    project.write("samples/a.ndjson", "{}\n");
    let seen = watching.until(WAITS);
    assert!(!seen.concat().contains("error"), "{seen:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_the_status_of_the_last_report() {
    for (text, signal, status) in [(CLEAN, "-TERM", 0), (ERROR, "-INT", 1)] {
        let project = Project::new(&[("a.quell", text)]);
        let watching = Watching::start(&project, &["."]);
        watching.until(WAITS);
        assert_eq!(watching.interrupt(signal), status);
    }
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let project = Project::new(&[("a.quell", WARNING)]);
    for args in [&["-"][..], &["--fix"], &["--diff"], &["--unsafe-fixes"]] {
        project.run(&[&["check", "--watch"], args].concat()).expect(3);
    }
}
