//! Did-you-mean: the keys that an unknown key may have meant.
//!
//! Every candidate gets a cost. A key is compared segment by segment: a misspelt segment costs by its edits, a segment
//! too many or too few by how often people leave it out, two segments that changed places a little. Known other words
//! are tried in place of each segment. What signals are known to carry goes before what only events do, and the short
//! before the deep. The order is the same on every run.

use std::rc::Rc;

use super::embedded::Schema;
use super::never::NeverEmitted;
use super::secl;
use super::spellings::{IMPOSSIBLE, KnownPath, Spellings, Word, edit_cost, flat};
use super::words::words;
use rustc_hash::FxHashMap;

words! {
    /// Why a key is suggested.
    pub enum Why {
        /// It is spelt almost like it.
        Typo = "typo",
        /// It holds the same segments elsewhere, or a segment more or less.
        Moved = "moved",
        /// It is another word for it.
        Synonym = "synonym",
        /// It is the field of the Agent's rule language that the attribute is made from.
        Secl = "secl",
        /// It is a tag where an attribute stands, or the other way round.
        Tag = "tag",
        /// Documentation prints it, and the Agent emits the suggested key.
        NeverEmitted = "never-emitted",
    }
}

/// A key that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The key, with `@` if it is an attribute.
    pub key: String,
    /// Why it is suggested.
    pub why: Why,
}

/// Keys longer than this are looked up and not compared.
const MAX_KEY: usize = 160;
/// Keys with more segments than this are looked up and not compared.
const MAX_SEGMENTS: usize = 10;
/// How many spellings of the key are tried.
const MAX_VARIANTS: usize = 48;

const SWAP: u32 = 14;

impl Schema {
    /// The keys that an unknown attribute key may have meant, the likeliest first.
    pub fn suggest_attribute(&self, wrong: &str, limit: usize) -> Vec<Suggestion> {
        let key = normal(wrong);
        let mut ranking = Ranking::default();
        ranking.add_instead(self.never_emitted(&key));
        self.rank_known(&key, &mut ranking);
        if let Some((_, tag)) = self.tag(&key) {
            ranking.add(1, tag.name.to_string(), Why::Tag);
        }
        if comparable(&key) {
            self.rank_attributes(&key, 0, &mut ranking);
            self.rank_tags(&key, 14, &mut ranking);
        }
        ranking.best(limit)
    }

    /// The keys that an unknown tag may have meant, the likeliest first.
    pub fn suggest_tag(&self, wrong: &str, limit: usize) -> Vec<Suggestion> {
        let key = normal(wrong);
        let mut ranking = Ranking::default();
        ranking.add_instead(self.never_emitted_tag(&key).or_else(|| self.never_emitted(&key)));
        if self.attribute_id(&key).is_some() {
            ranking.add(1, format!("@{key}"), Why::Tag);
        }
        self.rank_known(&key, &mut ranking);
        if comparable(&key) {
            self.rank_tags(&key, 0, &mut ranking);
            self.rank_attributes(&key, 8, &mut ranking);
        }
        ranking.best(limit)
    }

    /// What the rule language calls by the whole key.
    fn rank_known(&self, key: &str, ranking: &mut Ranking) {
        for (cost, path) in (2..).zip(secl::attributes_of(key)) {
            if self.attribute_id(path).is_some() {
                ranking.add(cost, format!("@{path}"), Why::Secl);
            }
        }
    }

    fn rank_attributes(&self, key: &str, handicap: u32, ranking: &mut Ranking) {
        let spellings = self.spellings();
        for id in spellings.same(&flat(key)) {
            let weight = spellings.paths.iter().find(|path| path.id == *id).map_or(0, |path| path.weight);
            ranking.add(handicap + 2 + weight, format!("@{}", self.attribute(*id).path), Why::Typo);
        }
        let mut read: FxHashMap<String, Rc<[u32]>> = FxHashMap::default();
        let mut lines = Lines::default();
        for variant in variants(key) {
            let words: Vec<&str> = variant.path.split('.').collect();
            if words.len() > MAX_SEGMENTS {
                continue;
            }
            let limit = (12 + 10 * u32::try_from(words.len()).unwrap_or_default()).min(52);
            let table: Vec<Rc<[u32]>> = words
                .iter()
                .map(|word| {
                    let costs = read.entry((*word).to_owned());
                    Rc::clone(costs.or_insert_with(|| spellings.costs(word).into()))
                })
                .collect();
            let least = least(spellings, &table);
            for path in &spellings.paths {
                let at_least = path.segments.iter().filter_map(|at| least.get(usize::from(*at)));
                if words.len().abs_diff(path.segments.len()) > 3 || at_least.sum::<u32>() > limit {
                    continue;
                }
                let alignment = align(&words, path, &table, spellings, &mut lines);
                if alignment.cost > limit {
                    continue;
                }
                let why = match variant.why {
                    Why::Typo if alignment.moved => Why::Moved,
                    why => why,
                };
                let cost = handicap + variant.cost + alignment.cost + path.weight;
                ranking.add(cost, format!("@{}", self.attribute(path.id).path), why);
            }
        }
    }

    fn rank_tags(&self, key: &str, handicap: u32, ranking: &mut Ranking) {
        for (cost, meaning) in (4..).step_by(2).zip(secl::meanings(key)) {
            if let Some(name) = meaning.strip_prefix("tag:") {
                ranking.add(cost + handicap / 4, name.to_owned(), Why::Synonym);
            }
        }
        let word = Word::new(&flat(key));
        let wanted = &*word.text;
        for ((_, tag), known) in self.tags().zip(&self.spellings().tags) {
            let name = &*known.text;
            let cost = if name == wanted {
                Some((2, Why::Typo))
            } else if ["kube", "ecs", "container"].iter().any(|prefix| name.strip_prefix(prefix) == Some(wanted)) {
                Some((9, Why::Synonym))
            } else if wanted.len() >= 5 && name.starts_with(wanted) {
                Some((12, Why::Typo))
            } else {
                word.edits(known).map(|edits| (edit_cost(edits), Why::Typo))
            };
            if let Some((cost, why)) = cost {
                ranking.add(handicap + cost, tag.name.to_string(), why);
            }
        }
    }
}

/// A key as it is compared: without `@` and blanks around it, in lower case, with dots between segments.
fn normal(key: &str) -> String {
    let key = key.trim().trim_start_matches('@').trim_matches('.');
    key.chars()
        .map(|c| match c {
            '/' | ':' | ' ' | '-' | '>' => '.',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

fn comparable(key: &str) -> bool {
    !key.is_empty() && key.len() <= MAX_KEY && key.split('.').count() <= MAX_SEGMENTS
}

/// A spelling of the key with other words for some of its segments.
struct Variant {
    path: String,
    cost: u32,
    why: Why,
}

/// The key as given, then with one other word in place, then with two.
fn variants(key: &str) -> Vec<Variant> {
    let mut variants = vec![Variant { path: key.to_owned(), cost: 0, why: Why::Typo }];
    let mut from = 0;
    for _ in 0..2 {
        let mut more = Vec::new();
        for variant in variants.iter().skip(from) {
            replace_words(variant, &mut more);
        }
        from = variants.len();
        for variant in more {
            if variants.len() >= MAX_VARIANTS {
                return variants;
            }
            if variants.iter().all(|known| known.path != variant.path) {
                variants.push(variant);
            }
        }
    }
    variants
}

fn replace_words(variant: &Variant, more: &mut Vec<Variant>) {
    let words: Vec<&str> = variant.path.split('.').collect();
    let widths = [words.len(), 2, 1];
    for (at, &width) in widths.iter().enumerate() {
        // The whole key comes first; what is as long as the whole key has been looked up then.
        if at > 0 && width == words.len() {
            continue;
        }
        for (start, window) in words.windows(width.max(1)).enumerate() {
            for (rank, meaning) in (0..).step_by(4).zip(secl::meanings(&window.join("."))) {
                let whole = window.len() == words.len();
                // `path` alone means the path of the file; within a longer key it means what it says.
                let says_itself = || {
                    let (first, last) = (window.first().copied(), window.last().copied());
                    let mut segments = meaning.split('.');
                    segments.next() == first || segments.next_back() == last
                };
                if meaning.starts_with("tag:") || (!whole && window.len() == 1 && says_itself()) {
                    continue;
                }
                let head = words.iter().take(start).copied();
                let tail = words.iter().skip(start + window.len()).copied();
                let path: Vec<&str> = head.chain([*meaning]).chain(tail).collect();
                more.push(Variant {
                    path: path.join("."),
                    cost: variant.cost + 4 + u32::from(!whole) + rank,
                    why: Why::Synonym,
                });
            }
        }
    }
}

/// What each segment costs at least, whatever of the words it is read from.
fn least(spellings: &Spellings, table: &[Rc<[u32]>]) -> Vec<u32> {
    let of = |at: usize, missing: u32| {
        let read = table.iter().filter_map(|costs| costs.get(at)).min();
        read.map_or(IMPOSSIBLE, |cost| *cost).min(missing)
    };
    spellings.segments.iter().enumerate().map(|(at, segment)| of(at, segment.missing)).collect()
}

/// What it costs if the key has a segment too many.
fn surplus(word: &str) -> u32 {
    match word {
        "executable" | "file" | "event" | "evt" | "process" | "data" => 12,
        _ => 20,
    }
}

struct Alignment {
    cost: u32,
    moved: bool,
}

/// The cheapest way to read some words as some of the segments of a path.
#[derive(Clone, Copy)]
struct Cell {
    cost: u32,
    moved: bool,
    found: bool,
}

impl Cell {
    const NONE: Self = Self { cost: IMPOSSIBLE, moved: false, found: false };

    fn plus(self, cost: u32, moved: bool, found: bool) -> Self {
        Self { cost: self.cost.saturating_add(cost), moved: self.moved || moved, found: self.found || found }
    }

    /// A reading that finds a segment goes before one that is as cheap and finds none.
    fn or(self, other: Self) -> Self {
        if (other.cost, !other.found) < (self.cost, !self.found) { other } else { self }
    }
}

/// The lines of the table of one alignment, one behind the other; the room is used again.
#[derive(Default)]
struct Lines {
    cells: Vec<Cell>,
    width: usize,
}

impl Lines {
    /// The cell that many lines and columns before the next one.
    fn back(&self, lines: usize, columns: usize) -> Cell {
        let column = self.cells.len() % self.width.max(1);
        let back = lines * self.width + columns;
        let at = self.cells.len().checked_sub(back).filter(|_| columns <= column);
        at.and_then(|at| self.cells.get(at)).copied().unwrap_or(Cell::NONE)
    }
}

/// The cheapest way to read the words as a path. At least one segment has to be found again.
fn align(words: &[&str], path: &KnownPath, table: &[Rc<[u32]>], spellings: &Spellings, lines: &mut Lines) -> Alignment {
    let number = |column: usize| path.segments.get(column).map_or(usize::MAX, |at| usize::from(*at));
    let missing = |column: usize| spellings.segments.get(number(column)).map_or(IMPOSSIBLE, |segment| segment.missing);
    let read = |row: usize, column: usize| -> u32 {
        table.get(row).and_then(|costs| costs.get(number(column))).copied().unwrap_or(IMPOSSIBLE)
    };
    lines.cells.clear();
    lines.width = path.segments.len() + 1;
    for row in 0..=words.len() {
        for column in 0..lines.width {
            let mut cell =
                if row == 0 && column == 0 { Cell { cost: 0, moved: false, found: false } } else { Cell::NONE };
            if let Some(previous) = row.checked_sub(1) {
                let extra = surplus(words.get(previous).copied().unwrap_or_default());
                cell = cell.or(lines.back(1, 0).plus(extra, true, false));
            }
            if let Some(previous) = column.checked_sub(1) {
                cell = cell.or(lines.back(0, 1).plus(missing(previous), true, false));
            }
            if let (Some(r), Some(c)) = (row.checked_sub(1), column.checked_sub(1)) {
                cell = cell.or(lines.back(1, 1).plus(read(r, c), false, true));
                if let (Some(r2), Some(c2)) = (row.checked_sub(2), column.checked_sub(2)) {
                    let swapped = read(r, c2).saturating_add(read(r2, c)).saturating_add(SWAP);
                    cell = cell.or(lines.back(2, 2).plus(swapped, true, true));
                }
            }
            lines.cells.push(cell);
        }
    }
    let last = lines.cells.last().copied().unwrap_or(Cell::NONE);
    Alignment { cost: if last.found { last.cost } else { IMPOSSIBLE }, moved: last.moved }
}

/// The candidates with their costs; of one key, the cheapest reading counts.
#[derive(Default)]
struct Ranking(FxHashMap<String, (u32, Why)>);

impl Ranking {
    fn add(&mut self, cost: u32, key: String, why: Why) {
        let best = self.0.entry(key).or_insert((cost, why));
        if cost < best.0 {
            *best = (cost, why);
        }
    }

    fn add_instead(&mut self, never: Option<&NeverEmitted>) {
        for (cost, instead) in (0..).zip(never.iter().flat_map(|never| &never.instead)) {
            self.add(cost, (*instead).to_owned(), Why::NeverEmitted);
        }
    }

    fn best(self, limit: usize) -> Vec<Suggestion> {
        let mut all: Vec<_> = self.0.into_iter().map(|(key, (cost, why))| (cost, key, why)).collect();
        all.sort();
        // What is far behind the first is noise.
        let worst = all.first().map_or(0, |(cost, _, _)| cost + 16);
        all.into_iter()
            .take_while(|(cost, _, _)| *cost <= worst)
            .take(limit)
            .map(|(_, key, why)| Suggestion { key, why })
            .collect()
    }
}
