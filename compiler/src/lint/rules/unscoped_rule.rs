//! A rule that silences every detection there is.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::{Lint, LintCtx};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::UnscopedRule, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let rule = lint.rule;
    // A rule of the Agent named in each branch is a scope as well.
    let names_agent_rule = || {
        let mut branches = lint.conditions.iter().flat_map(|condition| &condition.branches).peekable();
        branches.peek().is_some() && branches.all(|branch| branch.traits.has(Traits::AGENT_RULE))
    };
    if !lint.is_suppress() || rule.names_rules() || names_agent_rule() {
        return;
    }
    let (span, label) = match &rule.rules {
        Some(rules) => (rules.span, "no `ruleId:` in each branch"),
        None => (rule.name.span, "no `rules`"),
    };
    out.push(
        Diagnostic::new(
            Code::UnscopedRule,
            span,
            text!("`{0}` names no detection rule: it silences those that are yet to come as well", rule.name.value),
        )
        .label(label)
        .help("name the rules that fire without need: `rules { ruleId:… }`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn detections_are_named() {
        let table = [
            ("", vec!["x"]),
            ("rules { type:workload_security }", vec!["{ type:workload_security }"]),
            ("rules { ruleId:a OR tactic:b }", vec!["{ ruleId:a OR tactic:b }"]),
            ("rules { -ruleId:a }", vec!["{ -ruleId:a }"]),
            ("rules { ruleId:a }", vec![]),
            ("rules { ruleId:(a OR b) tactic:c }", vec![]),
        ];
        for (rules, at) in table {
            let text = format!("suppress x {{ {rules} when {{ @process.comm:a }} }}");
            assert_eq!(places(&text, &of(&text, Code::UnscopedRule)), at, "{rules}");
        }
    }

    #[test]
    fn a_rule_of_the_agent_is_a_scope() {
        let text = |when: &str| format!("suppress x {{ when event {{ {when} }} }}");
        assert!(of(&text("@agent.rule_id:ptrace_injection @process.comm:a"), Code::UnscopedRule).is_empty());
        assert_eq!(of(&text("@agent.rule_id:ptrace_injection OR @process.comm:a"), Code::UnscopedRule).len(), 1);
    }
}
