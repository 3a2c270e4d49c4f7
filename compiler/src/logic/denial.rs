//! What a branch denies, and of what it speaks at all: a denial follows only from what speaks of its key.
//!
//! Where a branch follows from another one, nothing that it denies can hold beside that one. So that one denies the value too,
//! or says something else of the key or of one that is tied to it, or holds on no event that carries the key.

use std::borrow::Cow;

use crate::logic::automaton::last_segment;
use crate::logic::formula::Formula;
use crate::logic::review::cluster;
use crate::logic::value::Class;
use crate::schema::KindSet;

/// What a branch says of the keys of events; what it says of their kinds is left out.
#[derive(Debug)]
pub struct Said<'q> {
    pub(super) statements: Vec<Statement<'q>>,
    /// The kinds of events that it may hold on.
    pub(super) kinds: KindSet,
}

/// One literal.
#[derive(Debug)]
pub(super) struct Statement<'q> {
    pub(super) key: &'q str,
    pub(super) class: Class,
    /// The kinds of events that have the key.
    pub(super) kinds: KindSet,
    /// The values, in order and each once, where they are listed.
    pub(super) values: Option<Vec<Cow<'q, str>>>,
    pub(super) positive: bool,
}

/// The same for keys that may be tied to one another.
pub type Cluster<'q> = (bool, &'q str);

/// A value of a key that is denied; a parent's is that of any ancestor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DeniedValue<'q> {
    cluster: Cluster<'q>,
    /// What tells the key from others of the cluster.
    part: Part,
    value: &'q str,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Part {
    Path,
    Name,
    Other,
}

/// What a denied value follows from, of which there must be one.
#[derive(Clone, Debug)]
pub struct Denial<'q> {
    /// One of these is denied.
    pub by: Vec<DeniedValue<'q>>,
    /// Something else is said of these keys.
    pub cluster: Cluster<'q>,
    /// Where only some kinds of events have the key: not every kind is meant.
    pub is_of_some_kinds: bool,
}

impl<'q> Statement<'q> {
    fn denied<'s>(&'s self) -> impl Iterator<Item = DeniedValue<'s>> {
        let values = self.values.iter().filter(|_| !self.positive).flatten();
        values.map(|value| DeniedValue { cluster: cluster(self.key), part: Part::of(self.key), value })
    }
}

impl Part {
    fn of(key: &str) -> Part {
        match key.rsplit('.').next() {
            Some("path") => Part::Path,
            Some("name") => Part::Name,
            _ => Part::Other,
        }
    }
}

impl<'q> Said<'q> {
    /// Keys, each with listed values of which an event must have one, in order and each once.
    pub fn needed(&self) -> impl Iterator<Item = (&'q str, &[Cow<'q, str>])> {
        let positive = self.statements.iter().filter(|statement| statement.positive);
        positive.filter_map(|statement| Some((statement.key, statement.values.as_deref()?)))
    }

    /// The values that are denied, each with what else the denial may follow from.
    pub fn denials(&self) -> impl Iterator<Item = Denial<'_>> {
        let on_some_event = self.statements.iter().filter(|statement| !statement.kinds.is_empty());
        on_some_event.flat_map(|statement| {
            statement.denied().filter(|denied| statement.class.admits(denied.value)).map(|denied| {
                let name = DeniedValue { part: Part::Name, value: last_segment(denied.value), ..denied };
                let name = (denied.part == Part::Path).then_some(name);
                Denial {
                    by: std::iter::once(denied).chain(name).collect(),
                    cluster: denied.cluster,
                    is_of_some_kinds: !statement.kinds.is_all(),
                }
            })
        })
    }

    /// The values that are denied.
    pub fn denied(&self) -> impl Iterator<Item = DeniedValue<'_>> {
        self.statements.iter().flat_map(Statement::denied)
    }

    /// The keys of which anything else is said than that listed values are denied.
    pub fn spoken(&self) -> impl Iterator<Item = Cluster<'_>> {
        let is_else = |statement: &&Statement<'_>| statement.positive || statement.values.is_none();
        self.statements.iter().filter(is_else).map(|statement| cluster(statement.key))
    }

    /// Whether it holds on some kinds of events only.
    #[must_use]
    pub fn is_of_some_kinds(&self) -> bool {
        !self.kinds.is_all()
    }
}

impl Formula {
    /// What a branch says.
    #[must_use]
    pub fn said(&self, branch: usize) -> Said<'_> {
        let literals = self.branch(branch);
        let kinds = literals.iter().map(|literal| literal.atom.kinds(literal.positive));
        let kinds = kinds.fold(KindSet::ALL, KindSet::intersection);
        let of_keys = literals.into_iter().filter(|literal| !literal.atom.key.is_kind);
        let statements = of_keys.map(|literal| {
            let set = &literal.atom.set;
            Statement {
                key: &literal.atom.key.text,
                class: literal.atom.key.class,
                kinds: literal.atom.possible,
                values: set.is_finite().then(|| set.exact.iter().map(|value| Cow::Borrowed(&**value)).collect()),
                positive: literal.positive,
            }
        });
        Said { statements: statements.collect(), kinds }
    }
}
