//! The sketch that is read straight off a rule is the one of its summary.

use std::sync::Arc;

use proptest::prelude::*;
use quell::config::Context;
use quell::project::{RuleSketch, RuleSummary};
use quell::schema::Schema;
use tests::generate::{Choices, program};

use crate::cases;
use tests::property::analysis::{NOW, analyse, lenient};

#[test]
fn a_sketch_is_the_same_off_a_rule_and_off_its_summary() {
    proptest!(cases(200), |(bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        let text = program(&mut Choices::new(&bytes));
        let config = lenient();
        let cx = Context::new(Schema::embedded(), &config, NOW);
        let file: Arc<str> = Arc::from("main.quell");
        for (judged, _) in analyse(&text, &config).rules {
            let summary = RuleSummary::new(&judged.rule, &file, 0, cx.schema, &cx);
            prop_assert_eq!(RuleSketch::of(&judged.rule, &file, cx.schema, &cx), RuleSketch::new(&summary, NOW));
        }
    });
}
