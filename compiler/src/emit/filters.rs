//! The target `filters`: the `filters` of a detection rule, which Datadog has deprecated.
//!
//! One element per rule of Quell: the query that finds the detection rules, and the filters to add to each of them.
//! Filters have neither dates nor a switch, so the element carries both beside them, and a rule that is switched off has
//! no filters. A `suppress` with two conditions is two filters; a `require` with two is one filter that wants both, so
//! that nothing depends on how several `require` filters work together.

use super::json::{Json, Layout};
use super::{Frame, query, suppression};
use crate::hir::{Polarity, Rule, date};

pub(super) const FRAME: Frame = Frame {
    start: "{\n  \"note\": \"the filters of a detection rule are deprecated: use suppressions, target datadog. Filters \
            know no dates: add them from `starts` on, and take them away at `expires`\",\n  \"rules\": [",
    end: "\n  ]\n}\n",
    depth: 2,
};

pub(super) fn write(rule: &Rule, json: &mut Json<'_>) {
    json.item().object(Layout::Lines, |json| {
        json.key("name").string(rule.title());
        json.key("rule_query").text(|out| suppression::rule_query(rule, out));
        json.key("enabled").bool(rule.enabled);
        if let Some(starts) = &rule.starts {
            json.key("starts").string(&date::rfc3339(starts.value));
        }
        if let Some(expires) = &rule.expires {
            json.key("expires").string(&date::rfc3339(expires.value));
        }
        json.key("filters").array(Layout::Lines, |json| {
            if rule.enabled {
                filters(rule, json);
            }
        });
    });
}

fn filters(rule: &Rule, json: &mut Json<'_>) {
    if let (Polarity::Require, Some(signal), Some(event)) = (rule.polarity, &rule.when_signal, &rule.when_event) {
        json.item().object(Layout::Lines, |json| {
            json.key("action").string("require");
            json.key("query").text(|out| query::write_both(signal, event, out));
        });
        return;
    }
    for when in rule.conditions() {
        json.item().object(Layout::Lines, |json| {
            json.key("action").string(match rule.polarity {
                Polarity::Suppress => "suppress",
                Polarity::Require => "require",
            });
            json.key("query").text(|out| query::write(when, out));
        });
    }
}
