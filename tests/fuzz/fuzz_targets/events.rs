//! Events of any bytes, and the index of rules against the evaluator.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("events"), |bytes: &[u8]| fuzz::run("events", bytes));
