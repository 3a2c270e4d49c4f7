//! Events: proving a rule on data. One question, everywhere answered by the same code: does this condition hold on this
//! event?
//!
//! Not here: reading files or streams of events, and what a rule does with the answer.

mod index;
mod matches;
mod projection;
mod scope;
mod trace;
mod value;
mod verdict;

pub use index::Index;
pub use matches::{holds, matches};
pub use projection::Projection;
pub use scope::{Detection, Known, instant, names};
pub use trace::{Trace, TraceKind, trace};
pub use value::Event;
pub use verdict::{LoweredRule, is_active, silences};
