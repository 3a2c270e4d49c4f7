//! Rules from text, linted: what the tables of the lints' tests are made of.

use crate::base::Instant;
use crate::config::{Config, Context};
use crate::diag::{Code, Diagnostic, Fix, Group, Severity};
use crate::hir::{Names, date, lower_let, signature};
use crate::lint::{CheckedItem, check_item};
use crate::schema::Schema;
use crate::syntax::parse_item;

/// The present of every test of a lint: the first instant of that day.
pub(super) const NOW: &str = "2026-11-24";

/// The first instant of a day.
pub(super) fn day(text: &str) -> Instant {
    date::parse(text, date::Edge::First).unwrap()
}

/// Everything that is found in a program of `let`s and rules, with that configuration.
pub(super) fn findings_with(text: &str, config: &Config) -> Vec<Diagnostic> {
    let cx = Context::new(Schema::embedded(), config, day(NOW));
    let parsed = parse_item(text);
    assert!(parsed.is_ok(), "{text}: {:?}", parsed.diagnostics);
    let mut names = Names::default();
    for binding in signature(text, &parsed).lets {
        let lowered = lower_let(&binding, "lets.quell".into(), 0, &names, &cx);
        names.bind(&binding.name.value, lowered.into());
    }
    let CheckedItem { diagnostics, .. } = check_item(text, &parsed, &names, &cx);
    let is_own = |found: &&Diagnostic| matches!(found.code.group(), Group::Specificity | Group::Governance);
    for found in diagnostics.iter().filter(is_own) {
        assert!(!found.label.is_empty() && !found.help.is_empty(), "{found:#?}");
        for text in [&found.message, &found.label, &found.help].map(ToString::to_string) {
            assert!(!text.ends_with('.') && !text.contains('\n') && !text.contains("{0}"), "{text}");
        }
    }
    diagnostics
}

/// The findings of one code, with the default configuration.
pub(super) fn of(text: &str, code: Code) -> Vec<Diagnostic> {
    of_with(text, code, &Config::default())
}

/// The findings of one code.
pub(super) fn of_with(text: &str, code: Code, config: &Config) -> Vec<Diagnostic> {
    let mut found = findings_with(text, config);
    found.retain(|one| one.code == code);
    found
}

/// The places that one code is found at, as text.
pub(super) fn places<'a>(text: &'a str, found: &[Diagnostic]) -> Vec<&'a str> {
    found.iter().map(|one| one.span.of(text)).collect()
}

/// The text with a fix applied; what comes out has no error.
pub(super) fn fixed(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort();
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    let left = findings_with(&out, &Config::default());
    assert!(left.iter().all(|one| one.severity != Severity::Error), "{out}: {left:#?}");
    out
}
