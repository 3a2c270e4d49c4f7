//! The thread that reads and counts the recorded events of projects: nothing waits for it, and it gives up where nobody
//! wants what it reads any more.

use std::fs;
use std::sync::Arc;

use quell::eval::samples::{self, Gathered, GoesOn, Tally};

use crate::server::guard::guard;
use crate::server::session::Shared;

/// Works until the process ends.
pub(super) fn run(shared: &Arc<Shared>) {
    loop {
        let wanted = {
            let mut session = shared.lock();
            loop {
                if let Some(wanted) = session.wanted_sample() {
                    break wanted;
                }
                session = shared.wait_sample(session);
            }
        };
        let number = wanted.number;
        let goes_on: GoesOn = {
            let shared = Arc::clone(shared);
            Arc::new(move || shared.lock().wants_sample(number))
        };
        let count = |batches: &[_]| batches.iter().map(Tally::of).collect();
        let gathered = guard("reading samples", || match fs::canonicalize(&wanted.folder) {
            Ok(root) => samples::gather(&root, &wanted.patterns, &goes_on, 1, &count),
            Err(_) => Some(Gathered::default()),
        });
        // What made it fail would again.
        let gathered = gathered.unwrap_or_else(|_| Some(Gathered::default()));
        if let Some(gathered) = gathered {
            shared.lock().take_sample(number, gathered);
        }
        shared.counts.notify_one();
        shared.work.notify_one();
        shared.published.notify_one();
    }
}
