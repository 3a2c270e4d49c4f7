//! Trees lie in their text, and a rule behind anything stays what it is.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("parser"), |bytes: &[u8]| fuzz::run("parser", bytes));
