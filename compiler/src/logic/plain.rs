//! Conditions that are plain to see through, as most are: one branch of listed values whose keys have nothing to do with
//! one another. What is needed of them is read off the query, which costs a part of what a formula does.

use std::borrow::Cow;

use crate::hir::kinds::term_sets;
use crate::hir::{Key, KeyKind, NodeKind, Query, Test};
use crate::logic::formula::members;
use crate::logic::key::KeyFacts;
use crate::logic::normal::normal_form;
use crate::logic::review::cluster;
use crate::logic::value::Class;
use crate::logic::witness::Witness;
use crate::schema::{KindSet, Schema};

/// Branches that are longer are not looked at.
const LONGEST: usize = 32;

/// A condition of one branch, as its formula would have it.
#[derive(Debug)]
pub struct Plain<'q> {
    /// Keys, each with values of which an event must have one, in order and each once.
    pub exact: Vec<(&'q str, Vec<Cow<'q, str>>)>,
    /// An event on which it holds.
    pub event: Witness,
}

impl<'q> Plain<'q> {
    /// Nothing where a formula has to be made.
    #[must_use]
    pub fn of(query: &'q Query, schema: &Schema) -> Option<Plain<'q>> {
        let form = normal_form(query, false, 1);
        let branch = form.branches().next().filter(|branch| branch.len() <= LONGEST)?;
        let mut kinds = KindSet::ALL;
        let mut exact: Vec<(Key, Vec<Cow<'q, str>>)> = Vec::with_capacity(branch.len());
        for literal in branch.iter().filter(|literal| literal.positive) {
            let mut possible = KindSet::EMPTY;
            let mut own: Option<(Key, Vec<Cow<'q, str>>)> = None;
            for member in members(query, literal.node).iter() {
                let NodeKind::Term { key, test: Test::Exact(value) } = query.node(*member).kind else { return None };
                let (_, values) = own.get_or_insert_with(|| (key, Vec::with_capacity(1)));
                values.push(Class::of(key, schema).canonical(query.text(value)));
                let is_filled = !matches!(key.kind, KeyKind::Attribute(id) if schema.attribute(id).kinds.is_empty());
                if is_filled {
                    possible = possible.union(term_sets(query, schema, key, Test::Exact(value)).possible);
                }
            }
            let (key, mut values) = own?;
            values.sort_unstable();
            values.dedup();
            kinds = kinds.intersection(possible);
            exact.push((key, values));
        }
        let text = |key: Key| query.text(key.text);
        let is_kind = |key: &str| matches!(key, "@evt.name" | "@evt.category");
        let is_tied = |at: usize, key: &str| exact.iter().take(at).any(|(own, _)| cluster(text(*own)) == cluster(key));
        if exact.iter().enumerate().any(|(at, (key, _))| is_kind(text(*key)) || is_tied(at, text(*key))) {
            return None;
        }
        for literal in branch.iter().filter(|literal| !literal.positive) {
            let NodeKind::Term { key, .. } = query.node(*members(query, literal.node).first()?).kind else {
                return None;
            };
            if is_kind(text(key)) || is_tied(exact.len(), text(key)) {
                return None;
            }
        }
        let mut event = Witness::new(kinds.iter().next()?);
        for (key, values) in &exact {
            let value = values.first().filter(|value| Class::of(*key, schema).admits(value))?;
            event.add(&KeyFacts::of(query, schema, *key), value.to_string());
        }
        Some(Plain { exact: exact.into_iter().map(|(key, values)| (text(key), values)).collect(), event })
    }
}
