//! A rule that works for ever.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::MissingExpiry, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    if lint.rule.expires.is_some() {
        return;
    }
    let name = &lint.rule.name;
    out.push(
        Diagnostic::new(Code::MissingExpiry, name.span, text!("`{0}` never expires", name.value))
            .label("works for ever")
            .help("write `expires = YEAR-MONTH-DAY`: the day by which someone looks at it again"),
    );
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, RequiredField};
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{of, of_with, places};

    #[test]
    fn a_rule_ends() {
        for (expires, is_found) in [("", true), ("review = 2027-01-01", true), ("expires = 2027-01-01", false)] {
            let text = format!("suppress quiet {{ {expires}\n when {{ @process.comm:a }} }}");
            let found = of(&text, Code::MissingExpiry);
            assert_eq!(places(&text, &found), if is_found { vec!["quiet"] } else { vec![] }, "{expires}");
        }
    }

    #[test]
    fn a_policy_makes_it_a_warning_and_a_level_goes_before_it() {
        let text = "suppress quiet { when { @process.comm:a } }";
        let mut config = Config::default();
        config.policy.required.insert(RequiredField::Expires);
        let severity = |config: &Config| of_with(text, Code::MissingExpiry, config).first().map(|one| one.severity);
        assert_eq!(severity(&config), Some(Severity::Warning));
        config.lints.insert("governance".to_owned(), crate::config::Level::Deny);
        assert_eq!(severity(&config), Some(Severity::Error));
    }
}
