//! The rules of a project as they work at one moment, asked about events.

use std::path::PathBuf;

use crate::base::Instant;
use crate::cli::args::{Format, Global};
use crate::cli::batch::{self, KeptRule, KeptTest, Nothing, Outcome, Purpose};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{command, format, source};
use crate::diag::Severity;
use crate::emit::node_text;
use crate::event::{Detection, Event, Index, LoweredRule, Trace, TraceKind, is_active, silences, trace};
use crate::hir::{NodeId, Polarity, Query};

/// All rules without errors, and the tests.
pub(super) struct Ruleset {
    pub(super) rules: Vec<KeptRule>,
    pub(super) tests: Vec<KeptTest>,
    /// The present moment of the run.
    pub(super) now: Instant,
    /// The way from an event to the rules that it may concern.
    index: Index,
}

/// What a run that needs rules without errors can go on with.
pub(super) enum Loaded {
    Rules(Ruleset),
    /// There are errors, and they were printed.
    Broken(Exit),
}

impl Ruleset {
    /// Loads what `paths` name, the whole project where there are none. Errors are printed, and nothing else: a warning
    /// is for `check`.
    pub(super) fn load(setting: &Setting, global: &Global, paths: &[PathBuf]) -> Result<Loaded, Problem> {
        let mut outcome: Outcome = batch::run(setting, source::find(setting, paths), Purpose::Events, &mut Nothing)?;
        outcome.findings.retain(|finding| finding.diagnostic.severity == Severity::Error);
        let verdict = command::verdict(&outcome.findings, None);
        if verdict != Exit::Clean {
            format::print_aside(&outcome, Format::Human, global.color)?;
            return Ok(Loaded::Broken(verdict));
        }
        let lowered: Vec<&LoweredRule> = outcome.kept.iter().map(|kept| &kept.lowered).collect();
        let index = Index::new(&lowered, &setting.schema);
        Ok(Loaded::Rules(Ruleset { rules: outcome.kept, tests: outcome.tests, now: outcome.now, index }))
    }

    /// The rules that silence an event, by index, in order of file and place.
    pub(super) fn silencing<'r>(
        &'r self,
        event: &'r Event<'r>,
        setting: &'r Setting,
    ) -> impl Iterator<Item = usize> + 'r {
        let detection = Detection::of(event);
        self.index.candidates(event).into_iter().map(|index| index as usize).filter(move |index| {
            self.rules.get(*index).is_some_and(|kept| {
                is_active(&kept.lowered.rule, self.now) && silences(&kept.lowered, event, &detection, &setting.schema)
            })
        })
    }

    /// The `suppress` that the fewest terms keep from silencing an event.
    pub(super) fn nearest(&self, event: &Event<'_>, setting: &Setting) -> Option<usize> {
        let rules = self.rules.iter().enumerate().filter(|(_, kept)| kept.is_suppress());
        rules.map(|(index, kept)| (kept.turning(event, setting).len(), index)).min().map(|(_, index)| index)
    }

    /// The rule of that name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.rules.iter().position(|kept| kept.lowered.rule.name.value == name)
    }
}

impl KeptRule {
    pub(super) fn name(&self) -> &str {
        &self.lowered.rule.name.value
    }

    /// Where it is, for people: `file:line`.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Its conditions with the tree of each, in order.
    pub(super) fn traces(&self, event: &Event<'_>, setting: &Setting) -> Vec<(&Query, Trace)> {
        let rule = &self.lowered.rule;
        let schema = self.lowered.schema(&setting.schema);
        let mut queries: Vec<&Query> = [&rule.when_signal, &rule.when_event].into_iter().flatten().collect();
        queries.sort_by_key(|query| query.span.start);
        queries.into_iter().map(|query| (query, trace(query, event, schema))).collect()
    }

    /// Whether it silences what its conditions hold on.
    pub(super) fn is_suppress(&self) -> bool {
        self.lowered.rule.polarity == Polarity::Suppress
    }

    /// The terms that keep it from the other verdict on an event, each with the values it met: the fewest that do.
    pub(super) fn turning(&self, event: &Event<'_>, setting: &Setting) -> Vec<(String, Vec<String>)> {
        let nearest = self.traces(event, setting).into_iter().map(|(query, trace)| {
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
pub(super) fn written(query: &Query, node: NodeId) -> String {
    let mut text = String::new();
    node_text(query, node, &mut text);
    text
}

/// Values as a person reads them; at most three.
pub(super) fn shown(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("`{a}`, `{b}`, `{c}` and {} more", rest.len()),
        all => all.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "),
    }
}
