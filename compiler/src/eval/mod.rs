//! Rules on events: the verdicts of all rules together, the tests beside them, and what they silence of a recording.
//!
//! Not here: files and processes, but for those that [`samples`] finds. Whoever runs tests hands over what opens a file of
//! events.

mod attacks;
mod necessity;
mod replay;
mod ruleset;
pub mod samples;
mod stream;
mod testing;

pub use attacks::{Attack, SilencedAttack};
pub use necessity::{Necessity, Unneeded};
pub use replay::{Count, Replay, ReplayReport, RuleReport, SeenReport, Who};
pub use ruleset::{PlacedRule, PlacedTest, Ruleset, shown, written};
pub use stream::{Batch, EVENT_CAP, Stream, Unread, parse, parse_part};
pub use testing::{Failure, Open, Report, run_test, test_attacks};
