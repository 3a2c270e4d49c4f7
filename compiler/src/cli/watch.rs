//! Runs that are repeated when files of a project change.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use globset::GlobSet;
use notify::event::{CreateKind, EventKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Event, RecursiveMode, Watcher as _};

use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::config::CONFIG;

/// Editors write in several steps: a run starts when nothing has changed for so long.
const QUIET: Duration = Duration::from_millis(80);

/// It starts after that in any case.
const PATIENCE: Duration = Duration::from_secs(2);

enum Signal {
    Change(notify::Result<Event>),
    Interrupt,
}

/// Runs once, then after every change below `root` that concerns rule files, the settings, the file `schema` or
/// recorded events that `samples` name, until an interrupt; gives the status of the last run. What a run cannot do is told, and the next change tries again.
pub(super) fn run(
    root: &Path,
    schema: Option<PathBuf>,
    samples: GlobSet,
    mut once: impl FnMut() -> Result<Exit, Problem>,
) -> Result<Exit, Problem> {
    let (sender, signals) = mpsc::channel();
    let changes = sender.clone();
    let cannot =
        |error: &dyn std::fmt::Display| Problem::input(format!("`{}` cannot be watched: {error}", root.display()));
    // Whoever hears nothing any more has ended.
    let mut watcher = notify::recommended_watcher(move |event| drop(changes.send(Signal::Change(event))))
        .map_err(|error| cannot(&error))?;
    watcher.watch(root, RecursiveMode::Recursive).map_err(|error| cannot(&error))?;
    ctrlc::set_handler(move || drop(sender.send(Signal::Interrupt))).map_err(|error| cannot(&error))?;
    let watch = Watch { signals, root: root.to_path_buf(), schema, samples };
    loop {
        if io::stderr().is_terminal() {
            // Clears the screen and what was scrolled out of it.
            let _ = io::stderr().write_all(b"\x1b[2J\x1b[3J\x1b[H");
        }
        let exit = match once() {
            Ok(exit) => exit,
            Err(problem) => {
                problem.tell();
                problem.exit()
            }
        };
        output::note("watching for changes; an interrupt ends it");
        if !watch.wait() {
            return Ok(exit);
        }
    }
}

struct Watch {
    signals: Receiver<Signal>,
    root: PathBuf,
    schema: Option<PathBuf>,
    samples: GlobSet,
}

impl Watch {
    /// Waits for a change that matters and for quiet after it; false where an interrupt came instead.
    fn wait(&self) -> bool {
        let mut since: Option<Instant> = None;
        loop {
            let signal = match since {
                None => self.signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => self.signals.recv_timeout(QUIET),
            };
            match signal {
                Ok(Signal::Interrupt) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Signal::Change(event)) => {
                    if self.matters(&event) {
                        since.get_or_insert_with(Instant::now);
                    }
                    if since.is_some_and(|since| since.elapsed() > PATIENCE) {
                        return true;
                    }
                }
            }
        }
    }

    fn matters(&self, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        let has = |test: &dyn Fn(&Path) -> bool| event.paths.iter().any(|path| test(path));
        match event.kind {
            // To read a file is no change: else each run would bring about the next.
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
            EventKind::Create(CreateKind::Folder) => has(&holds_rules),
            EventKind::Remove(RemoveKind::Folder) => has(&|path| path.extension().is_none()),
            EventKind::Modify(ModifyKind::Name(mode)) => {
                has(&|path| self.is_input(path))
                    || (mode != RenameMode::From && has(&|path| path.is_dir() && holds_rules(path)))
                    || (mode != RenameMode::To && has(&|path| path.extension().is_none() && !path.exists()))
            }
            _ => has(&|path| self.is_input(path)),
        }
    }

    /// Whether a report may depend on the file.
    fn is_input(&self, path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension == "quell")
            || path.file_name().is_some_and(|name| name == CONFIG || name == ".gitignore" || name == ".ignore")
            || self.schema.as_deref() == Some(path)
            || path.strip_prefix(&self.root).is_ok_and(|name| self.samples.is_match(name))
    }
}

/// Whether a folder that came with its content has rule files.
fn holds_rules(folder: &Path) -> bool {
    let walk = ignore::WalkBuilder::new(folder);
    walk.build().flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "quell"))
}
