//! Random queries: what is emitted means there what it means here, and what both take as typed means the same.
//!
//! The same queries on every run; `QUELL_LONG=1` runs twenty times as many.

use oracle::generate::{Choices, Reach, bytes, program, query};
use oracle::{agrees, datadog, quell};

fn runs(modest: u64) -> u64 {
    if std::env::var_os("QUELL_LONG").is_some_and(|value| value == "1") { modest * 20 } else { modest }
}

/// Every emitted query is read as it was meant.
#[test]
fn what_is_emitted_is_what_was_meant() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for seed in 0..runs(6000) {
        let bytes = bytes(seed, 40 + (seed as usize % 8) * 40);
        let text = program(&mut Choices::new(&bytes));
        match agrees(&text) {
            Ok(known) => compared += known.map_or(0, |()| 1),
            Err(why) => wrong.push(why),
        }
    }
    wrong.sort_by_key(String::len);
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > runs(6000) / 2, "only {compared} could be compared");
}

/// A query that both take means the same in both, as it was typed.
#[test]
fn what_both_take_means_the_same() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for seed in 0..runs(6000) {
        let bytes = bytes(!seed, 20 + (seed as usize % 8) * 20);
        let text = query(&mut Choices::new(&bytes), Reach::Datadog, 3, &[], &[]);
        let read = datadog::read(&text);
        let tree = quell::read(&text);
        match (read, tree) {
            (Ok(read), Ok(tree)) => {
                compared += 1;
                if quell::form(&tree).as_ref() != Some(&read) {
                    wrong.push(format!("{text}\nQuell:   {:?}\nDatadog: {read:?}\n", quell::form(&tree)));
                }
            }
            (Ok(_), Err(codes)) => wrong.push(format!("{text}\nonly Quell refuses: {codes:?}\n")),
            (Err(why), _) => wrong.push(format!("{text}\nonly Datadog refuses: {why}\n")),
        }
    }
    wrong.sort_by_key(String::len);
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > runs(6000) / 2, "only {compared} could be compared");
}
