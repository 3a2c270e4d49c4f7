//! A rule whose end is near.

use crate::diag::{Code, Diagnostic, text};
use crate::hir::date;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::ExpiresSoon, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let Some(expires) = &lint.rule.expires else { return };
    let horizon = i64::from(lint.cx.config.policy.expires_soon_days);
    let days = date::days_between(lint.cx.now, expires.value);
    if lint.rule.is_expired(lint.cx.now) || days > horizon {
        return;
    }
    let name = &lint.rule.name.value;
    let message = match days {
        1 => text!("`{0}` expires within a day", name),
        days => text!("`{0}` expires in {1} days", name, days),
    };
    out.push(
        Diagnostic::new(Code::ExpiresSoon, expires.span, message)
            .label("soon")
            .help("have its owner say whether it is still needed, then move the date or let it end"),
    );
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{of, of_with};

    #[test]
    fn an_end_within_the_horizon_is_told() {
        let table = [
            ("2026-11-23", None),
            ("2026-11-24", Some("`quiet` expires within a day")),
            ("2026-11-25", Some("`quiet` expires in 2 days")),
            ("2026-12-07", Some("`quiet` expires in 14 days")),
            ("2026-12-08", None),
        ];
        for (day, message) in table {
            let text = format!("suppress quiet {{ expires = {day}\n when {{ @process.comm:a }} }}");
            let found = of(&text, Code::ExpiresSoon);
            assert_eq!(found.first().map(|one| one.message.to_string()).as_deref(), message, "{day}");
            assert!(found.iter().all(|one| one.severity == Severity::Hint));
        }
    }

    #[test]
    fn the_policy_sets_the_horizon() {
        let mut config = Config::default();
        config.policy.expires_soon_days = 0;
        let text = "suppress quiet { expires = 2026-11-24\n when { @process.comm:a } }";
        assert!(of_with(text, Code::ExpiresSoon, &config).is_empty());
    }
}
