//! After any edits, what the server knows is what a fresh analysis finds.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("edits"), |bytes: &[u8]| fuzz::run("edits", bytes));
