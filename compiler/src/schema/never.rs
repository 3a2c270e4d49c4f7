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

/// Every such key, by name.
pub(super) fn all() -> &'static [NeverEmitted] {
    static ALL: OnceLock<Vec<NeverEmitted>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut keys: Vec<_> = table::embedded(TEXT, HEADER)
            .map(|[key, instead, note]: [_; 3]| NeverEmitted { key, instead: instead.split(',').collect(), note })
            .collect();
        keys.sort_by_key(|never| never.key);
        keys
    })
}

/// The entry of a key, without `@`.
pub(super) fn find(key: &str) -> Option<&'static NeverEmitted> {
    let at = all().binary_search_by_key(&key, |never| never.key).ok()?;
    all().get(at)
}
