//! Which parts of tested rules no test needs: each is changed in turn, and a change after which every test still passes
//! says that nothing proves the part.
//!
//! A part of a condition is left out, and a value that no test needs at all is made wider. Of one part the furthest
//! change that goes unnoticed is told. Of a rule as many changes are looked at as it has parts, each on the events of
//! the tests that concern it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::attacks::Attack;
use super::ruleset::{PlacedRule, PlacedTest, Ruleset, written};
use super::testing::{Open, each_event};
use crate::config::Context;
use crate::event::{Detection, Event, LoweredRule, silences};
use crate::hir::{NodeId, NodeKind, Query, Test, spelling};
use crate::logic::Class;
use crate::schema::Schema;

/// More events of tests than this are not held in memory.
const MOST: usize = 20_000;

/// A change of a rule that no test notices. The struct is the documented format.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Unneeded {
    /// The name of the rule.
    pub rule: String,
    /// From the project root.
    pub file: String,
    /// Where the part starts, from 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// The part.
    pub part: String,
    /// What it was changed to; nothing where it was left out.
    pub wider: Option<String>,
    /// The event that a test lacks.
    pub advice: &'static str,
}

impl Unneeded {
    /// What is wrong, in words.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.wider {
            None => format!("without `{}` in `{}` every test still passes", self.part, self.rule),
            Some(wider) => {
                format!("with `{wider}` instead of `{}` in `{}` every test still passes", self.part, self.rule)
            }
        }
    }
}

/// What a test asks for of an event, which the rules as they are give.
enum Wanted {
    Fires,
    /// Where nothing is named, any rule may.
    Silenced(Option<usize>),
}

/// An event of a test.
struct Case<'a> {
    value: Cow<'a, Value>,
    wanted: Wanted,
    /// The rules that silence it.
    silencing: Vec<usize>,
    /// The test, and nothing where it is a known attack, which is a test of every rule.
    test: Option<usize>,
}

/// The events of all tests, with what becomes of them.
pub struct Necessity<'r> {
    ruleset: &'r Ruleset,
    cx: &'r Context<'r>,
    cases: Vec<Case<'r>>,
    /// Whether there were more.
    pub is_cut: bool,
}

impl std::fmt::Debug for Necessity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Necessity").field("cases", &self.cases.len()).finish_non_exhaustive()
    }
}

impl<'r> Necessity<'r> {
    /// Reads the events of all tests. Of one that a test is wrong about nothing can be said.
    #[must_use]
    pub fn new(ruleset: &'r Ruleset, attacks: &'r [Attack], open: &Open<'_>, cx: &'r Context<'r>) -> Necessity<'r> {
        let mut necessity = Necessity { ruleset, cx, cases: Vec::new(), is_cut: false };
        for (index, test) in ruleset.tests.iter().enumerate() {
            each_event(ruleset, test, open, cx, &mut |expectation, value| {
                let by = expectation.by.map(|by| by.of(&test.text));
                let wanted = match (expectation.suppressed, by) {
                    (false, _) => Wanted::Fires,
                    (true, None) => Wanted::Silenced(None),
                    (true, Some(by)) => match ruleset.find(by) {
                        Some(rule) => Wanted::Silenced(Some(rule)),
                        None => return,
                    },
                };
                match necessity.cases.len() < MOST {
                    true => necessity.add(Cow::Owned(value), wanted, Some(index)),
                    false => necessity.is_cut = true,
                }
            });
        }
        for attack in attacks {
            necessity.add(Cow::Borrowed(&attack.value), Wanted::Fires, None);
        }
        necessity
    }

    fn add(&mut self, value: Cow<'r, Value>, wanted: Wanted, test: Option<usize>) {
        let Some(event) = Event::new(&value) else { return };
        let silencing: Vec<usize> = self.ruleset.silencing(&event, self.cx).collect();
        let passes = match wanted {
            Wanted::Fires => silencing.is_empty(),
            Wanted::Silenced(None) => !silencing.is_empty(),
            Wanted::Silenced(Some(rule)) => silencing.contains(&rule),
        };
        if passes {
            self.cases.push(Case { value, wanted, silencing, test });
        }
    }

    /// The changes of a rule that no test notices, in source order; nothing where no test silences anything by it.
    #[must_use]
    pub fn of(&self, rule: usize) -> Option<Vec<Unneeded>> {
        let placed = self.ruleset.rules.get(rule)?;
        let is_about = |case: &Case<'_>| match case.wanted {
            Wanted::Fires => false,
            Wanted::Silenced(by) => by.is_none_or(|by| by == rule) && case.silencing.contains(&rule),
        };
        let mut tests: Vec<Option<usize>> =
            self.cases.iter().filter(|case| is_about(case)).map(|case| case.test).collect();
        if tests.is_empty() {
            return None;
        }
        let beside = |test: &PlacedTest| test.file == placed.file;
        tests
            .extend(self.ruleset.tests.iter().enumerate().filter(|(_, test)| beside(test)).map(|(test, _)| Some(test)));
        tests.push(None);
        tests.sort_unstable();
        tests.dedup();
        let concerned = self.cases.iter().filter(|case| tests.binary_search(&case.test).is_ok());
        let cases = concerned.filter_map(|case| {
            let event = Event::new(&case.value)?;
            let detection = Detection::of(&event);
            Some((case, event, detection))
        });
        let cases: Vec<_> = cases.collect();
        let mut found = Vec::new();
        for condition in [Condition::Signal, Condition::Event] {
            let Some(query) = condition.of(&placed.lowered) else { continue };
            let mut review =
                Review { placed, rule, condition, query, cases: &cases, base: self.cx.schema, found: &mut found };
            review.node(query.root(), placed.is_suppress());
        }
        found.sort_by_key(|unneeded| (unneeded.line, unneeded.column));
        Some(found)
    }
}

/// Which condition of a rule.
#[derive(Clone, Copy)]
enum Condition {
    Signal,
    Event,
}

impl Condition {
    fn of(self, lowered: &LoweredRule) -> Option<&Query> {
        match self {
            Condition::Signal => lowered.rule.when_signal.as_ref(),
            Condition::Event => lowered.rule.when_event.as_ref(),
        }
    }

    fn replaced(self, lowered: &LoweredRule, query: Query) -> LoweredRule {
        let mut changed = lowered.clone();
        match self {
            Condition::Signal => changed.rule.when_signal = Some(query),
            Condition::Event => changed.rule.when_event = Some(query),
        }
        changed
    }
}

struct Review<'n> {
    placed: &'n PlacedRule,
    rule: usize,
    condition: Condition,
    query: &'n Query,
    cases: &'n [(&'n Case<'n>, Event<'n>, Detection)],
    base: &'n Schema,
    found: &'n mut Vec<Unneeded>,
}

impl Review<'_> {
    /// Changes what is below a node. `more` says whether more is silenced where the node holds on more.
    ///
    /// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
    fn node(&mut self, id: NodeId, more: bool) {
        match self.query.node(id).kind {
            NodeKind::And(list) => self.list(self.query.children(list).to_vec(), more, true),
            NodeKind::Or(list) => self.list(self.query.children(list).to_vec(), more, false),
            NodeKind::Not(of) => self.node(of, !more),
            NodeKind::Term { .. } => self.term(id, more),
        }
    }

    fn list(&mut self, parts: Vec<NodeId>, more: bool, all: bool) {
        for part in parts {
            let mut changed = self.query.clone();
            let Some(root) = without(&mut changed, self.query.root(), part) else { continue };
            changed.set_root(root);
            if self.is_noticed(changed) {
                self.node(part, more);
            } else {
                self.report(part, None, more == all);
            }
        }
    }

    fn term(&mut self, id: NodeId, more: bool) {
        for changed in wider(self.query, id, self.placed.lowered.schema(self.base)) {
            let text = written(&changed, id);
            if !self.is_noticed(changed) {
                self.report(id, Some(text), more);
                return;
            }
        }
    }

    /// Whether a test fails once the condition is another.
    fn is_noticed(&self, condition: Query) -> bool {
        let changed = self.condition.replaced(&self.placed.lowered, condition);
        self.cases.iter().any(|(case, event, detection)| {
            let silenced = || silences(&changed, event, detection, self.base);
            match case.wanted {
                Wanted::Fires => silenced(),
                Wanted::Silenced(Some(by)) => by == self.rule && !silenced(),
                Wanted::Silenced(None) => case.silencing == [self.rule] && !silenced(),
            }
        })
    }

    fn report(&mut self, part: NodeId, wider: Option<String>, silences_more: bool) {
        let (line, column) = self.placed.position(self.query.node(part).span.start);
        self.found.push(Unneeded {
            rule: self.placed.name().to_owned(),
            file: self.placed.file.to_string(),
            line,
            column,
            part: written(self.query, part),
            wider,
            advice: match silences_more {
                true => "no test has an event that must fire and that only this keeps from being silenced",
                false => "no test has an event that must be suppressed and that only this silences",
            },
        });
    }
}

/// The same without a part; nothing where nothing is left.
///
/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn without(query: &mut Query, id: NodeId, part: NodeId) -> Option<NodeId> {
    if id == part {
        return None;
    }
    let node = query.node(id);
    let (list, all) = match node.kind {
        NodeKind::And(list) => (list, true),
        NodeKind::Or(list) => (list, false),
        NodeKind::Not(of) => return without(query, of, part).map(|of| query.push_not(of, node.span)),
        NodeKind::Term { .. } => return Some(id),
    };
    let children = query.children(list).to_vec();
    let left: Vec<NodeId> = children.into_iter().filter_map(|child| without(query, child, part)).collect();
    match left.is_empty() {
        true => None,
        false if all => Some(query.push_and(&left, node.span)),
        false => Some(query.push_or(&left, node.span)),
    }
}

/// The condition with a wider value in a term, the widest first.
fn wider(query: &Query, id: NodeId, schema: &Schema) -> Vec<Query> {
    let NodeKind::Term { key, test } = query.node(id).kind else { return Vec::new() };
    let with = |test: Test| {
        let mut changed = query.clone();
        changed.set_test(id, test);
        changed
    };
    let mut found = match test {
        Test::Present => return Vec::new(),
        _ => vec![with(Test::Present)],
    };
    match test {
        Test::Exact(value) if Class::of(key, schema) == Class::Text => {
            if let Some(pattern) = start_of(query.text(value)) {
                let mut changed = query.clone();
                let pattern = changed.push_text(&pattern);
                changed.set_test(id, Test::Glob(pattern));
                found.push(changed);
            }
        }
        Test::Range { low: Some(low), high: Some(high) } => {
            found.push(with(Test::Range { low: None, high: Some(high) }));
            found.push(with(Test::Range { low: Some(low), high: None }));
        }
        _ => {}
    }
    found
}

/// A pattern for what starts like a value: of a path, all that is in its folder; of `web-1`, all of `web-`. Nothing for a
/// value of one part.
fn start_of(value: &str) -> Option<String> {
    let start = value.trim_end_matches(|last: char| !matches!(last, '/' | '-' | '.' | '_' | ':' | '='));
    if start.is_empty() || start == value {
        return None;
    }
    let mut pattern = String::with_capacity(start.len() + 1);
    spelling::push_text(&mut pattern, start);
    pattern.push('*');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_like_a_value() {
        for (value, pattern) in [
            ("/usr/bin/restic", Some("/usr/bin/*")),
            ("web-1", Some("web-*")),
            ("--config=/etc/a*b/c", Some("--config=/etc/a\\*b/*")),
            ("backup", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(start_of(value).as_deref(), pattern, "{value}");
        }
    }
}
