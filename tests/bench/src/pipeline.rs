//! The whole way of a text through the compiler, as the command line goes it.

use quell::config::{Config, Context};
use quell::emit::{CheckedRule, Target, write_rule};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::{parse_item, split};
use quell::{JudgedRule, check_item};

/// Whether the lints look at each rule.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Judging {
    With,
    Without,
}

/// From text to JSON, as the command line does it for one slice after the other.
pub(crate) fn pipeline(text: &str, target: Target, judging: Judging) -> usize {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 1_795_000_000_000);
    let names = Names::default();
    let mut out = Vec::with_capacity(4096);
    let mut bytes = 0;
    for range in split(text) {
        let source = range.of(text);
        let parsed = parse_item(source);
        let (rules, diagnostics) = match judging {
            Judging::With => {
                let checked = check_item(source, &parsed, &names, &cx);
                (checked.rules, checked.diagnostics)
            }
            Judging::Without => {
                let lowered = lower_item(source, &parsed, &names, &cx);
                let rules = lowered.rules.into_iter().map(|rule| JudgedRule { rule, specificity: None });
                (rules.collect(), lowered.diagnostics)
            }
        };
        assert!(!quell::diag::has_errors(&diagnostics), "{diagnostics:?}");
        for JudgedRule { rule, specificity } in &rules {
            let rule = CheckedRule {
                rule,
                specificity: specificity.as_ref(),
                schema: cx.schema,
                file: "bench.quell",
                line: 1,
                column: 1,
                offset: range.start,
            };
            write_rule(target, &rule, &mut out);
        }
        bytes += out.len();
        out.clear();
    }
    bytes
}
