//! Whether a condition holds on an event, in the simplest form: every other way to find out must agree with it.

use std::borrow::Cow;

use crate::event::Event;
use crate::hir::spelling::unescaped;
use crate::hir::{Key, KeyKind, NodeId, NodeKind, Query, Test};
use crate::logic::{Class, passes};
use crate::schema::Schema;

/// Whether the condition holds. `schema` is the one that the condition was lowered with.
#[must_use]
pub fn matches(query: &Query, event: &Event<'_>, schema: &Schema) -> bool {
    holds(query, query.root(), event, schema)
}

/// Whether one node of the condition holds.
///
/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
#[must_use]
pub fn holds(query: &Query, id: NodeId, event: &Event<'_>, schema: &Schema) -> bool {
    match query.node(id).kind {
        NodeKind::And(list) => query.children(list).iter().all(|child| holds(query, *child, event, schema)),
        NodeKind::Or(list) => query.children(list).iter().any(|child| holds(query, *child, event, schema)),
        NodeKind::Not(of) => !holds(query, of, event, schema),
        NodeKind::Term { key, test } => Term::new(query, key, test, schema).holds(event),
    }
}

/// A term with what is needed to compare values.
pub(super) struct Term<'q> {
    query: &'q Query,
    key: Key,
    test: Test,
    class: Class,
    /// The key without the escapes that Datadog wants in it.
    name: Cow<'q, str>,
}

impl<'q> Term<'q> {
    pub(super) fn new(query: &'q Query, key: Key, test: Test, schema: &Schema) -> Term<'q> {
        Term { query, key, test, class: Class::of(key, schema), name: unescaped(query.text(key.text)) }
    }

    /// Whether any value of its key passes.
    pub(super) fn holds(&self, event: &Event<'_>) -> bool {
        let passes = |value: &str| passes(self.query, self.test, self.class, &self.class.canonical(value));
        match self.path() {
            Some(path) => event.attribute(path).iter().any(|value| passes(value)),
            None => event.tag(&self.name).any(passes),
        }
    }

    /// The values of its key in an event.
    pub(super) fn values(&self, event: &Event<'_>) -> Vec<String> {
        match self.path() {
            Some(path) => event.attribute(path).into_iter().map(Cow::into_owned).collect(),
            None => event.tag(&self.name).map(str::to_owned).collect(),
        }
    }

    /// Where its values are: the path of an attribute, or the name of a tag, and which of the two.
    pub(super) fn source(&self) -> (&str, bool) {
        self.path().map_or((&*self.name, false), |path| (path, true))
    }

    /// The path of an attribute; nothing for a tag.
    fn path(&self) -> Option<&str> {
        match self.key.kind {
            KeyKind::Tag(_) | KeyKind::UnknownTag | KeyKind::RuleKey => None,
            _ => self.name.strip_prefix('@'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Context, Level};
    use crate::hir::{Names, lower_item};
    use crate::syntax::parse_item;
    use serde_json::{Value, json};

    #[track_caller]
    fn holds(condition: &str, value: &Value) -> bool {
        let mut config = Config::default();
        config.schema.unknown = Some(Level::Allow);
        let cx = Context::new(Schema::embedded(), &config, 0);
        let text = format!("suppress x {{ when event {{ {condition} }} }}");
        let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
        let rule = lowered.rules.first().unwrap_or_else(|| panic!("{condition}: {:#?}", lowered.diagnostics));
        matches(rule.when_event.as_ref().unwrap(), &Event::new(value).unwrap(), cx.schema)
    }

    #[test]
    fn what_conditions_mean() {
        let event = json!({
            "evt": {"name": "exec"},
            "process": {
                "uid": 0, "pid": 9_007_199_254_740_993u64, "comm": "java", "is_thread": false,
                "args": ["-c", "x y", "*"], "envs": [],
                "executable": {"path": "/usr/lib/jvm/17/bin/java"},
                "ancestors": [{"comm": "sh", "args": ["-i"]}, {"comm": "init"}],
            },
            "network": {"destination": {"ip": "10.1.2.3", "port": 443}, "source": {"ip": "fd00::1"}},
            "custom": {"n": "2.5", "m": 7.0},
            "tags": ["host:web-1", "env:prod", "image:a:b"],
        });
        for condition in [
            "@process.comm:java",
            "-@process.comm:Java",
            "-@process.comm:jav",
            "@process.args:-c @process.args:\"x y\"",
            "@process.args:(-c AND \"x y\")",
            "@process.args:\\*",
            "-@process.args:z",
            "-@process.envs:x",
            "-@process.envs:*",
            "@process.args:*",
            "@process.executable.path:/usr/lib/jvm/*/bin/java",
            "-@process.executable.path:/usr/lib/jvm/?/bin/java",
            "@process.uid:0 @process.uid:<1 @process.uid:[0 TO 0] -@process.uid:{0 TO 1}",
            "@process.uid:00",
            "@process.pid:>9007199254740992",
            "-@process.pid:>9007199254740993",
            "@process.pid:9007*",
            "@process.is_thread:false",
            "@process.ancestors.comm:sh @process.ancestors.comm:init -@process.ancestors.comm:java",
            "@process.ancestors.args:-i",
            "CIDR(@network.destination.ip,10.0.0.0/8)",
            "-CIDR(@network.destination.ip,11.0.0.0/8,fd00::/8)",
            "CIDR(@network.source.ip,11.0.0.0/8,fd00::/8)",
            "@network.destination.port:(80 OR 443)",
            "@custom.n:>2 @custom.n:2.5 @custom.m:7 @custom.m:[7 TO 7]",
            "host:web-? -host:web env:prod",
            "image:a\\:b",
            "host:other OR env:prod",
            "NOT (host:other OR env:dev)",
        ] {
            assert!(holds(condition, &event), "{condition}");
            assert!(!holds(&format!("NOT ({condition})"), &event), "{condition}");
        }
    }
}
