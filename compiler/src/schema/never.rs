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

/// Attributes and tags, each by name.
struct Keys {
    attributes: Vec<NeverEmitted>,
    tags: Vec<NeverEmitted>,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys = Keys { attributes: Vec::new(), tags: Vec::new() };
        for [written, instead, note] in table::embedded(TEXT, HEADER) {
            let (key, list) = match written.strip_prefix('@') {
                Some(key) => (key, &mut keys.attributes),
                None => (written, &mut keys.tags),
            };
            list.push(NeverEmitted { key, instead: instead.split(',').collect(), note });
        }
        keys.attributes.sort_by_key(|never| never.key);
        keys.tags.sort_by_key(|never| never.key);
        keys
    })
}

/// Every such attribute, by name.
pub(super) fn attributes() -> impl Iterator<Item = &'static NeverEmitted> {
    keys().attributes.iter()
}

/// The entry of an attribute, without `@`.
pub(super) fn attribute(path: &str) -> Option<&'static NeverEmitted> {
    find(&keys().attributes, path)
}

/// The entry of a tag.
pub(super) fn tag(name: &str) -> Option<&'static NeverEmitted> {
    find(&keys().tags, name)
}

fn find(list: &'static [NeverEmitted], key: &str) -> Option<&'static NeverEmitted> {
    list.get(list.binary_search_by_key(&key, |never| never.key).ok()?)
}
