use crate::base::{Instant, Span};
use crate::diag::Code;
use crate::hir::{NodeId, NodeKind, Query, Test};
use crate::schema::KindSet;

/// A value and where it was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place, relative to the item.
    pub span: Span,
}

/// Which way a rule works.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Polarity {
    /// What matches never triggers.
    Suppress,
    /// Only what matches triggers.
    Require,
}

/// One `suppress` or `require`, checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// `suppress` or `require`.
    pub polarity: Polarity,
    /// The name, unique in the project.
    pub name: Spanned<String>,
    /// The `##` block above, markers and one blank taken off each line, lines joined by LF; may be empty.
    pub documentation: String,
    /// What Datadog shows; the name if absent.
    pub title: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// Why it is benign.
    pub reason: Option<Spanned<String>>,
    /// Where it was decided.
    pub ticket: Option<Spanned<String>>,
    /// What it must never hide.
    pub protects: Option<Spanned<String>>,
    /// First instant at which it works.
    pub starts: Option<Spanned<Instant>>,
    /// Last instant at which it works.
    pub expires: Option<Spanned<Instant>>,
    /// From when on it wants a look.
    pub review: Option<Spanned<Instant>>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Tags as written.
    pub tags: Vec<String>,
    /// The event kinds it is about, where it says so.
    pub activity: Option<Spanned<KindSet>>,
    /// Lints it silences.
    pub allows: Vec<Allow>,
    /// Which detection rules; `type:workload_security` if absent.
    pub rules: Option<Query>,
    /// Conditions on the signal.
    pub when_signal: Option<Query>,
    /// Conditions on the Agent event.
    pub when_event: Option<Query>,
    /// The whole item from its keyword to its closing brace.
    pub span: Span,
}

/// `allow LINT = "reason"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allow {
    /// Which lint.
    pub code: Code,
    /// Why.
    pub reason: String,
    /// The statement.
    pub span: Span,
}

impl Rule {
    /// A rule that says nothing but its name.
    #[must_use]
    pub fn new(polarity: Polarity, name: Spanned<String>, span: Span) -> Rule {
        Rule {
            polarity,
            name,
            documentation: String::new(),
            title: None,
            owner: None,
            reason: None,
            ticket: None,
            protects: None,
            starts: None,
            expires: None,
            review: None,
            enabled: true,
            tags: Vec::new(),
            activity: None,
            allows: Vec::new(),
            rules: None,
            when_signal: None,
            when_event: None,
            span,
        }
    }

    /// What Datadog shows as its name.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.as_ref().map_or(&self.name.value, |title| &title.value)
    }

    /// Its conditions: on signals, then on events.
    pub fn conditions(&self) -> impl Iterator<Item = &Query> {
        self.when_signal.iter().chain(&self.when_event)
    }

    /// Whether it works on detection rules that it names: each branch of `rules` has an id that is not denied.
    #[must_use]
    pub fn names_rules(&self) -> bool {
        self.rules.as_ref().is_some_and(|query| names_rule(query, query.root()))
    }

    /// The ids of the detection rules it is about, in source order, where `rules` lists ids and says no more.
    #[must_use]
    pub fn listed_ids(&self) -> Option<Vec<&str>> {
        let query = self.rules.as_ref()?;
        let root = [query.root()];
        let members = match query.node(query.root()).kind {
            NodeKind::Or(list) => query.children(list),
            _ => &root,
        };
        let id = |member: &NodeId| match query.node(*member).kind {
            NodeKind::Term { key, test: Test::Exact(id) } if query.text(key.text) == "ruleId" => Some(query.text(id)),
            _ => None,
        };
        members.iter().map(id).collect()
    }

    /// Whether it works now or later.
    #[must_use]
    pub fn will_work(&self, now: Instant) -> bool {
        self.enabled && !self.is_expired(now)
    }

    /// Whether it ended before `now`.
    #[must_use]
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires.as_ref().is_some_and(|expires| expires.value < now)
    }
}

/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn names_rule(query: &Query, id: NodeId) -> bool {
    match query.node(id).kind {
        NodeKind::And(list) => query.children(list).iter().any(|part| names_rule(query, *part)),
        NodeKind::Or(list) => query.children(list).iter().all(|part| names_rule(query, *part)),
        NodeKind::Not(_) => false,
        NodeKind::Term { key, test } => query.text(key.text) == "ruleId" && matches!(test, Test::Exact(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::{Key, KeyKind};

    #[test]
    fn only_ids_are_listed() {
        for (keys, listed) in [(["ruleId", "ruleId"], true), (["ruleId", "type"], false)] {
            let mut query = Query::default();
            let terms = keys.map(|key| {
                let key = Key { text: query.push_text(key), span: Span::empty(0), kind: KeyKind::RuleKey };
                let test = Test::Exact(query.push_text("x"));
                query.push(NodeKind::Term { key, test }, Span::empty(0))
            });
            let root = query.push_or(&terms, Span::empty(0));
            query.set_root(root);
            let mut rule = Rule::new(Polarity::Suppress, Spanned::default(), Span::empty(0));
            rule.rules = Some(query);
            assert_eq!(rule.listed_ids(), listed.then(|| vec!["x", "x"]), "{keys:?}");
        }
    }
}
