//! What is imported compiles to what it was imported from.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("import"), |bytes: &[u8]| fuzz::run("import", bytes));
