//! What the logic layer claims is held against every event of a small domain: whatever it claims is so, and whatever is
//! so it finds.

use quell::event::{self, Event};
use quell::hir::{NodeId, NodeKind, Query};
use quell::logic::{Answer, Budget, Formula, always, normal_form, review};
use quell::schema::Schema;

use crate::property::domain::{events, holds, queries};

/// What each question may cost.
#[must_use]
pub fn budget() -> Budget {
    Budget::new(2_000_000)
}

/// Whether a condition can match, and whether it always does, is decided, and is so.
///
/// # Panics
///
/// Where it is not.
pub fn of_one(text: &str) {
    let Some(queries) = queries(&[text]) else { return };
    let query = &queries[0];
    let Some(events) = events(&queries) else { return };
    let formula = Formula::new(query, Schema::embedded(), false, 512);
    assert!(formula.is_complete());
    let mut satisfiable = false;
    let mut undecided = false;
    for branch in 0..formula.len() {
        match formula.satisfiable(branch, &mut budget()) {
            Answer::Yes(witness) => {
                satisfiable = true;
                assert!(holds(query, &witness.to_json()), "{}\n{}", text, witness.to_json());
            }
            Answer::No(conflict) => assert!(!conflict.literals.is_empty()),
            Answer::Undecided => undecided = true,
        }
    }
    assert!(!undecided, "undecided: {}", text);
    let found = events.iter().find(|event| holds(query, event));
    assert!(satisfiable || found.is_none(), "{}\n{:?}", text, found);
    assert!(!satisfiable || found.is_some(), "nothing found: {}", text);
    match always(query, Schema::embedded(), 512, &mut budget()) {
        Answer::Yes(()) => {
            let not = events.iter().find(|event| !holds(query, event));
            assert!(not.is_none(), "{}\n{:?}", text, not);
        }
        Answer::No(witness) => assert!(!holds(query, &witness.to_json()), "{}\n{}", text, witness.to_json()),
        Answer::Undecided => panic!("undecided: {}", text),
    }
}

/// Whether one condition follows from another is decided, and is so.
///
/// # Panics
///
/// Where it is not.
pub fn of_two(a: &str, b: &str) {
    let Some(queries) = queries(&[a, b]) else { return };
    let Some(events) = events(&queries) else { return };
    let formula = |query: &Query| Formula::new(query, Schema::embedded(), false, 512);
    let (first, second) = (&queries[0], &queries[1]);
    let against = events.iter().find(|event| holds(first, event) && !holds(second, event));
    match formula(first).implies(&formula(second), &mut budget()) {
        Answer::Yes(()) => assert!(against.is_none(), "{}\n{}\n{:?}", a, b, against),
        Answer::No(witness) => {
            let event = witness.to_json();
            assert!(holds(first, &event) && !holds(second, &event), "{}\n{}\n{}", a, b, event);
            assert!(against.is_some(), "{}\n{}\nno event against it is found", a, b);
        }
        Answer::Undecided => panic!("undecided: {} {}", a, b),
    }
}

/// Whether a condition holds with some of its parts taken out; nothing where nothing is left.
fn holds_without(query: &Query, id: NodeId, out: &[NodeId], event: &Event<'_>) -> Option<bool> {
    if out.contains(&id) {
        return None;
    }
    match query.node(id).kind {
        NodeKind::Term { .. } => Some(event::holds(query, id, event, Schema::embedded())),
        NodeKind::Not(of) => holds_without(query, of, out, event).map(|holds| !holds),
        NodeKind::And(list) | NodeKind::Or(list) => {
            let is_and = matches!(query.node(id).kind, NodeKind::And(_));
            let parts = query.children(list).iter().filter_map(|child| holds_without(query, *child, out, event));
            parts.reduce(|all, one| if is_and { all && one } else { all || one })
        }
    }
}

/// Every part of a condition that is one of several.
fn parts(query: &Query) -> Vec<NodeId> {
    let mut parts = Vec::new();
    let mut waiting = vec![query.root()];
    while let Some(id) = waiting.pop() {
        match query.node(id).kind {
            NodeKind::Term { .. } => {}
            NodeKind::Not(of) => waiting.push(of),
            NodeKind::And(list) | NodeKind::Or(list) => {
                parts.extend(query.children(list));
                waiting.extend(query.children(list));
            }
        }
    }
    parts
}

/// Holds what the review says of a condition against the events of its domain, and its silence too.
///
/// # Panics
///
/// Where something is not so, or is so and not said.
pub fn of_parts(text: &str) {
    let Some(queries) = queries(&[text]) else { return };
    let query = &queries[0];
    let Some(values) = events(&queries) else { return };
    let events: Vec<Event<'_>> = values.iter().map(|value| Event::new(value).unwrap()).collect();
    let schema = Schema::embedded();
    let found = review(query, schema, &normal_form(query, false, 512), 512, &mut budget());
    assert!(!found.is_undecided, "undecided: {}", text);
    let holds = |id: NodeId, event: &Event<'_>| event::holds(query, id, event, schema);
    assert!(!found.is_never || !events.iter().any(|event| holds(query.root(), event)), "{}", text);
    for never in &found.never {
        // Where its literals stand in one branch, so that nothing else joins them.
        assert!(!never.nodes.is_empty(), "{}", text);
    }
    for always in &found.always {
        let is_same = events.windows(2).all(|pair| holds(always.node, &pair[0]) == holds(always.node, &pair[1]));
        assert!(is_same, "{}\n{:?}", text, query.node(always.node).span.of(text));
    }
    // Each redundant part may go, and all together.
    let root = query.root();
    let mut all = Vec::new();
    for redundant in &found.redundant {
        all.extend(&redundant.nodes);
        let changed =
            events.iter().any(|event| holds_without(query, root, &redundant.nodes, event) != Some(holds(root, event)));
        assert!(!changed, "{}\n{:?}", text, redundant);
    }
    let changed = events.iter().any(|event| holds_without(query, root, &all, event) != Some(holds(root, event)));
    assert!(!changed, "{}\nall of {:?}", text, found.redundant);
    // Whatever is not said of any part is not so.
    let is_silent = found.never.is_empty() && found.always.is_empty() && found.redundant.is_empty();
    if is_silent {
        assert!(events.iter().any(|event| holds(root, event)), "never matches: {}", text);
        assert!(!events.iter().all(|event| holds(root, event)), "always matches: {}", text);
        for part in parts(query) {
            let changes =
                events.iter().any(|event| holds_without(query, root, &[part], event) != Some(holds(root, event)));
            assert!(changes, "{}\nthe part at {:?} changes nothing", text, query.node(part).span);
        }
    }
}
