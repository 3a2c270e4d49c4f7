//! The target `datadog`: an array of create bodies for `POST /api/v2/security_monitoring/configuration/suppressions`.

use super::Frame;
use super::json::{Json, Layout};
use super::suppression::{self, Tags};
use crate::hir::{Query, Rule};

pub(super) const FRAME: Frame = Frame { start: "[", end: "\n]\n", depth: 1 };

pub(super) fn write(rule: &Rule, json: &mut Json<'_>) {
    json.item().object(Layout::Lines, |json| {
        json.key("data").object(Layout::Lines, |json| {
            json.key("type").string("suppressions");
            json.key("attributes").object(Layout::Lines, |json| attributes(rule, json));
        });
    });
}

fn attributes(rule: &Rule, json: &mut Json<'_>) {
    json.key("name").string(rule.title());
    if suppression::is_described(rule) {
        json.key("description").text(|out| suppression::description(rule, out));
    }
    json.key("enabled").bool(rule.enabled);
    json.key("rule_query").text(|out| suppression::rule_query(rule, out));
    let suppressed = |json: &mut Json<'_>, name, when: &Option<Query>| {
        if let Some(when) = when {
            json.key(name).of(when, |json| json.text(|out| suppression::suppressed(rule, when, out)));
        }
    };
    suppressed(json, "suppression_query", &rule.when_signal);
    suppressed(json, "data_exclusion_query", &rule.when_event);
    if let Some(starts) = &rule.starts {
        json.key("start_date").integer(starts.value);
    }
    if let Some(expires) = &rule.expires {
        json.key("expiration_date").integer(expires.value);
    }
    let tags = Tags::of(rule);
    if !tags.is_empty() {
        json.key("tags").array(Layout::Lines, |json| tags.iter().for_each(|tag| json.item().string(tag)));
    }
}
