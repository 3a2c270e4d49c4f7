//! Quell's tree in the common form.

use quell::config::{Config, Context, Level};
use quell::diag::Severity;
use quell::emit::query_text;
use quell::event::{Event, matches};
use quell::hir::{Bound, Names, NodeId, NodeKind, Query, Test, lower_item, signature};
use quell::project::Project;
use quell::schema::Schema;
use quell::syntax::{parse_item, split};

use crate::datadog::pattern;
use crate::form::{Form, Test as FormTest};

/// Before every date in the tests.
const NOW: i64 = 1_700_000_000_000;

/// Reads a query as the `when event` of a rule; unknown keys pass.
///
/// # Errors
///
/// The codes of the errors, in order, each once.
pub fn read(query: &str) -> Result<Query, Vec<&'static str>> {
    program(&format!("suppress generated {{\n  when event {{\n{query}\n  }}\n}}\n"))
}

/// Reads a program and gives the `when event` of its last rule; unknown keys pass.
///
/// # Errors
///
/// The codes of the errors, in order, each once.
pub fn program(text: &str) -> Result<Query, Vec<&'static str>> {
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let ranges = split(text);
    let parsed: Vec<_> = ranges.iter().map(|range| parse_item(range.of(text))).collect();
    let mut project = Project::default();
    let signatures = ranges.iter().zip(&parsed).map(|(range, item)| (range.start, signature(range.of(text), item)));
    let file = project.add_file("main.quell", signatures);
    let linked = project.resolve(&cx);
    let nothing = Names::default();
    let names = linked.names(file).unwrap_or(&nothing);
    let mut found: Vec<_> = linked.diagnostics.iter().map(|(_, diagnostic)| diagnostic.clone()).collect();
    let mut query = None;
    for (range, item) in ranges.iter().zip(&parsed) {
        // What a rule means, and not how good it is.
        let lowered = lower_item(range.of(text), item, names, &cx);
        found.extend(lowered.diagnostics);
        query = lowered.rules.into_iter().last().and_then(|rule| rule.when_event).or(query);
    }
    let mut codes: Vec<&str> = Vec::new();
    for error in found.iter().filter(|found| config.severity(found.code) == Some(Severity::Error)) {
        if !codes.contains(&error.code.name()) {
            codes.push(error.code.name());
        }
    }
    match query {
        Some(query) if codes.is_empty() => Ok(query),
        _ => Err(codes),
    }
}

/// The query as it is emitted.
#[must_use]
pub fn emitted(query: &Query) -> String {
    let mut text = String::new();
    query_text(query, &mut text);
    text
}

/// The tree in the common form; nothing where it holds networks, which the open grammar does not know.
#[must_use]
pub fn form(query: &Query) -> Option<Form> {
    node(query, query.root())
}

/// The keys and tests of all terms, in order.
#[must_use]
pub fn terms(query: &Query) -> Vec<(String, Test)> {
    let mut found = Vec::new();
    let mut waiting = vec![query.root()];
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::And(of) | NodeKind::Or(of) => waiting.extend(query.children(of).iter().rev()),
            NodeKind::Not(of) => waiting.push(of),
            NodeKind::Term { key, test } => found.push((unescaped(query.text(key.text)), test)),
        }
    }
    found
}

/// Whether the query holds on an event.
#[must_use]
pub fn holds(query: &Query, event: &Event<'_>) -> bool {
    matches(query, event, Schema::embedded())
}

fn node(query: &Query, id: NodeId) -> Option<Form> {
    let list = |list| query.children(list).iter().map(|id| node(query, *id)).collect::<Option<Vec<Form>>>();
    Some(match query.node(id).kind {
        NodeKind::And(of) => Form::all(list(of)?),
        NodeKind::Or(of) => Form::any(list(of)?),
        NodeKind::Not(of) => node(query, of)?.denied(),
        NodeKind::Term { key, test } => {
            let test = match test {
                Test::Present => FormTest::Present,
                Test::Exact(text) => FormTest::Exact(query.text(text).to_owned()),
                Test::Glob(text) => pattern(&unescaped(query.text(text))),
                Test::Range { low, high } => FormTest::Range(bound(low), bound(high)),
                Test::Networks(_) => return None,
            };
            Form::Term(unescaped(query.text(key.text)), test)
        }
    })
}

fn bound(bound: Option<Bound>) -> Option<(f64, bool)> {
    bound.map(|bound| (bound.value, bound.inclusive))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    out
}
