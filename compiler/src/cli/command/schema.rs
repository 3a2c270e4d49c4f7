use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Global, ListFormat, SchemaArgs, SchemaCommand};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::cli::project::Setting;
use crate::schema::{self, Attribute, KindSet, Schema};

/// The largest schema that is read, in bytes.
const CAP: u64 = 64 * 1024 * 1024;

/// An attribute in lists.
#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    multi_valued: bool,
    event_kinds: KindSet,
    scope: &'a str,
    family: &'a str,
    stability: &'a str,
    trust: &'a str,
    platforms: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    values: &'static [&'static str],
    documentation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<&'a [&'static str]>,
}

pub(in crate::cli) fn run(global: &Global, args: &SchemaArgs) -> Result<Exit, Problem> {
    match &args.command {
        SchemaCommand::List { format } => list(&Setting::load(global, &[])?.schema, *format)?,
        SchemaCommand::Show { attribute, format } => show(&Setting::load(global, &[])?.schema, attribute, *format)?,
        SchemaCommand::Import { file, output } => import(file, output.as_deref())?,
        SchemaCommand::Diff { old, new, format } => return diff(old, new, *format),
    }
    Ok(Exit::Clean)
}

fn entry<'a>(schema: &Schema, attribute: &'a Attribute) -> Entry<'a> {
    Entry {
        path: &attribute.path,
        ty: attribute.ty.name(),
        multi_valued: attribute.multi,
        event_kinds: attribute.kinds,
        scope: attribute.scope.name(),
        family: attribute.family.name(),
        stability: attribute.stability.name(),
        trust: attribute.trust.name(),
        platforms: attribute.platforms.to_string(),
        values: attribute.values(),
        documentation: schema.documentation(&attribute.path),
        instead: schema.never_emitted(&attribute.path).map(|never| never.instead.as_slice()),
    }
}

/// Every attribute and every key that is never emitted, by path.
fn entries(schema: &Schema) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = schema.attributes().map(|(_, attribute)| entry(schema, attribute)).collect();
    for never in schema.never_emitted_keys() {
        if schema.attribute_id(never.key).is_none() {
            entries.push(Entry {
                path: never.key,
                ty: "string",
                multi_valued: false,
                event_kinds: KindSet::EMPTY,
                scope: "event",
                family: "process",
                stability: "stable",
                trust: "fixed",
                platforms: String::new(),
                values: &[],
                documentation: format!("Documented, never emitted. {}", never.note),
                instead: Some(&never.instead),
            });
        }
    }
    entries.sort_by(|a, b| a.path.cmp(b.path));
    entries
}

fn list(schema: &Schema, format: ListFormat) -> Result<(), Problem> {
    let entries = entries(schema);
    if format == ListFormat::Json {
        return json(&entries);
    }
    let mut out = String::new();
    for entry in &entries {
        let multi = if entry.multi_valued { "[]" } else { "" };
        let note = match entry.instead {
            Some(instead) => format!("never emitted; use {}", instead.join(" or ")),
            None => entry.event_kinds.to_string(),
        };
        let _ = writeln!(out, "@{:<60} {:<12} {note}", entry.path, format!("{}{multi}", entry.ty));
    }
    output::say(&out)
}

fn json(value: &impl Serialize) -> Result<(), Problem> {
    let mut text = serde_json::to_string_pretty(value).map_err(Problem::input)?;
    text.push('\n');
    output::say(&text)
}

fn show(schema: &Schema, key: &str, format: ListFormat) -> Result<(), Problem> {
    let path = key.trim_start_matches('@');
    if format == ListFormat::Json
        && let Some(found) = entries(schema).iter().find(|entry| entry.path == path)
    {
        return json(found);
    }
    if let Some(text) = describe(schema, key) {
        return output::say(&text);
    }
    let near = schema.suggest_attribute(path, 1);
    let hint = near.first().map(|near| format!("; did you mean `{}`?", near.key)).unwrap_or_default();
    Err(Problem::usage(format!("there is no attribute or tag `{key}`{hint}")))
}

/// An attribute or tag in words; nothing where there is none of that name.
pub(in crate::cli) fn describe(schema: &Schema, key: &str) -> Option<String> {
    let path = key.trim_start_matches('@');
    let mut out = String::new();
    if let Some(never) = schema.never_emitted(path) {
        let _ =
            writeln!(out, "@{path}\n\nThe Agent never emits it. Use {}.\n{}", never.instead.join(" or "), never.note);
        return Some(out);
    }
    if let Some((_, attribute)) = schema.find(path) {
        let multi = if attribute.multi { ", several values" } else { "" };
        let kinds = if attribute.kinds.is_all() { "every event".to_owned() } else { attribute.kinds.to_string() };
        let kinds = if kinds.is_empty() { "no event: declared and never filled".to_owned() } else { kinds };
        let _ = writeln!(out, "@{path}\n\n{}\n", schema.documentation(path));
        let _ = writeln!(out, "type       {}{multi}", attribute.ty.name());
        let _ = writeln!(out, "events     {kinds}");
        let _ = writeln!(out, "platforms  {}", attribute.platforms);
        let _ = writeln!(out, "known on   {}", attribute.scope.name());
        let _ = writeln!(out, "family     {}", attribute.family.name());
        let _ = writeln!(out, "stability  {}", attribute.stability.name());
        let _ = writeln!(out, "trust      {}", attribute.trust.name());
        if !attribute.values().is_empty() {
            let _ = writeln!(out, "values     {}", attribute.values().join(", "));
        }
        return Some(out);
    }
    let (_, tag) = schema.tag(key)?;
    let _ = writeln!(out, "{key}\n\n{}\n", schema.tag_documentation(key));
    let _ = writeln!(out, "tag        {}", tag.cardinality.name());
    let _ = writeln!(out, "family     {}", tag.family.name());
    let _ = writeln!(out, "stability  {}", tag.stability.name());
    let _ = writeln!(out, "trust      {}", tag.trust.name());
    Some(out)
}

fn read(path: &Path) -> Result<String, Problem> {
    let cannot = |error: std::io::Error| Problem::input(format!("`{}` cannot be read: {error}", path.display()));
    if fs::metadata(path).map_err(cannot)?.len() > CAP {
        return Err(Problem::input(format!("`{}` is larger than {} MiB", path.display(), CAP / 1024 / 1024)));
    }
    fs::read_to_string(path).map_err(cannot)
}

fn import(path: &Path, output: Option<&Path>) -> Result<(), Problem> {
    let imported = schema::import(&read(path)?, None)
        .map_err(|error| Problem::input(format!("`{}` at `{}`: {}", path.display(), error.pointer, error.message)))?;
    let text = imported.to_tsv();
    match output {
        Some(output) => output::replace(output, text.as_bytes()),
        None => output::say(&text),
    }
}

/// A schema file, a JSON Schema, or the built-in schema.
fn load(path: &Path) -> Result<Schema, Problem> {
    if path.as_os_str() == "builtin" {
        return Ok(Schema::embedded().clone());
    }
    let mut text = read(path)?;
    if text.trim_start().starts_with('{') {
        text = schema::import(&text, None)
            .map_err(|error| Problem::input(format!("`{}` at `{}`: {}", path.display(), error.pointer, error.message)))?
            .to_tsv();
    }
    Schema::parse(&text)
        .map_err(|error| Problem::input(format!("{}:{}: {}", path.display(), error.line, error.message)))
}

fn diff(old: &Path, new: &Path, format: ListFormat) -> Result<Exit, Problem> {
    let diff = schema::diff(&load(old)?, &load(new)?);
    if format == ListFormat::Json {
        json(&diff)?;
    } else {
        let mut out = String::new();
        for path in &diff.added {
            let _ = writeln!(out, "+ @{path}");
        }
        for path in &diff.removed {
            let _ = writeln!(out, "- @{path}");
        }
        for changed in &diff.changed {
            for field in &changed.fields {
                let _ = writeln!(out, "~ @{}: {} {} → {}", changed.path, field.field, field.old, field.new);
            }
        }
        if diff.is_empty() {
            out.push_str("no difference\n");
        }
        output::say(&out)?;
    }
    Ok(if diff.is_empty() { Exit::Clean } else { Exit::Findings })
}
