//! What recorded events hold of a key. Of each key a bounded number of values is known, so that no answer takes longer for
//! a larger sample.

use std::fmt::Write as _;

use quell::config::{KeySample, Sample};
use quell::hir::spelling;
use quell::logic::specificity::{Count, grouped};

use crate::ide::project::Project;

/// How many values are shown of a key.
const SHOWN: usize = 8;

/// The values of a key in recorded events; none where there are no events, or none with the key.
#[derive(Clone, Copy)]
pub(super) struct Values<'p>(Option<(&'p Sample, &'p KeySample)>);

impl<'p> Values<'p> {
    /// Those of a key as a rule writes it.
    pub(super) fn of(project: &'p Project, key: &str) -> Values<'p> {
        let sample = project.settings().sample.as_deref();
        Values(sample.and_then(|sample| Some((sample, sample.key(&spelling::unescaped(key))?))))
    }

    /// How many events have a value; nothing where none is known to.
    pub(super) fn count(self, value: &str) -> Option<Count> {
        let (sample, key) = self.0?;
        let events = key.values().get(key.position(value)?)?.events;
        Some(Count { matched: events, unknown: 0, of: sample.events() })
    }

    /// The values that fit and that most events have, the most frequent first, each with how many do.
    pub(super) fn most_frequent(self, most: usize, fits: impl Fn(&str) -> bool) -> Vec<(&'p str, Count)> {
        let Some((sample, key)) = self.0 else { return Vec::new() };
        let all = key.most_frequent(usize::MAX).into_iter().filter(|value| fits(&value.text));
        let count = |events| Count { matched: events, unknown: 0, of: sample.events() };
        all.take(most).map(|value| (&*value.text, count(value.events))).collect()
    }
}

/// Appends how many recorded events have a key, and its most frequent values.
pub(super) fn describe(project: &Project, key: &str, out: &mut String) {
    let Some(sample) = project.settings().sample.as_deref().filter(|sample| sample.events() > 0) else { return };
    let values = Values::of(project, key);
    let carried = values.0.map_or(0, |(_, key)| key.carried());
    let count = Count { matched: carried, unknown: 0, of: sample.events() };
    let _ = write!(out, "\n\non {}", count.shown());
    for (value, count) in values.most_frequent(SHOWN, |_| true) {
        let written = value.replace(['`', '\n', '\r'], " ");
        let _ = write!(out, "\n- `{written}`: {}", grouped(count.matched));
    }
}
