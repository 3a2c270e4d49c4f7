//! Terraform: configuration as HCL and as JSON, and state.

use serde_json::{Map, Value};

use super::{Found, api};

/// The provider's resource.
const RESOURCE: &str = "datadog_security_monitoring_suppression";

/// Whether an object is a `.tf.json` file.
pub(super) fn is_configuration(object: &Map<String, Value>) -> bool {
    object.get("resource").is_some_and(Value::is_object)
}

/// Whether an object is a state file, or the module that `terraform show -json` prints.
pub(super) fn is_state(object: &Map<String, Value>) -> bool {
    object.get("resources").is_some_and(Value::is_array)
}

pub(super) fn read_hcl(text: &str) -> Result<Found, String> {
    let value: Value = hcl::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Found::default();
    if let Value::Object(object) = &value {
        read_configuration(object, &mut found);
    }
    let comments = comments(text);
    for rule in &mut found.rules {
        let own = rule.name.as_ref().and_then(|name| comments.iter().find(|(known, _)| known == name));
        rule.comments.extend(own.into_iter().flat_map(|(_, lines)| lines.clone()));
    }
    // The name of the resource served to find them; the rule is named after its title like any other.
    found.rules.iter_mut().for_each(|rule| rule.name = None);
    Ok(found)
}

/// The comment lines right above each resource, by its name.
fn comments(text: &str) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        let comment = line.strip_prefix('#').or_else(|| line.strip_prefix("//"));
        if let Some(comment) = comment {
            above.push(comment.trim().to_owned());
            continue;
        }
        if line.starts_with("resource") && line.contains(RESOURCE) {
            let name = line.split('"').nth(3).unwrap_or_default();
            all.push((name.to_owned(), std::mem::take(&mut above)));
        }
        above.clear();
    }
    all
}

pub(super) fn read_configuration(object: &Map<String, Value>, found: &mut Found) {
    let resources = object.get("resource").and_then(|resources| resources.get(RESOURCE)).and_then(Value::as_object);
    for (name, bodies) in resources.into_iter().flatten() {
        let bodies = match bodies {
            Value::Array(bodies) => bodies.as_slice(),
            one => std::slice::from_ref(one),
        };
        for body in bodies.iter().filter_map(Value::as_object) {
            let mut literal = body.clone();
            for (key, value) in &mut literal {
                if let Value::String(text) = value {
                    match unescaped(text) {
                        Some(plain) => *text = plain,
                        None => found.notes.push(format!(
                            "`{RESOURCE}.{name}`: `{key}` is an expression, which only Terraform can evaluate; it is kept as it is written"
                        )),
                    }
                }
            }
            let mut rule = api::suppression(&literal, &mut found.notes);
            rule.name = Some(name.clone());
            found.rules.push(rule);
        }
    }
    if let Some(comment) = object.get("//").and_then(Value::as_str) {
        found.notes.push(format!("the comment `{comment}` of the file is not kept"));
    }
}

pub(super) fn read_state(object: &Map<String, Value>, found: &mut Found) {
    for resource in object.get("resources").and_then(Value::as_array).into_iter().flatten() {
        if resource.get("type").and_then(Value::as_str) != Some(RESOURCE) {
            continue;
        }
        let instances = resource.get("instances").and_then(Value::as_array).into_iter().flatten();
        let attributes = instances.filter_map(|instance| instance.get("attributes")).chain(resource.get("values"));
        for attributes in attributes.filter_map(Value::as_object) {
            let mut rule = api::suppression(attributes, &mut found.notes);
            let id = attributes.get("id").and_then(Value::as_str);
            rule.comments.extend(id.map(|id| format!("Datadog's id: {id}")));
            found.rules.push(rule);
        }
    }
}

/// A template without expressions as the text that it stands for; nothing where it has one that is more than a sign.
fn unescaped(template: &str) -> Option<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, special) = rest.split_at(at);
        text.push_str(before);
        let taken = [("$${", "${"), ("%%{", "%{"), (r#"${"$"}"#, "$"), (r#"${"%"}"#, "%")]
            .iter()
            .find(|(written, _)| special.starts_with(written));
        let (written, plain) = match taken {
            Some((written, plain)) => (written.len(), *plain),
            None if special.starts_with("${") || special.starts_with("%{") => return None,
            None => (1, special.get(..1).unwrap_or_default()),
        };
        text.push_str(plain);
        rest = special.get(written..).unwrap_or_default();
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_as_terraform_evaluates_them() {
        for (template, text) in [
            ("plain $5 50%", Some("plain $5 50%")),
            ("$${HOME} %%{x}", Some("${HOME} %{x}")),
            (r#"a${"$"}${"$"}{b"#, Some("a$${b")),
            ("${var.query}", None),
        ] {
            assert_eq!(unescaped(template).as_deref(), text, "{template}");
        }
    }

    #[test]
    fn comments_above_a_resource_are_kept() {
        let text = "# agreed with the owners\nresource \"datadog_security_monitoring_suppression\" \"a\" {\n  name = \"A\"\n  rule_query = \"type:workload_security\"\n  suppression_query = \"env:\\\"dev\\\"\"\n}\n";
        let found = read_hcl(text).unwrap();
        let [rule] = found.rules.as_slice() else { panic!("{found:?}") };
        assert_eq!(rule.comments, ["agreed with the owners"]);
        assert_eq!((rule.rules.as_deref(), rule.signal.as_deref()), (None, Some("env:\"dev\"")));
    }
}
