//! What the fuzzers have found once holds since.

use tests::fuzz::TARGETS;

#[test]
fn whatever_was_found_once_holds() {
    for target in TARGETS {
        for (path, bytes) in target.regressions().unwrap() {
            println!("{}", path.display());
            (target.run)(&bytes);
        }
    }
}
