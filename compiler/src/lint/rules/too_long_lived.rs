//! A rule that works longer than the policy allows.

use crate::diag::{Code, Diagnostic, text};
use crate::hir::date;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::TooLongLived, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let rule = lint.rule;
    let (Some(most), Some(expires)) = (lint.cx.config.policy.max_lifetime_days, &rule.expires) else { return };
    let starts = rule.starts.as_ref().map_or(lint.cx.now, |starts| starts.value.max(lint.cx.now));
    let days = date::days_between(starts, expires.value);
    if days <= i64::from(most.get()) {
        return;
    }
    out.push(
        Diagnostic::new(
            Code::TooLongLived,
            expires.span,
            text!("`{0}` works for {1} days, and the policy allows {2}", rule.name.value, days, most),
        )
        .label("too far away")
        .help("write an earlier day, and move it on once its owner has looked at the rule again"),
    );
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use crate::config::Config;
    use crate::diag::Code;
    use crate::lint::testing::{of, of_with, places};

    #[test]
    fn days_count_from_the_start_or_from_today() {
        let mut config = Config::default();
        config.policy.max_lifetime_days = NonZeroU16::new(30);
        let table = [
            ("", false),
            ("expires = 2026-12-23", false),
            ("expires = 2026-12-24", true),
            ("expires = 2020-01-01", false),
            ("starts = 2027-01-01\nexpires = 2027-01-30", false),
            ("starts = 2027-01-01\nexpires = 2027-01-31", true),
            // What has worked before does not count: there is no telling since when the rule has been there.
            ("starts = 2020-01-01\nexpires = 2026-12-23", false),
        ];
        for (dates, is_found) in table {
            let text = format!("suppress quiet {{\n {dates}\n when {{ @process.comm:a }} }}");
            let found = of_with(&text, Code::TooLongLived, &config);
            let at = dates.rsplit(' ').next().unwrap();
            assert_eq!(places(&text, &found), if is_found { vec![at] } else { vec![] }, "{dates}");
            assert!(of(&text, Code::TooLongLived).is_empty());
        }
    }
}
