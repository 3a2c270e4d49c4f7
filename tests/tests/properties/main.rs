//! What holds for every input: nothing panics, places fit the text, what is written reads back, fixes mend.
//!
//! Modest by default; `QUELL_LONG=1` runs twenty times as many cases, and `PROPTEST_CASES` sets their number.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod analysis;
mod anything;
mod hostile;
mod layout;
mod logic;
mod round_trip;
mod rules;
mod specificity;
mod traps;

use proptest::test_runner::Config;

/// How many cases a property runs, where `modest` are few enough for every day.
fn cases(modest: u32) -> Config {
    let long = std::env::var_os("QUELL_LONG").is_some_and(|value| value == "1");
    let chosen = std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok());
    let cases = chosen.unwrap_or(if long { modest * 20 } else { modest });
    Config { cases, failure_persistence: None, ..Config::default() }
}
