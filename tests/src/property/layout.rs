//! The layout of any file at all.

use quell::fmt::format;
use quell::syntax::{lex, split};

/// The layout keeps every token and comment, and laying out twice changes nothing more.
///
/// # Panics
///
/// Where it does not.
#[track_caller]
pub fn assert_lays_out(text: &str) {
    let laid_out = format(text);
    assert_eq!(format(&laid_out), laid_out, "{text:?}");
    assert_eq!(substance(&laid_out), substance(text), "{text:?}\n---\n{laid_out}");
}

/// What a layout may not change: tokens and comments, each as text.
fn substance(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for range in split(text) {
        let item = range.of(text);
        for token in lex(item) {
            let text = token.span.of(item).trim();
            if !text.is_empty() {
                parts.push(text.to_owned());
            }
        }
    }
    parts
}
