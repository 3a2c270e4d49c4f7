//! What is emitted means the same to the open search grammar of Datadog.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::start("emit"), |bytes: &[u8]| {
    if let Err(why) = oracle::agrees(&fuzz::text(bytes)) {
        panic!("{why}");
    }
});
