//! Value sets: the names that the Agent prints for constants.

use std::sync::OnceLock;

use super::table;
use rustc_hash::FxHashMap;

pub(super) const TEXT: &str = include_str!("../../schema/enums.tsv");
pub(super) const HEADER: &str = "set\tvalues";

/// The values of a set, in the order of the constants.
pub(super) fn values(set: &str) -> Option<&'static [&'static str]> {
    static SETS: OnceLock<FxHashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    SETS.get_or_init(|| {
        table::embedded(TEXT, HEADER).map(|[set, values]: [_; 2]| (set, values.split(',').collect())).collect()
    })
    .get(set)
    .map(Vec::as_slice)
}
