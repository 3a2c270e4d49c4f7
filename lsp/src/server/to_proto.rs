//! The types of [`crate::ide`] and of the compiler into those of the protocol.

use std::fmt::Write as _;

use quell::base::Span;
use quell::diag::{Code, Diagnostic, Severity};
use tower_lsp::lsp_types as lsp;

use crate::ide::{Document, Encoding, Position};

pub(super) fn encoding(encoding: Encoding) -> lsp::PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    }
}

pub(super) fn position(position: Position) -> lsp::Position {
    lsp::Position::new(position.line, position.column)
}

pub(super) fn range(document: &Document, span: Span, encoding: Encoding) -> lsp::Range {
    lsp::Range::new(position(document.position(span.start, encoding)), position(document.position(span.end, encoding)))
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

/// How editors may draw what a code is about.
fn tags(code: Code) -> Option<Vec<lsp::DiagnosticTag>> {
    match code.name() {
        "redundant-term" | "redundant-branch" | "duplicate-rule" | "subsumed-rule" | "unused-let" | "unused-import"
        | "unused-allow" => Some(vec![lsp::DiagnosticTag::UNNECESSARY]),
        "never-emitted" | "expired" => Some(vec![lsp::DiagnosticTag::DEPRECATED]),
        _ => None,
    }
}

/// The message, what is wrong there, and what to do: one line each.
fn message(finding: &Diagnostic) -> String {
    let mut message = finding.message.to_string();
    for (start, text) in [("", &finding.label), ("help: ", &finding.help)] {
        if !text.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(message, "\n{start}{text}");
        }
    }
    message
}

/// A finding with places of the file. `elsewhere` finds a place in another file by that file's name.
pub(super) fn diagnostic(
    finding: &Diagnostic,
    document: &Document,
    encoding: Encoding,
    uri: &lsp::Url,
    elsewhere: impl Fn(&str, Span) -> Option<lsp::Location>,
) -> lsp::Diagnostic {
    let related: Vec<lsp::DiagnosticRelatedInformation> = finding
        .labels
        .iter()
        .filter_map(|label| {
            let location = match &label.file {
                None => lsp::Location::new(uri.clone(), range(document, label.span, encoding)),
                Some(file) => elsewhere(file, label.span)?,
            };
            Some(lsp::DiagnosticRelatedInformation { location, message: label.text.to_string() })
        })
        .collect();
    lsp::Diagnostic {
        range: range(document, finding.span, encoding),
        severity: Some(severity(finding.severity)),
        code: Some(lsp::NumberOrString::String(finding.code.name().to_owned())),
        code_description: None,
        source: Some("quell".to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: tags(finding.code),
        data: None,
    }
}
