//! Checking ends, says the same twice, and its places fit the text.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("check"), |bytes: &[u8]| fuzz::run("check", bytes));
