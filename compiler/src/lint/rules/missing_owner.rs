//! A rule that nobody answers for.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::MissingOwner, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    if lint.rule.owner.as_ref().is_some_and(|owner| !owner.value.trim().is_empty()) {
        return;
    }
    let name = &lint.rule.name;
    out.push(
        Diagnostic::new(Code::MissingOwner, name.span, text!("`{0}` has no owner", name.value))
            .label("whom to ask?")
            .help("write `owner = \"…\"`, best an address that a team reads"),
    );
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, RequiredField};
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{of, of_with, places};

    #[test]
    fn a_rule_says_who_answers_for_it() {
        for (owner, is_found) in
            [("", true), ("owner = \"\"", true), ("owner = \" \"", true), ("owner = \"a@example.com\"", false)]
        {
            let text = format!("suppress quiet {{ {owner} when {{ @process.comm:a }} }}");
            let found = of(&text, Code::MissingOwner);
            assert_eq!(places(&text, &found), if is_found { vec!["quiet"] } else { vec![] }, "{owner}");
            assert!(found.iter().all(|one| one.severity == Severity::Hint));
        }
        let require = "require quiet { rules { ruleId:a } when { @process.comm:a } }";
        assert_eq!(of(require, Code::MissingOwner).len(), 1);
    }

    #[test]
    fn a_policy_makes_it_a_warning() {
        let mut config = Config::default();
        config.policy.required.insert(RequiredField::Owner);
        let found = of_with("suppress quiet { when { @process.comm:a } }", Code::MissingOwner, &config);
        assert!(matches!(found.as_slice(), [one] if one.severity == Severity::Warning));
    }
}
