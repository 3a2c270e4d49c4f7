//! Create bodies and filters against what Datadog's API says it takes.
//!
//! The facts are stated here by hand. Where `QUELL_SHARED` names a folder with Datadog's OpenAPI files
//! (`datadog/openapi_suppressions.yaml`, `datadog/openapi_rules.yaml`), bodies are validated against those too, and the
//! facts are compared with them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../emit/compile.rs"]
mod compile;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use quell::emit::Target;
use serde_json::{Map, Value, json};
use tests::workspace;

/// The attributes of a create body and the type of each.
const ATTRIBUTES: [(&str, Type); 9] = [
    ("name", Type::String),
    ("description", Type::String),
    ("enabled", Type::Bool),
    ("rule_query", Type::String),
    ("suppression_query", Type::String),
    ("data_exclusion_query", Type::String),
    ("start_date", Type::Int64),
    ("expiration_date", Type::Int64),
    ("tags", Type::Strings),
];

/// Those that every body has.
const REQUIRED: [&str; 3] = ["name", "enabled", "rule_query"];

/// Of these a body has at least one.
const QUERIES: [&str; 2] = ["suppression_query", "data_exclusion_query"];

#[derive(Clone, Copy, Debug)]
enum Type {
    String,
    Bool,
    Int64,
    Strings,
}

impl Type {
    fn fits(self, value: &Value) -> bool {
        match self {
            Type::String => value.as_str().is_some_and(|text| !text.is_empty()),
            Type::Bool => value.is_boolean(),
            Type::Int64 => value.as_i64().is_some(),
            Type::Strings => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        }
    }

    /// As OpenAPI writes it: type, format.
    fn openapi(self) -> (&'static str, Option<&'static str>) {
        match self {
            Type::String => ("string", None),
            Type::Bool => ("boolean", None),
            Type::Int64 => ("integer", Some("int64")),
            Type::Strings => ("array", None),
        }
    }
}

/// What the target makes of every program of `tests/emit`.
fn emitted(target: Target) -> Vec<Value> {
    let files = workspace::files(&workspace::root().join("tests/emit"), "quell");
    assert!(!files.is_empty());
    let text = |path: &PathBuf| compile::emitted("a.quell", &fs::read_to_string(path).unwrap(), target);
    files.iter().map(|path| serde_json::from_str(&text(path)).unwrap()).collect()
}

fn bodies() -> Vec<Value> {
    let bodies: Vec<Value> =
        emitted(Target::Datadog).iter().flat_map(|array| array.as_array().unwrap().clone()).collect();
    assert!(!bodies.is_empty());
    bodies
}

fn filters() -> Vec<Value> {
    let rules = emitted(Target::Filters);
    let rules = rules.iter().flat_map(|document| document["rules"].as_array().unwrap());
    rules.flat_map(|rule| rule["filters"].as_array().unwrap().clone()).collect()
}

/// The only member of that name, or a panic that shows what is there.
fn only<'a>(object: &'a Value, keys: &[&str]) -> &'a Map<String, Value> {
    let object = object.as_object().unwrap();
    assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    object
}

/// A file of the folder that `QUELL_SHARED` names, or nothing where the variable is not set.
fn shared(path: &str) -> Option<Value> {
    let folder = PathBuf::from(env::var_os("QUELL_SHARED")?);
    let file = folder.join(path);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_yaml_ng::from_str(&text).unwrap())
}

/// One schema of an OpenAPI file, with all the others in reach of its references.
fn validator(openapi: &Value, name: &str) -> jsonschema::Validator {
    let schema = json!({
        "$ref": format!("#/components/schemas/{name}"),
        "components": openapi["components"],
    });
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn bodies_are_as_the_api_takes_them() {
    for body in bodies() {
        let data = only(&only(&body, &["data"])["data"], &["type", "attributes"]);
        assert_eq!(data["type"], "suppressions");
        let attributes = data["attributes"].as_object().unwrap();
        for (key, value) in attributes {
            let (_, ty) = ATTRIBUTES.iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("{key}"));
            assert!(ty.fits(value), "{key} is no {ty:?}: {value}");
        }
        for key in REQUIRED {
            assert!(attributes.contains_key(key), "{key}");
        }
        assert!(QUERIES.iter().any(|key| attributes.contains_key(*key)));
        // One order, and it is that of the table.
        let order: Vec<_> =
            ATTRIBUTES.iter().map(|(name, _)| *name).filter(|name| attributes.contains_key(*name)).collect();
        assert_eq!(attributes.keys().collect::<Vec<_>>(), order);
        let tags: Vec<_> = attributes.get("tags").into_iter().flat_map(|tags| tags.as_array().unwrap()).collect();
        assert!(tags.iter().map(|tag| tag.as_str().unwrap()).is_sorted_by(|a, b| a < b), "{tags:?}");
    }
}

#[test]
fn filters_are_as_the_api_takes_them() {
    let filters = filters();
    assert!(!filters.is_empty());
    for filter in filters {
        let filter = only(&filter, &["action", "query"]);
        assert!(filter["action"] == "suppress" || filter["action"] == "require");
        assert!(Type::String.fits(&filter["query"]));
    }
}

#[test]
fn bodies_fit_the_openapi_file() {
    let Some(openapi) = shared("datadog/openapi_suppressions.yaml") else { return };
    let validator = validator(&openapi, "SecurityMonitoringSuppressionCreateRequest");
    for body in bodies() {
        let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{body:#}");
    }
    assert!(!validator.is_valid(&json!({ "data": { "type": "suppressions", "attributes": { "name": "a" } } })));
}

#[test]
fn filters_fit_the_openapi_file() {
    let Some(openapi) = shared("datadog/openapi_rules.yaml") else { return };
    let validator = validator(&openapi, "SecurityMonitoringFilter");
    for filter in filters() {
        assert!(validator.is_valid(&filter), "{filter:#}");
    }
    assert!(!validator.is_valid(&json!({ "action": "allow", "query": "a" })));
}

#[test]
fn the_facts_are_those_of_the_openapi_file() {
    let Some(openapi) = shared("datadog/openapi_suppressions.yaml") else { return };
    let schema = &openapi["components"]["schemas"]["SecurityMonitoringSuppressionCreateAttributes"];
    let properties = schema["properties"].as_object().unwrap();
    let names: BTreeSet<_> = properties.keys().map(String::as_str).collect();
    assert_eq!(names, ATTRIBUTES.iter().map(|(name, _)| *name).collect());
    for (name, ty) in ATTRIBUTES {
        let property = &properties[name];
        assert_eq!((property["type"].as_str().unwrap(), property["format"].as_str()), ty.openapi(), "{name}");
    }
    let required: BTreeSet<_> =
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(required, BTreeSet::from(REQUIRED));
}
