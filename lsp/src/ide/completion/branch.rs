//! What a combination says already while a term of it is being typed.

use std::fmt::Write as _;

use quell::hir::{KeyKind, NodeKind, Query};
use quell::logic::specificity::{Bits, BranchSpecificity, TermBits, most_helpful};
use quell::parse_item;
use quell::schema::{Activity, Family, Kind as EventKind, KindSet, Schema, Scope};
use quell::syntax::ast::{ItemKind, StatementKind};
use rustc_hash::FxHashSet;

use crate::ide::place::{Block, Place};
use crate::ide::project::{FileId, Project};
use crate::ide::rules;

/// What is known of a combination that is being written.
#[derive(Default)]
pub(super) struct Branch {
    query: Query,
    terms: Vec<TermBits>,
    bits: Bits,
    /// What it is about so far.
    pub(super) families: FxHashSet<Family>,
    /// The events that it can be about.
    pub(super) kinds: KindSet,
}

impl Branch {
    /// What the condition says without the term that is being typed.
    pub(super) fn at(project: &Project, file: FileId, text: &str, place: &Place) -> Branch {
        let schema = project.schema(file);
        let mut repaired = String::with_capacity(text.len());
        repaired.push_str(text.get(..place.typed.start as usize).unwrap_or_default());
        let head = repaired.len();
        repaired.push_str(text.get(place.whole.end as usize..).unwrap_or_default());
        let mut checked = rules::checked(project, file, &repaired);
        if checked.rules.is_empty() {
            repaired.truncate(head);
            let _ = write!(repaired, "{}", place.closers());
            checked = rules::checked(project, file, &repaired);
        }
        let at = place.typed.start;
        let Some(rule) = checked.rules.iter().find(|rule| rule.rule.span.touches(at)).or(checked.rules.first()) else {
            return Branch { kinds: activity(&repaired).unwrap_or(KindSet::ALL), ..Branch::default() };
        };
        let wanted = if place.query_block() == Some(Block::Event) { "when event" } else { "when" };
        let mut branch = Branch { kinds: KindSet::ALL, ..Branch::default() };
        if let Some(activity) = &rule.rule.activity {
            branch.kinds = activity.value;
        }
        for (name, query, specificity) in rules::conditions(rule) {
            if name != wanted {
                continue;
            }
            // The branch that is written in, or else the broadest.
            let mut branches: Vec<BranchSpecificity<'_>> = specificity.branches().collect();
            let distance = |branch: &BranchSpecificity<'_>| {
                let ends = branch.terms.iter().map(|term| query.node(term.literal.node).span.end);
                ends.map(|end| at.abs_diff(end)).min().unwrap_or(u32::MAX)
            };
            branches.sort_by_key(distance);
            let Some(first) = branches.first() else { continue };
            for term in first.terms.iter().filter(|term| term.literal.positive) {
                let NodeKind::Term { key, .. } = query.node(term.literal.node).kind else { continue };
                let (family, kinds) = match key.kind {
                    KeyKind::Attribute(id) => {
                        let attribute = schema.attribute(id);
                        (attribute.family, attribute.kinds)
                    }
                    KeyKind::Tag(id) => {
                        (schema.tag_by_id(id).map_or(Family::Workload, |tag| tag.family), KindSet::EMPTY)
                    }
                    _ => continue,
                };
                branch.families.insert(family);
                if family != Family::Rule && !kinds.is_empty() {
                    branch.kinds = branch.kinds.intersection(kinds);
                }
            }
            branch.query = query.clone();
            branch.terms = first.terms.to_vec();
            branch.bits = first.bits;
        }
        if branch.kinds.is_empty() {
            branch.kinds = KindSet::ALL;
        }
        branch
    }

    pub(super) fn helps(&self, schema: &Schema, scope: Scope) -> Vec<(&'static str, Family, Bits)> {
        let branch = BranchSpecificity { bits: self.bits, terms: &self.terms };
        let helps = most_helpful(&self.query, branch, self.kinds, scope, schema);
        helps.into_iter().map(|help| (help.name, help.family, help.bits)).collect()
    }
}

/// The event kinds that a rule says it is about, where it means nothing so far.
fn activity(text: &str) -> Option<KindSet> {
    let parsed = parse_item(text);
    let statements = parsed.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Rule { statements, .. } => Some(statements),
        _ => None,
    });
    let value = statements.flatten().find_map(|statement| match &statement.kind {
        StatementKind::Field { name, value } if name.of(text) == "activity" => Some(value.span().of(text)),
        _ => None,
    })?;
    let activity = Activity::from_name(value).map(Activity::kinds);
    activity.or_else(|| EventKind::from_name(value).map(KindSet::of))
}
