//! The thread that counts how many recorded events each rule silences: on a snapshot, of the rules that changed, and for
//! a bounded time.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quell::eval::parse;
use quell::eval::samples::{self, GoesOn};
use quell::event::Event;

use crate::ide::counts::{Counting, Snapshot};
use crate::server::guard::guard;
use crate::server::session::{Sampled, Shared};

/// How long changes are gathered before it begins.
const QUIET: Duration = Duration::from_millis(300);

/// How long it may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Works until the process ends.
pub(super) fn run(shared: &Arc<Shared>) {
    loop {
        let (sampled, snapshot) = next(shared);
        let start = Instant::now();
        let goes_on: GoesOn = {
            let (shared, number) = (Arc::clone(shared), sampled.number);
            Arc::new(move || start.elapsed() < LONGEST && shared.lock().wants_sample(number))
        };
        let counted = guard("counting events", || count(&sampled, snapshot, &goes_on));
        let Ok(counting) = counted else { continue };
        // Asked before the session is held, since it asks the session.
        let whole = goes_on();
        shared.lock().take_counts(sampled.number, counting, whole);
        shared.published.notify_one();
    }
}

/// Waits for rules that are to be counted.
fn next(shared: &Shared) -> (Sampled, Snapshot) {
    loop {
        std::thread::sleep(QUIET);
        let session = shared.lock();
        if let Some(found) = session.to_count() {
            return found;
        }
        drop(shared.wait_counts(session));
    }
}

fn count(sampled: &Sampled, snapshot: Snapshot, goes_on: &GoesOn) -> Counting {
    let mut counting = snapshot.begin();
    let Ok(root) = fs::canonicalize(&sampled.folder) else { return counting };
    let (files, _) = samples::find(&root, &sampled.patterns);
    for file in &files {
        // What cannot be read to its end was told when the sample was read, and what came before counts.
        let _ = samples::read(file, goes_on, 1, &mut |batches| {
            for (_, text) in batches.iter().flat_map(|batch| batch.events()) {
                if let Ok(value) = parse(text)
                    && let Some(event) = Event::new(&value)
                {
                    counting.see(&event);
                }
            }
        });
    }
    counting
}
