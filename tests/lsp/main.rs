//! The language server as a process of its own, over its standard streams.

mod lifecycle;
mod sync;
