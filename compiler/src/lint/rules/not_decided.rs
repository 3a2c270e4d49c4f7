//! A condition whose logic is too much to go through.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::{Condition, Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::NotDecided, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    // Of a condition that is not expanded another lint says that it is judged as a whole.
    let is_undecided = |one: &Condition<'_>| one.form.is_complete() && one.review.is_undecided;
    if !lint.conditions.iter().any(is_undecided) {
        return;
    }
    let name = &lint.rule.name;
    let message = text!("whether all parts of `{0}` can match and are needed was not decided", name.value);
    out.push(
        Diagnostic::new(Code::NotDecided, name.span, message)
            .label("too much to go through")
            .help("split the rule, or use fewer patterns on one key; nothing is claimed where nothing was proved"),
    );
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::diag::Code;
    use crate::lint::testing::{findings_with, of};

    #[test]
    fn hostile_patterns_are_given_up_on_and_said_so() {
        for condition in [
            "host:*a????????????????b* host:*b????????????????a*".to_owned(),
            (0..40).map(|at| format!("-@process.args:*{at}??????????x*{at} ")).collect::<String>()
                + "@process.args:?*x",
        ] {
            let text = format!("suppress x {{ when event {{ {condition} }} }}");
            let found = findings_with(&text, &Config::default());
            assert!(found.iter().all(|one| one.code != Code::NeverMatches), "{found:#?}");
            let is_hard = !condition.starts_with('-');
            assert!(!is_hard || found.iter().any(|one| one.code == Code::NotDecided), "{condition}");
        }
    }

    #[test]
    fn too_many_branches_are_said_elsewhere() {
        let many = (0..30).map(|at| format!("(@process.comm:a{at} OR host:b{at})")).collect::<Vec<_>>().join(" ");
        let text = format!("suppress x {{ when event {{ {many} }} }}");
        assert!(of(&text, Code::NotDecided).is_empty());
    }

    #[test]
    fn plain_conditions_are_decided() {
        let hosts = (0..2_000).map(|at| format!("host-{at}")).collect::<Vec<_>>().join(" OR ");
        for condition in [
            "@process.comm:a host:b".to_owned(),
            format!("host:({hosts}) @process.comm:a"),
            (0..100).map(|at| format!("(@process.comm:a{at} host:b{at})")).collect::<Vec<_>>().join(" OR "),
        ] {
            let text = format!("suppress x {{ when event {{ {condition} }} }}");
            assert!(of(&text, Code::NotDecided).is_empty(), "{}", condition.get(..40).unwrap_or(&condition));
        }
    }
}
