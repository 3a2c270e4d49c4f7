//! Diagnostics as the answer to a question.

use tower_lsp::lsp_types as lsp;

/// The report of one document: nothing new where the client has what there is.
pub(super) fn document(
    found: Option<(String, Vec<lsp::Diagnostic>)>,
    has: Option<&str>,
) -> lsp::DocumentDiagnosticReportResult {
    let (id, items) = found.map_or((None, Vec::new()), |(id, items)| (Some(id), items));
    let report: lsp::DocumentDiagnosticReport = match id {
        Some(result_id) if has == Some(result_id.as_str()) => lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
        }
        .into(),
        result_id => lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
        }
        .into(),
    };
    lsp::DocumentDiagnosticReportResult::Report(report)
}

/// The report of all files.
pub(super) fn workspace(
    found: Vec<(lsp::Url, Option<i32>, String, Vec<lsp::Diagnostic>)>,
    has: &[lsp::PreviousResultId],
) -> lsp::WorkspaceDiagnosticReportResult {
    let mut items: Vec<lsp::WorkspaceDocumentDiagnosticReport> = Vec::new();
    let mut gone: Vec<&lsp::PreviousResultId> = has.iter().collect();
    for (uri, version, result_id, diagnostics) in found {
        gone.retain(|previous| previous.uri != uri);
        let version = version.map(i64::from);
        let known = has.iter().any(|previous| previous.uri == uri && previous.value == result_id);
        items.push(if known {
            lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
            }
            .into()
        } else {
            full(uri, version, Some(result_id), diagnostics)
        });
    }
    // Of a file that is gone there is nothing to say, which must be said.
    items.extend(gone.into_iter().map(|previous| full(previous.uri.clone(), None, None, Vec::new())));
    lsp::WorkspaceDiagnosticReportResult::Report(lsp::WorkspaceDiagnosticReport { items })
}

fn full(
    uri: lsp::Url,
    version: Option<i64>,
    result_id: Option<String>,
    items: Vec<lsp::Diagnostic>,
) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
    }
    .into()
}
