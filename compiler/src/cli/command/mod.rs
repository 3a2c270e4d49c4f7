//! One file per command.

pub(super) mod check;
pub(super) mod compile;
pub(super) mod completions;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod import;
pub(super) mod init;
pub(super) mod list;
pub(super) mod man;
pub(super) mod replay;
pub(super) mod schema;
pub(super) mod suggest;
pub(super) mod test;
mod verdict;

use crate::cli::args::Deny;
use crate::cli::exit::Exit;
use crate::cli::finding::{Count, Finding};
use crate::diag::{Group, Severity};

/// The status that findings call for.
pub(super) fn verdict(findings: &[Finding], deny: Option<Deny>) -> Exit {
    let unparsed = findings.iter().any(|finding| {
        finding.diagnostic.severity == Severity::Error
            && matches!(finding.diagnostic.code.group(), Group::Syntax | Group::Text | Group::Files)
    });
    let count = Count::of(findings);
    if unparsed {
        Exit::Input
    } else if count.errors > 0 || (deny.is_some() && count.warnings > 0) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
