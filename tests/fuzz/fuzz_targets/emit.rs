//! What is emitted means the same when it is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("emit"), |bytes: &[u8]| fuzz::run("emit", bytes));
