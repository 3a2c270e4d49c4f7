//! The thread that compares items with one another when nothing else is to be done: on a snapshot, so that what is typed
//! meanwhile does not wait, and given up as soon as an edit makes it pointless.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tower_lsp::Client;

use crate::server::guard::guard;
use crate::server::progress::Progress;
use crate::server::session::{Session, Shared};

/// How long nothing must have changed before it begins.
const QUIET: Duration = Duration::from_millis(200);

/// How many rules take long enough to show how far it is.
const MANY: usize = 1000;

/// What the names of its progress begin with.
pub(super) const TOKEN: &str = "quell/compare/";

/// Works until the process ends.
pub(super) fn run(shared: &Arc<Shared>, client: &Client, runtime: &Handle) {
    let mut number = 0_u64;
    loop {
        let (root, edition) = {
            let mut session = shared.lock();
            loop {
                if let Some(found) = next(&session) {
                    break found;
                }
                session = shared.wait_idle(session);
            }
        };
        std::thread::sleep(QUIET);
        let (snapshot, shows) = {
            let session = shared.lock();
            let is_same = uncompared(&session, root) == Some(edition);
            let project = project(&session, root).filter(|_| is_same);
            let snapshot = project.and_then(|project| project.to_compare(session.is_whole(root)));
            (snapshot, session.client.progress)
        };
        let Some(snapshot) = snapshot else { continue };
        let of = snapshot.len();
        number += 1;
        let progress = (shows && of > MANY).then(|| {
            let _entered = runtime.enter();
            Progress::begin(client.clone(), format!("{TOKEN}{number}"), "Comparing rules")
        });
        let compared = guard("comparing", || {
            snapshot.run(|seen| {
                if let Some(progress) = &progress {
                    progress.report(seen, of);
                }
                let session = shared.lock();
                !session.is_cancelled(number) && project(&session, root).is_some_and(|now| snapshot.is_of(now))
            })
        });
        drop(progress);
        let mut session = shared.lock();
        let cancelled = session.is_cancelled(number);
        let Some(project) = session.roots.get_mut(root).map(|root| &mut root.project) else { continue };
        match compared {
            Ok(Some(compared)) => {
                project.take_compared(compared);
            }
            // It would fail again, or nobody wants it: until something changes.
            Err(_) => project.leave_uncompared(edition),
            Ok(None) if cancelled => project.leave_uncompared(edition),
            Ok(None) => {}
        }
        shared.published.notify_one();
    }
}

fn project(session: &Session, root: usize) -> Option<&crate::ide::Project> {
    session.roots.get(root).map(|root| &root.project)
}

/// The edition of a root that is to be compared.
fn uncompared(session: &Session, root: usize) -> Option<u64> {
    if session.is_scanning() {
        return None;
    }
    project(session, root)?.uncompared()
}

/// A root with something to compare, and its edition.
fn next(session: &Session) -> Option<(usize, u64)> {
    (0..session.roots.len()).find_map(|root| Some((root, uncompared(session, root)?)))
}
