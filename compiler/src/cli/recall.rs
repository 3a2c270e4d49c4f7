//! Rules that were dropped and are read again, since two of them have to be compared.
//!
//! The last ones are kept, so that a rule that many others are compared with is read once. A file that has changed since
//! gives what it holds now, or nothing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

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

/// How many rules a part keeps.
const KEPT: usize = 128;

type Kept = FxHashMap<usize, Option<Arc<RuleSummary>>>;

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
        // Numbers of rules that are compared often have the same remainder.
        let spread = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let shard = self.kept.get(spread as usize % SHARDS)?;
        let known = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rule) = known().get(&number) {
            return rule.clone();
        }
        let rule = self.read(number).map(Arc::new);
        let mut known = known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(number, rule.clone());
        rule
    }

    fn read(&self, number: usize) -> Option<RuleSummary> {
        let Seat { file, range, nth } = *self.seats.get(number)?;
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
        let rule = lowered.rules.get(nth as usize)?;
        let schema = names.schema(self.context.schema);
        Some(RuleSummary::new(rule, &file.name, range.start, schema, self.context))
    }
}
