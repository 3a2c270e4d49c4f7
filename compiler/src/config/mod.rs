//! What `quell.toml` says, and the context that every analysis is given.
//!
//! Not here: finding and reading the file.

#[cfg(feature = "json-schema")]
mod json_schema;
mod policy;
mod sample;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::Instant;
use crate::diag::{Code, Severity};
use crate::schema::Schema;

#[cfg(feature = "json-schema")]
pub use json_schema::json_schema;
pub use policy::{MinimumLevels, Policy, RequiredField, SpecificityLevel};
pub use sample::{KeySample, Sample, SampledSet, SampledValue};

/// The file of the configuration: the folder that holds it is the root of a project.
pub const CONFIG: &str = "quell.toml";

/// The project's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(title = "quell.toml"))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// `[schema]`
    pub schema: SchemaConfig,
    /// `[lints]`: a level per code or group; a code wins over its group.
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "json_schema::lints"))]
    pub lints: BTreeMap<String, Level>,
    /// `[policy]`
    pub policy: Policy,
    /// `[paths]`
    pub paths: Paths,
    /// `[tickets]`: how tickets are known and where they are; editors make links of them.
    pub tickets: Option<Tickets>,
    /// `[samples]`
    pub samples: Samples,
    /// Files of known attacks, relative to `quell.toml`: events that no rule may silence.
    pub must_fire: Vec<String>,
}

/// `[schema]`: which attributes there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SchemaConfig {
    /// A schema file made by `quell schema import`, relative to `quell.toml`; the built-in schema if absent.
    pub file: Option<String>,
    /// The version the project expects; a different schema is an error.
    pub version: Option<String>,
    /// What an unknown attribute or tag is.
    pub unknown: Option<Level>,
    /// Prefixes (`@custom.` or `team_`) below which anything is allowed.
    pub allow_prefixes: Vec<String>,
}

/// `[paths]`: which files belong to the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Paths {
    /// Globs relative to `quell.toml`; every `.quell` file if empty.
    pub include: Vec<String>,
    /// Globs that are left out.
    pub exclude: Vec<String>,
}

/// `[samples]`: events that were recorded. Where there are some, counted shares take the place of the estimates that the
/// specificity of a rule is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Samples {
    /// Files and globs relative to `quell.toml`: JSON, one event a line or not, or in an array; also in gzip or zstd.
    pub files: Vec<String>,
}

/// `[tickets]`: what a ticket looks like, and its address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tickets {
    /// A regular expression that a ticket fits, as `SEC-\d+`.
    pub pattern: String,
    /// The address of a ticket, with `{ticket}` in the place of what fits.
    pub url: String,
}

/// How a lint is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported, never fails.
    Hint,
    /// Reported.
    Warn,
    /// An error.
    Deny,
}

impl Level {
    /// The severity, or nothing where it is not reported.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Allow => None,
            Level::Hint => Some(Severity::Hint),
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}

impl Config {
    /// What a code weighs in this project; nothing where it is switched off.
    #[must_use]
    pub fn severity(&self, code: Code) -> Option<Severity> {
        if !code.is_configurable() {
            return Some(code.severity());
        }
        let level = self.lints.get(code.name()).or_else(|| self.lints.get(code.group().name()));
        match level {
            Some(level) => level.severity(),
            None => match (code, self.schema.unknown) {
                (Code::UnknownAttribute | Code::UnknownTag, Some(level)) => level.severity(),
                _ if self.is_required(code) => Some(Severity::Warning),
                _ => Some(code.severity()),
            },
        }
    }

    /// Whether it says that a field is missing which the policy asks for.
    fn is_required(&self, code: Code) -> bool {
        let field = match code {
            Code::MissingOwner => RequiredField::Owner,
            Code::MissingReason => RequiredField::Reason,
            Code::MissingExpiry => RequiredField::Expires,
            _ => return false,
        };
        self.policy.required.contains(&field)
    }

    /// Whether a key that nothing declares lies below an allowed prefix. `key` carries its `@`.
    #[must_use]
    pub fn allows_key(&self, key: &str) -> bool {
        self.schema.allow_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// What every check is given: passed, never stored.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Attributes and tags.
    pub schema: &'a Schema,
    /// Levels and policy.
    pub config: &'a Config,
    /// The present moment, in milliseconds since the Unix epoch.
    pub now: Instant,
    /// The events that were recorded, if there are any.
    pub sample: Option<&'a Sample>,
}

impl<'a> Context<'a> {
    /// Without recorded events.
    #[must_use]
    pub const fn new(schema: &'a Schema, config: &'a Config, now: Instant) -> Context<'a> {
        Context { schema, config, now, sample: None }
    }

    /// With recorded events, if there are any.
    #[must_use]
    pub const fn with_sample(self, sample: Option<&'a Sample>) -> Context<'a> {
        Context { sample, ..self }
    }
}
