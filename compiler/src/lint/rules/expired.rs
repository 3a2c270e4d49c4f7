//! A rule that has ended.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::Expired, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let Some(expires) = lint.rule.expires.as_ref().filter(|expires| expires.value < lint.cx.now) else { return };
    out.push(
        Diagnostic::new(Code::Expired, expires.span, text!("`{0}` has expired and is left out", lint.rule.name.value))
            .label("in the past")
            .help("remove the rule, or have its owner look at it again and move the date"),
    );
}
