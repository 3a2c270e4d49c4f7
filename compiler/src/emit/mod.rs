//! Checked rules to JSON: one file per target, and the text of a query as Datadog reads it.
//!
//! A `suppress` becomes a suppression of its `when`, a `require` a suppression of NOT its `when`. Datadog applies the
//! two queries of a suppression apart: it drops an event that matches `data_exclusion_query`, and a signal that matches
//! `suppression_query`. For a rule with both kinds of `when` this means:
//!
//! - `suppress` with S and E: either is enough to silence. What fires matches neither S nor E.
//! - `require` with S and E: each is denied on its own, so that a failure of either silences. What fires matches both
//!   S and E. (To deny `S E` as a whole is not possible: no query sees both the signal and its event.)
//!
//! Not here: which rules are emitted. The caller leaves out what is expired, and emits nothing where there is an error.
//!
//! A rule can be written by itself, so that many threads can write rules and join them in order: the document is
//! [`write_start`], every [`write_rule`] with [`write_separator`] between two, and [`write_end`].

pub mod document;

mod datadog;
mod filters;
mod json;
mod query;
mod rules;
pub mod sql;
mod suppression;
mod terraform;

use std::io::{self, Write};

use crate::hir::Rule;
use crate::logic::specificity::RuleSpecificity;
use crate::schema::Schema;

pub use document::{ReadError, read_rules};
pub use query::{literal_text, node_text, query_text, require_text};

pub use suppression::ALL_RULES;
pub use suppression::rule_query_text;

/// Which JSON is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Target {
    /// Quell's own document, with typed conditions; [`read_rules`] reads it back.
    #[default]
    Rules,
    /// Create bodies of the suppressions API.
    Datadog,
    /// Resources in Terraform's JSON syntax.
    Terraform,
    /// The legacy filters of detection rules.
    Filters,
}

impl Target {
    /// All targets, the default first.
    pub const ALL: &[Target] = &[Target::Rules, Target::Datadog, Target::Terraform, Target::Filters];

    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Target::Rules => "rules",
            Target::Datadog => "datadog",
            Target::Terraform => "terraform",
            Target::Filters => "filters",
        }
    }

    /// The target of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Target> {
        Target::ALL.iter().copied().find(|target| target.name() == name)
    }

    /// What stands around and between rules.
    fn frame(self) -> Frame {
        match self {
            Target::Rules => rules::FRAME,
            Target::Datadog => datadog::FRAME,
            Target::Terraform => terraform::FRAME,
            Target::Filters => filters::FRAME,
        }
    }
}

/// A rule without errors, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct CheckedRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// How narrow its conditions are, where they were judged.
    pub specificity: Option<&'a RuleSpecificity>,
    /// The schema it was checked against.
    pub schema: &'a Schema,
    /// Its file, relative to the project's root, with `/` between segments.
    pub file: &'a str,
    /// The line of its keyword, from 1.
    pub line: u32,
    /// The column of its keyword, in characters, from 1.
    pub column: u32,
    /// The byte of its keyword, from 0.
    pub offset: u32,
}

/// The text around the rules of a document.
struct Frame {
    start: &'static str,
    end: &'static str,
    /// How many brackets of `start` are open.
    depth: usize,
}

/// Writes what stands before the first rule.
pub fn write_start(target: Target, out: &mut Vec<u8>) {
    out.extend_from_slice(target.frame().start.as_bytes());
}

/// Writes one rule. The bytes depend on the rule and its place alone.
pub fn write_rule(target: Target, rule: &CheckedRule<'_>, out: &mut Vec<u8>) {
    let mut json = json::Json::new(out, target.frame().depth);
    match target {
        Target::Rules => rules::write(rule, &mut json),
        Target::Datadog => datadog::write(rule.rule, &mut json),
        Target::Terraform => terraform::write(rule.rule, &mut json),
        Target::Filters => filters::write(rule.rule, &mut json),
    }
}

/// Writes what stands between two rules.
pub fn write_separator(_target: Target, out: &mut Vec<u8>) {
    out.push(b',');
}

/// Writes what stands behind the last rule, or behind [`write_start`] where there is none.
pub fn write_end(target: Target, out: &mut Vec<u8>) {
    out.extend_from_slice(target.frame().end.as_bytes());
}

/// Writes a whole document, rules in the order given.
///
/// # Errors
///
/// Those of `out`.
pub fn emit<'a>(rules: impl Iterator<Item = CheckedRule<'a>>, target: Target, out: &mut impl Write) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(4096);
    write_start(target, &mut buffer);
    for (index, rule) in rules.enumerate() {
        if index > 0 {
            write_separator(target, &mut buffer);
        }
        write_rule(target, &rule, &mut buffer);
        out.write_all(&buffer)?;
        buffer.clear();
    }
    write_end(target, &mut buffer);
    out.write_all(&buffer)
}

#[cfg(test)]
mod tests;
