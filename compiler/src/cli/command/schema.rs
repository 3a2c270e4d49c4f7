use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Global, ListFormat, SchemaArgs, SchemaCommand};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::cli::project::{Setting, schema_of};
use crate::cli::source::FILE_CAP;
use crate::schema::{self, Attribute, KindSet, Schema, Tag};

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

/// A tag, alone.
#[derive(Serialize)]
struct TagEntry<'a> {
    tag: &'a str,
    cardinality: &'a str,
    family: &'a str,
    stability: &'a str,
    trust: &'a str,
    documentation: String,
}

impl<'a> TagEntry<'a> {
    fn new(schema: &Schema, tag: &'a Tag) -> TagEntry<'a> {
        TagEntry {
            tag: &tag.name,
            cardinality: tag.cardinality.name(),
            family: tag.family.name(),
            stability: tag.stability.name(),
            trust: tag.trust.name(),
            documentation: schema.tag_documentation(&tag.name),
        }
    }
}

pub(in crate::cli) fn run(global: &Global, args: &SchemaArgs) -> Result<Exit, Problem> {
    match &args.command {
        SchemaCommand::List { format } => list(&Setting::load(global, &[])?.schema, *format)?,
        SchemaCommand::Show { attribute, format } => show(&Setting::load(global, &[])?.schema, attribute, *format)?,
        SchemaCommand::Import { file, output } => import(file, output.as_deref())?,
        SchemaCommand::Diff { old, new, format } => diff(old, new, *format)?,
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
    for never in schema.never_emitted_keys().filter(|never| schema.attribute_id(never.key).is_none()) {
        // It is what the key is that it stands for, but for the events: none carries it.
        let real = never.instead.iter().find_map(|key| schema.find(key.strip_prefix('@')?));
        let like = real.map(|(_, attribute)| entry(schema, attribute));
        entries.push(Entry {
            path: never.key,
            ty: like.as_ref().map_or("string", |like| like.ty),
            multi_valued: like.as_ref().is_some_and(|like| like.multi_valued),
            event_kinds: KindSet::EMPTY,
            scope: like.as_ref().map_or("event", |like| like.scope),
            family: like.as_ref().map_or("process", |like| like.family),
            stability: like.as_ref().map_or("stable", |like| like.stability),
            trust: like.as_ref().map_or("fixed", |like| like.trust),
            platforms: String::new(),
            values: &[],
            documentation: format!("Documented, never emitted. {}", never.note),
            instead: Some(&never.instead),
        });
    }
    entries.sort_by(|a, b| a.path.cmp(b.path));
    entries
}

fn list(schema: &Schema, format: ListFormat) -> Result<(), Problem> {
    let entries = entries(schema);
    if format == ListFormat::Json {
        return output::json(&entries);
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

fn show(schema: &Schema, key: &str, format: ListFormat) -> Result<(), Problem> {
    if format == ListFormat::Json {
        let path = key.trim_start_matches('@');
        if let Some(found) = entries(schema).iter().find(|entry| entry.path == path) {
            return output::json(found);
        }
        if let Some((_, tag)) = schema.tag(path) {
            return output::json(&TagEntry::new(schema, tag));
        }
    }
    match describe(schema, key) {
        Some(text) => output::say(&text),
        None => {
            let near = nearest_key(schema, key).map(|near| format!("; did you mean `{near}`?"));
            Err(Problem::usage(format!("there is no attribute or tag `{key}`{}", near.unwrap_or_default())))
        }
    }
}

/// The attribute or tag that a wrong key most likely meant.
pub(in crate::cli) fn nearest_key(schema: &Schema, key: &str) -> Option<String> {
    let attribute = || schema.suggest_attribute(key.trim_start_matches('@'), 1);
    let found = if key.starts_with('@') { attribute() } else { [schema.suggest_tag(key, 1), attribute()].concat() };
    found.into_iter().next().map(|near| near.key)
}

/// An attribute, a tag or a key of `rules` in words; nothing where there is none of that name.
pub(in crate::cli) fn describe(schema: &Schema, key: &str) -> Option<String> {
    let path = key.trim_start_matches('@');
    let mut out = String::new();
    if let Some(never) = schema.never_emitted(path).or_else(|| schema.never_emitted_tag(key)) {
        let _ =
            writeln!(out, "{key}\n\nDocumented, never emitted: {}\nUse {}.", never.note, never.instead.join(" or "));
        if schema.find(path).is_none() {
            return Some(out);
        }
        out.push('\n');
    }
    if let Some((_, attribute)) = schema.find(path) {
        let multi = if attribute.multi { ", several values" } else { "" };
        let kinds = match attribute.kinds {
            kinds if kinds.is_empty() => "none: declared and never filled".to_owned(),
            kinds if kinds.is_all() => "all".to_owned(),
            kinds => kinds.to_string(),
        };
        let _ = writeln!(out, "@{path}\n\n{}\n", schema.documentation(path));
        row(&mut out, "type", &format!("{}{multi}", attribute.ty.name()));
        row(&mut out, "events", &kinds);
        row(&mut out, "platforms", &attribute.platforms.to_string());
        row(&mut out, "known on", attribute.scope.name());
        row(&mut out, "family", attribute.family.name());
        row(&mut out, "stability", attribute.stability.name());
        row(&mut out, "trust", attribute.trust.name());
        if !attribute.values().is_empty() {
            row(&mut out, "values", &attribute.values().join(", "));
        }
        return Some(out);
    }
    if let Some((_, tag)) = schema.tag(path) {
        let _ = writeln!(out, "{path}\n\n{}\n", schema.tag_documentation(path));
        row(&mut out, "tag", tag.cardinality.name());
        row(&mut out, "family", tag.family.name());
        row(&mut out, "stability", tag.stability.name());
        row(&mut out, "trust", tag.trust.name());
        return Some(out);
    }
    let rule_key = schema.rule_key(key)?;
    let _ = writeln!(out, "{key}\n\n{}", schema.rule_key_documentation(key));
    if !rule_key.values().is_empty() {
        let _ = writeln!(out, "\nvalues     {}", rule_key.values().join(", "));
    }
    Some(out)
}

fn row(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name:<10} {value}");
}

/// Reads a schema; pipes too, so that a shell may put one together.
fn read(path: &Path) -> Result<String, Problem> {
    let cannot = |error: io::Error| Problem::input(format!("`{}` cannot be read: {error}", path.display()));
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => io::stdin().lock().take(FILE_CAP + 1).read_to_string(&mut text),
        _ => File::open(path).and_then(|file| file.take(FILE_CAP + 1).read_to_string(&mut text)),
    };
    read.map_err(cannot)?;
    if text.len() as u64 > FILE_CAP {
        return Err(Problem::input(format!("`{}` is larger than {} MiB", path.display(), FILE_CAP / 1024 / 1024)));
    }
    Ok(text)
}

fn import(path: &Path, output: Option<&Path>) -> Result<(), Problem> {
    let imported = schema::import(&read(path)?, None)
        .map_err(|error| Problem::input(format!("`{}` at `{}`: {}", path.display(), error.pointer, error.message)))?;
    for cycle in &imported.cycles {
        output::note(format!("warning: `{cycle}` holds itself, and is followed once only"));
    }
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
    schema_of(&path.display().to_string(), &read(path)?).map_err(Problem::input)
}

fn diff(old: &Path, new: &Path, format: ListFormat) -> Result<(), Problem> {
    let diff = schema::diff(&load(old)?, &load(new)?);
    if format == ListFormat::Json {
        output::json(&diff)?;
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
    Ok(())
}
