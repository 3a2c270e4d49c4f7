//! Rules as they work at one moment, asked about events.

use std::sync::Arc;

use crate::base::{Instant, Span};
use crate::config::Context;
use crate::emit::node_text;
use crate::event::{Detection, Event, Index, LoweredRule, Trace, TraceKind, is_active, silences, trace};
use crate::hir::{NodeId, Polarity, Query};
use crate::project::resolve_import;
use crate::syntax::ast::{Expectation, Item, ItemKind};

/// A rule with where it is.
#[derive(Clone, Debug)]
pub struct PlacedRule {
    /// The rule.
    pub lowered: LoweredRule,
    /// From the project root.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// The text that its spans are relative to.
    pub text: Arc<str>,
}

/// A `test` item.
#[derive(Clone, Debug)]
pub struct PlacedTest {
    /// Its title, quotes left out.
    pub title: String,
    /// What it asks for.
    pub expectations: Vec<Expectation>,
    /// From the project root.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// The text that the spans of the expectations are relative to.
    pub text: Arc<str>,
    /// Where it starts in that text.
    pub start: u32,
}

/// All rules without errors, and the tests.
#[derive(Debug)]
pub struct Ruleset {
    /// In order of file and place.
    pub rules: Vec<PlacedRule>,
    /// In order of file and place.
    pub tests: Vec<PlacedTest>,
    /// The present moment of the run.
    pub now: Instant,
    /// The way from an event to the rules that it may concern.
    index: Index,
}

impl Ruleset {
    /// The rules, in order of file and place, with the tests.
    #[must_use]
    pub fn new(rules: Vec<PlacedRule>, tests: Vec<PlacedTest>, cx: &Context<'_>) -> Ruleset {
        let lowered: Vec<&LoweredRule> = rules.iter().map(|placed| &placed.lowered).collect();
        let index = Index::new(&lowered, cx.schema);
        Ruleset { rules, tests, now: cx.now, index }
    }

    /// The rules that silence an event, by index, in order of file and place.
    pub fn silencing<'r>(&'r self, event: &'r Event<'r>, cx: &'r Context<'r>) -> impl Iterator<Item = usize> + 'r {
        let detection = Detection::of(event);
        self.index.candidates(event).into_iter().map(|index| index as usize).filter(move |index| {
            self.rules.get(*index).is_some_and(|placed| {
                is_active(&placed.lowered.rule, self.now) && silences(&placed.lowered, event, &detection, cx.schema)
            })
        })
    }

    /// The `suppress` that the fewest terms keep from silencing an event.
    #[must_use]
    pub fn nearest(&self, event: &Event<'_>, cx: &Context<'_>) -> Option<usize> {
        let rules = self.rules.iter().enumerate().filter(|(_, placed)| placed.is_suppress());
        rules.map(|(index, placed)| (placed.turning(event, cx).len(), index)).min().map(|(_, index)| index)
    }

    /// The rule of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.rules.iter().position(|placed| placed.lowered.rule.name.value == name)
    }
}

impl PlacedTest {
    /// An item where it is a test; `text` is what it stands in, and `line` says on which line a place of it is.
    #[must_use]
    pub fn of(
        item: &Item,
        text: impl Into<Arc<str>>,
        file: &Arc<str>,
        line: impl FnOnce(Span) -> u32,
    ) -> Option<PlacedTest> {
        let ItemKind::Test { title, expectations } = &item.kind else { return None };
        let text = text.into();
        Some(PlacedTest {
            title: title.of(&text).trim_matches('"').to_owned(),
            expectations: expectations.clone(),
            file: Arc::clone(file),
            line: line(item.span),
            text,
            start: item.span.start,
        })
    }

    /// The file of events that an expectation names, from the project root.
    ///
    /// # Errors
    ///
    /// What is written there, where it leads out of the project.
    pub fn event_file(&self, path: Span) -> Result<String, &str> {
        let written = path.of(&self.text).trim_matches('"');
        resolve_import(&self.file, written).map_err(|_| written)
    }
}

impl PlacedRule {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.lowered.rule.name.value
    }

    /// Where it is, for people: `file:line`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The line and the column, in characters and both from 1, of a place in its text.
    #[must_use]
    pub fn position(&self, at: u32) -> (u32, u32) {
        let before = self.text.get(..at as usize).unwrap_or_default();
        let within = before.get(self.lowered.rule.span.start as usize..).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', within.as_bytes()).count();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (self.line + lines as u32, line.chars().count() as u32 + 1)
    }

    /// Its conditions in source order.
    pub(super) fn conditions(&self) -> Vec<&Query> {
        let mut queries: Vec<&Query> = self.lowered.rule.conditions().collect();
        queries.sort_by_key(|query| query.span.start);
        queries
    }

    /// Its conditions with the tree of each, in source order.
    #[must_use]
    pub fn traces(&self, event: &Event<'_>, cx: &Context<'_>) -> Vec<(&Query, Trace)> {
        let schema = self.lowered.schema(cx.schema);
        self.conditions().into_iter().map(|query| (query, trace(query, event, schema))).collect()
    }

    /// Whether it silences what its conditions hold on.
    #[must_use]
    pub fn is_suppress(&self) -> bool {
        self.lowered.rule.polarity == Polarity::Suppress
    }

    /// The terms that keep it from the other verdict on an event, each with the values it met: the fewest that do.
    #[must_use]
    pub fn turning(&self, event: &Event<'_>, cx: &Context<'_>) -> Vec<(String, Vec<String>)> {
        let nearest = self.traces(event, cx).into_iter().map(|(query, trace)| {
            let terms = trace.turning();
            let shown = terms.into_iter().map(|id| {
                let met = match trace.find(id).map(|found| &found.kind) {
                    Some(TraceKind::Term(met)) => met.clone(),
                    _ => Vec::new(),
                };
                (written(query, id), met)
            });
            shown.collect::<Vec<_>>()
        });
        nearest.min_by_key(Vec::len).unwrap_or_default()
    }
}

/// A node of a condition with its key, also where the source writes the key once for several values.
#[must_use]
pub fn written(query: &Query, node: NodeId) -> String {
    let mut text = String::new();
    node_text(query, node, &mut text);
    text
}

/// Values as a person reads them; at most three.
#[must_use]
pub fn shown(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("`{a}`, `{b}`, `{c}` and {} more", rest.len()),
        all => all.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "),
    }
}
