//! What a fix does to what a rule silences: a safe one leaves a program without errors that silences no event more than
//! before, and so do all of them one after the other, until none is left; any other one leaves a program that is read.

use quell::config::{Config, Level};
use quell::diag::Fix;
use quell::event::{Event, matches};
use quell::hir::{Polarity, Query, Rule};
use quell::schema::Schema;
use serde_json::Value;

use crate::generate::{Choices, Reach, query};
use crate::property::analysis::{Analysis, analyse, applied};
use crate::property::domain::{condition, events};

/// Fixes that follow one another are no more than this.
const ROUNDS: usize = 60;

/// Every lint, and unknown keys in silence.
#[must_use]
pub fn judging() -> Config {
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    config
}

/// A program of one rule, often with something to mend.
#[must_use]
pub fn program(choices: &mut Choices<'_>) -> String {
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

/// The fixes that are offered, safe ones or the others.
pub fn fixes(analysis: &Analysis, safe: bool) -> impl Iterator<Item = &Fix> {
    analysis.diagnostics.iter().flat_map(|found| &found.fixes).filter(move |fix| fix.safe == safe)
}

/// Holds each fix of a program of one rule, and all safe ones one after the other. What has no rule or an error passes.
///
/// # Panics
///
/// Where a fix breaks the program, or a safe one widens it.
pub fn assert_mends(text: &str) {
    let config = judging();
    let before = analyse(text, &config);
    if before.rules.is_empty() || !before.errors().is_empty() {
        return;
    }
    for fix in fixes(&before, false) {
        let after = analyse(&applied(text, fix), &config);
        assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, fix.title, after.errors());
    }
    for fix in fixes(&before, true) {
        let mended = applied(text, fix);
        let after = analyse(&mended, &config);
        assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, fix.title, after.errors());
        let event = widened(&before, &after);
        assert!(event.is_none(), "{}\n{}\n{}\n{:?}", text, fix.title, mended, event);
    }
    // As `--fix` does it: from one to the next.
    let (mut mended, mut after) = (text.to_owned(), analyse(text, &config));
    for round in 0.. {
        let Some(fix) = fixes(&after, true).next() else { break };
        assert!(round < ROUNDS, "no end of fixes\n{}\n{}\n{}", text, fix.title, mended);
        mended = applied(&mended, fix);
        after = analyse(&mended, &config);
        assert_eq!(after.rules.len(), 1, "{}\n{}\n{:?}", text, mended, after.errors());
    }
    let event = widened(&before, &after);
    assert!(event.is_none(), "{}\n{}\n{:?}", text, mended, event);
}

/// Holds each safe fix of any program without an error: it has as many rules after it, and no error.
///
/// # Panics
///
/// Where a fix breaks the program.
pub fn assert_breaks_nothing(text: &str) {
    let config = judging();
    let before = analyse(text, &config);
    if !before.errors().is_empty() {
        return;
    }
    for fix in fixes(&before, true) {
        let mended = applied(text, fix);
        let after = analyse(&mended, &config);
        assert!(after.errors().is_empty(), "{text}\n{}\n{mended}\n{:?}", fix.title, after.errors());
        assert_eq!(after.rules.len(), before.rules.len(), "{text}\n{}\n{mended}", fix.title);
    }
}
