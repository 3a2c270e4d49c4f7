//! What a query is emitted as means the same when it is read again.

use proptest::prelude::*;
use tests::generate::{Choices, program};
use tests::property::analysis::{analyse, lenient};
use tests::property::round_trip::{assert_reads_back, holds_always};

use crate::cases;

#[test]
fn random_programs_read_back() {
    proptest!(cases(1500), |(bytes in prop::collection::vec(any::<u8>(), 0..300))| {
        let text = program(&mut Choices::new(&bytes));
        let analysis = analyse(&text, &lenient());
        prop_assume!(!holds_always(&analysis));
        prop_assert!(analysis.errors().is_empty(), "{:#?}\n{}", analysis.errors(), text);
        assert_reads_back(analysis.rules[0].0.rule.when_event.as_ref().unwrap());
    });
}
