//! The examples keep to what they teach: what the tuning guide recommends and what a shop lives with is clean.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use tests::{binary, finding, workspace};

/// The findings of a folder of examples, each as `file: severity[code]`.
fn findings(folder: &str) -> Vec<String> {
    let folder = workspace::root().join("grammar/examples").join(folder);
    let found = finding::check(&binary::quell().unwrap(), &folder).unwrap();
    found.iter().map(|one| format!("{}: {}[{}]", one.file, one.severity, one.code)).collect()
}

/// Its combinations with two attributes of ancestors are told so; that those with an inode or the id of a container are
/// short-lived, they say themselves.
#[test]
fn what_the_guide_recommends_is_clean() {
    let mut told = findings("guide");
    told.dedup();
    let hints = ["from-events.quell: hint[any-ancestor]", "process.quell: hint[any-ancestor]"];
    assert_eq!(told, hints);
}

/// Its policy asks for *specific*, and no rule needs to be let off.
#[test]
fn what_a_shop_lives_with_is_clean() {
    assert_eq!(findings("shop"), [""; 0]);
    let folder = workspace::root().join("grammar/examples/shop");
    let files = workspace::files(&folder, "quell");
    let text: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("suppress ") + count("require "), count("  allow ")), (54, 0));
}
