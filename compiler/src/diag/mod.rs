//! What Quell says about a program, as plain data: the table of codes, messages, labels and fixes.
//!
//! Not here: how a diagnostic is printed. Printers live in the command line and the language server.

mod code;
mod diagnostic;
mod text;

pub use code::{Code, Group};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity, has_errors};
pub use text::Text;
pub(crate) use text::text;
