//! The rules of an item with how narrow they are: checked when they are asked for, since that takes microseconds.

use quell::lint::{CheckedItem, JudgedRule};
use quell::logic::specificity::{Specificity, SpecificityLevel};
use quell::{check_item, parse_item};

use crate::ide::items::Placed;
use crate::ide::project::{FileId, Project};

/// What an item means.
pub(super) fn checked(project: &Project, file: FileId, text: &str) -> CheckedItem {
    let Some(own) = project.file(file) else { return CheckedItem::default() };
    check_item(text, &parse_item(text), &own.names, &project.settings().context())
}

/// The rules of an item.
pub(super) fn of_item(project: &Project, file: FileId, placed: Placed<'_>) -> Vec<JudgedRule> {
    if !placed.item.facts.has_rules() {
        return Vec::new();
    }
    checked(project, file, &placed.item.text).rules
}

/// The bits and the level of a rule's broadest branch, and how many branches there are.
pub(super) fn summary(rule: &JudgedRule) -> Option<(f64, SpecificityLevel, usize)> {
    let specificity = rule.specificity.as_ref()?;
    let branches = specificity.conditions().map(|condition| condition.branches().len()).sum();
    Some((specificity.bits().as_f64(), specificity.level(), branches))
}

/// The conditions of a rule, each with its query.
pub(super) fn conditions(rule: &JudgedRule) -> impl Iterator<Item = (&'static str, &quell::hir::Query, &Specificity)> {
    let of = rule.specificity.as_ref();
    let signal = rule.rule.when_signal.as_ref().zip(of.and_then(|of| of.signal.as_ref()));
    let event = rule.rule.when_event.as_ref().zip(of.and_then(|of| of.event.as_ref()));
    let name = |name| move |(query, specificity)| (name, query, specificity);
    signal.map(name("when")).into_iter().chain(event.map(name("when event")))
}

/// How many days a rule still works.
pub(super) fn days_left(project: &Project, rule: &JudgedRule) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    let expires = rule.rule.expires.as_ref()?.value;
    Some(expires.saturating_sub(project.settings().now).div_euclid(DAY))
}
