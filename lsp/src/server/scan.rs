//! The thread that reads the folders of the client, in slices, so that what is typed meanwhile does not wait.

use std::path::PathBuf;
use std::sync::Arc;

use crate::server::disk;
use crate::server::progress::Progress;
use crate::server::session::Shared;

/// How many files are a slice.
const SLICE: usize = 64;

/// What the names of its progress begin with.
pub(super) const TOKEN: &str = "quell/scan/";

/// Reads every rule file of the client's folders. It gives up where another scan was begun or it was cancelled.
pub(super) fn run(shared: &Arc<Shared>, number: u64, progress: Option<&Progress>) {
    let folders = shared.lock().folders().to_vec();
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| disk::find(folder)).collect();
    for (slice, paths) in files.chunks(SLICE).enumerate() {
        let texts: Vec<(PathBuf, String)> =
            paths.iter().filter_map(|path| Some((path.clone(), disk::read(path)?))).collect();
        {
            let mut session = shared.lock();
            if session.scan_number() != number {
                return;
            }
            session.add_from_disk(texts);
        }
        shared.work.notify_one();
        shared.samples.notify_one();
        shared.published.notify_one();
        if let Some(progress) = progress {
            progress.report((slice * SLICE + paths.len()).min(files.len()), files.len());
        }
    }
    let mut session = shared.lock();
    if session.scan_number() == number {
        session.scanned();
        shared.work.notify_one();
        shared.published.notify_one();
    }
}
