//! The language server as a process of its own, over its standard streams.

mod completion;
mod editing;
mod lifecycle;
mod navigation;
mod program;
mod reading;
mod sync;
mod workspace;
