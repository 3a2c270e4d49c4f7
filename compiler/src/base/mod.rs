//! Positions: byte spans inside an item, and the lines and columns that printers derive from them.
//!
//! Not here: files and reading them, which belong to the command line and the server.

mod distance;
mod line_index;
mod plain;
mod span;

pub use distance::{edits, nearest};
pub use line_index::{LineColumn, LineIndex};
pub use plain::{is_plain, is_special};
pub use span::Span;

/// Milliseconds since the Unix epoch, UTC.
pub type Instant = i64;
