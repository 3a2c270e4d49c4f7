//! All of a rule that someone asks who looks over it, as text.

use crate::emit::{literal_text, query_text, rule_query_text};
use crate::hir::{Instant, Polarity, Query, Rule};
use crate::lint::JudgedRule;
use crate::logic::specificity::{Bits, Specificity, SpecificityLevel};

/// What a summary leaves out.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    pub(super) title: String,
    pub(super) documentation: String,
    pub(super) reason: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) protects: Option<String>,
    pub(super) review: Option<Instant>,
    pub(super) activity: Option<String>,
    pub(super) tags: Vec<String>,
    /// The lints that it silences, and why.
    pub(super) allows: Vec<(&'static str, String)>,
    /// The query for detection rules.
    pub(super) scope: String,
    pub(super) conditions: Vec<Condition>,
}

/// A condition as Datadog reads it.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// `signal` or `event`.
    pub(super) of: &'static str,
    pub(super) query: String,
    /// One where the condition was judged as a whole; none of a `require`.
    pub(super) branches: Vec<BranchDetail>,
    /// Whether there were too many branches to judge each.
    pub(super) whole: bool,
}

/// One way to fulfil a condition, and how narrow it is.
#[derive(Clone, Debug)]
pub(super) struct BranchDetail {
    pub(super) query: String,
    pub(super) bits: Bits,
    pub(super) level: SpecificityLevel,
}

impl Detail {
    pub(super) fn of(judged: &JudgedRule) -> Detail {
        let JudgedRule { rule, specificity } = judged;
        let text = |field: &Option<crate::hir::Spanned<String>>| field.as_ref().map(|field| field.value.clone());
        let specificity = specificity.as_ref().filter(|_| rule.polarity == Polarity::Suppress);
        let signal = condition("signal", rule.when_signal.as_ref(), specificity.and_then(|all| all.signal.as_ref()));
        let event = condition("event", rule.when_event.as_ref(), specificity.and_then(|all| all.event.as_ref()));
        Detail {
            title: rule.title().to_owned(),
            documentation: rule.documentation.clone(),
            reason: text(&rule.reason),
            ticket: text(&rule.ticket),
            protects: text(&rule.protects),
            review: rule.review.as_ref().map(|review| review.value),
            activity: rule.activity.as_ref().map(|activity| activity.value.to_string()),
            tags: rule.tags.clone(),
            allows: rule.allows.iter().map(|allow| (allow.code.name(), allow.reason.clone())).collect(),
            scope: scope(rule),
            conditions: signal.into_iter().chain(event).collect(),
        }
    }
}

fn scope(rule: &Rule) -> String {
    let mut out = String::new();
    rule_query_text(rule, &mut out);
    out
}

fn condition(of: &'static str, query: Option<&Query>, specificity: Option<&Specificity>) -> Option<Condition> {
    let query = query?;
    let mut text = String::new();
    query_text(query, &mut text);
    let branches = specificity.into_iter().flat_map(Specificity::branches).map(|branch| {
        let mut text = String::new();
        for term in branch.terms {
            if !text.is_empty() {
                text.push(' ');
            }
            literal_text(query, term.literal, &mut text);
        }
        BranchDetail { query: text, bits: branch.bits, level: branch.level() }
    });
    Some(Condition {
        of,
        query: text,
        branches: branches.collect(),
        whole: specificity.is_some_and(Specificity::is_whole),
    })
}
