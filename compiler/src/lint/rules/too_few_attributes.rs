//! A branch that too little narrows.

use crate::config::SpecificityLevel;
use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::lint::{Condition, LintCtx};
use crate::logic::specificity::{Bits, MODERATE, SPECIFIC, level};
use crate::schema::{Activity, KindSet};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::TooFewAttributes, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    let bits = ctx.specificity().map(|specificity| specificity.bits).unwrap_or_default();
    let minimum = ctx.lint.cx.config.policy.minimum_level.of(branch.activity);
    if branch.keys > 1 && level(bits) >= minimum {
        return None;
    }
    let wanted = minimum.max(SpecificityLevel::Moderate);
    Some(
        ctx.report(
            Code::TooFewAttributes,
            text!("{0} has too few attributes, or too common ones: much else matches it", ctx.subject),
        )
        .label(text!("{0}: {1} bits", level(bits).name(), bits))
        .help(text!(
            "add {0}: from {1} bits on it is {2}",
            missing(branch.activity, branch.traits),
            least(wanted),
            wanted.name()
        )),
    )
}

/// Of a condition with too many branches to look at each: what is said of the broadest way through it.
pub(in crate::lint) fn of_whole(lint: &LintCtx<'_>, condition: &Condition<'_>) -> Option<Diagnostic> {
    let bits = condition.specificity.bits();
    let kinds = lint.rule.activity.as_ref().map_or(KindSet::ALL, |activity| activity.value);
    let levels = lint.cx.config.policy.minimum_level;
    let wanted = kinds.activities().map(|activity| levels.of(activity)).min()?;
    (level(bits) < wanted).then(|| {
        Diagnostic::new(
            Code::TooFewAttributes,
            condition.query.span,
            "one way through the condition has too few attributes, or too common ones: much else matches it",
        )
        .label(text!("{0}: {1} bits", level(bits).name(), bits))
        .help(text!(
            "ask for more beside the alternatives: from {0} bits on it is {1}",
            least(wanted),
            wanted.name()
        ))
    })
}

/// Where a level starts.
const fn least(level: SpecificityLevel) -> Bits {
    match level {
        SpecificityLevel::Broad => Bits::ZERO,
        SpecificityLevel::Moderate => MODERATE,
        SpecificityLevel::Specific => SPECIFIC,
    }
}

/// The families that the tuning guide names for the activity and the branch lacks, as a list in words.
fn missing(activity: Activity, traits: Traits) -> String {
    const PROGRAM: (Traits, &str) = (Traits::PROCESS, "the program");
    const PARENT: (Traits, &str) = (Traits::PARENT.or(Traits::ANCESTOR), "what started it");
    const USER: (Traits, &str) = (Traits::USER, "the user");
    const FILE: (Traits, &str) = (Traits::FILE, "the file");
    const PEER: (Traits, &str) = (Traits::PEER, "the peer or the question");
    const WORKLOAD: (Traits, &str) = (Traits::WORKLOAD, "the workload");
    let wanted = match activity {
        Activity::Process | Activity::Kernel => [PROGRAM, PARENT, USER, WORKLOAD],
        Activity::File => [PROGRAM, USER, FILE, WORKLOAD],
        Activity::Network => [PROGRAM, PARENT, PEER, WORKLOAD],
    };
    let names: Vec<&str> = wanted.iter().filter(|(family, _)| !traits.has(*family)).map(|(_, name)| *name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "a value that fewer events have".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use crate::config::{Config, SpecificityLevel};
    use crate::diag::Code;
    use crate::lint::testing::{of, of_with, places};

    #[test]
    fn one_attribute_is_too_few() {
        let table = [
            ("@process.executable.path:/usr/bin/curl", vec!["@process.executable.path:/usr/bin/curl"]),
            ("@process.comm:curl", vec!["@process.comm:curl"]),
            ("@process.args:a @process.args:b", vec!["@process.args:a @process.args:b"]),
            ("@container.id:*", vec!["@container.id:*"]),
            ("@agent.rule_id:ptrace_injection", vec!["@agent.rule_id:ptrace_injection"]),
            ("@process.comm:a OR @process.executable.path:/usr/bin/b @process.user:c", vec!["@process.comm:a"]),
            (
                "@process.executable.path:/usr/bin/curl @process.user:app",
                vec!["@process.executable.path:/usr/bin/curl @process.user:app"],
            ),
            (
                "@process.executable.path:/usr/bin/curl @process.user:app @process.parent.executable.path:/opt/app/run",
                vec![],
            ),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::TooFewAttributes)), at, "{when}");
        }
    }

    #[test]
    fn the_policy_sets_the_level() {
        let text =
            "suppress x { when event { @process.executable.path:/usr/bin/curl @process.user:app kube_service:web } }";
        let mut config = Config::default();
        for (level, is_found) in [(SpecificityLevel::Moderate, false), (SpecificityLevel::Specific, true)] {
            config.policy.minimum_level.process = level;
            assert_eq!(of_with(text, Code::TooFewAttributes, &config).len(), usize::from(is_found));
        }
    }

    #[test]
    fn too_many_branches_are_judged_as_a_whole() {
        let mut config = Config::default();
        config.policy.max_branches = NonZeroU16::MIN;
        let found = |when: &str| {
            of_with(&format!("suppress x {{ when event {{ {when} }} }}"), Code::TooFewAttributes, &config).len()
        };
        assert_eq!(found("@process.comm:a OR @process.args:b"), 1);
        let narrow =
            "@process.executable.path:/usr/bin/curl @process.user:app @process.parent.executable.path:/opt/app";
        assert_eq!(found(&format!("{narrow} (host:a OR env:b)")), 0);
    }

    #[test]
    fn the_missing_families_are_named() {
        let help = |when: &str| {
            let found = of(&format!("suppress x {{ when event {{ {when} }} }}"), Code::TooFewAttributes);
            found.first().map(|one| one.help.to_string()).unwrap_or_default()
        };
        assert_eq!(
            help("@process.comm:curl"),
            "add what started it, the user and the workload: from 12.0 bits on it is moderate"
        );
        assert!(help("@file.path:/etc/x").starts_with("add the program, the user and the workload"));
        assert!(
            help("@dns.question.name:a.example.com").starts_with("add the program, what started it and the workload")
        );
    }
}
