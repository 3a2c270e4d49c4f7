//! Quell's own document, read back to the same program.

use super::{Found, Imported};
use crate::emit::document::Action;
use crate::emit::read_rules;
use crate::hir::date;

pub(super) fn read(text: &str) -> Result<Found, String> {
    let rules = read_rules(text).map_err(|error| error.to_string())?;
    let rules = rules.into_iter().map(|rule| {
        let scope = rule.scope().map(|query| query.text.clone());
        let instant = |at: crate::emit::document::Timestamp| date::rfc3339(at.0);
        Imported {
            require: rule.action == Action::Require,
            title: rule.title.unwrap_or_else(|| rule.name.clone()),
            name: Some(rule.name),
            comments: Vec::new(),
            documentation: rule.documentation.unwrap_or_default(),
            owner: rule.owner,
            reason: rule.reason,
            ticket: rule.ticket,
            protects: rule.protects,
            starts: rule.starts.map(instant),
            expires: rule.expires.map(instant),
            review: rule.review.map(instant),
            enabled: rule.enabled,
            tags: rule.tags,
            activity: rule.activity.into_iter().flatten().map(|kind| kind.name().to_owned()).collect(),
            allows: rule.allows.into_iter().map(|allow| (allow.lint, allow.reason)).collect(),
            rules: scope,
            signal: rule.queries.signal.map(|query| query.text),
            event: rule.queries.event.map(|query| query.text),
        }
    });
    Ok(Found { rules: rules.collect(), notes: Vec::new() })
}
