//! How narrow conditions are: the labelled combinations of `tests/data/specificity.tsv`, the examples of the guide, and
//! what the judgement tells of each term.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;

use quell::config::{Config, Context, SpecificityLevel};
use quell::diag::has_errors;
use quell::hir::{Names, scan};
use quell::logic::specificity::{RuleSpecificity, Specificity};
use quell::schema::Schema;
use quell::{JudgedRule, Project, check_item, parse_item, split};
use tests::workspace;

/// The rules of a file, judged. Of errors only those that leave no rule count.
fn judged(text: &str) -> Vec<JudgedRule> {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 1_795_000_000_000);
    let mut project = Project::default();
    let signatures: Vec<_> = split(text).iter().map(|range| (range.start, scan(range.of(text)))).collect();
    let file = project.add_file("main.quell", signatures);
    let linked = project.resolve(&cx);
    let empty = Names::default();
    let names = linked.names(file).unwrap_or(&empty);
    let ranges = split(text);
    let items = ranges.iter().map(|range| range.of(text));
    items.flat_map(|item| check_item(item, &parse_item(item), names, &cx).rules).collect()
}

/// A condition on events, judged.
fn judge(query: &str) -> Specificity {
    let text = format!("suppress example {{\n  when event {{\n    {query}\n  }}\n}}\n");
    let parsed = parse_item(&text);
    assert!(!has_errors(&parsed.diagnostics), "{query}: {:?}", parsed.diagnostics);
    let rules = judged(&text);
    let [JudgedRule { specificity: Some(RuleSpecificity { event: Some(event), .. }), .. }] = rules.as_slice() else {
        panic!("{query} is not one condition");
    };
    event.clone()
}

struct Row {
    line: usize,
    level: SpecificityLevel,
    query: String,
    why: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace::root().join("tests/data/specificity.tsv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("level\tactivity\tquery\twhy"));
    let row = |(text, line): (&str, usize)| {
        let cells: Vec<_> = text.split('\t').collect();
        let [level, _, query, why] = *cells else { panic!("line {line}: {} columns", cells.len()) };
        let named = |of: &&SpecificityLevel| of.name() == level;
        let level = SpecificityLevel::ALL.iter().find(named);
        let level = *level.unwrap_or_else(|| panic!("line {line}: no level"));
        assert!(!why.is_empty(), "line {line}: no reason");
        Row { line, level, query: query.to_owned(), why: why.to_owned() }
    };
    lines.zip(2..).map(row).collect()
}

#[test]
fn every_labelled_combination_is_judged_as_labelled() {
    let rows = rows();
    let mut misses = String::new();
    for row in &rows {
        let found = judge(&row.query);
        if found.level() != row.level {
            let (level, bits) = (found.level().name(), found.bits());
            let _ = writeln!(
                misses,
                "line {}: {level} ({bits}), not {}\n    {}\n    {}",
                row.line,
                row.level.name(),
                row.query,
                row.why
            );
        }
    }
    let missed = misses.lines().count() / 3;
    println!("{missed} of {} labelled combinations are judged otherwise", rows.len());
    assert!(misses.is_empty(), "\n{misses}");
}

#[test]
fn there_are_enough_of_each_level_and_none_twice() {
    let rows = rows();
    for level in SpecificityLevel::ALL {
        let found = rows.iter().filter(|row| row.level == *level).count();
        assert!(found >= 15, "{found} rows are {}", level.name());
    }
    let mut queries: Vec<&str> = rows.iter().map(|row| &*row.query).collect();
    queries.sort_unstable();
    assert!(queries.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn what_the_guide_recommends_is_specific() {
    let mut seen = 0;
    for file in workspace::files(&workspace::root().join("grammar/examples"), "quell") {
        let name = workspace::shown(&file);
        if !name.contains("/guide/") && !name.ends_with("java-pentest.quell") {
            continue;
        }
        for JudgedRule { rule, specificity } in judged(&fs::read_to_string(&file).unwrap()) {
            let specificity = specificity.unwrap();
            let (level, bits) = (specificity.level(), specificity.bits());
            assert_eq!(level, SpecificityLevel::Specific, "{name}: {} has {bits} bits", rule.name.value);
            seen += 1;
        }
    }
    assert!(seen >= 12, "only {seen} rules of the guide were found");
}
