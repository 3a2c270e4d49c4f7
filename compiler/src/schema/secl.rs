//! Names that people bring along: fields of the Agent's rule language (SECL), and other words for the same thing.

use std::sync::OnceLock;

use super::table;
use rustc_hash::FxHashMap;

pub(super) const SECL: &str = include_str!("../../schema/secl.tsv");
pub(super) const SECL_HEADER: &str = "secl\tpath";
pub(super) const SYNONYMS: &str = include_str!("../../schema/synonyms.tsv");
pub(super) const SYNONYMS_HEADER: &str = "word\tmeans";

type Table = FxHashMap<&'static str, Vec<&'static str>>;

fn read(text: &'static str, header: &str) -> Table {
    let mut table = Table::default();
    for [from, to] in table::embedded(text, header) {
        table.entry(from).or_default().push(to);
    }
    table
}

/// The attributes that a SECL field is serialized as.
pub(super) fn attributes_of(field: &str) -> &'static [&'static str] {
    static ALL: OnceLock<Table> = OnceLock::new();
    ALL.get_or_init(|| read(SECL, SECL_HEADER)).get(field).map(Vec::as_slice).unwrap_or_default()
}

/// What a word means, the likeliest first: a path, part of a path, or `tag:name`.
pub(super) fn meanings(word: &str) -> &'static [&'static str] {
    static ALL: OnceLock<Table> = OnceLock::new();
    ALL.get_or_init(|| read(SYNONYMS, SYNONYMS_HEADER)).get(word).map(Vec::as_slice).unwrap_or_default()
}
