//! Reads a JSON Schema as Datadog publishes it for the Agent's events and turns it into an attribute table.
//!
//! Not a JSON Schema validator: of a schema it takes names, types and nesting, and leaves every other constraint alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::attribute::{Attribute, Platforms, Type};
use super::classify::{self, Raw};
use super::embedded::{HEADER, Schema};
use super::kind::KindSet;

const MAX_DEPTH: usize = 64;
const MAX_ATTRIBUTES: usize = 20_000;
const MAX_STEPS: usize = 100_000;

/// Why a JSON Schema cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Where, as a JSON pointer into the file; empty for the whole file.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "at {}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for ImportError {}

/// An imported schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The attributes, by path.
    pub attributes: Vec<Attribute>,
    /// What [`Schema::version`] will say of it.
    pub version: String,
    /// Paths where a reference led back to itself; what would be below is left out.
    pub cycles: Vec<String>,
}

impl Imported {
    /// The attributes of both, for the schemas of two platforms. Where both have a path, this one's type wins.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut attributes: BTreeMap<Cow<'static, str>, Attribute> =
            self.attributes.into_iter().map(|attribute| (attribute.path.clone(), attribute)).collect();
        for attribute in other.attributes {
            match attributes.get_mut(&attribute.path) {
                Some(known) => {
                    known.platforms = known.platforms.union(attribute.platforms);
                    known.kinds = known.kinds.union(attribute.kinds);
                }
                None => {
                    attributes.insert(attribute.path.clone(), attribute);
                }
            }
        }
        let mut cycles = self.cycles;
        cycles.extend(other.cycles);
        cycles.sort();
        cycles.dedup();
        let version = match self.version == other.version {
            true => self.version,
            false => format!("{}, {}", self.version, other.version),
        };
        Self { attributes: attributes.into_values().collect(), version, cycles }
    }

    /// The schema file, which [`Schema::parse`] reads.
    pub fn to_tsv(&self) -> String {
        table(&self.version, &self.attributes)
    }
}

/// The schema file of some attributes.
pub(super) fn table<'a>(version: &str, attributes: impl IntoIterator<Item = &'a Attribute>) -> String {
    let version: String = version.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut text = format!("{HEADER}\n# version: {version}\n");
    for a in attributes {
        let (kinds, set) = (a.kinds.cell(), a.value_set.as_deref().unwrap_or("-"));
        let (multi, platforms) = (a.multi, a.platforms);
        let (ty, scope, family, stability, trust) = (a.ty, a.scope, a.family, a.stability, a.trust);
        text.push_str(&format!(
            "{}\t{ty}\t{multi}\t{platforms}\t{kinds}\t{scope}\t{family}\t{stability}\t{trust}\t{set}\n",
            a.path
        ));
    }
    text
}

/// Imports a JSON Schema. Without a platform, it is told from the attributes that only Windows has.
pub fn import(json: &str, platform: Option<Platforms>) -> Result<Imported, ImportError> {
    let root: Value = serde_json::from_str(json.trim_start_matches('\u{feff}'))
        .map_err(|error| ImportError { pointer: String::new(), message: format!("this is not JSON: {error}") })?;
    let mut walk = Walk { root: &root, found: BTreeMap::new(), references: Vec::new(), cycles: Vec::new(), steps: 0 };
    walk.visit(&root, &Place::default())?;
    if walk.found.is_empty() {
        return Err(ImportError {
            pointer: String::new(),
            message: "the schema has no properties; is this the JSON Schema of the Agent's events?".to_owned(),
        });
    }
    let windows = walk.found.keys().any(|path| path.starts_with("registry.") || path.starts_with("permission_change."));
    let platform = platform.unwrap_or(if windows { Platforms::WINDOWS } else { Platforms::LINUX });
    let version = root.get("version").or_else(|| root.get("$id")).and_then(Value::as_str).unwrap_or("imported");
    Ok(Imported {
        attributes: walk.found.into_iter().map(|(path, found)| attribute(path, &found, platform)).collect(),
        version: version.to_owned(),
        cycles: walk.cycles,
    })
}

/// What the schema says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    ty: Type,
    set: Option<Cow<'static, str>>,
    multi: bool,
}

/// The row of a path: what only the embedded table knows is taken from there, or from what stands beside it.
fn attribute(path: String, found: &Found, platforms: Platforms) -> Attribute {
    let known = Schema::embedded();
    let base = known.find(&path).map(|(_, attribute)| attribute).filter(|attribute| attribute.path == path);
    let open_below = path.ends_with(".*");
    match base {
        Some(base) => Attribute {
            ty: found.ty,
            multi: found.multi,
            platforms,
            value_set: found.set.clone(),
            open_below,
            ..base.clone()
        },
        None => Attribute {
            kinds: kinds_beside(known, &path),
            scope: classify::scope(&path),
            family: classify::family(&path),
            stability: classify::stability(&path, found.ty),
            trust: classify::trust(&path),
            ty: found.ty,
            multi: found.multi,
            platforms,
            value_set: found.set.clone(),
            open_below,
            path: Cow::Owned(path),
            declared: false,
        },
    }
}

/// The kinds of a path that the embedded table lacks: those of its nearest relatives if they agree, else every kind.
fn kinds_beside(known: &Schema, path: &str) -> KindSet {
    let mut parent = path;
    while let Some((head, _)) = parent.rsplit_once('.') {
        let mut kinds = known.below(head).map(|(_, attribute)| attribute.kinds).filter(|kinds| !kinds.is_empty());
        if let Some(first) = kinds.next() {
            return if kinds.all(|kinds| kinds == first) { first } else { KindSet::ALL };
        }
        parent = head;
    }
    KindSet::ALL
}

/// Where the walk stands.
#[derive(Clone, Default)]
struct Place {
    path: String,
    pointer: String,
    multi: bool,
    depth: usize,
}

impl Place {
    fn at(&self, keyword: &str) -> Self {
        Self { pointer: format!("{}/{keyword}", self.pointer), depth: self.depth + 1, ..self.clone() }
    }

    fn member(&self, keyword: &str, name: &str, segment: &str) -> Self {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        let path = if self.path.is_empty() { segment.to_owned() } else { format!("{}.{segment}", self.path) };
        Self { path, ..self.at(&format!("{keyword}/{escaped}")) }
    }

    fn error(&self, message: impl Into<String>) -> ImportError {
        ImportError { pointer: self.pointer.clone(), message: message.into() }
    }
}

struct Walk<'j> {
    root: &'j Value,
    found: BTreeMap<String, Found>,
    /// The references that the walk is inside of.
    references: Vec<&'j str>,
    cycles: Vec<String>,
    steps: usize,
}

impl<'j> Walk<'j> {
    fn visit(&mut self, node: &'j Value, place: &Place) -> Result<(), ImportError> {
        self.steps += 1;
        if place.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return Err(place.error("the schema is nested too deeply to be one of the Agent's"));
        }
        match node {
            Value::Bool(true) => self.untyped(place),
            Value::Bool(false) => Ok(()),
            Value::Object(keywords) => self.keywords(keywords, place),
            _ => Err(place.error("a schema is an object, `true` or `false`")),
        }
    }

    fn keywords(&mut self, keywords: &'j Map<String, Value>, place: &Place) -> Result<(), ImportError> {
        let mut told = false;
        if let Some(reference) = keywords.get("$ref") {
            told = true;
            self.reference(reference, &place.at("$ref"))?;
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let Some(parts) = keywords.get(keyword) else {
                continue;
            };
            told = true;
            let here = place.at(keyword);
            let parts = parts.as_array().ok_or_else(|| here.error(format!("`{keyword}` is an array of schemas")))?;
            for (position, part) in parts.iter().enumerate() {
                // A part that only adds constraints (`required`, `const`) says nothing about types.
                if part.as_object().is_some_and(|part| !tells_a_type(part)) {
                    continue;
                }
                self.visit(part, &here.at(&position.to_string()))?;
            }
        }
        if self.members(keywords, place)? {
            return Ok(());
        }
        let types = types(keywords, place)?;
        match types.as_slice() {
            // Besides a type, `null` only says that the value may be missing.
            [] if told || keywords.contains_key("type") => Ok(()),
            [] => self.untyped(place),
            ["array"] => self.items(keywords, place),
            ["object"] => self.open(&Value::Bool(true), "additionalProperties", place),
            [one] => self.leaf(raw(one, keywords), place),
            several if several.contains(&"array") => self.items(keywords, place),
            ["integer", "number"] | ["number", "integer"] => self.leaf(Raw::Int, place),
            _ => self.leaf(Raw::Any, place),
        }
    }

    /// Follows a reference, once.
    fn reference(&mut self, reference: &'j Value, place: &Place) -> Result<(), ImportError> {
        let target = reference.as_str().ok_or_else(|| place.error("`$ref` is a string"))?;
        let pointer = target
            .strip_prefix('#')
            .ok_or_else(|| place.error(format!("`{target}` is in another file; bundle the schema into one file")))?;
        if self.references.contains(&target) {
            self.cycles.push(place.path.clone());
            return Ok(());
        }
        let node = self.root.pointer(pointer).ok_or_else(|| place.error(format!("there is no `{target}`")))?;
        self.references.push(target);
        let place = Place { pointer: pointer.to_owned(), depth: place.depth + 1, ..place.clone() };
        let result = self.visit(node, &place);
        self.references.pop();
        result
    }

    /// Visits what an object schema says of its members; whether it says anything.
    fn members(&mut self, keywords: &'j Map<String, Value>, place: &Place) -> Result<bool, ImportError> {
        let mut told = false;
        if let Some(properties) = keywords.get("properties") {
            let here = place.at("properties");
            let properties = properties.as_object().ok_or_else(|| here.error("`properties` is an object"))?;
            told = true;
            for (name, schema) in properties {
                let here = place.member("properties", name, name);
                if name.is_empty()
                    || name
                        .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '#' | '*' | '?'))
                {
                    return Err(here.error(format!("`{}` cannot be queried as an attribute", name.escape_debug())));
                }
                self.visit(schema, &here)?;
            }
        }
        if let Some(patterns) = keywords.get("patternProperties").and_then(Value::as_object) {
            for schema in patterns.values() {
                told = true;
                self.open(schema, "patternProperties", place)?;
            }
        }
        match keywords.get("additionalProperties") {
            None | Some(Value::Bool(false)) => Ok(told),
            Some(schema) => {
                self.open(schema, "additionalProperties", place)?;
                Ok(true)
            }
        }
    }

    /// A map whose keys the schema does not name.
    fn open(&mut self, schema: &'j Value, keyword: &str, place: &Place) -> Result<(), ImportError> {
        if place.path.is_empty() {
            return Ok(());
        }
        let below = place.member(keyword, "", "*");
        match schema {
            Value::Bool(true) => self.leaf(Raw::Any, &below),
            other => self.visit(other, &below),
        }
    }

    fn items(&mut self, keywords: &'j Map<String, Value>, place: &Place) -> Result<(), ImportError> {
        let place = Place { multi: true, ..place.clone() };
        let prefix = keywords.get("prefixItems").and_then(Value::as_array);
        for (position, item) in prefix.into_iter().flatten().enumerate() {
            self.visit(item, &place.at(&format!("prefixItems/{position}")))?;
        }
        match keywords.get("items") {
            Some(items) => self.visit(items, &place.at("items")),
            None if prefix.is_some() => Ok(()),
            None => self.leaf(Raw::Any, &place),
        }
    }

    /// A value of which the schema says nothing. Where the embedded table knows what is inside, that is taken.
    fn untyped(&mut self, place: &Place) -> Result<(), ImportError> {
        let mut known = false;
        for (_, attribute) in Schema::embedded().below(&place.path).filter(|_| !place.path.is_empty()) {
            known = true;
            let found =
                Found { ty: attribute.ty, set: attribute.value_set.clone(), multi: attribute.multi || place.multi };
            self.add(attribute.path.to_string(), found, place)?;
        }
        if known || place.path.is_empty() { Ok(()) } else { self.leaf(Raw::Any, place) }
    }

    fn leaf(&mut self, raw: Raw, place: &Place) -> Result<(), ImportError> {
        if place.path.is_empty() {
            return Err(place.error("the schema of an event is an object"));
        }
        let (ty, set) = classify::refine(&place.path, raw);
        self.add(place.path.clone(), Found { ty, set: set.map(Cow::Borrowed), multi: place.multi }, place)
    }

    fn add(&mut self, path: String, found: Found, place: &Place) -> Result<(), ImportError> {
        if self.found.len() >= MAX_ATTRIBUTES {
            return Err(place.error(format!("the schema has more than {MAX_ATTRIBUTES} attributes")));
        }
        match self.found.get_mut(&path) {
            Some(known) => {
                known.multi |= found.multi;
                if known.ty != found.ty {
                    (known.ty, known.set) = (Type::Any, None);
                }
            }
            None => {
                self.found.insert(path, found);
            }
        }
        Ok(())
    }
}

/// Whether a schema says anything about the type or the members of a value.
fn tells_a_type(keywords: &Map<String, Value>) -> bool {
    const TELLING: [&str; 9] =
        ["$ref", "allOf", "anyOf", "oneOf", "type", "properties", "patternProperties", "items", "additionalProperties"];
    TELLING.iter().any(|keyword| keywords.contains_key(*keyword))
}

/// The named types of a schema, without `null`.
fn types<'j>(keywords: &'j Map<String, Value>, place: &Place) -> Result<Vec<&'j str>, ImportError> {
    const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
    let here = place.at("type");
    let named = match keywords.get("type") {
        None if keywords.contains_key("items") => vec!["array"],
        None => match keywords.get("const").or_else(|| keywords.get("enum")?.get(0)) {
            Some(Value::String(_)) => vec!["string"],
            Some(Value::Bool(_)) => vec!["boolean"],
            Some(Value::Number(_)) => vec!["integer"],
            _ => Vec::new(),
        },
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(here.error("`type` is a name or an array of names")),
    };
    match named.iter().find(|name| !TYPES.contains(name)) {
        Some(name) => Err(here.error(format!("there is no type `{}`", name.escape_debug()))),
        None => Ok(named.into_iter().filter(|name| *name != "null").collect()),
    }
}

fn raw(ty: &str, keywords: &Map<String, Value>) -> Raw {
    match ty {
        "string" if keywords.get("format").and_then(Value::as_str) == Some("date-time") => Raw::Timestamp,
        "string" => Raw::String,
        "integer" | "number" => Raw::Int,
        "boolean" => Raw::Bool,
        _ => Raw::Any,
    }
}
