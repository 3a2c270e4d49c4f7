//! What is claimed of several rules is held against every detection, moment, place and event of a small domain: a rule
//! that adds nothing, one that says the same, a detection that never triggers again; and whatever is so is found.

use proptest::prelude::*;
use tests::generate::{self, Choices};
use tests::property::relations::{Review, large_program, program, review};

use crate::cases;

/// Programs of this size have to be decided.
fn is_complete(review: &Review) -> bool {
    review.is_honest() && !review.is_undecided
}

#[test]
fn what_rules_mean_to_one_another_is_found() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..120))| {
        let text = program(&mut Choices::new(&bytes));
        let review = review(&text).unwrap_or_default();
        prop_assert!(is_complete(&review), "{:#?}\n{}", review, text);
    });
}

#[test]
fn what_many_rules_mean_to_one_another_is_found() {
    proptest!(cases(20), |(bytes in prop::collection::vec(any::<u8>(), 300..900))| {
        let text = large_program(&mut Choices::new(&bytes));
        let review = review(&text).unwrap_or_default();
        prop_assert!(is_complete(&review), "{:#?}\n{}", review, text);
    });
}

/// Nothing is shown by programs of which nothing is to be found.
#[test]
fn the_programs_have_something_to_find() {
    let (mut looked_at, mut found) = (0, 0);
    for seed in 0..200 {
        let review = review(&program(&mut Choices::new(&generate::bytes(seed, 120))));
        looked_at += usize::from(review.is_some());
        found += review.map_or(0, |review| review.facts);
    }
    assert!(looked_at > 100 && found > 40, "{looked_at} programs, {found} facts");
}
