//! What a query is emitted as means the same when it is read again.

use quell::emit::require_text;
use quell::hir::Query;

use crate::property::analysis::{Analysis, analyse, emitted, lenient};

/// Whether a program is refused for a condition that holds on every event, which no configuration lets pass.
#[must_use]
pub fn holds_always(analysis: &Analysis) -> bool {
    analysis.errors().iter().all(|error| error.starts_with("match-all")) && !analysis.errors().is_empty()
}

/// Puts a query into a rule and takes it out again; nothing where it holds on every event.
#[track_caller]
fn reread(query: &str) -> Option<Query> {
    let text = format!("suppress again {{\n  when event {{ {query} }}\n}}\n");
    let mut analysis = analyse(&text, &lenient());
    if holds_always(&analysis) {
        return None;
    }
    assert!(analysis.errors().is_empty(), "{:#?}\n{text}", analysis.errors());
    let rule = analysis.rules.pop().and_then(|(judged, _)| judged.rule.when_event);
    Some(rule.unwrap_or_else(|| panic!("no rule\n{text}")))
}

/// Holds a query to be what it is emitted as, and what it is when it is denied twice.
///
/// # Panics
///
/// Where it is not.
pub fn assert_reads_back(query: &Query) {
    let written = emitted(query);
    let Some(again) = reread(&written) else { return };
    assert!(query.same(query.root(), &again, again.root()), "{written}\n{}", emitted(&again));
    assert_eq!(emitted(&again), written);
    // What a `require` suppresses is the denial: denied again, it is the query.
    let mut denied = String::new();
    require_text(query, &mut denied);
    let Some(denied) = reread(&denied) else { return };
    let mut twice = String::new();
    require_text(&denied, &mut twice);
    assert_eq!(twice, written);
}
