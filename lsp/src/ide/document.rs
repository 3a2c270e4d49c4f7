//! A document as the sequence of its items: the text, the lines and what is known all live in the items, so that an edit
//! costs what the items around it cost.

use std::sync::atomic::{AtomicU64, Ordering};

use quell::base::Span;
use quell::split;

use crate::ide::item::{Item, ItemId};
use crate::ide::items::{Cursor, Items, Placed};
use crate::ide::position::{Encoding, Position, byte_at, position_of};

/// A text under edit.
#[derive(Clone, Debug, Default)]
pub struct Document {
    items: Items,
}

/// What an edit did to the items.
#[derive(Debug, Default)]
pub struct Change {
    /// Items that are gone.
    pub removed: Vec<Item>,
    /// Items that came. They are in the document already.
    pub added: Vec<Item>,
    /// No item that came stands before this one.
    pub first: Cursor,
}

/// An id that no item had before.
fn fresh_id() -> ItemId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ItemId(NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Document {
    /// A document of that text, with nothing checked.
    #[must_use]
    pub fn new(text: &str) -> Document {
        let items = split(text).into_iter().map(|range| Item::new(fresh_id(), range.of(text)));
        Document { items: Items::new(items) }
    }

    /// Its items.
    #[must_use]
    pub fn items(&self) -> &Items {
        &self.items
    }

    pub(super) fn items_mut(&mut self) -> &mut Items {
        &mut self.items
    }

    /// The whole text. It is put together: not for what happens on every key.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.items.len() as usize);
        self.items.iter().for_each(|placed| text.push_str(&placed.item.text));
        text
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.items.len()
    }

    /// Whether it has no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The text under a span. It is put together.
    #[must_use]
    pub fn slice(&self, span: Span) -> String {
        let mut text = String::with_capacity(span.len() as usize);
        let Some(first) = self.items.at_offset(span.start) else { return text };
        for placed in self.items.from(first.cursor, first.start) {
            if placed.start.offset >= span.end {
                break;
            }
            let start = span.start.saturating_sub(placed.start.offset);
            let end = (span.end - placed.start.offset).min(placed.item.len());
            text.push_str(Span::new(start, end).of(&placed.item.text));
        }
        text
    }

    /// The byte of a place; what is past the end of a line or the text is that end.
    #[must_use]
    pub fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let Some(placed) = self.items.at_line(position.line) else { return 0 };
        let line = position.line - placed.start.line;
        placed.start.offset + byte_at(&placed.item.text, Position { line, ..position }, encoding) as u32
    }

    /// The place of a byte.
    #[must_use]
    pub fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let Some(placed) = self.items.at_offset(offset) else { return Position::default() };
        place_in(placed, offset - placed.start.offset, encoding)
    }

    /// Replaces the bytes of a span, which is taken to the nearest that fits the text.
    pub fn replace(&mut self, span: Span, new: &str) -> Change {
        let length = self.len();
        let (start, end) = (span.start.min(length), span.end.min(length));
        let (start, end) = (start.min(end), start.max(end));
        let (Some(first), Some(last)) = (self.items.at_offset(start), self.items.at_offset(end)) else {
            let added: Vec<Item> = split(new).into_iter().map(|range| Item::new(fresh_id(), range.of(new))).collect();
            self.items.splice(Cursor::default(), Cursor::default(), added.clone());
            return Change { added, ..Change::default() };
        };
        // One item more on each side: what the last line of an item is decides where the next one starts.
        let first = self.items.before(first).unwrap_or(first);
        let mut old: Vec<Placed<'_>> = Vec::new();
        for placed in self.items.from(first.cursor, first.start) {
            old.push(placed);
            if placed.cursor > last.cursor {
                break;
            }
        }
        let mut text =
            String::with_capacity(old.iter().map(|placed| placed.item.text.len()).sum::<usize>() + new.len());
        old.iter().for_each(|placed| text.push_str(&placed.item.text));
        let within = |offset: u32| {
            let mut at = ((offset - first.start.offset) as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let range = within(start)..within(end);
        text.replace_range(range, new);
        let ranges = split(&text);
        // What reads as before keeps its memory.
        let same = |range: &Span, placed: &Placed<'_>| range.of(&text) == &*placed.item.text;
        let head = ranges.iter().zip(&old).take_while(|(range, placed)| same(range, placed)).count();
        let most = ranges.len().min(old.len()) - head;
        let tail = ranges
            .iter()
            .rev()
            .zip(old.iter().rev())
            .take(most)
            .take_while(|(range, placed)| same(range, placed))
            .count();
        let changed = ranges.get(head..ranges.len() - tail).unwrap_or_default();
        let gone = old.get(head..old.len() - tail).unwrap_or_default();
        let added: Vec<Item> = changed.iter().map(|range| Item::new(fresh_id(), range.of(&text))).collect();
        let mut fresh = added.clone();
        let removed: Vec<Item> = gone.iter().map(|placed| placed.item.clone()).collect();
        let bounds = match (gone.first(), gone.last()) {
            (Some(first), Some(last)) => (first.cursor, last.cursor),
            _ if added.is_empty() => return Change::default(),
            // Only new items: they are put in together with a neighbour, which stays as it is.
            _ => match (head.checked_sub(1).and_then(|before| old.get(before)), old.get(head)) {
                (Some(before), _) => {
                    fresh.insert(0, before.item.clone());
                    (before.cursor, before.cursor)
                }
                (None, Some(after)) => {
                    fresh.push(after.item.clone());
                    (after.cursor, after.cursor)
                }
                (None, None) => return Change::default(),
            },
        };
        self.items.splice(bounds.0, bounds.1, fresh);
        Change { removed, added, first: bounds.0 }
    }
}

/// The place of a byte of an item, in the document.
#[must_use]
pub fn place_in(placed: Placed<'_>, byte: u32, encoding: Encoding) -> Position {
    let position = position_of(&placed.item.text, byte as usize, encoding);
    Position { line: position.line + placed.start.line, ..position }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# head\n\n## doc\nsuppress a {\n}\n\nlet b = (x)\nlet c = (é)\n";

    fn items(document: &Document) -> Vec<String> {
        document.items().iter().map(|placed| placed.item.text.to_string()).collect()
    }

    fn fresh(text: &str) -> Vec<String> {
        split(text).into_iter().map(|range| range.of(text).to_owned()).collect()
    }

    #[test]
    fn every_single_edit_is_as_a_fresh_split() {
        let inserts = ["", "\n", "#", "##", "## x\n", "let", "let d = (y)\n", "l", "suppress", "\r", "🦀"];
        let bounds: Vec<usize> = (0..=TEXT.len()).filter(|at| TEXT.is_char_boundary(*at)).collect();
        for (number, start) in bounds.iter().enumerate() {
            for end in bounds.iter().skip(number).take(9).chain(bounds.last()) {
                for insert in inserts {
                    let mut document = Document::new(TEXT);
                    let mut text = TEXT.to_owned();
                    document.replace(Span::new(*start as u32, *end as u32), insert);
                    text.replace_range(*start..*end, insert);
                    assert_eq!(document.text(), text);
                    assert_eq!(items(&document), fresh(&text), "{start}..{end} {insert:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_touched_keeps_its_id() {
        let mut document = Document::new(TEXT);
        let before: Vec<ItemId> = document.items().iter().map(|placed| placed.item.id).collect();
        let at = TEXT.find("suppress a").unwrap() as u32 + 9;
        let change = document.replace(Span::empty(at), "b");
        assert_eq!((change.removed.len(), change.added.len()), (1, 1));
        let after: Vec<ItemId> = document.items().iter().map(|placed| placed.item.id).collect();
        assert_eq!(before.iter().zip(&after).filter(|(a, b)| a != b).count(), 1);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let document = Document::new(TEXT);
        for (at, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let place = document.position(at as u32, encoding);
                assert_eq!(place, position_of(TEXT, at, encoding), "{at}");
                assert_eq!(document.offset(place, encoding), at as u32);
            }
        }
        assert_eq!(document.slice(Span::new(3, 20)), &TEXT[3..20]);
    }
}
