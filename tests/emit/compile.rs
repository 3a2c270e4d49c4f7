//! From the text of one file to JSON, through the library alone.

use quell::config::{Config, Context};
use quell::diag::has_errors;
use quell::emit::{CheckedRule, Target, emit};
use quell::hir::Names;
use quell::schema::Schema;
use quell::syntax::{parse_item, split};
use quell::{JudgedRule, check_item};

/// Before every date in the tests.
const NOW: i64 = 1_700_000_000_000;

/// The rules of a file without errors, each with the byte of its keyword.
///
/// # Panics
///
/// Where there is an error.
pub(crate) fn rules(text: &str) -> Vec<(JudgedRule, u32)> {
    let (rules, findings) = checked(text);
    assert!(findings.is_empty(), "{findings:#?}\n{text}");
    rules
}

/// The rules of a file as far as they mean something, and the errors in it.
pub(crate) fn checked(text: &str) -> (Vec<(JudgedRule, u32)>, Vec<String>) {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for range in split(text) {
        let item = range.of(text);
        let found = check_item(item, &parse_item(item), &Names::default(), &cx);
        if has_errors(&found.diagnostics) {
            errors.extend(found.diagnostics.iter().map(|diagnostic| format!("{diagnostic:?}")));
        }
        rules.extend(found.rules.into_iter().map(|judged| {
            let offset = range.start + judged.rule.span.start;
            (judged, offset)
        }));
    }
    (rules, errors)
}

/// What the target makes of a file.
pub(crate) fn emitted(file: &str, text: &str, target: Target) -> String {
    let rules = rules(text);
    let places = rules.iter().map(|(JudgedRule { rule, specificity }, offset)| {
        let before = &text[..*offset as usize];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.chars().rev().take_while(|char| *char != '\n').count() as u32 + 1;
        CheckedRule {
            rule,
            specificity: specificity.as_ref(),
            schema: Schema::embedded(),
            file,
            line,
            column,
            offset: *offset,
        }
    });
    let mut out = Vec::new();
    emit(places, target, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
