//! What the schema says of a key that the logic needs: values, how many, and what ties it to other keys.

use crate::hir::{Key, KeyKind, Query};
use crate::logic::value::Class;
use crate::schema::{Attribute, Schema};

/// A key, independent of the query it stands in.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct KeyFacts {
    /// As it is written, `@` included.
    pub(super) text: Box<str>,
    pub(super) class: Class,
    /// Whether an event may have several values of it.
    pub(super) multi: bool,
    /// Whether its values are the kinds of events or groups of them, so that it is decided by the kind alone.
    pub(super) is_kind: bool,
    /// The key that holds the last segment of this one's path, on every event that has this one.
    pub(super) name: Option<Box<str>>,
    /// The key of all ancestors, of which the parent that this key is about is the first.
    pub(super) ancestors: Option<Box<str>>,
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
            name: None,
            ancestors: None,
        };
        match key.kind {
            KeyKind::Attribute(id) => {
                let attribute = schema.attribute(id);
                let path = text.strip_prefix('@').unwrap_or(text);
                KeyFacts {
                    multi: attribute.multi,
                    is_kind: matches!(path, "evt.name" | "evt.category"),
                    name: path
                        .strip_suffix(".path")
                        .and_then(|stem| tied(schema, attribute, format!("{stem}.name")))
                        .filter(|(_, name)| name.multi == attribute.multi)
                        .map(|(text, _)| text),
                    ancestors: path
                        .strip_prefix("process.parent.")
                        .and_then(|rest| tied(schema, attribute, format!("process.ancestors.{rest}")))
                        .filter(|(_, ancestors)| ancestors.multi && ancestors.ty == attribute.ty)
                        .map(|(text, _)| text),
                    ..plain
                }
            }
            // A host has one name; of every other tag an event may carry several.
            KeyKind::Tag(_) => KeyFacts { multi: text != "host", ..plain },
            KeyKind::RuleKey => KeyFacts { multi: !SINGLE_RULE_KEYS.contains(&text), ..plain },
            KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::UnknownTag => plain,
        }
    }
}

/// An attribute of the Agent that every event has which has the other one.
fn tied<'s>(schema: &'s Schema, attribute: &Attribute, path: String) -> Option<(Box<str>, &'s Attribute)> {
    let (_, other) = schema.find(&path)?;
    let holds = !attribute.declared
        && !other.declared
        && !attribute.open_below
        && !other.open_below
        && attribute.kinds.difference(other.kinds).is_empty()
        && !attribute.kinds.is_empty();
    holds.then(|| (format!("@{path}").into(), other))
}
