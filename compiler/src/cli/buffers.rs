//! Buffers that are used again: fresh memory costs more than what is done with most of it.

use std::sync::{Mutex, PoisonError};

/// How many bytes a buffer may hold to be kept.
const LARGEST: usize = 8 * 1024 * 1024;

/// How many buffers are kept.
const MOST: usize = 64;

/// Buffers that wait for their next use, shared by all threads.
#[derive(Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a buffer for its next use.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() == 0 || buffer.capacity() > LARGEST {
            return;
        }
        buffer.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_with_its_room() {
        let buffers = Buffers::default();
        assert_eq!(buffers.take().capacity(), 0);
        buffers.give(vec![1; 1000]);
        let again = buffers.take();
        assert!(again.is_empty() && again.capacity() >= 1000);
        buffers.give(Vec::with_capacity(LARGEST + 1));
        assert_eq!(buffers.take().capacity(), 0);
    }
}
