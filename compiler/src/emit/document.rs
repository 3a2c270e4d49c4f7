//! The document of the target `rules`: these structs are its format. `grammar/rules.schema.json` is made from them.
//!
//! A version never changes the sense of a field or takes one away; it may gain fields, so readers pass over fields that
//! they do not know. A new kind of condition or test is a new version.
//!
//! Not here: the fast writer, which the tests hold to these structs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::suppression::ALL_RULES;
use super::{CheckedRule, query};
use crate::hir::{self, Instant, KeyKind, NodeId, NodeKind, Polarity};
use crate::logic::specificity::{RuleSpecificity, SpecificityLevel};
use crate::schema::{Kind, Schema, Type};

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// How deep the brackets of a document may nest. The deepest rule that the compiler accepts stays below.
const NESTING_CAP: usize = 512;

/// Checked suppression rules, made by `quell compile`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(title = "Quell rules"))]
pub struct Document {
    /// What kind of document this is.
    pub format: Format,
    /// The version of the format.
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "json_schema::version"))]
    pub version: u32,
    /// The rules, by file and by position in the file.
    pub rules: Vec<Rule>,
}

/// The name of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum Format {
    /// Quell's rules.
    #[serde(rename = "quell.rules")]
    Rules,
}

/// One rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// The name, unique in the project.
    pub name: String,
    /// Which way the rule works.
    pub action: Action,
    /// What Datadog shows as its name; `name` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The documentation above the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why what it silences is benign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The attacker behaviour that it must never hide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protects: Option<String>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// The first instant at which it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// The last instant at which it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// From when on it wants a look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Timestamp>,
    /// Its own tags, sorted; those that follow from owner and ticket are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The event kinds it says it is about; if absent, they follow from its attributes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "kinds")]
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "json_schema::kinds"))]
    pub activity: Option<Vec<Kind>>,
    /// The lints it silences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<Allow>,
    /// Its conditions, as written: a `require` is not turned into its denial here.
    pub queries: Queries,
    /// How narrow its conditions are; absent for a `require`, which silences what its conditions leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specificity: Option<Specificity>,
    /// Where it is written.
    pub source: Source,
}

/// Which way a rule works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// What matches one of the conditions never triggers.
    Suppress,
    /// Only what matches all of the conditions triggers.
    Require,
}

/// A lint that a rule silences.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Allow {
    /// Which.
    pub lint: String,
    /// Why.
    pub reason: String,
}

/// The conditions of a rule. At least one of `signal` and `event` is there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Queries {
    /// Which detection rules it is about.
    pub rules: Query,
    /// What a signal must be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Query>,
    /// What an Agent event must be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Query>,
}

/// How narrow a rule is: as narrow as its broadest branch.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Specificity {
    /// The binary logarithm of how many times fewer events the broadest branch leaves, as estimated.
    pub bits: f64,
    /// The level that many bits are.
    pub level: SpecificityLevel,
    /// Each branch of the conditions: those on signals, then those on events.
    pub branches: Vec<Branch>,
}

/// How narrow one branch is: literals that must hold together.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Branch {
    /// What it is asked of.
    pub on: On,
    /// Whether the condition has too many branches to look at each. It then has one here, a broadest way through it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// As for the rule.
    pub bits: f64,
    /// As for the rule.
    pub level: SpecificityLevel,
}

/// What a condition is asked of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// A signal.
    Signal,
    /// An Agent event.
    Event,
}

/// A condition, twice.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Query {
    /// As Datadog reads it.
    pub text: String,
    /// As a tree.
    pub condition: Condition,
}

/// A node of a condition: an object with one member.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A value of the key passes the test.
    Term(Term),
}

/// A test on the values of one key. It holds if any value of the key passes, and never where the key has none.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Term {
    /// An attribute with its `@`, or a tag.
    pub key: String,
    /// The type of one value.
    #[serde(rename = "type", deserialize_with = "word")]
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "json_schema::value_type"))]
    pub ty: Type,
    /// Whether the key can have several values at once.
    pub multi_valued: bool,
    /// What a value must be like.
    pub test: Test,
}

/// What a value must be like: an object with one member.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Exactly this text.
    Equals(String),
    /// A pattern: `*` is any run of characters, `?` is one, and `\` makes a `*`, `?` or `\` behind it stand for itself.
    Glob(String),
    /// There is a value.
    Present(True),
    /// A number within bounds.
    Range(Range),
    /// An address in one of these networks.
    Networks(Vec<String>),
}

/// Always `true`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct True;

/// The bounds of a number, at most one on each side.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Greater than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<Number>,
    /// This or greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<Number>,
    /// Less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<Number>,
    /// This or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<Number>,
}

/// A number. One whose spelling a JSON reader might not keep is a string.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Number {
    /// A whole number that a double holds exactly.
    Int(i64),
    /// Any other.
    Float(f64),
    /// The digits as written.
    Text(String),
}

/// An instant, RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Timestamp(
    /// Milliseconds since the Unix epoch.
    pub Instant,
);

/// Where a rule is written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The file, relative to the project's root, with `/` between segments.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The byte, from 0.
    pub offset: u32,
}

/// Why a document could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is not JSON, or not of the right shape.
    Json(serde_json::Error),
    /// It is JSON, but its `format` is another or missing.
    Format,
    /// Its version is one that this library does not know.
    Version(u64),
    /// Its brackets nest deeper than any rule's can.
    Nesting,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Json(error) => write!(f, "{error}"),
            ReadError::Format => f.write_str("not a document of rules: `format` is not `quell.rules`"),
            ReadError::Version(found) => write!(f, "version {found} of the format is not known, only {VERSION} is"),
            ReadError::Nesting => f.write_str("the brackets nest too deep for a document of rules"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Json(error) => Some(error),
            ReadError::Format | ReadError::Version(_) | ReadError::Nesting => None,
        }
    }
}

/// Reads a document that the target `rules` wrote.
///
/// # Errors
///
/// Where the text is not such a document; see [`ReadError`].
pub fn read_rules(json: &str) -> Result<Vec<Rule>, ReadError> {
    if nesting(json) > NESTING_CAP {
        return Err(ReadError::Nesting);
    }
    // The head alone first: a later version is named as such, whatever its rules look like.
    let head: Head<'_> = serde_json::from_str(json).map_err(ReadError::Json)?;
    if head.format.as_deref() != Some("quell.rules") {
        return Err(ReadError::Format);
    }
    if let Some(version) = head.version.filter(|version| *version != u64::from(VERSION)) {
        return Err(ReadError::Version(version));
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    // INVARIANT: `NESTING_CAP` bounds the recursion instead.
    reader.disable_recursion_limit();
    let document = Document::deserialize(&mut reader).map_err(ReadError::Json)?;
    Ok(document.rules)
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    format: Option<Cow<'a, str>>,
    #[serde(default)]
    version: Option<u64>,
}

/// How deep brackets nest outside of strings.
fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string) = (0_usize, 0, false);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_string => {
                bytes.next();
            }
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl Rule {
    /// The condition of `rules { }`, or nothing where it only says what is the default.
    #[must_use]
    pub fn scope(&self) -> Option<&Query> {
        Some(&self.queries.rules).filter(|query| query.condition != Condition::all_rules())
    }
}

impl From<&CheckedRule<'_>> for Rule {
    fn from(checked: &CheckedRule<'_>) -> Rule {
        let CheckedRule { rule, schema, .. } = checked;
        let value = |field: &Option<hir::Spanned<String>>| field.as_ref().map(|field| field.value.clone());
        let instant = |field: &Option<hir::Spanned<Instant>>| field.as_ref().map(|field| Timestamp(field.value));
        let query = |query: &hir::Query| Query::new(query, schema);
        Rule {
            name: rule.name.value.clone(),
            action: rule.polarity.into(),
            title: value(&rule.title),
            documentation: Some(rule.documentation.clone()).filter(|text| !text.is_empty()),
            owner: value(&rule.owner),
            reason: value(&rule.reason),
            ticket: value(&rule.ticket),
            protects: value(&rule.protects),
            enabled: rule.enabled,
            starts: instant(&rule.starts),
            expires: instant(&rule.expires),
            review: instant(&rule.review),
            tags: {
                let mut tags = rule.tags.clone();
                tags.sort_unstable();
                tags.dedup();
                tags
            },
            activity: rule.activity.as_ref().map(|kinds| kinds.value.iter().collect()),
            allows: rule
                .allows
                .iter()
                .map(|allow| Allow { lint: allow.code.name().to_owned(), reason: allow.reason.clone() })
                .collect(),
            queries: Queries {
                rules: rule.rules.as_ref().map_or_else(Query::all_rules, query),
                signal: rule.when_signal.as_ref().map(query),
                event: rule.when_event.as_ref().map(query),
            },
            specificity: checked.specificity.map(Specificity::from),
            source: Source {
                file: checked.file.to_owned(),
                line: checked.line,
                column: checked.column,
                offset: checked.offset,
            },
        }
    }
}

impl From<&RuleSpecificity> for Specificity {
    fn from(found: &RuleSpecificity) -> Specificity {
        let conditions = [(On::Signal, &found.signal), (On::Event, &found.event)];
        let branches = conditions.into_iter().filter_map(|(on, condition)| Some((on, condition.as_ref()?))).flat_map(
            |(on, condition)| {
                condition.branches().map(move |branch| Branch {
                    on,
                    whole: condition.is_whole(),
                    bits: branch.bits.as_f64(),
                    level: branch.level(),
                })
            },
        );
        Specificity { bits: found.bits().as_f64(), level: found.level(), branches: branches.collect() }
    }
}

impl From<Polarity> for Action {
    fn from(polarity: Polarity) -> Action {
        match polarity {
            Polarity::Suppress => Action::Suppress,
            Polarity::Require => Action::Require,
        }
    }
}

impl Query {
    fn new(query: &hir::Query, schema: &Schema) -> Query {
        let mut text = String::new();
        query::write(query, &mut text);
        Query { text, condition: Condition::new(query, query.root(), schema) }
    }

    fn all_rules() -> Query {
        Query { text: ALL_RULES.to_owned(), condition: Condition::all_rules() }
    }
}

impl Condition {
    fn new(query: &hir::Query, id: NodeId, schema: &Schema) -> Condition {
        let all = |list| query.children(list).iter().map(|id| Condition::new(query, *id, schema)).collect();
        match query.node(id).kind {
            NodeKind::And(list) => Condition::And(all(list)),
            NodeKind::Or(list) => Condition::Or(all(list)),
            NodeKind::Not(inner) => Condition::Not(Box::new(Condition::new(query, inner, schema))),
            NodeKind::Term { key, test } => {
                let (ty, multi_valued) = key_type(key.kind, schema);
                Condition::Term(Term {
                    key: query.text(key.text).to_owned(),
                    ty,
                    multi_valued,
                    test: Test::new(query, test),
                })
            }
        }
    }

    /// [`ALL_RULES`] as a tree.
    fn all_rules() -> Condition {
        Condition::Term(Term {
            key: "type".to_owned(),
            ty: Type::String,
            multi_valued: false,
            test: Test::Equals("workload_security".to_owned()),
        })
    }
}

impl Test {
    fn new(query: &hir::Query, test: hir::Test) -> Test {
        let number = |bound: hir::Bound| Number::new(query.text(bound.text));
        match test {
            hir::Test::Present => Test::Present(True),
            hir::Test::Exact(text) => Test::Equals(query.text(text).to_owned()),
            hir::Test::Glob(text) => Test::Glob(query.text(text).to_owned()),
            hir::Test::Range { low, high } => Test::Range(Range {
                gt: low.filter(|low| !low.inclusive).map(number),
                gte: low.filter(|low| low.inclusive).map(number),
                lt: high.filter(|high| !high.inclusive).map(number),
                lte: high.filter(|high| high.inclusive).map(number),
            }),
            hir::Test::Networks(text) => Test::Networks(query.text(text).split(',').map(str::to_owned).collect()),
        }
    }
}

impl Number {
    /// The number of that spelling.
    pub(super) fn new(text: &str) -> Number {
        // What a double holds exactly, and what every reader prints as it was.
        const EXACT: std::ops::RangeInclusive<i64> = -(1 << 53) + 1..=(1 << 53) - 1;
        if let Ok(int) = text.parse::<i64>()
            && EXACT.contains(&int)
            && int.to_string() == text
        {
            return Number::Int(int);
        }
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() && float.fract() != 0.0 && float.to_string() == text => Number::Float(float),
            _ => Number::Text(text.to_owned()),
        }
    }
}

/// The type of a key's values, and whether it can have several. Of what nothing is known, nothing is claimed.
pub(super) fn key_type(kind: KeyKind, schema: &Schema) -> (Type, bool) {
    match kind {
        KeyKind::Attribute(id) => {
            let attribute = schema.attribute(id);
            (attribute.ty, attribute.multi)
        }
        KeyKind::NeverEmitted | KeyKind::UnknownAttribute => (Type::Any, true),
        KeyKind::Tag(_) | KeyKind::UnknownTag => (Type::String, true),
        KeyKind::RuleKey => (Type::String, false),
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hir::date::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        hir::date::from_rfc3339(&text).map(Timestamp).ok_or_else(|| unexpected(&text, "an RFC 3339 instant"))
    }
}

impl Serialize for True {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<True, D::Error> {
        match bool::deserialize(deserializer)? {
            true => Ok(True),
            false => Err(serde::de::Error::invalid_value(serde::de::Unexpected::Bool(false), &"`true`")),
        }
    }
}

fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Type, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    Type::from_name(&text).ok_or_else(|| unexpected(&text, "a type"))
}

fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Kind>>, D::Error> {
    let Some(names) = Option::<Vec<Cow<'_, str>>>::deserialize(deserializer)? else { return Ok(None) };
    let kind = |name: &Cow<'_, str>| Kind::from_name(name).ok_or_else(|| unexpected(name, "an event kind"));
    names.iter().map(kind).collect::<Result<_, _>>().map(Some)
}

fn unexpected<E: serde::de::Error>(found: &str, expected: &str) -> E {
    E::invalid_value(serde::de::Unexpected::Str(found), &expected)
}

#[cfg(feature = "json-schema")]
mod json_schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Kind, Timestamp, True, Type, VERSION};

    pub(super) fn version(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": VERSION })
    }

    pub(super) fn kinds(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string", "enum": Kind::ALL } })
    }

    pub(super) fn value_type(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Type::ALL })
    }

    impl JsonSchema for Timestamp {
        fn schema_name() -> Cow<'static, str> {
            "Timestamp".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "An instant, RFC 3339 in UTC with milliseconds.",
                "type": "string",
                "format": "date-time",
            })
        }
    }

    impl JsonSchema for True {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "True".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "const": true })
        }
    }
}

/// The JSON Schema of [`Document`], pretty, with a line break at its end: what `grammar/rules.schema.json` holds.
#[cfg(feature = "json-schema")]
#[must_use]
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Document)).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rules: &str) -> String {
        format!(r#"{{"format":"quell.rules","version":1,"rules":[{rules}]}}"#)
    }

    fn rule(condition: &str) -> String {
        document(&format!(
            r#"{{"name":"a","action":"suppress","enabled":true,"queries":{{"rules":{{"text":"x","condition":
            {{"term":{{"key":"type","type":"string","multi_valued":false,"test":{{"equals":"workload_security"}}}}}}}},
            "signal":{{"text":"y","condition":{condition}}}}},"source":{{"file":"a.quell","line":1,"column":1,"offset":0}},
            "later":[1]}}"#
        ))
    }

    fn test(test: &str) -> String {
        rule(&format!(r#"{{"term":{{"key":"@a","type":"int","multi_valued":true,"test":{test}}}}}"#))
    }

    #[test]
    fn a_field_of_a_later_hand_is_passed_over() {
        let rules = read_rules(&test(r#"{"present":true}"#)).unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].scope(), None);
        let Condition::Term(term) = &rules[0].queries.signal.as_ref().unwrap().condition else { panic!() };
        assert_eq!((term.ty, &term.test), (Type::Int, &Test::Present(True)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(matches!(read_rules("[}"), Err(ReadError::Json(_))));
        assert!(matches!(read_rules("{}"), Err(ReadError::Format)));
        assert!(matches!(read_rules(r#"{"format":"sarif"}"#), Err(ReadError::Format)));
        assert!(matches!(read_rules(r#"{"format":"quell.rules"}"#), Err(ReadError::Json(_))));
        assert!(matches!(read_rules(r#"{"format":"quell.rules","version":2,"rules":7}"#), Err(ReadError::Version(2))));
        for wrong in [
            r#"{"regex":"a"}"#,
            r#"{"present":false}"#,
            r#"{"range":{"ge":1}}"#,
            r#"{"equals":"a","glob":"b"}"#,
            r#"{"equals":1}"#,
        ] {
            assert!(matches!(read_rules(&test(wrong)), Err(ReadError::Json(_))), "{wrong}");
        }
        assert!(matches!(read_rules(&test(r#"{"present":true}"#).replace("int", "integer")), Err(ReadError::Json(_))));
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| {
            let term = r#"{"term":{"key":"@a","type":"int","multi_valued":true,"test":{"present":true}}}"#;
            rule(&format!("{}{term}{}", r#"{"and":["#.repeat(depth), "]}".repeat(depth)))
        };
        assert_eq!(read_rules(&nested(200)).unwrap().len(), 1);
        assert!(matches!(read_rules(&nested(100_000)), Err(ReadError::Nesting)));
        assert_eq!(nesting(r#"["[[\"[", {}]"#), 2);
    }

    #[test]
    fn numbers_keep_their_spelling() {
        assert_eq!(Number::new("-5"), Number::Int(-5));
        assert_eq!(Number::new("1.25"), Number::Float(1.25));
        for odd in ["1.50", "007", "+5", "1e3", "9007199254740993", "2.0", "-0", "0.1000000000000000055", ""] {
            assert_eq!(Number::new(odd), Number::Text(odd.to_owned()));
        }
        assert_eq!(Number::new(&((1_i64 << 53) - 1).to_string()), Number::Int((1 << 53) - 1));
    }
}
