//! What is claimed of conditions, against every event of a small domain.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("logic"), |bytes: &[u8]| fuzz::run("logic", bytes));
