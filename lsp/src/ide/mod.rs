//! What the server knows and answers, as plain structs: documents, projects, and one file per feature.
//!
//! Not here: the protocol, files and threads. Those live in `server`.

pub mod document;
pub mod item;
pub mod items;
mod link;
pub mod position;
pub mod project;
mod settings;

pub use document::Document;
pub use item::{Item, ItemId};
pub use position::{Encoding, Position};
pub use project::{FileId, Project};
pub use settings::Settings;
