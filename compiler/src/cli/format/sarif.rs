//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::base::Span;
use crate::cli::finding::{Finding, Source};
use crate::cli::identity;
use crate::cli::sources::Sources;
use crate::diag::{Code, Severity};

pub(in crate::cli) fn write(findings: &[Finding], sources: &Sources<'_>, out: &mut impl Write) -> io::Result<()> {
    let codes: BTreeMap<&str, Code> =
        findings.iter().map(|finding| (finding.diagnostic.code.name(), finding.diagnostic.code)).collect();
    let numbers: BTreeMap<&str, usize> = codes.keys().copied().zip(0..).collect();
    let rules: Vec<Value> = codes.values().map(|code| rule(*code)).collect();
    let identities = identity::of_all(findings, sources);
    let results: Vec<Value> = findings
        .iter()
        .zip(identities)
        .map(|(finding, (identity, number))| result(finding, sources, &numbers, &identity.fingerprint(number)))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "quell", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn rule(code: Code) -> Value {
    let page = code.page();
    // Behind the heading, the first paragraph says what is wrong.
    let first =
        page.lines().skip(1).skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    let first = first.collect::<Vec<_>>().join(" ");
    json!({
        "id": code.name(),
        "name": pascal(code.name()),
        "shortDescription": { "text": first },
        "fullDescription": { "text": first },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(code.severity()) },
        "properties": { "tags": [code.group().name()] },
    })
}

/// `never-emitted` as `NeverEmitted`, the form that SARIF wants names in.
fn pascal(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn result(finding: &Finding, sources: &Sources<'_>, numbers: &BTreeMap<&str, usize>, fingerprint: &str) -> Value {
    let diagnostic = &finding.diagnostic;
    let code = diagnostic.code.name();
    let mut text = diagnostic.message.to_string();
    if !diagnostic.help.is_empty() {
        text.push_str("; ");
        text.push_str(&diagnostic.help.to_string());
    }
    let mut result = json!({
        "ruleId": code,
        "ruleIndex": numbers.get(code),
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(&finding.file, sources, diagnostic.span)],
        "partialFingerprints": { "quellContent/v1": fingerprint },
    });
    if let Some(object) = result.as_object_mut() {
        let related: Vec<Value> = diagnostic
            .labels
            .iter()
            .map(|label| {
                let file = label.file.as_deref().unwrap_or(&finding.file);
                let mut place = location(file, sources, label.span);
                if let Some(place) = place.as_object_mut() {
                    place.insert("message".to_owned(), json!({ "text": label.text.to_string() }));
                }
                place
            })
            .collect();
        if !related.is_empty() {
            object.insert("relatedLocations".to_owned(), Value::Array(related));
        }
        let fixes: Vec<Value> = diagnostic
            .fixes
            .iter()
            .map(|fix| {
                let replacements: Vec<Value> = fix
                    .edits
                    .iter()
                    .map(|edit| {
                        json!({
                            "deletedRegion": region(sources.get(&finding.file).as_deref(), edit.span),
                            "insertedContent": { "text": edit.text },
                        })
                    })
                    .collect();
                json!({
                    "description": { "text": fix.title.to_string() },
                    "properties": { "safe": fix.safe },
                    "artifactChanges": [{ "artifactLocation": artifact(&finding.file), "replacements": replacements }],
                })
            })
            .collect();
        if !fixes.is_empty() {
            object.insert("fixes".to_owned(), Value::Array(fixes));
        }
    }
    result
}

fn location(file: &str, sources: &Sources<'_>, span: Span) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(file), "region": region(sources.get(file).as_deref(), span) } })
}

/// What is escaped in a path: everything that is not plain.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path as a relative URI.
fn artifact(file: &str) -> Value {
    json!({ "uri": utf8_percent_encode(file, ESCAPED).to_string() })
}

fn region(source: Option<&Source>, span: Span) -> Value {
    let Some(source) = source else { return json!({ "startLine": 1 }) };
    let (start, end) = (source.place(span.start), source.place(span.end));
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}
