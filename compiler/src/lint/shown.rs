//! How a part of a condition is named in a message.

use crate::hir::{NodeId, NodeKind, Query, Test};

/// Longer texts are cut.
const MOST: usize = 60;

/// A part as it was written, with its key; what a `let` brought, as it says.
pub(super) fn shown(source: &str, query: &Query, id: NodeId) -> String {
    let node = query.node(id);
    let written = node.span.of(source);
    let term = match node.kind {
        NodeKind::Or(list) | NodeKind::And(list) => query.children(list).first().map(|first| query.node(*first)),
        _ => Some(node),
    };
    let text = match term.map(|term| term.kind) {
        // The terms of a fragment have the place of the reference to it.
        Some(NodeKind::Term { key, test }) if key.span == node.span => {
            let several = matches!(node.kind, NodeKind::Or(_));
            let value = match test {
                Test::Exact(text) | Test::Glob(text) => query.text(text),
                Test::Present => "*",
                Test::Range { .. } | Test::Networks(_) => "…",
            };
            format!("{}:{value}{}", query.text(key.text), if several { " …" } else { "" })
        }
        Some(NodeKind::Term { key, .. }) if is_value(query, id) && key.span.start != node.span.start => {
            let (open, close) = match node.kind {
                NodeKind::Or(_) if !written.starts_with('$') => ("(", ")"),
                _ => ("", ""),
            };
            format!("{}:{open}{written}{close}", query.text(key.text))
        }
        _ => written.to_owned(),
    };
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// Whether the node stands behind a key: a term, or terms on one key.
fn is_value(query: &Query, id: NodeId) -> bool {
    match query.node(id).kind {
        NodeKind::Term { test, .. } => !matches!(test, Test::Networks(_)),
        NodeKind::Or(list) => crate::logic::list_key(query, query.children(list)).is_some(),
        _ => false,
    }
}

/// Several parts in one sentence: `a`, `b` and `c`.
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => format!("`{}` and `{last}`", first.join("`, `")),
    }
}
