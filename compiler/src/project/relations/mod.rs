//! What rules mean to one another: the same twice, one within another, a detection that never triggers again.
//!
//! A rule that covers another holds on every event of the other, so on any one of them: each rule is asked for one event,
//! and only the rules that are found under what that event has are compared with it. The cost grows with the rules that
//! share values, not with pairs. Of every rule a [sketch](RuleSketch) is held; the rule itself only while it is compared.
//!
//! Not here: rules that do nothing at all, which is for the lints of one rule.

mod covered;
mod index;
mod silenced;
mod sketch;
mod summary;

use std::ops::Deref;
use std::sync::Arc;

use crate::config::{Config, Context};
use crate::diag::{Code, Diagnostic, text};

use covered::covered;
use index::{Candidates, Index};
use silenced::silenced;
use sketch::{Sample, Sought};

pub use sketch::RuleSketch;
pub use summary::RuleSummary;

/// What comparing one rule with another may cost, in steps.
const STEPS: u64 = 20_000;

/// What was found out about a rule.
enum Finding {
    Found(Diagnostic),
    Nothing,
    /// It would have been too much to find out.
    Undecided,
}

/// The rules of a project, by what they need. They come in source order and are called by their number in it.
#[derive(Debug)]
pub struct Relations<'s> {
    sketches: &'s [RuleSketch],
    /// What comparing a rule with many others may cost, in steps.
    steps_of_many: u64,
    covering: Index,
    /// Made only where there is a `require` to ask about.
    holding: Option<Index>,
}

/// Whether a project wants to hear of anything that takes comparing its rules; without, no [sketch](RuleSketch) is needed.
#[must_use]
pub fn compares_rules(config: &Config) -> bool {
    let found = [Code::DuplicateRule, Code::SubsumedRule, Code::ContradictsRequire];
    found.into_iter().any(|code| config.severity(code).is_some())
}

/// What one rule means beside the others.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// With spans from the start of the file that they come with, weighed by the configuration.
    pub found: Vec<(Arc<str>, Diagnostic)>,
    /// Whether something was too much to find out, and that is to be said.
    pub is_undecided: bool,
}

impl<'s> Relations<'s> {
    /// Sorts the rules; the cost grows with their number alone.
    #[must_use]
    pub fn new(sketches: &'s [RuleSketch]) -> Relations<'s> {
        let asks = |sketch: &RuleSketch| sketch.lets.iter().any(|sample| matches!(sample, Sample::Event(_)));
        let holding = sketches.iter().any(asks).then(|| Index::new(sketches, Sought::Holding));
        Relations {
            sketches,
            steps_of_many: covered::steps_of_many(sketches.len()),
            covering: Index::new(sketches, Sought::Covering),
            holding,
        }
    }

    /// The first rule that a rule is to be compared with, or itself where there is something to say without any; nothing
    /// where there is nothing to find. Rules with the same one are compared with much the same rules.
    #[must_use]
    pub fn nearest(&self, number: usize) -> Option<usize> {
        let sketch = self.sketches.get(number)?;
        let lets = sketch.lets.iter().map(|sample| (sample, Sought::Holding));
        let nearest = |(sample, sought): (&Sample, Sought)| match sample {
            Sample::Nothing => None,
            Sample::Undecided => Some(number),
            Sample::Event(event) => {
                let candidates = self.candidates(number, event, sought);
                candidates.rules.first().copied().or(candidates.is_cut.then_some(number))
            }
        };
        std::iter::once((&sketch.silenced, Sought::Covering)).chain(lets).filter_map(nearest).min()
    }

    /// What one rule means beside the others. `rule` gives any rule by its number, and nothing where it is there no more.
    /// Whatever the order in which rules are asked for, the answers are the same.
    #[must_use]
    pub fn of<R>(&self, number: usize, rule: &impl Fn(usize) -> Option<R>, cx: &Context<'_>) -> Comparison
    where
        R: Deref<Target = RuleSummary> + Clone,
    {
        let Some(sketch) = self.sketches.get(number) else { return Comparison::default() };
        let covering = match &sketch.silenced {
            Sample::Nothing => Candidates::default(),
            Sample::Undecided => Candidates { rules: Vec::new(), is_cut: true },
            Sample::Event(event) => {
                let mut candidates = self.candidates(number, event, Sought::Covering);
                let is_about = |at: &usize| self.sketches.get(*at).is_some_and(|other| other.may_be_about(event));
                candidates.rules.retain(is_about);
                candidates
            }
        };
        let may_be_silenced = sketch.lets.iter().any(|sample| match sample {
            Sample::Nothing => false,
            Sample::Undecided => true,
            Sample::Event(event) => {
                let candidates = self.candidates(number, event, Sought::Holding);
                candidates.is_cut || !candidates.rules.is_empty()
            }
        });
        let mut comparison = Comparison::default();
        let mut note = |finding: Finding, own: Option<&RuleSummary>| match (finding, own) {
            (Finding::Found(diagnostic), Some(own)) => comparison.found.extend(report(own, diagnostic, cx)),
            (Finding::Undecided, _) => comparison.is_undecided = true,
            _ => {}
        };
        if covering.rules.is_empty() && !may_be_silenced {
            note(if covering.is_cut { Finding::Undecided } else { Finding::Nothing }, None);
        } else if let Some(own) = rule(number) {
            note(covered(&own, number, covering, rule, self.steps_of_many, cx.now), Some(&own));
            if may_be_silenced {
                note(silenced(&own, number, self, rule, cx.now), Some(&own));
            }
        }
        comparison.is_undecided &= !sketch.allows_not_decided;
        comparison
    }

    /// What is said of the rules of which something was too much to find out, in order of their numbers. It is said once:
    /// where one rule is too much to compare, so are those that are like it.
    #[must_use]
    pub fn undecided<R>(
        &self,
        numbers: &[usize],
        rule: &impl Fn(usize) -> Option<R>,
        cx: &Context<'_>,
    ) -> Option<(Arc<str>, Diagnostic)>
    where
        R: Deref<Target = RuleSummary>,
    {
        let first = rule(*numbers.first()?)?;
        report(&first, not_decided(&first, numbers.len() - 1), cx)
    }

    /// The rules that may be what is sought for an event of another one, in source order.
    fn candidates(&self, number: usize, event: &[u32], sought: Sought) -> Candidates {
        let index = if sought == Sought::Covering { Some(&self.covering) } else { self.holding.as_ref() };
        let mut found = index.map(|index| index.candidates(event)).unwrap_or_default();
        let may_be =
            |at: &usize| *at != number && self.sketches.get(*at).is_some_and(|other| other.may_be(sought, event));
        found.rules.retain(may_be);
        found
    }
}

/// Compares rules that are all at hand. They come in source order; what is found comes with the file that it is in, in
/// order of the rules that it is about.
#[must_use]
pub fn link(rules: &[RuleSummary], cx: &Context<'_>) -> Vec<(Arc<str>, Diagnostic)> {
    let sketches: Vec<RuleSketch> = rules.iter().map(|rule| RuleSketch::new(rule, cx.now)).collect();
    let relations = Relations::new(&sketches);
    let rule = |number: usize| rules.get(number);
    let mut found = Vec::new();
    let mut undecided = Vec::new();
    for number in 0..rules.len() {
        let mut comparison = relations.of(number, &rule, cx);
        found.append(&mut comparison.found);
        undecided.extend(comparison.is_undecided.then_some(number));
    }
    found.extend(relations.undecided(&undecided, &rule, cx));
    found
}

fn report(rule: &RuleSummary, mut diagnostic: Diagnostic, cx: &Context<'_>) -> Option<(Arc<str>, Diagnostic)> {
    let severity = cx.config.severity(diagnostic.code).filter(|_| !rule.allows.contains(&diagnostic.code));
    diagnostic.severity = severity?;
    Some((Arc::clone(&rule.file), diagnostic))
}

fn not_decided(rule: &RuleSummary, others: usize) -> Diagnostic {
    let message = match others {
        0 => text!("whether other rules cover or silence all of `{0}` was not decided", rule.name),
        1 => text!("whether other rules cover or silence all of `{0}` and of another rule was not decided", rule.name),
        _ => text!(
            "whether other rules cover or silence all of `{0}` and of {1} more was not decided",
            rule.name,
            others.to_string()
        ),
    };
    Diagnostic::new(Code::NotDecided, rule.span, message)
        .label("too much to compare")
        .help("use values that tell the rules apart; nothing is claimed where nothing was proved")
}

fn pointing(diagnostic: Diagnostic, rule: &RuleSummary, other: &RuleSummary, label: &'static str) -> Diagnostic {
    if rule.file == other.file {
        diagnostic.also(other.span, label)
    } else {
        diagnostic.elsewhere(other.file.to_string(), other.span, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Instant;
    use crate::config::Level;
    use crate::hir::{Names, Rule, lower_item};
    use crate::schema::Schema;
    use crate::syntax::{parse_item, split};

    const NOW: Instant = 1_700_000_000_000;

    /// What is found in a program: codes and the names they are at.
    fn found(text: &str) -> Vec<(String, String)> {
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, NOW);
        let file: Arc<str> = Arc::from("main.quell");
        let mut summaries = Vec::new();
        for range in split(text) {
            let item = range.of(text);
            let lowered = lower_item(item, &parse_item(item), &Names::default(), &cx);
            assert!(!lowered.rules.is_empty(), "{item}: {:#?}", lowered.diagnostics);
            let of = |rule: &Rule| RuleSummary::new(rule, &file, range.start, cx.schema, &cx);
            summaries.extend(lowered.rules.iter().map(of));
        }
        let found = link(&summaries, &cx);
        found.iter().map(|(_, one)| (one.code.name().to_owned(), one.span.of(text).to_owned())).collect()
    }

    fn rule(name: &str, fields: &str, when: &str) -> String {
        format!("suppress {name} {{\n  {fields}\n  when event {{ {when} }}\n}}\n")
    }

    #[track_caller]
    fn pair(first: (&str, &str), second: (&str, &str)) -> Vec<(String, String)> {
        found(&(rule("first", first.0, first.1) + &rule("second", second.0, second.1)))
    }

    fn at(code: &str, name: &str) -> Vec<(String, String)> {
        vec![(code.to_owned(), name.to_owned())]
    }

    #[test]
    fn duplicates_are_found_whatever_the_spelling() {
        for (a, b) in [
            ("@process.comm:a host:b", "host:b @process.comm:a"),
            ("host:(a OR b)", "host:b OR host:a"),
            ("-(host:a host:b) @process.comm:x", "@process.comm:x"),
            ("@process.uid:[0 TO 1] @process.comm:x", "@process.uid:(0 OR 1) @process.comm:x"),
            ("host:web-*", "host:(web-* OR web-1)"),
        ] {
            assert_eq!(pair(("", a), ("", b)), at("duplicate-rule", "second"), "{a} / {b}");
        }
    }

    #[test]
    fn what_another_covers_is_found() {
        for (a, b) in [
            ("@process.comm:a", "@process.comm:a host:b"),
            ("host:(a OR b)", "host:a"),
            ("host:web-*", "host:web-1"),
            ("@process.executable.name:java", "@process.executable.path:/usr/bin/java"),
            ("@process.uid:>=1000 host:a", "@process.uid:1001 host:a"),
            ("-@process.comm:a", "@process.comm:b"),
            ("-@process.executable.path:/bin/sh host:a", "-@process.executable.name:sh host:a"),
            ("-@bpf.cmd:BPF_PROG_LOAD host:a", "@evt.name:exec host:a"),
        ] {
            assert_eq!(pair(("", a), ("", b)), at("subsumed-rule", "second"), "{a} / {b}");
            assert_eq!(pair(("", b), ("", a)), at("subsumed-rule", "first"), "{b} / {a}");
        }
    }

    #[test]
    fn scope_dates_and_switches_count() {
        let same = "@process.comm:a host:b";
        for (first, second, expected) in [
            ("rules { ruleId:a }", "rules { ruleId:b }", vec![]),
            ("rules { ruleId:(a OR b) }", "rules { ruleId:b }", at("subsumed-rule", "second")),
            ("rules { ruleId:(a OR b) }", "rules { ruleId:(b OR a) }", at("duplicate-rule", "second")),
            ("", "rules { ruleId:b }", at("subsumed-rule", "second")),
            ("rules { type:workload_security }", "", at("duplicate-rule", "second")),
            ("enabled = false", "", vec![]),
            ("expires = 2020-01-01", "", vec![]),
            ("expires = 2030-01-01", "", at("subsumed-rule", "first")),
            ("starts = 2029-01-01", "expires = 2028-01-01", vec![]),
            ("starts = 2020-01-01", "", at("duplicate-rule", "second")),
            ("allow subsumed-rule = \"kept\" expires = 2030-01-01", "", vec![]),
        ] {
            let first = first.replace(" expires", "\n  expires");
            assert_eq!(pair((&first, same), (second, same)), expected, "{first} / {second}");
        }
    }

    #[test]
    fn what_differs_passes() {
        for (a, b) in [
            ("@process.comm:a", "@process.comm:b"),
            ("@process.args:a", "@process.args:b"),
            ("@process.comm:a host:b", "@process.comm:a host:c"),
            ("host:a*", "host:*a"),
            ("-@process.comm:a host:x", "-@process.comm:b host:x"),
        ] {
            assert_eq!(pair(("", a), ("", b)), [], "{a} / {b}");
        }
    }

    #[test]
    fn a_require_can_be_undone() {
        let require = "require only {\n  rules { ruleId:a }\n  when event { @process.comm:a host:b }\n}\n";
        let undo = |scope: &str, when: &str| found(&(require.to_owned() + &rule("undo", scope, when)));
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a"), at("contradicts-require", "only"));
        assert_eq!(undo("", "host:(b OR c)"), at("contradicts-require", "only"));
        assert_eq!(undo("rules { ruleId:b }", "@process.comm:a"), []);
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a host:c"), at("subsumed-rule", "undo"));
        assert_eq!(undo("rules { ruleId:a }", "@process.comm:a host:b @process.uid:0"), []);
    }

    #[test]
    fn all_that_is_let_through_can_be_silenced_by_several() {
        let require = |name: &str, fields: &str, when: &str| {
            format!("require {name} {{\n  rules {{ ruleId:a }}\n  {fields}\n  when event {{ {when} }}\n}}\n")
        };
        let two = |first: &str, second: &str| require("first", "", first) + &require("second", "", second);
        assert_eq!(found(&two("host:a", "host:b")), at("contradicts-require", "second"));
        assert_eq!(found(&two("host:(a OR b)", "host:(b OR c)")), []);
        // Tags that an event may carry several of.
        assert_eq!(found(&two("service:a", "service:b")), []);
        let third = require("third", "", "host:(a OR c)");
        let three = two("host:(a OR b)", "host:(b OR c)") + &third;
        assert_eq!(found(&three), at("contradicts-require", "third"));
        let halves = require("only", "", "host:(a OR b)")
            + &rule("one", "", "host:a")
            + &rule("other", "", "host:(b OR c)")
            + &rule("beside", "rules { ruleId:b }", "host:b");
        assert!(found(&halves).contains(&at("contradicts-require", "only").remove(0)));
        let later = require("only", "expires = 2029-01-01", "host:a") + &rule("undo", "starts = 2028-01-01", "host:a");
        assert_eq!(found(&later), at("contradicts-require", "only"));
        let never_both =
            require("only", "expires = 2027-01-01", "host:a") + &rule("undo", "starts = 2028-01-01", "host:a");
        assert_eq!(found(&never_both), []);
    }

    #[test]
    fn what_is_too_much_is_said_once() {
        let many = |count: usize, condition: &dyn Fn(usize) -> String| -> String {
            (0..count).map(|at| rule(&format!("r{at}"), "", &condition(at))).collect()
        };
        let denied = found(&many(520, &|at| format!("host:h -@process.comm:*x{at}x*")));
        assert_eq!(denied, at("not-decided", "r0"));
        let hard = "host:*a????????????????b* host:*b????????????????a*";
        assert_eq!(found(&many(2, &|_| hard.to_owned())), at("not-decided", "r0"));
        // Values that are common are told apart two at a time.
        let pairs = |at: usize| format!("@process.comm:c{} host:h{} @process.user:u", at % 34, at / 34);
        assert_eq!(found(&many(1_156, &pairs)), []);
    }

    #[test]
    fn many_rules_that_share_nothing_or_much() {
        let many = |count: usize, when: &dyn Fn(usize) -> String| -> String {
            (0..count).map(|at| rule(&format!("r{at}"), "", &when(at))).collect()
        };
        assert!(found(&many(300, &|at| format!("@process.comm:c{at} host:h"))).is_empty());
        assert!(found(&many(600, &|at| format!("host:h -@process.comm:c{at}"))).is_empty());
        assert!(found(&many(600, &|at| format!("host:h @process.uid:[{} TO {}]", at * 3, at * 3 + 4))).is_empty());
        assert!(
            found(&many(600, &|at| format!("CIDR(@network.source.ip,10.{}.{}.0/24)", at / 256, at % 256))).is_empty()
        );
        assert_eq!(found(&many(300, &|at| format!("host:h @process.pid:>={at}"))).len(), 299);
    }

    #[test]
    fn rules_are_compared_until_nobody_wants_to_hear_of_it() {
        let mut config = Config::default();
        for code in ["duplicate-rule", "subsumed-rule", "contradicts-require"] {
            assert!(compares_rules(&config), "{code}");
            config.lints.insert(code.to_owned(), Level::Allow);
        }
        assert!(!compares_rules(&config));
    }
}
