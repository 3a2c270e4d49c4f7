//! What the server knows and answers, as plain structs: documents, projects, and one file per feature.
//!
//! Not here: the protocol, files and threads. Those live in `server`.

pub mod actions;
pub mod calls;
pub mod checking;
pub mod completion;
pub mod counts;
pub mod describe;
pub mod document;
pub mod hints;
pub mod hover;
pub mod item;
pub mod items;
pub mod layout;
pub mod lenses;
mod link;
pub mod names;
pub mod output;
mod place;
pub mod position;
pub mod project;
pub mod relations;
mod rules;
mod sampled;
mod settings;
pub mod structure;
pub mod suggested;
pub mod symbols;
pub mod tickets;
pub mod tokens;
pub mod trial;
mod values;

pub use document::Document;
pub use item::{Item, ItemId};
pub use position::{Encoding, Position};
pub use project::{FileId, Project};
pub use settings::Settings;
