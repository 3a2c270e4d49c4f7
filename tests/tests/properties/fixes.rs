//! What a fix does to what a rule silences: a safe one leaves a program without errors that silences no event more than
//! before, and so do all of them one after the other, until none is left; any other one leaves a program that is read.

use proptest::prelude::*;
use quell::config::{Config, Level};
use quell::diag::Fix;
use quell::event::{Event, matches};
use quell::hir::{Polarity, Query, Rule};
use quell::schema::Schema;
use serde_json::Value;
use tests::generate::{Choices, Reach, query};

use crate::analysis::{Analysis, analyse, applied};
use crate::cases;
use crate::logic::{condition, events};

/// Fixes that follow one another are no more than this.
const ROUNDS: usize = 60;

/// Every lint, and unknown keys in silence.
fn judging() -> Config {
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    config
}

fn program(choices: &mut Choices<'_>) -> String {
    let (keyword, rules) = match choices.below(4) {
        0 => ("require", "  rules { ruleId:def-000-krp }\n"),
        1 => ("suppress", "  rules { ruleId:(def-000-krp OR def-000-krp) }\n"),
        _ => ("suppress", ""),
    };
    let block = choices.one(&["when event", "when event", "when signal"]);
    let condition = match choices.below(3) {
        0 => query(choices, Reach::Quell, 1, &[], &[]),
        _ => condition(choices, 2),
    };
    format!("{keyword} generated {{\n{rules}  {block} {{\n    {condition}\n  }}\n}}\n")
}

fn conditions(rule: &Rule) -> Vec<Query> {
    [&rule.when_signal, &rule.when_event].into_iter().flatten().cloned().collect()
}

fn silences(rule: &Rule, event: &Value) -> bool {
    let event = Event::new(event).unwrap();
    let wanted = rule.polarity == Polarity::Suppress;
    conditions(rule).iter().any(|query| matches(query, &event, Schema::embedded()) == wanted)
}

/// An event that the rule of `after` silences and that of `before` does not.
fn widened(before: &Analysis, after: &Analysis) -> Option<Value> {
    let (before, after) = (&before.rules.first()?.0.rule, &after.rules.first()?.0.rule);
    let queries = [conditions(before), conditions(after)].concat();
    events(&queries)?.into_iter().find(|event| silences(after, event) && !silences(before, event))
}

fn fixes(analysis: &Analysis, safe: bool) -> impl Iterator<Item = &Fix> {
    analysis.diagnostics.iter().flat_map(|found| &found.fixes).filter(move |fix| fix.safe == safe)
}

#[test]
fn a_safe_fix_never_widens_and_any_fix_is_read() {
    let config = judging();
    proptest!(cases(150), |(bytes in prop::collection::vec(any::<u8>(), 0..80))| {
        let text = program(&mut Choices::new(&bytes));
        let before = analyse(&text, &config);
        if before.rules.is_empty() || !before.errors().is_empty() {
            return Ok(());
        }
        for fix in fixes(&before, false) {
            let after = analyse(&applied(&text, fix), &config);
            prop_assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, fix.title, after.errors());
        }
        for fix in fixes(&before, true) {
            let mended = applied(&text, fix);
            let after = analyse(&mended, &config);
            prop_assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, fix.title, after.errors());
            let event = widened(&before, &after);
            prop_assert!(event.is_none(), "{}\n{}\n{}\n{:?}", text, fix.title, mended, event);
        }
        // As `--fix` does it: from one to the next.
        let (mut mended, mut after) = (text.clone(), analyse(&text, &config));
        for round in 0.. {
            let Some(fix) = fixes(&after, true).next() else { break };
            prop_assert!(round < ROUNDS, "no end of fixes\n{}\n{}\n{}", text, fix.title, mended);
            mended = applied(&mended, fix);
            after = analyse(&mended, &config);
            prop_assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, mended, after.errors());
        }
        let event = widened(&before, &after);
        prop_assert!(event.is_none(), "{}\n{}\n{:?}", text, mended, event);
    });
}

/// Nothing is shown by programs that need no fix.
#[test]
fn the_programs_need_fixes() {
    let config = judging();
    let (mut safe, mut others) = (0, 0);
    for seed in 0..100 {
        let bytes = tests::generate::bytes(seed, 80);
        let analysis = analyse(&program(&mut Choices::new(&bytes)), &config);
        if analysis.errors().is_empty() {
            safe += fixes(&analysis, true).count();
            others += fixes(&analysis, false).count();
        }
    }
    assert!(safe > 20 && others > 20, "{safe} safe fixes, {others} others");
}
