//! The open grammar's tree in the common form.

use std::panic::{AssertUnwindSafe, catch_unwind};

use vrl::datadog_search_syntax::{BooleanType, Comparison, ComparisonValue, QueryNode};

use crate::form::{Form, Test};

/// The key that the open grammar gives to words without one.
const NO_KEY: &str = "_default_";

/// Reads a query.
///
/// # Errors
///
/// Why the open grammar refuses it; also where it panics.
pub fn read(query: &str) -> Result<Form, String> {
    let parsed = catch_unwind(AssertUnwindSafe(|| query.parse::<QueryNode>()));
    match parsed {
        Ok(Ok(node)) => Ok(form(node)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the open grammar panics".to_owned()),
    }
}

fn form(node: QueryNode) -> Form {
    match node {
        QueryNode::MatchAllDocs => Form::All,
        QueryNode::MatchNoDocs => Form::All.denied(),
        QueryNode::NegatedNode { node } => form(*node).denied(),
        QueryNode::Boolean { oper: BooleanType::And, nodes } => Form::all(nodes.into_iter().map(form).collect()),
        QueryNode::Boolean { oper: BooleanType::Or, nodes } => Form::any(nodes.into_iter().map(form).collect()),
        QueryNode::AttributeTerm { attr, value } if attr == NO_KEY => Form::Words(value),
        QueryNode::QuotedAttribute { attr, phrase: value }
        | QueryNode::AttributeWildcard { attr, wildcard: value }
        | QueryNode::AttributePrefix { attr, prefix: value }
            if attr == NO_KEY =>
        {
            Form::Words(value)
        }
        QueryNode::AttributeTerm { attr, value } | QueryNode::QuotedAttribute { attr, phrase: value } => {
            Form::Term(attr, Test::Exact(value))
        }
        QueryNode::AttributePrefix { attr, prefix } => Form::Term(attr, pattern(&format!("{prefix}*"))),
        QueryNode::AttributeWildcard { attr, wildcard } => Form::Term(attr, pattern(&wildcard)),
        QueryNode::AttributeRange { attr, lower, lower_inclusive, upper, upper_inclusive } => {
            let test = match (bound(&lower, lower_inclusive), bound(&upper, upper_inclusive)) {
                (Ok(None), Ok(None)) => Test::Present,
                (Ok(low), Ok(high)) => Test::Range(low, high),
                _ => Test::Other(format!("{lower} TO {upper}")),
            };
            Form::Term(attr, test)
        }
        QueryNode::AttributeComparison { attr, comparator, value } => {
            let inside = matches!(comparator, Comparison::Gte | Comparison::Lte);
            let test = match bound(&value, inside) {
                Ok(bound) if matches!(comparator, Comparison::Gt | Comparison::Gte) => Test::Range(bound, None),
                Ok(bound) => Test::Range(None, bound),
                Err(()) => Test::Other(format!("{comparator:?} {value}")),
            };
            Form::Term(attr, test)
        }
        QueryNode::AttributeExists { attr } => Form::Term(attr, Test::Present),
        QueryNode::AttributeMissing { attr } => Form::Term(attr, Test::Present).denied(),
    }
}

fn bound(value: &ComparisonValue, inside: bool) -> Result<Option<(f64, bool)>, ()> {
    match value {
        ComparisonValue::Unbounded => Ok(None),
        ComparisonValue::Integer(number) => Ok(Some((*number as f64, inside))),
        ComparisonValue::Float(number) => Ok(Some((*number, inside))),
        ComparisonValue::String(_) => Err(()),
    }
}

/// A pattern whose runs of stars are one star, as Quell keeps it.
pub(crate) fn pattern(text: &str) -> Test {
    let mut one = String::with_capacity(text.len());
    for character in text.chars() {
        if !(character == '*' && one.ends_with('*')) {
            one.push(character);
        }
    }
    if one == "*" { Test::Present } else { Test::Pattern(one) }
}
