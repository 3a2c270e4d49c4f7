//! What a query is emitted as means the same when it is read again.

use proptest::prelude::*;
use quell::emit::require_text;
use quell::hir::Query;
use tests::generate::{Choices, program};

use crate::analysis::{analyse, emitted, lenient};
use crate::cases;

/// Puts a query into a rule and takes it out again.
#[track_caller]
fn reread(query: &str) -> Query {
    let text = format!("suppress again {{\n  when event {{ {query} }}\n}}\n");
    let mut analysis = analyse(&text, &lenient());
    assert!(analysis.errors().is_empty(), "{:#?}\n{text}", analysis.errors());
    analysis.rules.pop().and_then(|(judged, _)| judged.rule.when_event).unwrap_or_else(|| panic!("no rule\n{text}"))
}

#[test]
fn random_programs_read_back() {
    proptest!(cases(1500), |(bytes in prop::collection::vec(any::<u8>(), 0..300))| {
        let text = program(&mut Choices::new(&bytes));
        let analysis = analyse(&text, &lenient());
        prop_assert!(analysis.errors().is_empty(), "{:#?}\n{}", analysis.errors(), text);
        let query = analysis.rules[0].0.rule.when_event.as_ref().unwrap();
        let written = emitted(query);
        let again = reread(&written);
        prop_assert!(query.same(query.root(), &again, again.root()), "{}\n{}\n{}", text, written, emitted(&again));
        prop_assert_eq!(&emitted(&again), &written);
        // What a `require` suppresses is the denial: denied again, it is the query.
        let mut denied = String::new();
        require_text(query, &mut denied);
        let denied = reread(&denied);
        let mut twice = String::new();
        require_text(&denied, &mut twice);
        prop_assert_eq!(twice, written);
    });
}
