//! Streams of events, read ahead by a thread of its own.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use crate::eval::{Batch, Stream};

/// The batches of a stream, in order.
pub(super) struct Ahead {
    batches: Receiver<Batch>,
    reader: JoinHandle<io::Result<()>>,
}

impl Ahead {
    /// Reads at most so many batches ahead.
    pub(super) fn new(stream: Stream, batches: usize) -> io::Result<Ahead> {
        let (sender, receiver) = mpsc::sync_channel(batches);
        // Whoever stops to take them does not want the rest either.
        let read = move || stream.read(&mut |batch| drop(sender.send(batch)));
        let reader = thread::Builder::new().name("reader".to_owned()).spawn(read)?;
        Ok(Ahead { batches: receiver, reader })
    }

    /// What keeps the stream from being read to its end.
    pub(super) fn end(self) -> io::Result<()> {
        drop(self.batches);
        self.reader.join().unwrap_or_else(|_| Err(io::Error::other("its reader has failed")))
    }
}

impl Iterator for Ahead {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        self.batches.recv().ok()
    }
}
