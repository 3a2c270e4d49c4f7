//! A rule that does not say why what it hides is harmless.
//!
//! Documentation above the rule is a reason as well, unless the policy asks for the field itself.

use crate::config::RequiredField;
use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::MissingReason, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let rule = lint.rule;
    let is_documented =
        !rule.documentation.trim().is_empty() && !lint.cx.config.policy.required.contains(&RequiredField::Reason);
    if is_documented || rule.reason.as_ref().is_some_and(|reason| !reason.value.trim().is_empty()) {
        return;
    }
    out.push(
        Diagnostic::new(Code::MissingReason, rule.name.span, text!("`{0}` gives no reason", rule.name.value))
            .label("why is this harmless?")
            .help("write `reason = \"…\"`: what happens here, and why it is expected"),
    );
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, RequiredField};
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{of, of_with, places};

    const DOCUMENTED: &str = "## The nightly backup.\nsuppress quiet { when { @process.comm:a } }";

    #[test]
    fn a_rule_says_why() {
        for (reason, is_found) in
            [("", true), ("reason = \"\"", true), ("ticket = \"SEC-1\"", true), ("reason = \"backup\"", false)]
        {
            let text = format!("suppress quiet {{ {reason} when {{ @process.comm:a }} }}");
            let found = of(&text, Code::MissingReason);
            assert_eq!(places(&text, &found), if is_found { vec!["quiet"] } else { vec![] }, "{reason}");
        }
        assert!(of(DOCUMENTED, Code::MissingReason).is_empty());
    }

    #[test]
    fn a_policy_asks_for_the_field() {
        let mut config = Config::default();
        config.policy.required.insert(RequiredField::Reason);
        let found = of_with(DOCUMENTED, Code::MissingReason, &config);
        assert!(matches!(found.as_slice(), [one] if one.severity == Severity::Warning));
    }
}
