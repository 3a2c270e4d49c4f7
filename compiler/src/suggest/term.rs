//! One part of a suggested condition.

use super::sighting::Sighting;
use crate::hir::pattern;
use crate::hir::spelling;

/// What a value must be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Wanted {
    /// This text.
    Exact(String),
    /// What this decoded pattern takes.
    Pattern(String),
}

impl Wanted {
    pub(super) fn takes(&self, value: &str) -> bool {
        match self {
            Wanted::Exact(text) => text == value,
            Wanted::Pattern(text) => pattern::matches(text, value),
        }
    }

    fn written(&self) -> String {
        match self {
            Wanted::Exact(text) => spelling::value(text, false),
            Wanted::Pattern(text) => spelling::value(text, true),
        }
    }
}

/// A key and the values of which it has to have one, or none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Term {
    /// As Datadog takes it, with `@` for an attribute.
    pub(super) key: String,
    /// One or more.
    pub(super) values: Vec<Wanted>,
    /// Whether no value may be one of them.
    pub(super) denied: bool,
}

impl Term {
    pub(super) fn one(key: &str, value: Wanted) -> Term {
        Term { key: key.to_owned(), values: vec![value], denied: false }
    }

    pub(super) fn denial(key: &str, value: Wanted) -> Term {
        Term { denied: true, ..Term::one(key, value) }
    }

    pub(super) fn holds(&self, sighting: &Sighting) -> bool {
        let takes = |value: &String| self.values.iter().any(|wanted| wanted.takes(value));
        sighting.values(&self.key).iter().any(takes) != self.denied
    }

    /// As a term of the language.
    pub(super) fn written(&self) -> String {
        let sign = if self.denied { "-" } else { "" };
        let values: Vec<String> = self.values.iter().map(Wanted::written).collect();
        match values.as_slice() {
            [one] => format!("{sign}{}:{one}", self.key),
            several => format!("{sign}{}:({})", self.key, several.join(" OR ")),
        }
    }
}
