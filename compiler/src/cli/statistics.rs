//! How many findings there are of each code and severity.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::cli::finding::Finding;
use crate::cli::output;
use crate::diag::{Code, Severity};

#[derive(Serialize)]
struct Document {
    statistics: Vec<Row>,
    /// Of findings.
    total: usize,
    /// How many files have findings.
    files: usize,
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    severity: &'static str,
    count: usize,
    /// How many of them have a safe fix.
    safe_fixes: usize,
    /// How many have none but fixes that someone must look at.
    unsafe_fixes: usize,
}

/// The most frequent first, then the gravest, then by name.
fn document(findings: &[Finding]) -> Document {
    let mut rows: BTreeMap<(Code, Severity), Row> = BTreeMap::new();
    for Finding { diagnostic, .. } in findings {
        let row = rows.entry((diagnostic.code, diagnostic.severity)).or_insert_with(|| Row {
            code: diagnostic.code.name(),
            severity: diagnostic.severity.name(),
            count: 0,
            safe_fixes: 0,
            unsafe_fixes: 0,
        });
        row.count += 1;
        if diagnostic.fixes.iter().any(|fix| fix.safe) {
            row.safe_fixes += 1;
        } else if !diagnostic.fixes.is_empty() {
            row.unsafe_fixes += 1;
        }
    }
    let mut rows: Vec<((Code, Severity), Row)> = rows.into_iter().collect();
    rows.sort_by_key(|((code, severity), row)| (Reverse(row.count), Reverse(*severity), code.name()));
    Document {
        statistics: rows.into_iter().map(|(_, row)| row).collect(),
        total: findings.len(),
        files: findings.iter().map(|finding| &finding.file).collect::<BTreeSet<_>>().len(),
    }
}

/// As one JSON document.
pub(super) fn json(findings: &[Finding]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&document(findings)).map(|text| text + "\n")
}

/// As a table; nothing where there are no findings.
pub(super) fn table(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut rows = vec![["code", "severity", "count", "fixes"].map(str::to_owned)];
    rows.extend(document(findings).statistics.into_iter().map(|row| {
        let fixes = match (row.safe_fixes, row.unsafe_fixes) {
            (0, 0) => String::new(),
            (safe, 0) => format!("{safe} safe"),
            (0, other) => format!("{other} unsafe"),
            (safe, other) => format!("{safe} safe, {other} unsafe"),
        };
        [row.code.to_owned(), row.severity.to_owned(), row.count.to_string(), fixes]
    }));
    output::columns(&rows)
}
