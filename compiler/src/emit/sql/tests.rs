use super::*;
use crate::config::{Config, Context, Level};
use crate::hir::{Names, lower_item};
use crate::syntax::{parse_item, split};

fn rules(text: &str) -> Vec<Rule> {
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    let cx = Context::new(Schema::embedded(), &config, 0);
    let items = split(text);
    let items = items.iter().map(|range| range.of(text));
    items.flat_map(|item| lower_item(item, &parse_item(item), &Names::default(), &cx).rules).collect()
}

fn written(text: &str, dialect: Dialect) -> Result<String, Unsayable> {
    let rules = rules(text);
    assert!(!rules.is_empty(), "{text}");
    let placed: Vec<SqlRule<'_>> = rules
        .iter()
        .map(|rule| SqlRule { rule, schema: Schema::embedded(), is_active: rule.enabled, place: "main.quell:1" })
        .collect();
    write(&placed, dialect)
}

#[track_caller]
fn refused(text: &str, dialect: Dialect) -> Unsayable {
    written(text, dialect).expect_err(text)
}

#[test]
fn columns_that_are_the_same_to_an_engine_are_refused() {
    let two = "suppress a { when { host:x } }\nsuppress A { when { host:y } }\n";
    for dialect in Dialect::ALL {
        let found = refused(two, *dialect);
        assert!(found.rule == 1 && found.message.contains("`A`"), "{found:?}");
        assert_eq!(refused("suppress silenced { when { host:x } }", *dialect).help, "rename the rule");
    }
}

#[test]
fn what_cannot_be_said_exactly_is_refused() {
    let digits = "1".repeat(38);
    let text = format!("suppress a {{ when event {{ @custom.n:>{digits} }} }}");
    for dialect in Dialect::ALL {
        let found = refused(&text, *dialect);
        assert!(found.message.contains("37 digits"), "{found:?}");
        assert_eq!(
            text.get(found.span.start as usize..found.span.end as usize),
            Some(&*format!("@custom.n:>{digits}"))
        );
    }
}

#[test]
fn texts_are_written_as_each_engine_reads_them() {
    let text = "suppress a { when event { @process.args:\"it's \\\\ ${x}\" } }";
    let said = |dialect| written(text, dialect).unwrap();
    assert!(said(Dialect::DuckDb).contains(r"'it''s \ ${x}'"), "{}", said(Dialect::DuckDb));
    assert!(said(Dialect::Spark).contains(r"'it\'s \\ \u0024{x}'"), "{}", said(Dialect::Spark));
}

#[test]
fn spark_reads_no_dollar_of_its_own_variables() {
    let text =
        "suppress a { when event { CIDR(@network.destination.ip,10.0.0.0/8,fd00::/8) @process.uid:>5 host:a* } }";
    assert!(!written(text, Dialect::Spark).unwrap().contains("${"));
}

#[test]
fn a_rule_that_does_not_work_silences_nothing() {
    let text = "suppress a { enabled = false when { host:x } }";
    assert!(written(text, Dialect::DuckDb).unwrap().contains("FALSE AS \"rule a\""));
}

#[test]
fn paths_that_differ_in_case_have_columns_of_their_own() {
    let text = "suppress a { when event { @custom.Key:x @custom.key:y } }";
    let sql = written(text, Dialect::DuckDb).unwrap();
    assert!(sql.contains("array_contains(\"@custom.Key\", 'x')"), "{sql}");
    assert!(sql.contains("array_contains(\"@custom.key 2\", 'y')"), "{sql}");
}

#[test]
fn ends_of_ranges_keep_their_digits() {
    let text = "suppress a { when event { @custom.n:>9007199254740993 } }";
    let sql = written(text, Dialect::DuckDb).unwrap();
    assert!(sql.contains(">= 9007199254740994") && sql.contains("> 9.007199254740992e15"), "{sql}");
}
