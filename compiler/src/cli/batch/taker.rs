//! What the slices of files gave, put together in the order of the files.

use std::collections::BTreeMap;
use std::io;

use crate::cli::batch::{RuleSummary, Sink};
use crate::cli::buffers::Buffers;
use crate::cli::finding::Finding;
use crate::cli::recall::Seat;
use crate::eval::{PlacedRule, PlacedTest};
use crate::project::RuleSketch;

/// What pass two gave, taken in the order of the files, whichever is done first.
pub(super) struct Taker<'t> {
    pub(super) rules: &'t mut Vec<RuleSummary>,
    pub(super) related: &'t mut Related,
    pub(super) kept: &'t mut Vec<PlacedRule>,
    pub(super) tests: &'t mut Vec<PlacedTest>,
    pub(super) findings: &'t mut Vec<Finding>,
    pub(super) sink: &'t mut dyn Sink,
    /// Files that were done before one that comes before them.
    pub(super) waiting: BTreeMap<usize, Vec<Part>>,
    /// How many files were taken.
    pub(super) taken: usize,
    pub(super) failed: io::Result<()>,
}

impl Taker<'_> {
    /// Takes what a file gave, and all behind it that waits.
    pub(super) fn add(&mut self, index: usize, parts: Vec<Part>, buffers: &Buffers) {
        self.waiting.insert(index, parts);
        while let Some(parts) = self.waiting.remove(&self.taken) {
            self.taken += 1;
            for mut part in parts {
                self.findings.append(&mut part.findings);
                self.rules.append(&mut part.rules);
                self.related.append(&mut part.related);
                self.kept.append(&mut part.kept);
                self.tests.append(&mut part.tests);
                if self.failed.is_ok() && !part.bytes.is_empty() {
                    self.failed = self.sink.take(&part.bytes);
                }
                buffers.give(part.bytes);
            }
        }
    }
}

/// What a slice gave.
#[derive(Default)]
pub(super) struct Part {
    pub(super) findings: Vec<Finding>,
    pub(super) rules: Vec<RuleSummary>,
    pub(super) related: Related,
    pub(super) kept: Vec<PlacedRule>,
    pub(super) tests: Vec<PlacedTest>,
    pub(super) bytes: Vec<u8>,
}

/// Rules as far as others may have to do with them: what is kept of each, and where it is found again.
#[derive(Default)]
pub(super) struct Related {
    pub(super) sketches: Vec<RuleSketch>,
    pub(super) seats: Vec<Seat>,
}

impl Related {
    pub(super) fn reserve(&mut self, rules: usize) {
        self.sketches.reserve(rules);
        self.seats.reserve(rules);
    }

    fn append(&mut self, other: &mut Related) {
        self.sketches.append(&mut other.sketches);
        self.seats.append(&mut other.seats);
    }
}
