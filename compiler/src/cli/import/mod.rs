//! Suppressions that exist elsewhere, as rules: API answers, Terraform, Quell's own document, queries as they are typed.
//!
//! What is read becomes [`Imported`], whatever it came from, and that becomes text. Nothing is lost in silence: what
//! cannot be kept is a note.

mod api;
mod document;
mod lines;
mod terraform;
mod write;

use serde_json::Value;

pub use write::program;

/// A rule as its source has it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Imported {
    /// Whether only what matches triggers.
    pub require: bool,
    /// A name of its own, where the source has one that Quell takes.
    pub name: Option<String>,
    /// What Datadog shows.
    pub title: String,
    /// Lines to stand above it as comments.
    pub comments: Vec<String>,
    /// What stands above it as documentation.
    pub documentation: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// What it must not hide.
    pub protects: Option<String>,
    /// As RFC 3339 text.
    pub starts: Option<String>,
    /// As RFC 3339 text.
    pub expires: Option<String>,
    /// As RFC 3339 text.
    pub review: Option<String>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Its tags, but for those that fields give.
    pub tags: Vec<String>,
    /// What it is about, by the names of activities.
    pub activity: Vec<String>,
    /// Lints that it silences, each with its reason.
    pub allows: Vec<(String, String)>,
    /// Queries as they are typed; nothing for the rule query that is the default.
    pub rules: Option<String>,
    /// The condition on signals, as it is typed.
    pub signal: Option<String>,
    /// The condition on events, as it is typed.
    pub event: Option<String>,
}

/// What a text holds, and what of it could not be kept.
#[derive(Default, Debug)]
pub struct Found {
    /// In the order of the text.
    pub rules: Vec<Imported>,
    /// What could not be kept, in words.
    pub notes: Vec<String>,
}

/// Reads a text in whichever form it is.
///
/// # Errors
///
/// Says why the text is in none of the forms.
pub fn read(name: &str, text: &str) -> Result<Found, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("`{name}` is not JSON: {error}"))?;
        return if value.get("format").is_some() { document::read(text) } else { Ok(json(&value)) };
    }
    if name.ends_with(".tf") || name.ends_with(".hcl") {
        return terraform::read_hcl(text).map_err(|error| format!("`{name}` is not Terraform: {error}"));
    }
    Ok(lines::read(text))
}

/// How deep answers and states nest what matters.
const DEPTH: usize = 6;

/// Gathers suppressions from wherever they stand in API answers, bodies, Terraform's JSON and its state.
fn json(value: &Value) -> Found {
    let mut found = Found::default();
    gather(value, 0, &mut found);
    found
}

/// INVARIANT: recursion is bounded by [`DEPTH`].
fn gather(value: &Value, depth: usize, found: &mut Found) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| gather(element, depth + 1, found)),
        Value::Object(object) => {
            if api::is_body(object) {
                api::read(object, found);
            } else if terraform::is_configuration(object) {
                terraform::read_configuration(object, found);
            } else if terraform::is_state(object) {
                terraform::read_state(object, found);
            } else {
                for key in ["data", "attributes", "resource_json", "values", "root_module"] {
                    if let Some(inner) = object.get(key) {
                        gather(inner, depth + 1, found);
                    }
                }
                // The API's own export to Terraform.
                if let Some(Ok(exported)) = object.get("output").and_then(Value::as_str).map(terraform::read_hcl) {
                    found.rules.extend(exported.rules);
                    found.notes.extend(exported.notes);
                }
            }
        }
        _ => {}
    }
}
