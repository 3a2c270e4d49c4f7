//! A condition with more branches than are looked at one by one.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::TooManyBranches, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in lint.conditions.iter().filter(|condition| !condition.form.is_complete()) {
        out.push(
            Diagnostic::new(
                Code::TooManyBranches,
                condition.query.span,
                text!(
                    "the condition has more than {0} branches: it is judged as a whole",
                    lint.cx.config.policy.max_branches
                ),
            )
            .label("multiplies out")
            .help("split the rule, or raise `policy.max-branches`: a branch that is too broad is not found here"),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use crate::config::Config;
    use crate::diag::Code;
    use crate::lint::testing::of_with;

    #[test]
    fn the_bound_is_that_of_the_policy() {
        let text = "suppress x { when { (host:a OR env:b) (service:c OR team:d) } }".replace("team", "version");
        let mut config = Config::default();
        for (bound, is_found) in [(3, true), (4, false)] {
            config.policy.max_branches = NonZeroU16::new(bound).unwrap();
            assert_eq!(of_with(&text, Code::TooManyBranches, &config).len(), usize::from(is_found), "{bound}");
        }
    }
}
