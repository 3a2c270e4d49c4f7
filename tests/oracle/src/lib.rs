//! A second opinion: what Datadog's open search grammar, as Vector ships it, makes of a query, beside what Quell makes
//! of it. Both are brought into one form and compared.
//!
//! The open grammar reads searches of logs, so where the two differ it is a reason to look, not a verdict. Its known
//! gaps:
//!
//! - it has no `CIDR()`, and panics on ranges with mixed brackets;
//! - it forgets which characters of a pattern were escaped;
//! - words side by side become one term, and `NOT NOT` denies the word `NOT`;
//! - inside a group a `?` ends a word: `@a:(b?c OR d)` asks for `b` and `?c`;
//! - operators need no blank behind them: inside a group `NOTES*` is NOT `ES*`, and the key `ORG` is OR `G`;
//! - it takes the word `UNICODE3000` for the wide blank of that number.
//!
//! Its matcher is compared too, verdict by verdict. That one
//!
//! - takes `?` for itself, and a `*` for a wildcard that was escaped inside a pattern;
//! - never finds a value inside a list, and compares a number with a text as texts;
//! - takes null for a value, writes the number 7.0 so, and has no pattern that crosses a line;
//! - takes the blanks around a tag for part of it, while no tag that Datadog has taken in has any;
//! - rounds a whole number past 2^53 to a floating-point one where the event has a number with a point.

pub mod datadog;
pub mod events;
pub mod form;
#[path = "../../src/generate.rs"]
pub mod generate;
pub mod matcher;
pub mod quell;

/// Whether what is emitted of a program is read by the open grammar as it was meant; nothing where the program has an error,
/// or asks for networks, which the open grammar does not know, or for a key that it misreads.
///
/// # Errors
///
/// What was emitted, what was meant and what was read.
pub fn agrees(program: &str) -> Result<Option<()>, String> {
    let Ok(tree) = quell::program(program) else { return Ok(None) };
    let Some(meant) = quell::form(&tree) else { return Ok(None) };
    let is_misread =
        |key: &str| ["AND", "OR", "NOT"].iter().any(|word| key.starts_with(word)) || key.contains("UNICODE3000");
    if quell::terms(&tree).iter().any(|(key, _)| is_misread(key)) {
        return Ok(None);
    }
    let emitted = quell::emitted(&tree);
    match datadog::read(&emitted) {
        Ok(read) if read == meant => Ok(Some(())),
        read => Err(format!("{program}emitted: {emitted}\nmeant: {meant:?}\nread:  {read:?}\n")),
    }
}
