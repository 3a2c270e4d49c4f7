//! What holds for every input: nothing panics, places fit the text, what is written reads back, fixes mend.
//!
//! Modest by default; `QUELL_LONG=1` runs 100,000 cases of each, and `PROPTEST_CASES` sets their number.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod anything;
mod events;
mod fixes;
mod hostile;
mod layout;
mod logic;
mod round_trip;
mod rules;
mod sketches;
mod specificity;
mod traps;

use proptest::test_runner::Config;

/// Cases of each property in a long run.
const LONG: u32 = 100_000;

/// How many cases a property runs, where `modest` are few enough for every day.
fn cases(modest: u32) -> Config {
    let long = std::env::var_os("QUELL_LONG").is_some_and(|value| value == "1");
    let chosen = std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok());
    let cases = chosen.unwrap_or(if long { LONG } else { modest });
    Config { cases, failure_persistence: None, ..Config::default() }
}
