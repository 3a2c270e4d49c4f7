//! Random queries on random events: Quell and the open matcher give the same verdict, but for the gaps of the latter.
//!
//! A few thousand pairs, the same on every run; `QUELL_LONG=1` compares a million.

use std::collections::BTreeMap;

use ::quell::event::Event;
use ::quell::hir::{NodeKind, Query, Test};
use oracle::generate::{Choices, Reach, bytes, program, query};
use oracle::matcher::{self, Matcher};
use oracle::{events, quell};

/// How many events each query is asked about.
const EVENTS: u64 = 8;

/// Below it every whole number is a floating-point number, too.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn pairs() -> u64 {
    if std::env::var_os("QUELL_LONG").is_some_and(|value| value == "1") { 1_000_000 } else { 4_000 }
}

/// Why the open matcher cannot be asked about a query; nothing where it can.
fn gap(query: &Query) -> Option<&'static str> {
    quell::terms(query).into_iter().find_map(|(key, test)| match test {
        _ if key.contains('*') => Some("it takes no pattern for a key"),
        Test::Networks(_) => Some("it has no `CIDR()`"),
        Test::Range { low, high } if [low, high].into_iter().flatten().any(|bound| bound.value.abs() >= EXACT) => {
            Some("beside a number with a point it rounds a whole one past 2^53")
        }
        Test::Glob(text) if question(query.text(text)) => Some("it takes `?` for itself"),
        Test::Glob(text) if query.text(text).contains("\\*") => Some("it loses the escape of a `*` inside a pattern"),
        _ => None,
    })
}

/// Whether a pattern has a `?` that stands for any character.
fn question(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '?' => return true,
            _ => {}
        }
    }
    false
}

/// A query as it was typed, or as a program with lists and parts is emitted, with what Quell makes of it.
fn random_query(seed: u64) -> (String, Query) {
    let bytes = bytes(seed, 20 + (seed as usize % 8) * 20);
    let mut choices = Choices::new(&bytes);
    if seed.is_multiple_of(2) {
        let text = query(&mut choices, Reach::Datadog, 3, &[], &[]);
        let tree = quell::read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
        (text, tree)
    } else {
        let text = program(&mut choices);
        let tree = quell::program(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
        (quell::emitted(&tree), tree)
    }
}

/// The forms that a query has, by name.
fn forms(query: &Query) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut waiting = vec![query.root()];
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::And(of) => {
                found.push("and");
                waiting.extend(query.children(of));
            }
            NodeKind::Or(of) => {
                found.push("or");
                waiting.extend(query.children(of));
            }
            NodeKind::Not(of) => {
                found.push("not");
                waiting.push(of);
            }
            NodeKind::Term { key, test } => {
                found.push(if query.text(key.text).starts_with('@') { "attribute" } else { "tag" });
                found.push(match test {
                    Test::Present => "existence",
                    Test::Exact(text) if query.text(text).contains(' ') => "phrase",
                    Test::Exact(_) => "word",
                    Test::Glob(_) => "pattern",
                    Test::Range { low: Some(_), high: Some(_) } => "range",
                    Test::Range { .. } => "comparison",
                    Test::Networks(_) => "network",
                });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn verdicts_are_the_same() {
    let (mut compared, mut held) = (0_u64, 0_u64);
    let mut seen: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    let mut gaps: BTreeMap<&str, u64> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut seed = 0;
    while compared < pairs() {
        seed += 1;
        let (text, tree) = random_query(seed);
        if let Some(gap) = gap(&tree) {
            *gaps.entry(gap).or_default() += 1;
            continue;
        }
        let matcher = match Matcher::new(&text) {
            Ok(matcher) => matcher,
            Err(why) => {
                wrong.push(format!("{text}\nonly the open matcher refuses: {why}\n"));
                continue;
            }
        };
        let forms = forms(&tree);
        for number in 0..EVENTS {
            let bytes = bytes(!(seed * EVENTS + number), 200);
            let json = events::event(&tree, &mut Choices::new(&bytes));
            let here = quell::holds(&tree, &Event::new(&json).unwrap());
            let there = matcher.holds(&mut matcher::Event::new(&json));
            if there != Ok(here) {
                wrong.push(format!("{text}\n{json}\nQuell: {here}\nthe open matcher: {there:?}\n"));
            }
            compared += 1;
            held += u64::from(here);
            for form in &forms {
                seen.entry(form).or_default()[usize::from(here)] += 1;
            }
        }
    }
    let count = wrong.len();
    wrong.sort_by_key(String::len);
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{count} differ\n{}", wrong.join("\n"));
    println!("{compared} pairs of {seed} queries, {held} hold; {seen:?}; not asked: {gaps:?}");
    // Neither verdict is the rare one, whatever form a query has.
    assert!((compared / 4..compared * 3 / 4).contains(&held), "{held} of {compared} hold");
    let expected =
        ["and", "attribute", "comparison", "existence", "not", "or", "pattern", "phrase", "range", "tag", "word"];
    assert!(seen.keys().copied().eq(expected), "{seen:?}");
    for (form, verdicts) in seen {
        assert!(verdicts.iter().all(|times| times * 50 > compared), "{form}: {verdicts:?} of {compared}");
    }
}
