//! The target `rules`: the document of [`super::document`], written without building it.
//!
//! A term and the source stand on one line each, so that a changed condition is a changed line.

use super::document::{Number, key_type};
use super::json::{Json, Layout};
use super::suppression::ALL_RULES;
use super::{CheckedRule, Frame, query};
use crate::hir::{Bound, Instant, Key, NodeId, NodeKind, Polarity, Query, Spanned, Test, date};
use crate::logic::specificity::{Bits, Specificity, level};
use crate::schema::Schema;

pub(super) const FRAME: Frame = Frame {
    start: "{\n  \"format\": \"quell.rules\",\n  \"version\": 1,\n  \"rules\": [",
    end: "\n  ]\n}\n",
    depth: 2,
};

pub(super) fn write(checked: &CheckedRule<'_>, json: &mut Json<'_>) {
    let CheckedRule { rule, schema, .. } = *checked;
    json.item().object(Layout::Lines, |json| {
        json.key("name").string(&rule.name.value);
        json.key("action").string(match rule.polarity {
            Polarity::Suppress => "suppress",
            Polarity::Require => "require",
        });
        text(json, "title", rule.title.as_ref());
        if !rule.documentation.is_empty() {
            json.key("documentation").string(&rule.documentation);
        }
        text(json, "owner", rule.owner.as_ref());
        text(json, "reason", rule.reason.as_ref());
        text(json, "ticket", rule.ticket.as_ref());
        text(json, "protects", rule.protects.as_ref());
        json.key("enabled").bool(rule.enabled);
        date(json, "starts", rule.starts.as_ref());
        date(json, "expires", rule.expires.as_ref());
        date(json, "review", rule.review.as_ref());
        if !rule.tags.is_empty() {
            let mut tags: Vec<&str> = rule.tags.iter().map(String::as_str).collect();
            tags.sort_unstable();
            tags.dedup();
            json.key("tags").array(Layout::Line, |json| tags.iter().for_each(|tag| json.item().string(tag)));
        }
        if let Some(activity) = &rule.activity {
            json.key("activity").array(Layout::Line, |json| {
                activity.value.iter().for_each(|kind| json.item().string(kind.name()));
            });
        }
        if !rule.allows.is_empty() {
            json.key("allows").array(Layout::Lines, |json| {
                for allow in &rule.allows {
                    json.item().object(Layout::Line, |json| {
                        json.key("lint").string(allow.code.name());
                        json.key("reason").string(&allow.reason);
                    });
                }
            });
        }
        json.key("queries").object(Layout::Lines, |json| {
            match &rule.rules {
                Some(rules) => query_object(json, "rules", rules, schema),
                None => json.key("rules").object(Layout::Lines, |json| {
                    json.key("text").string(ALL_RULES);
                    json.key("condition").raw(
                        r#"{"term": {"key": "type", "type": "string", "multi_valued": false, "test": {"equals": "workload_security"}}}"#,
                    );
                }),
            }
            if let Some(signal) = &rule.when_signal {
                query_object(json, "signal", signal, schema);
            }
            if let Some(event) = &rule.when_event {
                query_object(json, "event", event, schema);
            }
        });
        if let Some(specificity) = checked.specificity {
            json.key("specificity").object(Layout::Lines, |json| {
                bits_and_level(json, specificity.bits());
                json.key("branches").array(Layout::Lines, |json| {
                    let conditions = [("signal", &specificity.signal), ("event", &specificity.event)];
                    for (on, condition) in conditions {
                        for branch in condition.iter().flat_map(Specificity::branches) {
                            json.item().object(Layout::Line, |json| {
                                json.key("on").string(on);
                                if condition.as_ref().is_some_and(Specificity::is_whole) {
                                    json.key("whole").bool(true);
                                }
                                bits_and_level(json, branch.bits);
                            });
                        }
                    }
                });
            });
        }
        json.key("source").object(Layout::Line, |json| {
            json.key("file").string(checked.file);
            json.key("line").integer(checked.line.into());
            json.key("column").integer(checked.column.into());
            json.key("offset").integer(checked.offset.into());
        });
    });
}

fn bits_and_level(json: &mut Json<'_>, bits: Bits) {
    const TENTHS: [&str; 10] = [".0", ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9"];
    json.key("bits").integer((bits.tenths() / 10).into());
    json.raw(TENTHS.get(bits.tenths() as usize % 10).copied().unwrap_or_default());
    json.key("level").string(level(bits).name());
}

fn text(json: &mut Json<'_>, name: &'static str, field: Option<&Spanned<String>>) {
    if let Some(field) = field {
        json.key(name).string(&field.value);
    }
}

fn date(json: &mut Json<'_>, name: &'static str, field: Option<&Spanned<Instant>>) {
    if let Some(field) = field {
        json.key(name).string(&date::rfc3339(field.value));
    }
}

fn query_object(json: &mut Json<'_>, name: &'static str, query: &Query, schema: &Schema) {
    json.key(name).of(query, |json| {
        json.object(Layout::Lines, |json| {
            json.key("text").text(|out| query::write(query, out));
            json.key("condition");
            condition(json, query, query.root(), schema);
        });
    });
}

fn condition(json: &mut Json<'_>, query: &Query, id: NodeId, schema: &Schema) {
    match query.node(id).kind {
        NodeKind::And(list) => json.object(Layout::Line, |json| {
            conditions(json.key("and"), query, query.children(list), schema);
        }),
        NodeKind::Or(list) => json.object(Layout::Line, |json| {
            conditions(json.key("or"), query, query.children(list), schema);
        }),
        NodeKind::Not(inner) => json.object(Layout::Line, |json| condition(json.key("not"), query, inner, schema)),
        NodeKind::Term { key, test } => term(json, query, key, test, schema),
    }
}

/// Most of a document is terms, so that their fixed parts are written as they are.
fn term(json: &mut Json<'_>, query: &Query, key: Key, test: Test, schema: &Schema) {
    let (ty, multi_valued) = key_type(key.kind, schema);
    json.raw(r#"{"term": {"key": ""#);
    json.piece(query.text(key.text));
    json.raw(r#"", "type": ""#);
    json.raw(ty.name());
    json.raw(match multi_valued {
        true => r#"", "multi_valued": true, "test": {"#,
        false => r#"", "multi_valued": false, "test": {"#,
    });
    match test {
        Test::Present => json.raw(r#""present": true"#),
        Test::Exact(text) => {
            json.raw(r#""equals": ""#);
            json.piece(query.text(text));
            json.raw(r#"""#);
        }
        Test::Glob(text) => {
            json.raw(r#""glob": "#);
            json.string(query.text(text));
        }
        Test::Range { low, high } => {
            json.raw(r#""range": "#);
            json.object(Layout::Line, |json| {
                bound(json, ["gt", "gte"], query, low);
                bound(json, ["lt", "lte"], query, high);
            });
        }
        Test::Networks(text) => {
            json.raw(r#""networks": "#);
            json.array(Layout::Line, |json| {
                query.text(text).split(',').for_each(|network| json.item().string(network));
            });
        }
    }
    json.raw("}}}");
}

fn conditions(json: &mut Json<'_>, query: &Query, ids: &[NodeId], schema: &Schema) {
    json.array(Layout::Lines, |json| ids.iter().for_each(|id| condition(json.item(), query, *id, schema)));
}

fn bound(json: &mut Json<'_>, [strict, inclusive]: [&'static str; 2], query: &Query, bound: Option<Bound>) {
    let Some(bound) = bound else { return };
    json.key(if bound.inclusive { inclusive } else { strict });
    match Number::new(query.text(bound.text)) {
        Number::Int(int) => json.integer(int),
        // INVARIANT: a float has the spelling that it was made from, digits and a point, which is JSON.
        Number::Float(float) => json.raw(&float.to_string()),
        Number::Text(text) => json.string(&text),
    }
}
