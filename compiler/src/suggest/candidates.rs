//! What some events have in common: a value of each, a folder around all of them, or the list of what they have.

use super::sighting::Sighting;
use super::term::{Term, Wanted};
use crate::hir::spelling;
use crate::lint::ephemeral::{Facts, Value, recognise};
use crate::lint::is_wide;
use crate::schema::{Schema, Type};

/// More values are not listed.
const LISTED: usize = 8;

/// The terms of one key that hold on all of the events.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    /// Values that each of the events has.
    pub(super) common: Vec<Term>,
    /// Where their values differ: a pattern around them.
    pub(super) around: Option<Term>,
    /// Where their values differ: all of them.
    pub(super) listed: Option<Term>,
}

impl Candidates {
    pub(super) fn new(key: &str, group: &[&Sighting], schema: &Schema) -> Candidates {
        let mut found = Candidates::default();
        let Some((first, rest)) = group.split_first() else { return found };
        let mut common = first.lasting(key).to_vec();
        common.retain(|value| rest.iter().all(|other| other.lasting(key).contains(value)));
        let differing: Option<Vec<Wanted>> = group
            .iter()
            .map(|one| {
                let mut own = one.lasting(key).iter().filter(|value| !common.contains(value));
                own.next().cloned().filter(|_| own.next().is_none())
            })
            .collect();
        if let Some(mut values) = differing {
            values.sort_unstable();
            values.dedup();
            found.around = around(key, &values, schema).map(|pattern| Term::one(key, pattern));
            if values.len() <= LISTED {
                found.listed = Some(Term { key: key.to_owned(), values, denied: false });
            }
        }
        found.common = common.into_iter().map(|value| Term::one(key, value)).collect();
        found
    }

    /// All of them, the narrowest way first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Term> {
        self.common.iter().chain(&self.listed).chain(&self.around)
    }
}

/// The pattern around paths of one folder, unless it says little or holds what does not last.
fn around(key: &str, values: &[Wanted], schema: &Schema) -> Option<Wanted> {
    let path = key.strip_prefix('@')?;
    let (_, attribute) = schema.find(path)?;
    if !matches!(attribute.ty, Type::Path | Type::String) {
        return None;
    }
    let texts: Vec<&str> = values
        .iter()
        .map(|value| match value {
            Wanted::Exact(text) => Some(text.as_str()),
            Wanted::Pattern(_) => None,
        })
        .collect::<Option<_>>()?;
    let (first, rest) = texts.split_first()?;
    let is_separator = |c: char| c == '/' || c == '\\';
    let is_path = |text: &str| text.starts_with('/') || text.get(1..3) == Some(":\\");
    if rest.is_empty() || !texts.iter().all(|text| is_path(text)) {
        return None;
    }
    let shared = rest.iter().fold(first.len(), |shared, text| {
        let same = first.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        shared.min(same)
    });
    // A separator is one byte, so that what stands before it is whole characters.
    let head = first.as_bytes().get(..shared)?;
    let cut = head.iter().rposition(|byte| is_separator(char::from(*byte)))? + 1;
    let head = first.get(..cut)?;
    if head.trim_matches(is_separator).split(is_separator).count() < 2 {
        return None;
    }
    let tails = texts.iter().map(|text| text.get(cut..)).collect::<Option<Vec<&str>>>()?;
    let tail = tails.split_first().map(|(first, rest)| {
        let same = rest.iter().fold(first.len(), |shared, text| {
            shared.min(first.bytes().rev().zip(text.bytes().rev()).take_while(|(a, b)| a == b).count())
        });
        let end = first.as_bytes().get(first.len() - same..).unwrap_or_default();
        let start = end.iter().position(|byte| is_separator(char::from(*byte)));
        start.and_then(|start| first.get(first.len() - same + start..)).unwrap_or_default()
    })?;
    let mut pattern = String::with_capacity(head.len() + tail.len() + 1);
    spelling::push_text(&mut pattern, head);
    pattern.push('*');
    spelling::push_text(&mut pattern, tail);
    let facts = Facts::of_attribute(key, attribute);
    let lasts = recognise(Value::new(&pattern, true).text(), &facts).is_none();
    (lasts && !is_wide(attribute, &pattern)).then_some(Wanted::Pattern(pattern))
}
