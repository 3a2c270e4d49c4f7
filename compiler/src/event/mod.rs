//! Events: proving a rule on data. One question, everywhere answered by the same code: does this condition hold on this
//! event?
//!
//! Not here: reading files or streams of events, and what a rule does with the answer.

mod matches;
mod value;

pub use matches::matches;
pub use value::Event;
