//! The server lives through any messages and answers what it is asked.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("messages"), |bytes: &[u8]| fuzz::run("messages", bytes));
