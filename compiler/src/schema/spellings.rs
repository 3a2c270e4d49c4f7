//! What comparing an unknown key needs of the known ones, worked out once a schema and only when it is first asked for.

use super::attribute::{AttrId, Attribute, Platforms, Scope};
use super::embedded::Schema;
use crate::base::edits;
use rustc_hash::FxHashMap;

/// Costs from here on mean that there is no such reading.
pub(super) const IMPOSSIBLE: u32 = 10_000;

/// The paths of a schema as lists of numbered segments, and its tags.
#[derive(Clone, Debug)]
pub(super) struct Spellings {
    /// Every segment that some path has, once.
    pub(super) segments: Vec<Segment>,
    /// By path.
    pub(super) paths: Vec<KnownPath>,
    /// Attributes by their path without what stands between its words.
    flat: FxHashMap<Box<str>, Vec<AttrId>>,
    /// The tags in their order.
    pub(super) tags: Vec<Word>,
}

/// A segment of paths.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) word: Word,
    /// What it costs if the key lacks it.
    pub(super) missing: u32,
}

/// An attribute's path.
#[derive(Clone, Debug)]
pub(super) struct KnownPath {
    pub(super) id: AttrId,
    /// Numbers of segments.
    pub(super) segments: Box<[u16]>,
    /// What the attribute costs in itself.
    pub(super) weight: u32,
}

/// A word to be compared with others.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: Box<str>,
    /// Without what stands between its parts.
    pub(super) flat: Box<str>,
    /// Which bytes occur in it, by their last five bits.
    bytes: u32,
}

impl Word {
    pub(super) fn new(text: &str) -> Word {
        let bytes = text.bytes().fold(0, |all, byte| all | 1 << (byte & 31));
        Word { text: text.into(), flat: flat(text).into(), bytes }
    }

    /// The number of edits to another word, or nothing if it is more than what makes a misspelling of the same word.
    pub(super) fn edits(&self, other: &Word) -> Option<usize> {
        let bound = bound(&self.text, &other.text);
        // An edit brings one byte in and takes one out at most.
        let (out, new) = (self.bytes & !other.bytes, other.bytes & !self.bytes);
        let most = out.count_ones().max(new.count_ones()) as usize;
        if most > bound { None } else { edits(&self.text, &other.text, bound) }
    }

    /// What it costs to read it as another word.
    pub(super) fn cost(&self, name: &Word) -> u32 {
        if self.text == name.text {
            return 0;
        }
        if let Some(edits) = self.edits(name) {
            return edit_cost(edits);
        }
        let (word, name_text) = (&*self.text, &*name.text);
        let begins =
            word.len() >= 4 && name_text.starts_with(word) || name_text.len() >= 4 && word.starts_with(name_text);
        if begins || self.flat == name.flat { 10 } else { IMPOSSIBLE }
    }
}

impl Spellings {
    pub(super) fn of(schema: &Schema) -> Spellings {
        let mut numbers: FxHashMap<&str, u16> = FxHashMap::default();
        let mut segments = Vec::new();
        let mut paths = Vec::with_capacity(schema.len());
        let mut flats: FxHashMap<Box<str>, Vec<AttrId>> = FxHashMap::default();
        for (id, attribute) in schema.attributes() {
            let path = attribute.stem().split('.').map(|segment| {
                *numbers.entry(segment).or_insert_with(|| {
                    segments.push(Segment { word: Word::new(segment), missing: missing(segment) });
                    u16::try_from(segments.len() - 1).unwrap_or(u16::MAX)
                })
            });
            paths.push(KnownPath { id, segments: path.collect(), weight: weight(attribute) });
            flats.entry(flat(&attribute.path).into()).or_default().push(id);
        }
        // A tag is compared without what stands between its words.
        let tags = schema.tags().map(|(_, tag)| Word::new(&flat(&tag.name))).collect();
        Spellings { segments, paths, flat: flats, tags }
    }

    /// The attributes that differ from a key by what stands between their words at most.
    pub(super) fn same(&self, flat: &str) -> &[AttrId] {
        self.flat.get(flat).map(Vec::as_slice).unwrap_or_default()
    }

    /// What it costs to read a word as each of the segments.
    pub(super) fn costs(&self, word: &str) -> Box<[u32]> {
        let word = Word::new(word);
        self.segments.iter().map(|segment| word.cost(&segment.word)).collect()
    }
}

/// A key without what stands between its words.
pub(super) fn flat(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '.' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many edits still make a misspelling of the same word.
fn bound(a: &str, b: &str) -> usize {
    match a.len().max(b.len()) {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    }
}

/// What that many edits cost.
pub(super) fn edit_cost(edits: usize) -> u32 {
    match edits {
        0 => 0,
        1 => 8,
        2 => 17,
        _ => 28,
    }
}

/// What a candidate costs in itself.
fn weight(attribute: &Attribute) -> u32 {
    let path = &*attribute.path;
    let depth = u32::try_from(path.split('.').count()).unwrap_or_default();
    let rare = ["ptrace.", "signal.", "mount.", "cgroup_write.", "syscall.", "file.destination."];
    2 * depth
        + if attribute.scope == Scope::Signal { 0 } else { 6 }
        + if attribute.kinds.is_empty() { 60 } else { 0 }
        + if attribute.platforms == Platforms::WINDOWS { 12 } else { 0 }
        + if rare.iter().any(|root| path.starts_with(root)) { 6 } else { 0 }
        + if path.starts_with("process.ancestors.") { 1 } else { 0 }
}

/// What it costs if the key lacks a segment.
fn missing(segment: &str) -> u32 {
    match segment {
        "process" | "executable" | "question" | "credentials" | "addr" => 10,
        _ => 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_before_counting_edits_is_too_far() {
        let words = ["path", "paht", "pth", "patch", "proces", "process", "porcess", "executable", "exectable", "uid"];
        for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
            assert_eq!(Word::new(a).edits(&Word::new(b)), edits(a, b, bound(a, b)), "{a} {b}");
        }
    }
}
