//! Interrupts, of which the first is heeded.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::cli::exit::{Exit, Problem};

/// How often whoever waits for input looks whether an interrupt came.
const LOOK: Duration = Duration::from_millis(50);

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// How many chunks may wait to be worked on. Where all cores are at work, whoever reads has to wait for its turn, and
/// they must not run out of chunks until then.
const CHUNKS: usize = 16;

/// Whether an interrupt came.
#[derive(Clone)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on an interrupt does not end the process, so that what was found until then can be told; a second one
    /// does.
    pub(super) fn heed() -> Result<Interrupt, Problem> {
        let came = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&came);
        let heed = move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted as i32);
            }
        };
        ctrlc::set_handler(heed).map_err(|error| Problem::usage(format!("interrupts cannot be heeded: {error}")))?;
        Ok(Interrupt(came))
    }

    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The same input, which fails once an interrupt came, also where whoever writes it says nothing for long.
    pub(super) fn watch(&self, mut input: impl Read + Send + 'static) -> io::Result<Watched> {
        let (sender, chunks) = mpsc::sync_channel(CHUNKS);
        let read = move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = input.read(&mut chunk).map(|length| {
                    chunk.truncate(length);
                    chunk
                });
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                // Nobody waits for more after an interrupt.
                if sender.send(read).is_err() || is_last {
                    break;
                }
            }
        };
        thread::Builder::new().name("input".to_owned()).spawn(read)?;
        Ok(Watched { chunks, chunk: io::Cursor::default(), interrupt: self.clone() })
    }
}

/// An input that a thread of its own reads.
pub(super) struct Watched {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
    interrupt: Interrupt,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.interrupt.came() {
                return Err(io::Error::other("interrupted"));
            }
            let read = self.chunk.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.chunks.recv_timeout(LOOK) {
                Ok(chunk) => self.chunk = io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
