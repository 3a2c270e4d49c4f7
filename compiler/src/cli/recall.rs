//! Rules that were dropped and are read again, since two of them have to be compared.
//!
//! The last ranges are kept with all of their rules, so that a rule that many others are compared with is read once, and
//! a range of many rules, as a file on one line is, not once for each. A file that has changed since gives what it holds
//! now, or nothing.

use std::fs::File;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHasher};

use crate::cli::source::SourceFile;
use crate::config::Context;
use crate::hir::{Names, lower_item};
use crate::project::{Linked, RuleSummary};
use crate::syntax::{ItemRange, parse_item};

/// Where a rule is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    /// Position among the files that are worked on.
    pub(super) file: u32,
    pub(super) range: ItemRange,
    /// Which of the rules in that range it is, from 0.
    pub(super) nth: u32,
}

/// Parts of what is kept, so that threads seldom wait for one another.
const SHARDS: usize = 16;

/// How many ranges a part keeps.
const KEPT: usize = 128;

/// The rules of a range, in order.
type Rules = Arc<[Arc<RuleSummary>]>;

/// By the file and the start of the range.
type Kept = FxHashMap<(u32, u32), Rules>;

/// The rules of a run, by their number in order of file and place.
pub(super) struct Recall<'r> {
    seats: &'r [Seat],
    /// Each with its number in the project.
    files: &'r [(usize, SourceFile)],
    stdin: Option<&'r str>,
    linked: &'r Linked,
    context: &'r Context<'r>,
    kept: [Mutex<Kept>; SHARDS],
}

impl<'r> Recall<'r> {
    pub(super) fn new(
        seats: &'r [Seat],
        files: &'r [(usize, SourceFile)],
        stdin: Option<&'r str>,
        linked: &'r Linked,
        context: &'r Context<'r>,
    ) -> Recall<'r> {
        Recall { seats, files, stdin, linked, context, kept: Default::default() }
    }

    /// A rule, to be compared; nothing where it is there no more.
    pub(super) fn rule(&self, number: usize) -> Option<Arc<RuleSummary>> {
        let seat = *self.seats.get(number)?;
        let key = (seat.file, seat.range.start);
        let spread = BuildHasherDefault::<FxHasher>::default().hash_one(key) >> 32;
        let shard = self.kept.get(spread as usize % SHARDS)?;
        let known = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = seat.nth as usize;
        if let Some(rules) = known().get(&key) {
            return rules.get(nth).cloned();
        }
        let rules = self.read(seat).unwrap_or_default();
        let rule = rules.get(nth).cloned();
        let mut known = known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key, rules);
        rule
    }

    /// The rules of the range that a rule is in.
    fn read(&self, Seat { file, range, .. }: Seat) -> Option<Rules> {
        let (number, file) = self.files.get(file as usize)?;
        let own;
        let text = match &file.path {
            None => range.of(self.stdin?),
            Some(path) => {
                let mut file = File::open(path).ok()?;
                file.seek(SeekFrom::Start(range.start.into())).ok()?;
                let mut bytes = vec![0; (range.end - range.start) as usize];
                file.read_exact(&mut bytes).ok()?;
                own = String::from_utf8(bytes).ok()?;
                &own
            }
        };
        let none = Names::default();
        let names = self.linked.names(*number).unwrap_or(&none);
        let lowered = lower_item(text, &parse_item(text), names, self.context);
        let schema = names.schema(self.context.schema);
        let summary = |rule| Arc::new(RuleSummary::new(rule, &file.name, range.start, schema, self.context));
        Some(lowered.rules.iter().map(summary).collect())
    }
}
