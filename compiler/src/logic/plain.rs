//! Conditions that are plain to see through, as most are: one branch of listed values whose keys have nothing to do with
//! one another. What is needed of them is read off the query, which costs a part of what a formula does.

use std::borrow::Cow;

use crate::hir::kinds::term_sets;
use crate::hir::{Key, KeyKind, NodeKind, Query, Test};
use crate::logic::denial::{Said, Statement};
use crate::logic::formula::members;
use crate::logic::key::KeyFacts;
use crate::logic::normal::{Literal, normal_form};
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
    /// What it says.
    pub said: Said<'q>,
}

impl<'q> Plain<'q> {
    /// Nothing where a formula has to be made.
    #[must_use]
    pub fn of(query: &'q Query, schema: &Schema) -> Option<Plain<'q>> {
        let form = normal_form(query, false, 1);
        let branch = form.branches().next().filter(|branch| branch.len() <= LONGEST)?;
        let mut kinds = KindSet::ALL;
        let mut exact: Vec<(Key, Vec<Cow<'q, str>>)> = Vec::with_capacity(branch.len());
        let mut statements = Vec::with_capacity(branch.len());
        for literal in branch {
            let (key, statement) = statement(query, schema, literal)?;
            if literal.positive {
                kinds = kinds.intersection(statement.kinds);
                exact.push((key, statement.values.clone()?));
            }
            statements.push(statement);
        }
        let text = |key: Key| query.text(key.text);
        let is_kind = |key: &str| matches!(key, "@evt.name" | "@evt.category");
        let is_tied = |at: usize, key: &str| exact.iter().take(at).any(|(own, _)| cluster(text(*own)) == cluster(key));
        if exact.iter().enumerate().any(|(at, (key, _))| is_kind(text(*key)) || is_tied(at, text(*key))) {
            return None;
        }
        let mut denied = statements.iter().filter(|statement| !statement.positive).map(|statement| statement.key);
        if denied.any(|key| is_kind(key) || is_tied(exact.len(), key)) {
            return None;
        }
        let mut event = Witness::new(kinds.iter().next()?);
        for (key, values) in &exact {
            let value = values.first().filter(|value| Class::of(*key, schema).admits(value))?;
            event.add(&KeyFacts::of(query, schema, *key), value.to_string());
        }
        let exact = exact.into_iter().map(|(key, values)| (text(key), values)).collect();
        Some(Plain { exact, event, said: Said { statements, kinds } })
    }
}

/// What a literal says, with its key.
fn statement<'q>(query: &'q Query, schema: &Schema, literal: &Literal) -> Option<(Key, Statement<'q>)> {
    let members = members(query, literal.node);
    let mut kinds = KindSet::EMPTY;
    let mut values = Some(Vec::with_capacity(members.len()));
    let mut first = None;
    for member in members.iter() {
        let NodeKind::Term { key, test } = query.node(*member).kind else { return None };
        first.get_or_insert(key);
        match (test, &mut values) {
            (Test::Exact(value), Some(values)) => values.push(Class::of(key, schema).canonical(query.text(value))),
            _ => values = None,
        }
        let is_filled = !matches!(key.kind, KeyKind::Attribute(id) if schema.attribute(id).kinds.is_empty());
        if is_filled {
            kinds = kinds.union(term_sets(query, schema, key, test).possible);
        }
    }
    let key = first?;
    if let Some(values) = &mut values {
        values.sort_unstable();
        values.dedup();
    }
    let class = Class::of(key, schema);
    Some((key, Statement { key: query.text(key.text), class, kinds, values, positive: literal.positive }))
}
