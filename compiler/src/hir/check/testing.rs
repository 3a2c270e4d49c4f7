//! Rules from text, checked; and what their fixes make of them.

use crate::config::{Config, Context};
use crate::diag::{Code, Diagnostic, Fix, Severity};
use crate::hir::{Names, lower_item, lower_let, signature};
use crate::schema::{Schema, Type};
use crate::syntax::parse_item;

/// Everything that is found in a rule and the `let`s before it.
pub(in crate::hir) fn findings(rule: &str) -> Vec<Diagnostic> {
    let config = Config::default();
    let base = Schema::embedded();
    let declared = [("own.size".to_owned(), Type::Int, false), ("own.ip".to_owned(), Type::Ip, true)];
    let schema = base.with_declared(declared, ["own_tag".to_owned()]);
    let cx = Context::new(&schema, &config, 0);
    let parsed = parse_item(rule);
    assert!(parsed.is_ok(), "{rule}: {:?}", parsed.diagnostics);
    let mut names = Names::default();
    for binding in signature(rule, &parsed).lets {
        let lowered = lower_let(&binding, "lets.quell".into(), 0, &names, &cx);
        names.bind(&binding.name.value, lowered.into());
    }
    let mut found = lower_item(rule, &parsed, &names, &cx).diagnostics;
    found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
    found
}

/// A rule with this condition on events.
pub(in crate::hir) fn event(condition: &str) -> String {
    format!("suppress x {{\n  when event {{ {condition} }}\n}}\n")
}

/// A rule with this condition on signals.
pub(super) fn signal(condition: &str) -> String {
    format!("suppress x {{\n  when {{ {condition} }}\n}}\n")
}

/// The text with a fix applied.
pub(super) fn applied(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort();
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

/// The condition on events finds exactly this, at the place in question; each fix gives one of `fixed`, in order, and
/// compiles without finding any code of the original again.
#[track_caller]
pub(super) fn finds(condition: &str, code: Code, at: &str, fixed: &[&str]) {
    let text = event(condition);
    let found = findings(&text);
    let [only] = found.as_slice() else { panic!("{condition}: {found:#?}") };
    assert_eq!(only.code, code, "{only:#?}");
    assert_eq!(only.span.of(&text), at);
    assert_complete(only);
    let made: Vec<String> = only.fixes.iter().map(|fix| applied(&text, fix)).collect();
    assert_eq!(made, fixed.iter().map(|fixed| event(fixed)).collect::<Vec<_>>());
    for made in &made {
        assert_clean(made, code);
    }
}

/// The condition on events has nothing to report.
#[track_caller]
pub(super) fn clean(conditions: &[&str]) {
    for condition in conditions {
        let found = findings(&event(condition));
        assert!(found.is_empty(), "{condition}: {found:#?}");
    }
}

/// The program has no error and no finding of `code`.
#[track_caller]
pub(super) fn assert_clean(text: &str, code: Code) {
    let found = findings(text);
    assert!(found.iter().all(|one| one.code != code && one.severity != Severity::Error), "{text}: {found:#?}");
}

/// The finding says what is wrong, where, and what to do.
#[track_caller]
pub(super) fn assert_complete(found: &Diagnostic) {
    assert!(!found.label.is_empty() && !found.help.is_empty(), "{found:#?}");
    for text in [&found.message, &found.label, &found.help] {
        let text = text.to_string();
        assert!(!text.ends_with('.') && !text.contains('\n') && !text.contains("{0}"), "{text}");
        assert!(!text.starts_with(|c: char| c.is_uppercase()) || text.starts_with("Datadog"), "{text}");
    }
}
