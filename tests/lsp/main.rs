//! The language server as a process of its own, over its standard streams.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod capabilities;
mod completion;
mod editing;
mod lifecycle;
mod navigation;
mod program;
mod reading;
mod relations;
mod samples;
mod sync;
mod tickets;
mod trials;
mod workspace;
