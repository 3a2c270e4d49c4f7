//! The items of a document in order, in chunks with sums, so that finding a line and replacing an item cost about the
//! same in a small document and in a large one.
//!
//! A clone shares every chunk; an edit copies the one it changes only while a clone is alive.

use std::sync::Arc;

use crate::ide::item::{Item, ItemId};

/// How many items a chunk is made with; one that grew to twice that is cut.
const CHUNK: usize = 64;

/// A sequence of items.
#[derive(Clone, Debug, Default)]
pub struct Items {
    chunks: Vec<Arc<Chunk>>,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    items: Vec<Item>,
    /// Sums over the items.
    bytes: u32,
    lines: u32,
    findings: u32,
    unchecked: u32,
    declaring: u32,
}

impl Chunk {
    fn new(items: Vec<Item>) -> Arc<Chunk> {
        let mut chunk = Chunk { items, ..Chunk::default() };
        chunk.sum();
        Arc::new(chunk)
    }

    fn sum(&mut self) {
        (self.bytes, self.lines, self.findings, self.unchecked, self.declaring) = (0, 0, 0, 0, 0);
        for item in &self.items {
            self.bytes += item.len();
            self.lines += item.lines;
            self.findings += item.findings.len() as u32;
            self.unchecked += u32::from(!item.checked);
            self.declaring += u32::from(!item.facts.signature.is_plain());
        }
    }
}

/// Which item, counted by chunks. Good until the sequence changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Cursor {
    chunk: usize,
    item: usize,
}

/// Where an item starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Start {
    /// The byte.
    pub offset: u32,
    /// The line, from 0. Items start at the start of a line.
    pub line: u32,
}

/// An item at its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'d> {
    /// The item.
    pub item: &'d Item,
    /// Where it starts.
    pub start: Start,
    /// Where it is in the sequence.
    pub cursor: Cursor,
}

impl Items {
    /// A sequence of these.
    pub(super) fn new(items: impl IntoIterator<Item = Item>) -> Items {
        let mut chunks = Vec::new();
        let mut items = items.into_iter();
        loop {
            let chunk: Vec<Item> = items.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Items { chunks };
            }
            chunks.push(Chunk::new(chunk));
        }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.chunks.iter().map(|chunk| chunk.bytes).sum()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether every item was checked.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.unchecked == 0)
    }

    /// The item that holds a byte: at a border the one behind it, at the end the last one.
    #[must_use]
    pub fn at_offset(&self, offset: u32) -> Option<Placed<'_>> {
        self.find(|chunk| chunk.bytes, Item::len, |start| start.offset, offset)
    }

    /// The item that holds a line, past the end the last one.
    #[must_use]
    pub fn at_line(&self, line: u32) -> Option<Placed<'_>> {
        self.find(|chunk| chunk.lines, |item| item.lines, |start| start.line, line)
    }

    /// The last item that starts at or before `wanted`, by sums.
    fn find(
        &self,
        of_chunk: impl Fn(&Chunk) -> u32,
        of_item: impl Fn(&Item) -> u32,
        reached: impl Fn(Start) -> u32,
        wanted: u32,
    ) -> Option<Placed<'_>> {
        let mut start = Start::default();
        let last = self.chunks.len().checked_sub(1)?;
        for (number, chunk) in self.chunks.iter().enumerate() {
            if number < last && reached(start) + of_chunk(chunk) <= wanted {
                start = Start { offset: start.offset + chunk.bytes, line: start.line + chunk.lines };
                continue;
            }
            let last = chunk.items.len().checked_sub(1)?;
            for (index, item) in chunk.items.iter().enumerate() {
                if index < last && reached(start) + of_item(item) <= wanted {
                    start = Start { offset: start.offset + item.len(), line: start.line + item.lines };
                    continue;
                }
                return Some(Placed { item, start, cursor: Cursor { chunk: number, item: index } });
            }
        }
        None
    }

    /// Every item with its place, in order.
    pub fn iter(&self) -> impl Iterator<Item = Placed<'_>> {
        let mut start = Start::default();
        self.chunks
            .iter()
            .enumerate()
            .flat_map(|(number, chunk)| {
                chunk.items.iter().enumerate().map(move |(index, item)| (Cursor { chunk: number, item: index }, item))
            })
            .map(move |(cursor, item)| {
                let here = start;
                start = Start { offset: here.offset + item.len(), line: here.line + item.lines };
                Placed { item, start: here, cursor }
            })
    }

    /// The items in chunks of which `keep` says that one may be of interest.
    fn in_chunks(&self, keep: impl Fn(&Chunk) -> bool) -> impl Iterator<Item = Placed<'_>> {
        let mut reached = Start::default();
        self.chunks
            .iter()
            .enumerate()
            .filter_map(move |(number, chunk)| {
                let start = reached;
                reached = Start { offset: start.offset + chunk.bytes, line: start.line + chunk.lines };
                keep(chunk).then_some((number, chunk, start))
            })
            .flat_map(|(number, chunk, mut start)| {
                chunk.items.iter().enumerate().map(move |(index, item)| {
                    let here = start;
                    start = Start { offset: here.offset + item.len(), line: here.line + item.lines };
                    Placed { item, start: here, cursor: Cursor { chunk: number, item: index } }
                })
            })
    }

    /// The items that have something said of them.
    pub fn with_findings(&self) -> impl Iterator<Item = Placed<'_>> {
        self.in_chunks(|chunk| chunk.findings > 0).filter(|placed| !placed.item.findings.is_empty())
    }

    /// The items that are not checked.
    pub fn unchecked(&self) -> impl Iterator<Item = Placed<'_>> {
        self.in_chunks(|chunk| chunk.unchecked > 0).filter(|placed| !placed.item.checked)
    }

    /// The items that declare more than rules and tests.
    pub fn declaring(&self) -> impl Iterator<Item = Placed<'_>> {
        self.in_chunks(|chunk| chunk.declaring > 0).filter(|placed| !placed.item.facts.signature.is_plain())
    }

    /// The items from the one at a cursor on.
    pub fn from(&self, cursor: Cursor, start: Start) -> impl Iterator<Item = Placed<'_>> {
        let mut at = start;
        self.chunks
            .iter()
            .enumerate()
            .skip(cursor.chunk)
            .flat_map(move |(number, chunk)| {
                let skipped = if number == cursor.chunk { cursor.item } else { 0 };
                let rest = chunk.items.iter().enumerate().skip(skipped);
                rest.map(move |(index, item)| (Cursor { chunk: number, item: index }, item))
            })
            .map(move |(cursor, item)| {
                let here = at;
                at = Start { offset: here.offset + item.len(), line: here.line + item.lines };
                Placed { item, start: here, cursor }
            })
    }

    /// The item before a cursor.
    #[must_use]
    pub fn before(&self, placed: Placed<'_>) -> Option<Placed<'_>> {
        let Cursor { chunk, item } = placed.cursor;
        let cursor = match item.checked_sub(1) {
            Some(item) => Cursor { chunk, item },
            None => {
                let chunk = chunk.checked_sub(1)?;
                Cursor { chunk, item: self.chunks.get(chunk)?.items.len().checked_sub(1)? }
            }
        };
        let item = self.chunks.get(cursor.chunk)?.items.get(cursor.item)?;
        let start = Start { offset: placed.start.offset - item.len(), line: placed.start.line - item.lines };
        Some(Placed { item, start, cursor })
    }

    /// The item of that id.
    #[must_use]
    pub fn by_id(&self, id: ItemId) -> Option<Placed<'_>> {
        self.in_chunks(|chunk| chunk.items.iter().any(|item| item.id == id)).find(|placed| placed.item.id == id)
    }

    /// The place of an item that does not stand before a cursor, near which it is looked for.
    pub(super) fn find_from(&self, cursor: Cursor, id: ItemId) -> Option<Cursor> {
        self.chunks.iter().enumerate().skip(cursor.chunk).find_map(|(chunk, of)| {
            let item = of.items.iter().position(|item| item.id == id)?;
            Some(Cursor { chunk, item })
        })
    }

    /// Changes the item at a cursor, its text aside.
    pub(super) fn update(&mut self, cursor: Cursor, change: impl FnOnce(&mut Item)) {
        let Some(chunk) = self.chunks.get_mut(cursor.chunk) else { return };
        let chunk = Arc::make_mut(chunk);
        if let Some(item) = chunk.items.get_mut(cursor.item) {
            change(item);
            chunk.sum();
        }
    }

    /// Changes items that are not checked, their texts aside; `change` says whether it did.
    pub(super) fn update_unchecked(&mut self, change: impl FnMut(&Item) -> Option<Item>) {
        self.update_in(|chunk| chunk.unchecked > 0, change);
    }

    /// Changes every item, their texts aside; `change` says whether it did.
    pub(super) fn update_all(&mut self, change: impl FnMut(&Item) -> Option<Item>) {
        self.update_in(|_| true, change);
    }

    fn update_in(&mut self, looks: impl Fn(&Chunk) -> bool, mut change: impl FnMut(&Item) -> Option<Item>) {
        for chunk in self.chunks.iter_mut().filter(|chunk| looks(chunk)) {
            let changed: Vec<(usize, Item)> =
                chunk.items.iter().enumerate().filter_map(|(index, item)| Some((index, change(item)?))).collect();
            if changed.is_empty() {
                continue;
            }
            let chunk = Arc::make_mut(chunk);
            for (index, item) in changed {
                if let Some(place) = chunk.items.get_mut(index) {
                    *place = item;
                }
            }
            chunk.sum();
        }
    }

    /// Puts other items in the place of those from `first` to `last`, both included; of an empty sequence all are put in.
    pub(super) fn splice(&mut self, first: Cursor, last: Cursor, new: Vec<Item>) {
        if self.chunks.is_empty() {
            *self = Items::new(new);
            return;
        }
        let head = self.chunks.get(first.chunk).and_then(|chunk| chunk.items.get(..first.item)).unwrap_or_default();
        let tail = self.chunks.get(last.chunk).and_then(|chunk| chunk.items.get(last.item + 1..)).unwrap_or_default();
        if first.chunk == last.chunk && head.len() + new.len() + tail.len() <= 2 * CHUNK {
            let Some(chunk) = self.chunks.get_mut(first.chunk) else { return };
            let chunk = Arc::make_mut(chunk);
            chunk.items.splice(first.item..=last.item, new);
            chunk.sum();
            if chunk.items.is_empty() {
                self.chunks.remove(first.chunk);
            }
            return;
        }
        let items: Vec<Item> = head.iter().cloned().chain(new).chain(tail.iter().cloned()).collect();
        self.chunks.splice(first.chunk..=last.chunk, Items::new(items).chunks);
    }
}
