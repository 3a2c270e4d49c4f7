//! The attribute schema: which keys a query may use, and what is known of each.
//!
//! A schema says of each attribute its type, the event kinds that carry it, where it can be queried, what it is about,
//! how long its values last and how far an attacker chooses them; of tags and rule keys the same as far as it applies.
//! The data are the tables in `compiler/schema`, embedded and read on first use. [`import`] makes such a table from the
//! JSON Schema that is published for the Agent's events, so that a newer Agent needs no newer compiler.
//!
//! The schema does not judge a query and knows no syntax: keys come without `@`, and what follows from a missing or
//! mistyped key is for the checker to say.

mod agent_rule;
mod attribute;
mod classify;
mod diff;
mod docs;
mod embedded;
mod enums;
pub mod envelope;
mod import;
mod kind;
mod never;
mod secl;
mod shape;
mod spellings;
mod suggest;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod ties;
mod weight;
mod words;

pub use agent_rule::AgentRule;
pub use attribute::{AttrId, Attribute, Family, Platforms, Scope, Stability, Trust, Type};
pub use diff::{ChangedAttribute, ChangedField, SchemaDiff, diff};
pub use embedded::{Child, Schema};
pub use import::{ImportError, Imported, import};
pub use kind::{Activity, Kind, KindSet};
pub use never::NeverEmitted;
pub use suggest::{Suggestion, Why};
pub use table::SchemaError;
pub use tag::{Cardinality, RuleKey, Scopes, Tag, TagId};
pub use ties::Ties;
pub use weight::{CommonClass, CommonValue, CommonValues, Form, Group, PROGRAM_DIRECTORIES, Weight};
