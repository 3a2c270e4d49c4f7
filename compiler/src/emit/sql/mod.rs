//! The target `sql`: one SELECT with a verdict per event and rule, for archives that no single machine holds.
//!
//! The input is a table `events` with a column `event`: text that holds the JSON of an event, or of a log or signal that
//! wraps one. Each step is a common table expression that adds columns to the one before: the levels of an event, its
//! tags, the values at each path, the verdict of each rule. A verdict says what the evaluator says; it is null where the
//! text is no event.

mod dialect;
mod networks;
mod paths;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::base::Span;
use crate::hir::{Polarity, Query, Rule};
use crate::schema::Schema;

pub use dialect::Dialect;

use paths::Columns;
use terms::{Place, Translator};

/// Columns of the result that are no rules.
const OWN: [&str; 2] = ["event", "silenced"];

/// A rule without errors, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct SqlRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The schema that it was lowered with.
    pub schema: &'a Schema,
    /// Whether it is switched on, has started and has not ended; any other silences nothing.
    pub is_active: bool,
    /// `file:line`, from the project's root.
    pub place: &'a str,
}

/// What cannot be said in SQL as it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsayable {
    /// Which rule, by its position.
    pub rule: usize,
    /// Where, relative to the item of the rule.
    pub span: Span,
    /// What cannot be said.
    pub message: String,
    /// What to do instead.
    pub help: &'static str,
}

impl Unsayable {
    fn new(message: String, help: &'static str) -> Unsayable {
        Unsayable { rule: 0, span: Span::empty(0), message, help }
    }
}

/// A common table expression that adds columns to the one before: the name of each, and what is in it.
struct Step {
    name: String,
    what: String,
    columns: Vec<(String, String)>,
}

/// The query, rules in the order given.
///
/// # Errors
///
/// Where the dialect cannot say exactly what a rule means.
pub fn write(rules: &[SqlRule<'_>], dialect: Dialect) -> Result<String, Unsayable> {
    let mut columns = Columns::default();
    let mut verdicts = Vec::with_capacity(rules.len());
    let mut taken: BTreeSet<String> = OWN.iter().map(|name| (*name).to_owned()).collect();
    for (number, rule) in rules.iter().enumerate() {
        let at = |unsayable: Unsayable| Unsayable { rule: number, ..unsayable };
        let name = &rule.rule.name;
        if !taken.insert(name.value.to_lowercase()) {
            let message = format!("two columns are called `{}` where case does not count", name.value);
            return Err(Unsayable { rule: number, span: name.span, message, help: "rename the rule" });
        }
        verdicts.push((&*name.value, verdict(rule, dialect, &mut columns).map_err(at)?));
    }
    let mut out = String::from("WITH\n");
    let mut before = "events".to_owned();
    for step in columns.steps(dialect) {
        // The table may have columns of any name, which do not go on.
        let kept = if before == "events" { "event" } else { "*" };
        let _ = write!(out, "-- {}\n{} AS (\n  SELECT {kept}", step.what, step.name);
        for (name, value) in &step.columns {
            let _ = write!(out, ",\n    {value} AS {name}");
        }
        let _ = write!(out, "\n  FROM {before}\n),\n");
        before = step.name;
    }
    let _ = write!(
        out,
        "-- Whether each rule silences the event.\nverdicts AS (\n  SELECT event, level_1 IS NOT NULL AS is_event"
    );
    for (rule, (name, holds)) in rules.iter().zip(&verdicts) {
        let _ = write!(out, ",\n    -- {}\n    {holds} AS {}", line(rule.place), internal(name, dialect));
    }
    let _ = write!(out, "\n  FROM {before}\n)\nSELECT event");
    for (name, _) in &verdicts {
        let _ =
            write!(out, ",\n  CASE WHEN is_event THEN {} END AS {}", internal(name, dialect), dialect.name_of(name));
    }
    let any: Vec<String> = verdicts.iter().map(|(name, _)| internal(name, dialect)).collect();
    let any = if any.is_empty() { "FALSE".to_owned() } else { any.join(" OR ") };
    let _ = writeln!(out, ",\n  CASE WHEN is_event THEN {any} END AS silenced\nFROM verdicts");
    Ok(out)
}

/// The name of a verdict's column before it is known whether there is an event: no rule is called so.
fn internal(name: &str, dialect: Dialect) -> String {
    dialect.name_of(&format!("rule {name}"))
}

/// A text in a comment.
fn line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn verdict(rule: &SqlRule<'_>, dialect: Dialect, columns: &mut Columns) -> Result<String, Unsayable> {
    if !rule.is_active {
        return Ok("FALSE".to_owned());
    }
    let mut translate = |query: &Query, place| {
        Translator { query, schema: rule.schema, dialect, columns: &mut *columns }.condition(place)
    };
    let scope = rule.rule.rules.as_ref().map(|query| translate(query, Place::Rules)).transpose()?;
    let mut conditions = Vec::new();
    for query in rule.rule.conditions() {
        let condition = translate(query, Place::When)?;
        conditions.push(match rule.rule.polarity {
            Polarity::Suppress => format!("({condition})"),
            Polarity::Require => format!("NOT ({condition})"),
        });
    }
    let conditions = match conditions.is_empty() {
        true => "FALSE".to_owned(),
        false => conditions.join(" OR "),
    };
    // Where the event does not say its detection rule, a `suppress` is taken to be about it, and a `require` is not.
    Ok(match (rule.rule.polarity, scope) {
        (Polarity::Suppress, None) | (Polarity::Require, None) => conditions,
        (Polarity::Suppress, Some(scope)) => format!("coalesce({scope}, TRUE) AND ({conditions})"),
        (Polarity::Require, Some(scope)) => format!("coalesce({scope}, FALSE) AND ({conditions})"),
    })
}
