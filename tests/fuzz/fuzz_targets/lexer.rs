//! Files are split and lexed without a gap.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("lexer"), |bytes: &[u8]| fuzz::run("lexer", bytes));
