//! The JSON Schema of `quell.toml`, made from the types that read it.

use std::collections::BTreeSet;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::{Config, Level};
use crate::diag::Code;

/// The JSON Schema of [`Config`], pretty, with a line break at its end: what `grammar/quell.schema.json` holds.
#[must_use]
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap_or_default();
    text.push('\n');
    text
}

/// A level for each lint and each group of lints, and for nothing else.
pub(super) fn lints(generator: &mut SchemaGenerator) -> Schema {
    let lints = || Code::ALL.iter().filter(|code| code.is_configurable());
    let groups: BTreeSet<&str> = lints().map(|code| code.group().name()).collect();
    let level = generator.subschema_for::<Level>().to_value();
    let levels: Map<String, Value> = groups
        .into_iter()
        .chain(lints().map(|code| code.name()))
        .map(|name| (name.to_owned(), level.clone()))
        .collect();
    json_schema!({ "type": "object", "properties": levels, "additionalProperties": false })
}
