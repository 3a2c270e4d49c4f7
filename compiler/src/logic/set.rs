//! The values that a literal asks for: the union of what its tests take.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::hir::{Query, Test, pattern};
use crate::logic::value::{Class, Range, networks};

/// A set of values of one key.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct ValueSet {
    /// Every value there is.
    pub(super) any: bool,
    /// These, each in its one spelling.
    pub(super) exact: BTreeSet<Box<str>>,
    /// Those that fit a pattern.
    pub(super) globs: Vec<Box<str>>,
    /// Numbers between two ends.
    pub(super) ranges: Vec<Range>,
    /// Addresses in a network.
    pub(super) networks: Vec<IpNet>,
}

impl ValueSet {
    /// Adds what a test takes.
    pub(super) fn add(&mut self, query: &Query, test: Test, class: Class) {
        match test {
            Test::Present | Test::Range { low: None, high: None } => self.any = true,
            Test::Exact(text) => {
                self.exact.insert(class.canonical(query.text(text)).into());
            }
            Test::Glob(text) if query.text(text) == "*" => self.any = true,
            Test::Glob(text) => {
                let glob = query.text(text);
                if !self.globs.iter().any(|known| **known == *glob) {
                    self.globs.push(glob.into());
                }
            }
            Test::Range { low, high } => self.ranges.push(Range::new(query, low, high)),
            Test::Networks(list) => self.networks.extend(networks(query.text(list))),
        }
    }

    /// Whether a value is in it; the text is in its one spelling.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.any
            || self.exact.contains(text)
            || self.globs.iter().any(|glob| pattern::matches(glob, text))
            || self.ranges.iter().any(|range| range.holds(text))
            || !self.networks.is_empty()
                && text.parse::<IpAddr>().is_ok_and(|address| self.networks.iter().any(|one| one.contains(&address)))
    }

    /// Whether it can be listed.
    pub(super) fn is_finite(&self) -> bool {
        !self.any && self.globs.is_empty() && self.ranges.is_empty() && self.networks.is_empty()
    }

    /// How much work it is to look a value up, in steps.
    pub(super) fn cost(&self) -> u64 {
        1 + (self.globs.len() + self.ranges.len() + self.networks.len()) as u64
    }
}
