//! A safe fix never widens a rule, and no fix breaks a program.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("fixes"), |bytes: &[u8]| fuzz::run("fixes", bytes));
