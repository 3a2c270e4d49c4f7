//! Conditions from text.

use crate::config::{Config, Context};
use crate::hir::{Names, Query, lower_item};
use crate::schema::Schema;
use crate::syntax::parse_item;

/// A condition on events, with the schema that is part of the program.
pub(super) fn query(condition: &str) -> Query {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 0);
    let text = format!("suppress x {{ when event {{ {condition} }} }}");
    let lowered = lower_item(&text, &parse_item(&text), &Names::default(), &cx);
    lowered
        .rules
        .into_iter()
        .find_map(|rule| rule.when_event)
        .unwrap_or_else(|| panic!("{condition}: {:#?}", lowered.diagnostics))
}
