//! Keys that documentation prints and no Agent emits, with the keys that were meant.

use std::sync::OnceLock;

use super::table;

pub(super) const TEXT: &str = include_str!("../../schema/never_emitted.tsv");
pub(super) const HEADER: &str = "key\tinstead\tnote";

/// A key that documentation prints and no Agent emits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeverEmitted {
    /// The key, without `@`.
    pub key: &'static str,
    /// The attributes (with `@`) or tags that carry what was meant, the likeliest first.
    pub instead: Vec<&'static str>,
    /// Why nothing carries the key, in one sentence.
    pub note: &'static str,
}

/// Every such key as it is written, by name: with `@` an attribute, without a tag.
fn all() -> &'static [(&'static str, NeverEmitted)] {
    static ALL: OnceLock<Vec<(&'static str, NeverEmitted)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut keys: Vec<_> = table::embedded(TEXT, HEADER)
            .map(|[written, instead, note]: [_; 3]| {
                let key = written.trim_start_matches('@');
                (written, NeverEmitted { key, instead: instead.split(',').collect(), note })
            })
            .collect();
        keys.sort_by_key(|(written, _)| *written);
        keys
    })
}

/// Every such attribute, by name.
pub(super) fn attributes() -> impl Iterator<Item = &'static NeverEmitted> {
    all().iter().filter(|(written, _)| written.starts_with('@')).map(|(_, never)| never)
}

/// The entry of an attribute, without `@`.
pub(super) fn attribute(path: &str) -> Option<&'static NeverEmitted> {
    attributes().find(|never| never.key == path)
}

/// The entry of a tag.
pub(super) fn tag(name: &str) -> Option<&'static NeverEmitted> {
    all().iter().find(|(written, _)| *written == name).map(|(_, never)| never)
}
