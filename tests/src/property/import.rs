//! Suppressions from elsewhere, as any text at all.

use quell::cli::import::{Found, program, read};
use quell::config::{Config, Context};
use quell::emit::{CheckedRule, Target, emit};
use quell::fmt::format;
use quell::schema::Schema;

use crate::property::analysis::{Analysis, NOW, analyse, unjudged};

/// Whatever is imported is laid out; without an error it has as many rules as the source, each with the conditions that
/// the source has, and what it compiles to is imported to the same again.
///
/// # Panics
///
/// Where that is not so.
pub fn assert_imports(name: &str, text: &str) {
    let config = unjudged();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let Ok(found) = read(name, text) else { return };
    let written = program(&found, &cx);
    assert_eq!(format(&written), written, "{text:?}");
    let Some(compiled) = compiled(&written, &config) else { return };
    assert_keeps(&written, &found, &analyse(&written, &config));
    let again = read("compiled.json", &compiled).unwrap_or_else(|error| panic!("{error}\n{text:?}\n{compiled}"));
    let written_again = program(&again, &cx);
    let compiled_again = self::compiled(&written_again, &config);
    assert_eq!(compiled_again.as_deref(), Some(&*compiled), "{text:?}\n{written}\n{written_again}");
}

/// The rules are those of the source.
fn assert_keeps(written: &str, found: &Found, analysis: &Analysis) {
    assert_eq!(analysis.rules.len(), found.rules.len(), "{found:#?}\n{written}");
    for ((judged, _), imported) in analysis.rules.iter().zip(&found.rules) {
        let rule = &judged.rule;
        let has = [rule.rules.is_some(), rule.when_signal.is_some(), rule.when_event.is_some()];
        let had = [imported.rules.is_some(), imported.signal.is_some(), imported.event.is_some()];
        assert_eq!(has, had, "{imported:#?}\n{written}");
        assert_eq!(rule.enabled, imported.enabled, "{imported:#?}\n{written}");
    }
}

/// The bodies of a program for the API; nothing where it has an error.
fn compiled(text: &str, config: &Config) -> Option<String> {
    let analysis = analyse(text, config);
    if !analysis.errors().is_empty() {
        return None;
    }
    let rules = analysis.rules.iter().map(|(judged, offset)| CheckedRule {
        rule: &judged.rule,
        specificity: judged.specificity.as_ref(),
        schema: Schema::embedded(),
        file: "main.quell",
        line: 1,
        column: 1,
        offset: *offset,
    });
    let mut out = Vec::new();
    emit(rules, Target::Datadog, &mut out).unwrap();
    Some(String::from_utf8(out).unwrap())
}
