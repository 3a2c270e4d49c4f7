//! Rules as they are compared, read again when two of them have to be: of all rules at once only sketches are held.

use std::cell::RefCell;
use std::sync::Arc;

use quell::hir::lower_item;
use quell::parse_item;
use quell::project::RuleSummary;
use rustc_hash::FxHashMap;

use super::Part;
use crate::ide::item::Item;
use crate::ide::settings::Settings;

/// How many items are kept with their rules, so that one that many are compared with is read once.
const KEPT: usize = 512;

/// Where a rule is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat<'s> {
    pub(super) part: &'s Part,
    pub(super) item: &'s Item,
    /// Where its item begins among those that are compared.
    pub(super) start: u32,
    /// Which of the rules of its item it is, from 0.
    pub(super) nth: usize,
}

/// The rules of an item, in order.
type Rules = Arc<[Arc<RuleSummary>]>;

/// The rules of a snapshot, by their number.
#[derive(Debug)]
pub(super) struct Recall<'s> {
    seats: &'s [Seat<'s>],
    settings: &'s Settings,
    /// By the start of the item.
    kept: RefCell<FxHashMap<u32, Rules>>,
}

impl<'s> Recall<'s> {
    pub(super) fn new(seats: &'s [Seat<'s>], settings: &'s Settings) -> Recall<'s> {
        Recall { seats, settings, kept: RefCell::default() }
    }

    /// A rule, to be compared.
    pub(super) fn rule(&self, number: usize) -> Option<Arc<RuleSummary>> {
        let seat = self.seats.get(number)?;
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT && !kept.contains_key(&seat.start) {
            kept.clear();
        }
        let rules = kept.entry(seat.start).or_insert_with(|| self.read(seat));
        rules.get(seat.nth).cloned()
    }

    fn read(&self, Seat { part, item, start, .. }: &Seat<'_>) -> Rules {
        let context = self.settings.context();
        let schema = part.names.schema(&self.settings.schema);
        let lowered = lower_item(&item.text, &parse_item(&item.text), &part.names, &context);
        let summary = |rule| Arc::new(RuleSummary::new(rule, &part.name, *start, schema, &context));
        lowered.rules.iter().map(summary).collect()
    }
}
