//! What a run keeps of each rule.

use std::sync::Arc;

use crate::cli::detail::Detail;
use crate::cli::source::SourceFile;
use crate::cli::specificity::Explanation;
use crate::cli::state::State;
use crate::config::Context;
use crate::hir::{Instant, Polarity, date};
use crate::lint::JudgedRule;
use crate::logic::specificity::{Bits, RuleSpecificity, SpecificityLevel, level};

/// What is kept of a rule.
#[derive(Clone, Debug)]
pub(in crate::cli) struct RuleSummary {
    pub(in crate::cli) name: String,
    pub(in crate::cli) polarity: Polarity,
    pub(in crate::cli) owner: Option<String>,
    pub(in crate::cli) starts: Option<Instant>,
    pub(in crate::cli) expires: Option<Instant>,
    pub(in crate::cli) enabled: bool,
    pub(in crate::cli) state: State,
    /// Of the broadest branch; nothing of a `require`, which has no such number.
    pub(in crate::cli) bits: Option<Bits>,
    pub(in crate::cli) file: Arc<str>,
    pub(in crate::cli) line: u32,
    /// The same term by term, where that was asked for.
    pub(in crate::cli) explanation: Option<Box<Explanation>>,
    /// All the rest, where it was asked for.
    pub(in crate::cli) detail: Option<Box<Detail>>,
}

impl RuleSummary {
    pub(super) fn of(judged: &JudgedRule, file: &SourceFile, line: u32, cx: &Context<'_>) -> RuleSummary {
        let JudgedRule { rule, specificity } = judged;
        RuleSummary {
            name: rule.name.value.clone(),
            polarity: rule.polarity,
            owner: rule.owner.as_ref().map(|owner| owner.value.clone()),
            starts: rule.starts.as_ref().map(|starts| starts.value),
            expires: rule.expires.as_ref().map(|expires| expires.value),
            enabled: rule.enabled,
            state: State::of(rule, cx),
            bits: specificity.as_ref().map(RuleSpecificity::bits),
            file: Arc::clone(&file.name),
            line,
            explanation: None,
            detail: None,
        }
    }

    /// How many days it still works, a part of a day taken for a whole one, and none or less once it has expired;
    /// nothing where it has no end.
    pub(in crate::cli) fn days_left(&self, now: Instant) -> Option<i64> {
        self.expires.map(|expires| date::days_between(now, expires))
    }

    /// Whether it has expired and is left out.
    pub(in crate::cli) fn is_expired(&self) -> bool {
        self.state == State::Expired
    }

    /// How narrow its broadest branch is; nothing of a `require`.
    pub(in crate::cli) fn level(&self) -> Option<SpecificityLevel> {
        self.bits.map(level)
    }
}
