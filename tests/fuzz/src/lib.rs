//! Fuzzers of Quell: what they do is in the crate `tests`, by name, so that an ordinary test repeats what they have found.

pub use tests::fuzz::text;
use tests::fuzz::{Target, target};

/// The target of that name; a fuzzer of another name is a mistake in its file.
fn known(name: &str) -> Target {
    target(name).unwrap_or_else(|| panic!("no target `{name}`"))
}

/// Writes what a fuzzer starts from, where it is asked to.
pub fn start(name: &str) {
    if let Err(error) = known(name).write_seeds() {
        panic!("what `{name}` starts from cannot be written: {error}");
    }
}

/// Panics where something does not hold on the bytes.
pub fn run(name: &str, bytes: &[u8]) {
    (known(name).run)(bytes);
}
