//! Layouts are stable, keep every token and comment, and mean the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("format"), |bytes: &[u8]| fuzz::run("format", bytes));
