//! A rule whose day of review has come.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::ReviewDue, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let Some(review) = lint.rule.review.as_ref().filter(|review| review.value <= lint.cx.now) else { return };
    out.push(
        Diagnostic::new(Code::ReviewDue, review.span, text!("`{0}` is due for review", lint.rule.name.value))
            .label("since this day")
            .help("have its owner confirm that it is still needed, then move the date"),
    );
}
