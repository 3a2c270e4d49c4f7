//! What a query is emitted as means the same when it is read again.

use proptest::prelude::*;
use quell::emit::require_text;
use quell::hir::Query;
use tests::generate::{Choices, program};

use crate::analysis::{Analysis, analyse, emitted, lenient};
use crate::cases;

/// Whether a program is refused for a condition that holds on every event, which no configuration lets pass.
fn holds_always(analysis: &Analysis) -> bool {
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

#[test]
fn random_programs_read_back() {
    proptest!(cases(1500), |(bytes in prop::collection::vec(any::<u8>(), 0..300))| {
        let text = program(&mut Choices::new(&bytes));
        let analysis = analyse(&text, &lenient());
        prop_assume!(!holds_always(&analysis));
        prop_assert!(analysis.errors().is_empty(), "{:#?}\n{}", analysis.errors(), text);
        let query = analysis.rules[0].0.rule.when_event.as_ref().unwrap();
        let written = emitted(query);
        let Some(again) = reread(&written) else { return Ok(()) };
        prop_assert!(query.same(query.root(), &again, again.root()), "{}\n{}\n{}", text, written, emitted(&again));
        prop_assert_eq!(&emitted(&again), &written);
        // What a `require` suppresses is the denial: denied again, it is the query.
        let mut denied = String::new();
        require_text(query, &mut denied);
        let Some(denied) = reread(&denied) else { return Ok(()) };
        let mut twice = String::new();
        require_text(&denied, &mut twice);
        prop_assert_eq!(twice, written);
    });
}
