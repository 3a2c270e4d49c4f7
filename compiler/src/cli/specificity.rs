//! How narrow a rule is, for people and for machines. The structs are the documented format.

use serde::Serialize;

use crate::emit::literal_text;
use crate::hir::{Query, Rule};
use crate::lint::JudgedRule;
use crate::logic::Literal;
use crate::logic::specificity::{Bits, BranchSpecificity, Count, SpecificityLevel, most_helpful};
use crate::schema::{KindSet, Schema, Scope};

/// How many keys that would narrow a branch are named.
const HELPS: usize = 3;

/// How narrow a rule is, term by term.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Explanation {
    bits: Bits,
    level: SpecificityLevel,
    branches: Vec<Branch>,
}

#[derive(Clone, Debug, Serialize)]
struct Branch {
    on: &'static str,
    /// Whether there were too many branches to look at each.
    whole: bool,
    bits: Bits,
    level: SpecificityLevel,
    terms: Vec<Term>,
    /// What would narrow it the most.
    helps: Vec<Help>,
}

#[derive(Clone, Debug, Serialize)]
struct Term {
    term: String,
    /// What it adds.
    bits: Bits,
    /// What it would add by itself.
    alone: Bits,
    /// The stronger term that tells nearly the same.
    discounted_by: Option<String>,
    /// Among sampled events.
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<Counted>,
}

#[derive(Clone, Debug, Serialize)]
struct Counted {
    matched: u64,
    /// Of how many more it is not known.
    #[serde(skip_serializing_if = "is_none")]
    unknown: u64,
    of: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

#[derive(Clone, Debug, Serialize)]
struct Help {
    key: &'static str,
    family: &'static str,
    /// What an exact value would add.
    bits: Bits,
}

impl Explanation {
    /// Of a rule that was judged.
    pub(super) fn new(judged: &JudgedRule, schema: &Schema) -> Option<Explanation> {
        let JudgedRule { rule, specificity } = judged;
        let found = specificity.as_ref()?;
        let kinds = kinds(rule);
        let conditions =
            [(Scope::Signal, &found.signal, &rule.when_signal), (Scope::Event, &found.event, &rule.when_event)];
        let mut branches = Vec::new();
        for (scope, condition, query) in conditions {
            let (Some(condition), Some(query)) = (condition, query) else { continue };
            branches.extend(condition.branches().map(|branch| Branch {
                on: scope.name(),
                whole: condition.is_whole(),
                bits: branch.bits,
                level: branch.level(),
                terms: terms(query, branch),
                helps: helps(query, branch, kinds, scope, schema),
            }));
        }
        Some(Explanation { bits: found.bits(), level: found.level(), branches })
    }

    /// As a page for people.
    pub(super) fn page(&self) -> String {
        use std::fmt::Write as _;
        let mut out = format!("{}, {} bits: as narrow as its broadest branch\n", self.level, self.bits);
        for (number, branch) in (1..).zip(&self.branches) {
            let whole = if branch.whole { ", judged as a whole" } else { "" };
            let Branch { on, bits, level, .. } = branch;
            let _ = write!(out, "\nbranch {number} on {on}s: {level}, {bits} bits{whole}\n\n");
            for term in &branch.terms {
                let _ = write!(out, "{:>7}  {}", term.bits, term.term);
                if let Some(stronger) = &term.discounted_by {
                    let _ = write!(out, "  ({} by itself, but {stronger} tells nearly the same)", term.alone);
                }
                if let Some(Counted { matched, unknown, of }) = term.counted {
                    let _ = write!(out, "  ({})", Count { matched, unknown, of }.shown());
                }
                out.push('\n');
            }
            if !branch.helps.is_empty() {
                let helps: Vec<String> =
                    branch.helps.iter().map(|help| format!("{} (+{})", help.key, help.bits)).collect();
                let _ = write!(out, "\n         would narrow it most: {}\n", helps.join(", "));
            }
        }
        out
    }
}

fn kinds(rule: &Rule) -> KindSet {
    rule.activity.as_ref().map_or(KindSet::ALL, |activity| activity.value)
}

fn text(query: &Query, literal: Literal) -> String {
    let mut text = String::new();
    literal_text(query, literal, &mut text);
    text
}

fn terms(query: &Query, branch: BranchSpecificity<'_>) -> Vec<Term> {
    let counted = |Count { matched, unknown, of }: Count| Counted { matched, unknown, of };
    let of = branch.terms.iter().map(|term| Term {
        term: text(query, term.literal),
        bits: term.bits,
        alone: term.alone,
        discounted_by: term.discounted_by.map(|stronger| text(query, stronger)),
        counted: term.counted.map(counted),
    });
    of.collect()
}

fn helps(query: &Query, branch: BranchSpecificity<'_>, kinds: KindSet, scope: Scope, schema: &Schema) -> Vec<Help> {
    let all = most_helpful(query, branch, kinds, scope, schema).into_iter().take(HELPS);
    all.map(|help| Help { key: help.name, family: help.family.name(), bits: help.bits }).collect()
}
