use crate::config::Context;
use crate::hir::{Place, Polarity, Query, Rule};
use crate::lint::branch::{Branch, branches};
use crate::logic::specificity::{Specificity, judge};
use crate::logic::{Budget, NormalForm, Review, normal_form, review};

/// What a lint is given: one rule without errors, and what the logic layer knows of it.
#[derive(Debug)]
pub struct LintCtx<'a> {
    /// Schema (the one the rule was lowered with), levels, policy and the present moment.
    pub cx: &'a Context<'a>,
    /// The text that all spans are relative to.
    pub source: &'a str,
    /// The rule.
    pub rule: &'a Rule,
    /// Its `when` blocks, in source order. Either is enough to silence.
    pub conditions: Vec<Condition<'a>>,
}

/// One `when` block.
#[derive(Debug)]
pub struct Condition<'a> {
    /// What it says.
    pub query: &'a Query,
    /// On what.
    pub place: Place,
    /// Its branches as written, for a `require` too.
    pub form: NormalForm,
    /// How narrow it is, branch by branch; for a `require` too, where breadth is no danger.
    pub specificity: Specificity,
    /// What each branch is about; none where there are too many to look at.
    pub branches: Vec<Branch>,
    /// What is wrong with its logic.
    pub review: Review,
}

/// What the logic of one condition may cost: some tens of milliseconds on a slow machine, and for nearly every condition
/// a hundredth of that.
const STEPS: u64 = 400_000;

impl<'a> LintCtx<'a> {
    /// Prepares what the lints share.
    #[must_use]
    pub fn new(source: &'a str, rule: &'a Rule, cx: &'a Context<'a>) -> LintCtx<'a> {
        let blocks = [(&rule.when_signal, Place::Signal), (&rule.when_event, Place::Event)];
        let cap = usize::from(cx.config.policy.max_branches.get());
        let mut conditions: Vec<Condition<'a>> = blocks
            .into_iter()
            .filter_map(|(query, place)| {
                let query = query.as_ref()?;
                let form = normal_form(query, false, cap);
                let specificity = judge(query, &form, cx.schema, cx.sample);
                let branches = branches(source, rule, query, &form, cx);
                let review = review(query, cx.schema, &form, cap, &mut Budget::new(STEPS));
                Some(Condition { query, place, form, specificity, branches, review })
            })
            .collect();
        conditions.sort_by_key(|condition| condition.query.span.start);
        LintCtx { cx, source, rule, conditions }
    }

    /// Whether what matches is silenced, so that breadth is a danger.
    #[must_use]
    pub fn is_suppress(&self) -> bool {
        self.rule.polarity == Polarity::Suppress
    }
}
