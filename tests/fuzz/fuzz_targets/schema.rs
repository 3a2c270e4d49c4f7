//! Imported schemas are read to what they were.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("schema"), |bytes: &[u8]| fuzz::run("schema", bytes));
