//! What the logic layer claims is held against every event of a small domain: whatever it claims is so, and whatever is
//! so it finds.

use proptest::prelude::*;
use quell::hir::NodeKind;
use quell::logic::{Answer, Budget, Formula, normal_form, review};
use quell::schema::Schema;
use tests::generate::Choices;
use tests::property::claims::{self, budget};
use tests::property::domain::{condition, holds, queries};

use crate::cases;

#[test]
fn what_can_match_is_decided() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..60))| {
        claims::of_one(&condition(&mut Choices::new(&bytes), 1));
    });
}

#[test]
fn what_follows_is_decided() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..90))| {
        let mut choices = Choices::new(&bytes);
        let (a, b) = (condition(&mut choices, 1), condition(&mut choices, 1));
        claims::of_two(&a, &b);
    });
}

#[test]
fn what_is_said_of_parts_is_so_and_nothing_is_missed() {
    proptest!(cases(400), |(bytes in prop::collection::vec(any::<u8>(), 0..60))| {
        claims::of_parts(&condition(&mut Choices::new(&bytes), 1));
    });
}

/// Of what is redundant there is always something left to take it from.
#[test]
fn a_group_that_loses_its_members_keeps_one() {
    claims::of_parts(
        "(-@process.comm:*b @process.comm:a*b OR @process.comm:(a OR *a) OR @process.comm:*a @process.comm:a \
         @process.executable.path:/u/a) (@process.comm:b @process.executable.path:/u/a OR @process.comm:(a OR a) \
         @process.comm:a @process.comm:a)",
    );
}

/// What asks much of few values, and again for each part, is within what one review may cost.
#[test]
fn what_takes_many_questions_is_decided() {
    let ip = "@network.source.ip";
    for text in [
        format!(
            "(@process.parent.comm:a OR @process.uid:* @process.comm:(* OR a)) @process.comm:(a OR a) @process.args:a OR \
             -@process.comm:a* OR -{ip}:*\\:\\:* CIDR({ip},fd00::/8) @process.comm:(*b OR a)"
        ),
        format!(
            "CIDR({ip},fd00::/8) -{ip}:*\\:\\:* (-{ip}:fd* OR {ip}:*\\:1 @process.comm:b OR -{ip}:10.* @process.uid:1) \
             (-{ip}:*.1 OR @process.comm:a)"
        ),
    ] {
        let queries = queries(&[&text]).unwrap();
        let query = &queries[0];
        let form = normal_form(query, false, 512);
        // A part of what the other tests have, so that there is some to spare.
        let found = review(query, Schema::embedded(), &form, 512, &mut Budget::new(500_000));
        assert!(!found.is_undecided, "undecided: {text}");
        assert!(!found.redundant.is_empty(), "{text}");
    }
}

/// How an address is written is known, whether a pattern or a network asks for it.
#[test]
fn addresses_are_decided_by_pattern() {
    let ip = "@network.source.ip";
    for (text, expected) in [
        (format!("-{ip}:10.*"), true),
        (format!("{ip}:10.* -CIDR({ip},10.0.0.0/8)"), false),
        (format!("CIDR({ip},10.0.0.0/8) -{ip}:10.*"), false),
        (format!("CIDR({ip},fd00::/8) -{ip}:fd*"), false),
        (format!("{ip}:fd* -CIDR({ip},fd00::/8)"), true),
        (format!("{ip}:fd00\\:* -CIDR({ip},fd00::/8)"), false),
        (format!("{ip}:*.* -CIDR({ip},0.0.0.0/0)"), true),
        (format!("{ip}:*.* -CIDR({ip},0.0.0.0/0) -{ip}:\\:\\:ffff\\:*"), false),
        (format!("{ip}:*\\:*\\:*\\:*\\:*\\:*\\:*\\:*\\:*"), false),
        (format!("{ip}:*0*\\:\\:0*"), false),
        (format!("{ip}:*\\:0\\:0\\:* -{ip}:*\\:\\:*"), false),
        (format!("{ip}:*\\:0\\:0\\:*"), true),
    ] {
        let queries = queries(&[&text]).unwrap();
        let formula = Formula::new(&queries[0], Schema::embedded(), false, 512);
        let answer = formula.satisfiable(0, &mut budget());
        let found = match &answer {
            Answer::Yes(witness) => holds(&queries[0], &witness.to_json()),
            Answer::No(_) => false,
            Answer::Undecided => panic!("undecided: {text}"),
        };
        assert_eq!((found, matches!(answer, Answer::No(_))), (expected, !expected), "{text}: {answer:?}");
    }
}

#[test]
fn smallest_conflicts_are_conflicts() {
    for (text, size) in [
        ("@process.comm:a @process.uid:1 @process.comm:b", 2),
        ("host:a* host:b* @process.uid:1", 2),
        ("@process.uid:>=2 @process.uid:<=3 -@process.uid:(2 OR 3)", 3),
        ("@process.executable.path:/u/a @process.executable.name:b", 2),
        ("@process.parent.comm:a -@process.ancestors.comm:*", 2),
        ("@evt.name:exec -@evt.name:e*", 2),
    ] {
        let queries = queries(&[text]).unwrap();
        let formula = Formula::new(&queries[0], Schema::embedded(), false, 512);
        match formula.satisfiable(0, &mut budget()) {
            Answer::No(conflict) => assert_eq!(conflict.literals.len(), size, "{text}: {conflict:?}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    // A list of values is one literal.
    let queries = queries(&["@process.comm:(a OR b)"]).unwrap();
    assert!(matches!(queries[0].node(queries[0].root()).kind, NodeKind::Or(_)));
    assert_eq!(Formula::new(&queries[0], Schema::embedded(), false, 1).len(), 1);
}
