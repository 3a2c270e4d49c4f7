//! Which event kinds a term can hold on: those of its attribute, or those that its value names.

use crate::hir::{Key, KeyKind, Query, Test, pattern};
use crate::schema::{Activity, Kind, KindSet, Schema};

/// On which kinds something may hold, and on which it is certain to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sets {
    /// It may hold on these and on no others.
    pub(crate) possible: KindSet,
    /// It holds on every event of these.
    pub(crate) certain: KindSet,
}

impl Sets {
    /// Every kind is possible and none is certain.
    pub(crate) const NOTHING_KNOWN: Sets = Sets { possible: KindSet::ALL, certain: KindSet::EMPTY };
}

/// The kinds of one term.
pub(crate) fn term_sets(query: &Query, schema: &Schema, key: Key, test: Test) -> Sets {
    match key.kind {
        KeyKind::Attribute(id) => {
            let attribute = schema.attribute(id);
            match &*attribute.path {
                "evt.name" => by_value(query, test, Kind::ALL.iter().map(|kind| (kind.name(), KindSet::of(*kind)))),
                "evt.category" => {
                    by_value(query, test, Activity::ALL.iter().map(|activity| (activity.category(), activity.kinds())))
                }
                "agent.rule_id" => by_rule(query, schema, test),
                _ if attribute.kinds.is_empty() => Sets::NOTHING_KNOWN,
                _ => Sets { possible: attribute.kinds, certain: KindSet::EMPTY },
            }
        }
        KeyKind::Tag(_) => match (query.text(key.text), test) {
            ("rule_id", _) => by_rule(query, schema, test),
            ("type", Test::Exact(value)) => match Kind::from_name(query.text(value)) {
                Some(kind) => Sets { possible: kind.into(), certain: KindSet::EMPTY },
                None => Sets::NOTHING_KNOWN,
            },
            _ => Sets::NOTHING_KNOWN,
        },
        _ => Sets::NOTHING_KNOWN,
    }
}

/// An attribute that every event has once, and whose values stand for kinds.
fn by_value(query: &Query, test: Test, values: impl Iterator<Item = (&'static str, KindSet)>) -> Sets {
    let fits = |name: &str| match test {
        Test::Present => true,
        Test::Exact(value) => query.text(value) == name,
        Test::Glob(value) => pattern::matches(query.text(value), name),
        Test::Range { .. } | Test::Networks(_) => false,
    };
    let kinds = values.filter(|(name, _)| fits(name)).fold(KindSet::EMPTY, |all, (_, kinds)| all.union(kinds));
    // A value that is none is reported as such.
    if kinds.is_empty() { Sets::NOTHING_KNOWN } else { Sets { possible: kinds, certain: kinds } }
}

/// The id of an Agent rule; of a rule of one's own nothing is known.
pub(crate) fn by_rule(query: &Query, schema: &Schema, test: Test) -> Sets {
    let known = match test {
        Test::Exact(id) => schema.agent_rule(query.text(id)),
        _ => None,
    };
    known.map_or(Sets::NOTHING_KNOWN, |kinds| Sets { possible: kinds, certain: KindSet::EMPTY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    #[test]
    fn of_an_attribute_that_is_never_filled_nothing_is_known() {
        let schema = Schema::embedded();
        for (path, known) in [("file.fstype", false), ("file.path", true)] {
            let mut query = Query::default();
            let kind = KeyKind::Attribute(schema.attribute_id(path).unwrap());
            let key = Key { text: query.push_text(path), span: Span::empty(0), kind };
            assert_eq!(term_sets(&query, schema, key, Test::Present) != Sets::NOTHING_KNOWN, known, "{path}");
        }
    }
}
