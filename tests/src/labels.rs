//! The labelled values of `tests/data/ephemeral.tsv`; its README says how they are labelled.

use std::fs;

use crate::workspace;

/// Whether a value outlasts restarts, deploys and routine updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// It does not.
    Ephemeral,
    /// It does.
    Lasting,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledValue {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// `@` and an attribute path, or the name of a tag.
    pub attribute: String,
    /// The value after escapes are read; `*` and `?` are wildcards.
    pub value: String,
    /// What is true of it.
    pub label: Label,
    /// What makes such values.
    pub kind: String,
    /// The reason for the label.
    pub why: String,
}

/// The rows of the file in order.
///
/// # Errors
/// The first line that is not of the form that the README gives, or why the file cannot be read.
pub fn read() -> Result<Vec<LabelledValue>, String> {
    let path = workspace::root().join("tests/data/ephemeral.tsv");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", workspace::shown(&path)))?;
    parse(&text)
}

/// The rows of a text of that form.
///
/// # Errors
/// The first line that is not of it.
pub fn parse(text: &str) -> Result<Vec<LabelledValue>, String> {
    let mut lines = text.lines();
    if lines.next() != Some("attribute\tvalue\tlabel\tkind\twhy") {
        return Err("line 1: not the header".to_owned());
    }
    lines.zip(2..).map(|(text, line)| row(text, line).map_err(|error| format!("line {line}: {error}"))).collect()
}

fn row(text: &str, line: usize) -> Result<LabelledValue, String> {
    let cells: Vec<_> = text.split('\t').collect();
    let [attribute, value, label, kind, why] = *cells else {
        return Err(format!("{} columns, not 5", cells.len()));
    };
    if let Some(cell) = cells.iter().find(|cell| cell.is_empty() || cell.trim() != **cell) {
        return Err(format!("`{cell}` is empty or has blanks around it"));
    }
    let label = match label {
        "ephemeral" => Label::Ephemeral,
        "lasting" => Label::Lasting,
        other => return Err(format!("`{other}` is not a label")),
    };
    if !kind.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        return Err(format!("`{kind}` is not a kind: small letters, digits and `-`"));
    }
    Ok(LabelledValue {
        line,
        attribute: attribute.to_owned(),
        value: value.to_owned(),
        label,
        kind: kind.to_owned(),
        why: why.to_owned(),
    })
}
