//! The labelled values are well formed, name what the schema knows and are enough of each label.

use std::collections::BTreeMap;

use quell::schema::Schema;
use tests::labels::{self, Label};

/// Fewer of one label would let a few rows decide a rate of 0.97.
const LEAST: usize = 225;

#[test]
fn every_key_is_in_the_schema() {
    let schema = Schema::embedded();
    let unknown: Vec<_> = labels::read()
        .unwrap()
        .into_iter()
        .filter(|row| match row.attribute.strip_prefix('@') {
            Some(path) => schema.find(path).is_none(),
            None => schema.tag(&row.attribute).is_none(),
        })
        .map(|row| format!("line {}: {}", row.line, row.attribute))
        .collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn there_are_enough_of_each_label() {
    let rows = labels::read().unwrap();
    for label in [Label::Ephemeral, Label::Lasting] {
        let found = rows.iter().filter(|row| row.label == label).count();
        assert!(found >= LEAST, "{found} rows are {label:?}, not {LEAST}");
    }
}

#[test]
fn each_value_of_an_attribute_stands_once() {
    let mut first = BTreeMap::new();
    let mut twice = Vec::new();
    for row in labels::read().unwrap() {
        if let Some(line) = first.insert((row.attribute.clone(), row.value.clone()), row.line) {
            twice.push(format!("lines {line} and {}: {}:{}", row.line, row.attribute, row.value));
        }
    }
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn rows_are_in_order_of_kind() {
    let rows = labels::read().unwrap();
    let wrong: Vec<_> = rows
        .windows(2)
        .filter(|pair| pair[0].kind > pair[1].kind)
        .map(|pair| format!("line {}: {} stands after {}", pair[1].line, pair[1].kind, pair[0].kind))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_row_of_another_form_is_refused() {
    let header = "attribute\tvalue\tlabel\tkind\twhy\n";
    for (row, error) in [
        ("@file.path\t/tmp/x\tephemeral\ttmp-file", "line 2: 4 columns, not 5"),
        ("@file.path\t/tmp/x\tmaybe\ttmp-file\tgone", "line 2: `maybe` is not a label"),
        ("@file.path\t\tlasting\ttmp-file\tgone", "line 2: `` is empty or has blanks around it"),
        ("@file.path\t/x \tlasting\ttmp-file\tgone", "line 2: `/x ` is empty or has blanks around it"),
        ("@file.path\t/x\tlasting\tTmp file\tgone", "line 2: `Tmp file` is not a kind: small letters, digits and `-`"),
    ] {
        assert_eq!(labels::parse(&format!("{header}{row}\n")), Err(error.to_owned()), "{row}");
    }
    assert_eq!(labels::parse("value\tlabel\n"), Err("line 1: not the header".to_owned()));
}
