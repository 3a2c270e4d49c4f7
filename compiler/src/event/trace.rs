//! Why a condition holds on an event or does not: the whole tree without short cuts, and the nearest miss.

use crate::event::Event;
use crate::event::matches::{Term, holds as node_holds};
use crate::hir::{NodeId, NodeKind, Query};
use crate::schema::Schema;

/// A node of a condition with what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// The node.
    pub node: NodeId,
    /// Whether it holds.
    pub holds: bool,
    /// What is below it.
    pub kind: TraceKind,
}

/// What a [`Trace`] is of.
#[derive(Clone, PartialEq, Debug)]
pub enum TraceKind {
    /// All have to hold.
    All(Vec<Trace>),
    /// One has to hold.
    Any(Vec<Trace>),
    /// It must not hold.
    Not(Box<Trace>),
    /// A term, with the values of its key in the event.
    Term(Vec<String>),
}

/// Evaluates every part of a condition.
#[must_use]
pub fn trace(query: &Query, event: &Event<'_>, schema: &Schema) -> Trace {
    node(query, query.root(), event, schema)
}

/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn node(query: &Query, id: NodeId, event: &Event<'_>, schema: &Schema) -> Trace {
    let below = |ids: &[NodeId]| ids.iter().map(|id| node(query, *id, event, schema)).collect::<Vec<_>>();
    let (holds, kind) = match query.node(id).kind {
        NodeKind::And(list) => {
            let parts = below(query.children(list));
            (parts.iter().all(|part| part.holds), TraceKind::All(parts))
        }
        NodeKind::Or(list) => {
            let parts = below(query.children(list));
            (parts.iter().any(|part| part.holds), TraceKind::Any(parts))
        }
        NodeKind::Not(of) => {
            let inner = node(query, of, event, schema);
            (!inner.holds, TraceKind::Not(Box::new(inner)))
        }
        NodeKind::Term { key, test } => {
            let term = Term::new(query, key, test, schema);
            (term.holds(event), TraceKind::Term(term.values(event)))
        }
    };
    debug_assert_eq!(holds, node_holds(query, id, event, schema));
    Trace { node: id, holds, kind }
}

impl Trace {
    /// The fewest terms whose turning turns the whole, in source order: the nearest miss of what does not hold, and what
    /// what holds hangs on.
    #[must_use]
    pub fn turning(&self) -> Vec<NodeId> {
        match &self.kind {
            TraceKind::Term(_) => vec![self.node],
            TraceKind::Not(inner) => inner.turning(),
            // What a single part decides is turned by its cheapest part; else all that stand in the way must turn.
            TraceKind::All(parts) if self.holds => cheapest(parts),
            TraceKind::Any(parts) if !self.holds => cheapest(parts),
            TraceKind::All(parts) | TraceKind::Any(parts) => {
                parts.iter().filter(|part| part.holds == self.holds).flat_map(Trace::turning).collect()
            }
        }
    }

    /// The trace of a term below this one.
    #[must_use]
    pub fn find(&self, id: NodeId) -> Option<&Trace> {
        if self.node == id {
            return Some(self);
        }
        match &self.kind {
            TraceKind::Term(_) => None,
            TraceKind::Not(inner) => inner.find(id),
            TraceKind::All(parts) | TraceKind::Any(parts) => parts.iter().find_map(|part| part.find(id)),
        }
    }
}

fn cheapest(parts: &[Trace]) -> Vec<NodeId> {
    parts.iter().map(Trace::turning).min_by_key(Vec::len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Config, Context};
    use crate::hir::{Names, lower_item};
    use crate::syntax::parse_item;

    /// The terms to turn, as they are written.
    #[track_caller]
    fn turning(condition: &str) -> (bool, Vec<String>) {
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 0);
        let text = format!("suppress x {{ when event {{ {condition} }} }}");
        let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
        let rule = lowered.rules.first().unwrap_or_else(|| panic!("{condition}: {:#?}", lowered.diagnostics));
        let query = rule.when_event.as_ref().unwrap();
        let value = json!({"process": {"comm": "java", "args": ["-x", "-y"], "uid": 0}});
        let trace = trace(query, &Event::new(&value).unwrap(), cx.schema);
        let turning = trace.turning();
        assert!(turning.iter().all(|id| trace.find(*id).is_some()));
        (trace.holds, turning.iter().map(|id| query.node(*id).span.of(&text).to_owned()).collect())
    }

    #[test]
    fn the_fewest_terms_that_turn_the_verdict() {
        for (condition, holds, terms) in [
            ("@process.comm:java @process.args:-x", true, vec!["@process.comm:java"]),
            ("@process.comm:sh @process.args:-z @process.uid:0", false, vec!["@process.comm:sh", "@process.args:-z"]),
            ("(@process.comm:sh @process.args:-z) OR @process.uid:5", false, vec!["@process.uid:5"]),
            ("@process.comm:java OR @process.uid:0", true, vec!["@process.comm:java", "@process.uid:0"]),
            ("NOT (@process.comm:java @process.uid:0)", false, vec!["@process.comm:java"]),
        ] {
            assert_eq!(turning(condition), (holds, terms.into_iter().map(str::to_owned).collect()), "{condition}");
        }
    }
}
