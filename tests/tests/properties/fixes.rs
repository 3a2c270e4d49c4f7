//! What a fix does to what a rule silences: a safe one leaves a program without errors that silences no event more than
//! before, and so do all of them one after the other, until none is left; any other one leaves a program that is read.

use proptest::prelude::*;
use tests::generate::{self, Choices};
use tests::property::analysis::analyse;
use tests::property::fixes::{assert_mends, fixes, judging, program};

use crate::cases;

#[test]
fn a_safe_fix_never_widens_and_any_fix_is_read() {
    proptest!(cases(150), |(bytes in prop::collection::vec(any::<u8>(), 0..80))| {
        assert_mends(&program(&mut Choices::new(&bytes)));
    });
}

/// Nothing is shown by programs that need no fix.
#[test]
fn the_programs_need_fixes() {
    let config = judging();
    let (mut safe, mut others) = (0, 0);
    for seed in 0..100 {
        let bytes = generate::bytes(seed, 80);
        let analysis = analyse(&program(&mut Choices::new(&bytes)), &config);
        if analysis.errors().is_empty() {
            safe += fixes(&analysis, true).count();
            others += fixes(&analysis, false).count();
        }
    }
    assert!(safe > 20 && others > 20, "{safe} safe fixes, {others} others");
}
