//! The thread that checks what waits to be checked, in slices, on snapshots: the session is held only to take a slice
//! and to enter what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::ide::checking::{Done, Work};
use crate::server::guard::guard;
use crate::server::session::{Session, Shared};

/// How many items are a slice.
const SLICE: usize = 256;

/// How long findings wait for others that come, so that a large file is not published for each slice of it.
const GATHER: Duration = Duration::from_millis(150);

/// Works until the process ends.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut last = Instant::now();
    let mut gathered = false;
    loop {
        let (root, work) = {
            let mut session = shared.lock();
            loop {
                if let Some(work) = next(&session) {
                    break work;
                }
                if std::mem::take(&mut gathered) {
                    shared.published.notify_one();
                }
                shared.idle.notify_one();
                shared.counts.notify_one();
                session = shared.wait(session);
                last = Instant::now();
            }
        };
        let done = check(work);
        let mut session = shared.lock();
        let Some(project) = session.roots.get_mut(root).map(|root| &mut root.project) else { continue };
        project.take(done);
        gathered = true;
        if last.elapsed() > GATHER {
            shared.published.notify_one();
            last = Instant::now();
        }
    }
}

/// Checks a slice, one of many items on every core: what a file that was opened waits for.
fn check(work: Vec<Work>) -> Vec<Done> {
    let one = |work: Work| guard("checking", || work.clone().run()).unwrap_or_else(|_| Done::failed(work));
    if work.len() < SLICE { work.into_iter().map(one).collect() } else { work.into_par_iter().map(one).collect() }
}

/// The next slice: what is open goes first.
fn next(session: &Session) -> Option<(usize, Vec<Work>)> {
    session.roots.iter().enumerate().find_map(|(number, root)| {
        let work = root.project.next_work(session.open_files(number), SLICE);
        (!work.is_empty()).then_some((number, work))
    })
}
