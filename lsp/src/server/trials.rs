//! Tests and recordings, which take as long as there are rules and events: each on a thread of its own, on a snapshot.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use quell::eval::Stream;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types as lsp;

use crate::ide::relations::Snapshot;
use crate::ide::trial::{Tested, Wanted};
use crate::server::commands::{failed, invalid};
use crate::server::disk;
use crate::server::session::Shared;

/// The tests of a document, of one title if that is given: `[uri, title]`; of all of a project: `[uri]` of its folder.
/// The answer is what `quell test --format json` prints.
pub(super) const TEST: &str = "quell.test";

/// What the rules silence of a file of events, in the project that it lies in: `[uri]`; in the project of another
/// document or folder: `[uri, uri]`. The answer is what `quell replay --format json` prints.
pub(super) const REPLAY: &str = "quell.replay";

/// Every command that takes its time.
pub(super) const ALL: [&str; 2] = [TEST, REPLAY];

/// How long a command waits for the files of the project to be read.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it looks whether they are.
const STEP: Duration = Duration::from_millis(20);

/// A command that takes its time.
#[derive(Debug)]
pub(super) enum Job {
    Test { uri: lsp::Url, title: Option<String> },
    Replay { events: lsp::Url, project: lsp::Url },
}

/// What a command came to.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Value,
    /// What the user is to be told.
    pub(super) message: Option<String>,
}

/// The rules to try, and the folder of their project.
struct Subject {
    root: usize,
    folder: Option<PathBuf>,
    snapshot: Snapshot,
}

impl Job {
    /// The job that a command asks for; nothing where it is another command.
    pub(super) fn new(params: &lsp::ExecuteCommandParams) -> Result<Option<Job>> {
        let text = |at: usize| params.arguments.get(at).and_then(Value::as_str);
        let uri = |at: usize| text(at).and_then(|uri| uri.parse::<lsp::Url>().ok());
        match params.command.as_str() {
            TEST => {
                let uri = uri(0).ok_or_else(|| invalid("the URI of a document or a folder is missing"))?;
                Ok(Some(Job::Test { uri, title: text(1).map(str::to_owned) }))
            }
            REPLAY => {
                let events = uri(0).ok_or_else(|| invalid("the URI of a file of events is missing"))?;
                let project = uri(1).unwrap_or_else(|| events.clone());
                Ok(Some(Job::Replay { events, project }))
            }
            _ => Ok(None),
        }
    }

    /// Does it.
    pub(super) fn run(self, shared: &Arc<Shared>) -> Result<Done> {
        wait_for_files(shared)?;
        match self {
            Job::Test { uri, title } => {
                let (subject, wanted) = to_test(shared, &uri, title).ok_or_else(|| invalid("it is in no project"))?;
                let tested = subject.test(&wanted)?;
                let message = Some(tested.summary());
                let answer = serde_json::to_value(&tested.reports).unwrap_or_default();
                enter(shared, subject.root, tested);
                Ok(Done { answer, message })
            }
            Job::Replay { events, project } => {
                let subject = subject(shared, &project).ok_or_else(|| invalid("it is in no project"))?;
                let stream = subject.recording(&events)?;
                let jobs = available_parallelism().map_or(1, usize::from);
                let trial = subject.snapshot.trial().map_err(broken)?;
                let answer = trial.replay(stream, jobs).map_err(failed)?;
                Ok(Done { answer, message: None })
            }
        }
    }
}

/// A document was saved: the tests of its project are run, unless there are errors.
pub(super) fn saved(shared: &Arc<Shared>, uri: &lsp::Url) {
    let (number, has_tests) = {
        let mut session = shared.lock();
        let has_tests = session.view(uri).is_some_and(|view| view.project.has_tests()) && !session.is_scanning();
        (session.begin_tests(), has_tests)
    };
    let Some(subject) = subject(shared, uri).filter(|_| has_tests) else { return };
    let Ok(tested) = subject.test(&Wanted::All) else { return };
    // Of several savings the last counts.
    if shared.lock().is_last_test(number) {
        enter(shared, subject.root, tested);
    }
}

/// Tells what tests found.
fn enter(shared: &Shared, root: usize, tested: Tested) {
    if let Some(root) = shared.lock().roots.get_mut(root) {
        root.project.take_tested(tested);
    }
    shared.published.notify_one();
}

fn wait_for_files(shared: &Shared) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while shared.lock().is_scanning() {
        if Instant::now() > end {
            return Err(failed("the files of the project are still being read"));
        }
        sleep(STEP);
    }
    Ok(())
}

fn to_test(shared: &Shared, uri: &lsp::Url, title: Option<String>) -> Option<(Subject, Wanted)> {
    let file = shared.lock().view(uri).map(|view| view.file());
    let wanted = match (file, title) {
        (None, _) => Wanted::All,
        (Some(file), None) => Wanted::File(file),
        (Some(file), Some(title)) => Wanted::Titled(file, title),
    };
    Some((subject(shared, uri)?, wanted))
}

/// The project of a document, of a folder, or of any file below one.
fn subject(shared: &Shared, uri: &lsp::Url) -> Option<Subject> {
    let mut session = shared.lock();
    let root = session.root_of(uri)?;
    let whole = session.is_whole(root);
    let snapshot = session.roots.get(root)?.project.snapshot(whole);
    Some(Subject { root, folder: session.folder(root).map(Path::to_path_buf), snapshot })
}

fn broken(errors: usize) -> tower_lsp::jsonrpc::Error {
    failed(format!("no rule is tried while there are errors: {errors}"))
}

impl Subject {
    fn test(&self, wanted: &Wanted) -> Result<Tested> {
        let folder = self.folder.as_deref();
        let open = |name: &str| match folder {
            Some(folder) => disk::events(folder, name),
            None => Err(format!("there is no file `{name}` in the project")),
        };
        Ok(self.snapshot.trial().map_err(broken)?.test(wanted, &open))
    }

    /// A file of events, which must lie in the project.
    fn recording(&self, uri: &lsp::Url) -> Result<Stream> {
        let path = uri.to_file_path().map_err(|()| invalid("it is no file"))?;
        let folder = self.folder.as_deref().ok_or_else(|| invalid("it is in no project"))?;
        let name = disk::relative(folder, &path).ok_or_else(|| invalid("it lies outside of the project"))?;
        disk::events(folder, &name).map_err(failed)
    }
}
