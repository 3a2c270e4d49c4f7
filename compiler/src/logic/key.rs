//! What the schema says of a key that the logic needs: values, how many, and what ties it to other keys.

use std::sync::Arc;

use crate::hir::{Key, KeyKind, Query};
use crate::logic::value::Class;
use crate::schema::{Schema, Ties};

/// A key, independent of the query it stands in.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct KeyFacts {
    /// As it is written, `@` included.
    pub(super) text: Arc<str>,
    pub(super) class: Class,
    /// Whether an event may have several values of it.
    pub(super) multi: bool,
    /// Whether its values are the kinds of events or groups of them, so that it is decided by the kind alone.
    pub(super) is_kind: bool,
    /// What follows from its values.
    pub(super) ties: Ties,
}

/// Rule keys that a detection rule has one value of.
const SINGLE_RULE_KEYS: [&str; 3] = ["ruleId", "severity", "source"];

impl KeyFacts {
    pub(super) fn of(query: &Query, schema: &Schema, key: Key) -> KeyFacts {
        let text = query.text(key.text);
        let plain = KeyFacts {
            text: text.into(),
            class: Class::of(key, schema),
            multi: true,
            is_kind: false,
            ties: Ties::default(),
        };
        match key.kind {
            KeyKind::Attribute(id) => KeyFacts {
                multi: schema.attribute(id).multi,
                is_kind: matches!(text, "@evt.name" | "@evt.category"),
                ties: schema.ties(id).clone(),
                ..plain
            },
            // A host has one name; of every other tag an event may carry several.
            KeyKind::Tag(_) => KeyFacts { multi: text != "host", ..plain },
            KeyKind::RuleKey => KeyFacts { multi: !SINGLE_RULE_KEYS.contains(&text), ..plain },
            KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::UnknownTag => plain,
        }
    }
}
