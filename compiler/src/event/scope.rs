//! Which detection rule an event belongs to, and whether a `rules { … }` names it.
//!
//! A signal names its detection rule; an event of the Agent does not, since many rules may fire on it. What is not known
//! leaves the question open.

use serde_json::Value;

use crate::event::Event;
use crate::hir::{Key, KeyKind, NodeId, NodeKind, Query, Test};
use crate::logic::{Class, passes};
use crate::schema::Schema;
use crate::schema::envelope::{RULE_ID, RULE_NAME, RULE_TYPE};

/// Whether something holds, where that can be known.
pub type Known = Option<bool>;

/// What an event says of its detection rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Detection {
    /// The id, where the event names it.
    pub id: Option<String>,
    /// The name, where the event names it.
    pub name: Option<String>,
}

impl Detection {
    /// Reads it off an event.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Detection {
        let first = |paths: &[&str]| {
            paths.iter().find_map(|path| event.attribute(path).into_iter().next()).map(|value| value.into_owned())
        };
        Detection { id: first(&RULE_ID), name: first(&RULE_NAME) }
    }
}

/// Whether a `rules { … }` names the detection rule of an event; nothing where the event does not tell.
#[must_use]
pub fn names(rules: &Query, detection: &Detection, event: &Event<'_>, schema: &Schema) -> Known {
    Scope { rules, detection, event, schema }.node(rules.root())
}

struct Scope<'a> {
    rules: &'a Query,
    detection: &'a Detection,
    event: &'a Event<'a>,
    schema: &'a Schema,
}

impl Scope<'_> {
    /// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
    fn node(&self, id: NodeId) -> Known {
        match self.rules.node(id).kind {
            NodeKind::And(list) => self.fold(self.rules.children(list), false),
            NodeKind::Or(list) => self.fold(self.rules.children(list), true),
            NodeKind::Not(of) => self.node(of).map(|holds| !holds),
            NodeKind::Term { key, test } => self.term(key, test),
        }
    }

    /// One `decisive` part decides; else what is unknown leaves it open.
    fn fold(&self, parts: &[NodeId], decisive: bool) -> Known {
        let mut result = Some(!decisive);
        for part in parts {
            match self.node(*part) {
                Some(holds) if holds == decisive => return Some(decisive),
                Some(_) => {}
                None => result = None,
            }
        }
        result
    }

    fn term(&self, key: Key, test: Test) -> Known {
        let class = Class::of(key, self.schema);
        let passes = |value: &str| passes(self.rules, test, class, &class.canonical(value));
        match self.rules.text(key.text) {
            "ruleId" => self.detection.id.as_deref().map(passes),
            "ruleName" => self.detection.name.as_deref().map(passes),
            "type" => Some(passes(RULE_TYPE)),
            name if matches!(key.kind, KeyKind::Tag(_)) => {
                let mut values = self.event.tag(name).peekable();
                values.peek().is_some().then(|| values.any(passes))
            }
            _ => None,
        }
    }
}

/// Where an event says its instant, the likeliest first.
pub(super) const INSTANTS: [&[&str]; 5] = [
    &["date"],
    &["timestamp"],
    &["attributes", "timestamp"],
    &["attributes", "date"],
    &["attributes", "custom", "date"],
];

/// The instant of an event, as far as it says one: RFC 3339 text or milliseconds since the epoch.
#[must_use]
pub fn instant(value: &Value) -> Option<crate::base::Instant> {
    INSTANTS.iter().find_map(|path| {
        let found = path.iter().try_fold(value, |value, name| value.get(*name))?;
        match found {
            Value::String(text) => Some(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()),
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    })
}
