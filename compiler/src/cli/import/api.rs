//! Bodies and answers of the suppressions API, whose attributes Terraform has under the same names.

use serde_json::{Map, Value};

use super::{Found, Imported};
use crate::emit::ALL_RULES;
use crate::hir::date;

/// Whether an object is a suppression: with a type and attributes, or the attributes alone.
pub(super) fn is_body(object: &Map<String, Value>) -> bool {
    attributes(object).is_some()
}

fn attributes(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let has_query = |attributes: &&Map<String, Value>| {
        ["rule_query", "suppression_query", "data_exclusion_query"].iter().any(|key| attributes.contains_key(*key))
    };
    if object.get("type").and_then(Value::as_str) == Some("suppressions") {
        return object.get("attributes")?.as_object();
    }
    Some(object).filter(has_query)
}

/// Takes a suppression.
pub(super) fn read(object: &Map<String, Value>, found: &mut Found) {
    let Some(attributes) = attributes(object) else { return };
    let id = object.get("id").and_then(Value::as_str);
    let mut rule = suppression(attributes, &mut found.notes);
    rule.comments.extend(id.map(|id| format!("Datadog's id: {id}")));
    found.rules.push(rule);
}

/// Reads the attributes of a suppression, of the API or of Terraform.
pub(super) fn suppression(attributes: &Map<String, Value>, notes: &mut Vec<String>) -> Imported {
    let text = |key: &str| attributes.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let title = text("name").unwrap_or("imported").to_owned();
    let mut rule = Imported {
        enabled: attributes.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        rules: text("rule_query").filter(|query| *query != ALL_RULES).map(str::to_owned),
        signal: text("suppression_query").map(str::to_owned),
        event: text("data_exclusion_query").map(str::to_owned),
        ..Imported::default()
    };
    for (key, place) in [("start_date", &mut rule.starts), ("expiration_date", &mut rule.expires)] {
        *place = match attributes.get(key) {
            Some(Value::Number(number)) => number.as_i64().map(date::rfc3339),
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
    }
    if let Some(description) = text("description") {
        rule.describe(description);
        let kept: Vec<&str> = rule.documentation.lines().collect();
        if kept.iter().any(|line| line.trim_end() != *line) || description.contains('\r') {
            notes.push(format!("`{title}`: blanks at the ends of lines of the description are not kept"));
        }
    }
    let tags = attributes.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    // Those that the fields give again are left out.
    let implied = |tag: &&str| {
        (rule.owner.is_some() && tag.starts_with("owner:")) || (rule.ticket.is_some() && tag.starts_with("ticket:"))
    };
    rule.tags = tags.filter(|tag| !implied(tag)).map(str::to_owned).collect();
    if rule.signal.is_none() && rule.event.is_none() {
        notes.push(format!("`{title}` has neither a suppression query nor a data exclusion query: it needs a `when`"));
    }
    rule.title = title;
    rule
}

impl Imported {
    /// Takes a description apart as `compile` puts one together: lines that name who and why, an empty one, the
    /// documentation.
    fn describe(&mut self, description: &str) {
        let mut rest = description;
        let fields = [
            ("Owner: ", &mut self.owner),
            ("Reason: ", &mut self.reason),
            ("Ticket: ", &mut self.ticket),
            ("Protects: ", &mut self.protects),
        ];
        let mut any = false;
        for (label, field) in fields {
            let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
            if let Some(value) = line.strip_prefix(label).filter(|value| !value.trim().is_empty()) {
                *field = Some(value.to_owned());
                any = true;
                rest = behind;
            }
        }
        self.documentation = match (any, rest.strip_prefix('\n')) {
            (true, Some(documentation)) => documentation.to_owned(),
            _ => rest.to_owned(),
        };
    }
}
