//! Conditions that are plain to see through, as most are: one branch of listed values whose keys have nothing to do with
//! one another. What is needed of them is read off the query, which costs a part of what a formula does.

use crate::hir::kinds::term_sets;
use crate::hir::{Key, KeyKind, NodeKind, Query, Test};
use crate::logic::denial::{Cluster, Said, Statement};
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
        let mut keys: Vec<Key> = Vec::with_capacity(branch.len());
        let mut statements = Vec::with_capacity(branch.len());
        for literal in branch {
            let (key, statement) = statement(query, schema, literal)?;
            if matches!(statement.key, "@evt.name" | "@evt.category") {
                return None;
            }
            if literal.positive {
                statement.values.as_ref()?;
                kinds = kinds.intersection(statement.kinds);
                keys.push(key);
            }
            statements.push(statement);
        }
        let said = Said { statements, kinds };
        let mut clusters: Vec<Cluster<'_>> = Vec::with_capacity(keys.len());
        for (key, _) in said.needed() {
            let cluster = cluster(key);
            if clusters.contains(&cluster) {
                return None;
            }
            clusters.push(cluster);
        }
        let mut denied = said.statements.iter().filter(|statement| !statement.positive);
        if denied.any(|statement| clusters.contains(&cluster(statement.key))) {
            return None;
        }
        let mut event = Witness::new(kinds.iter().next()?);
        for (key, (_, values)) in keys.into_iter().zip(said.needed()) {
            let key = KeyFacts::of(query, schema, key);
            event.add(&key, values.first().filter(|value| key.class.admits(value))?);
        }
        Some(Plain { event, said })
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
