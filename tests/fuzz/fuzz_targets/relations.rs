//! What is claimed of rules together, against every event of a small domain.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("relations"), |bytes: &[u8]| fuzz::run("relations", bytes));
