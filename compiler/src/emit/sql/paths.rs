//! Where attributes are: steps from the levels of an event to the values at a path.
//!
//! Each prefix of a path is a column: what is there, lists opened, each with the level that it is from. A name may hold
//! dots, so that a prefix is reached from every shorter one.

use std::collections::{BTreeMap, BTreeSet};

use super::Step;
use super::dialect::Dialect;
use crate::schema::envelope::{DEPTH, JOINED, OWN, RESERVED, WRAPPERS};

/// The columns that rules ask for.
#[derive(Default)]
pub(super) struct Columns {
    /// By path, the column of its values.
    names: BTreeMap<String, String>,
    /// Columns as an engine tells them apart: it does not know case.
    taken: BTreeSet<String>,
    attributes: BTreeSet<String>,
    integers: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

/// How the values of an attribute are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// As text.
    Text,
    /// Whole numbers in their one spelling.
    Integer,
    /// Addresses as digits of base 16.
    Address,
}

impl Columns {
    /// The column of an attribute.
    pub(super) fn attribute(&mut self, path: &str, reading: Reading, dialect: Dialect) -> String {
        self.attributes.insert(path.to_owned());
        let name = self.name(path);
        dialect.name_of(&match reading {
            Reading::Text => format!("@{name}"),
            Reading::Integer => {
                self.integers.insert(path.to_owned());
                format!("@{name} as integer")
            }
            Reading::Address => {
                self.addresses.insert(path.to_owned());
                format!("@{name} as address")
            }
        })
    }

    fn name(&mut self, path: &str) -> String {
        if let Some(name) = self.names.get(path) {
            return name.clone();
        }
        let mut name = path.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{path} {number}");
            number += 1;
        }
        self.names.insert(path.to_owned(), name.clone());
        name
    }

    /// All prefixes of the paths, by how many names they have.
    fn prefixes(&self) -> BTreeMap<usize, BTreeSet<String>> {
        let mut found: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for path in &self.attributes {
            let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
            for (before, prefix) in ends.filter_map(|end| path.get(..end)).enumerate() {
                found.entry(before + 1).or_default().insert(prefix.to_owned());
            }
        }
        found
    }

    /// The steps from the table to the columns that were asked for.
    pub(super) fn steps(&mut self, dialect: Dialect) -> Vec<Step> {
        let mut steps = levels(dialect);
        steps.extend(tags(dialect));
        for (depth, prefixes) in self.prefixes() {
            let (mut found, mut nodes) = (Vec::new(), Vec::new());
            for prefix in &prefixes {
                let (at, to) = (self.column(prefix, "found", dialect), self.column(prefix, "nodes", dialect));
                nodes.push((to, opened(&opened(&at, dialect), dialect)));
                found.push((at, self.reached(prefix, dialect)));
            }
            let what = format!("What stands at paths of {depth} names, in each level of the event.");
            steps.push(Step { name: format!("found_{depth}"), what, columns: found });
            let what = "The same with lists opened, and lists in them.".to_owned();
            steps.push(Step { name: format!("nodes_{depth}"), what, columns: nodes });
        }
        let paths: Vec<String> = self.attributes.iter().cloned().collect();
        steps.extend(self.values(&paths, dialect));
        steps
    }

    fn column(&mut self, path: &str, what: &str, dialect: Dialect) -> String {
        let name = self.name(path);
        dialect.name_of(&format!("{name} {what}"))
    }

    /// What stands at a prefix, by way of every shorter one.
    fn reached(&mut self, prefix: &str, dialect: Dialect) -> String {
        let starts = prefix.match_indices('.').map(|(at, _)| Some(at));
        let ways: Vec<String> = [None]
            .into_iter()
            .chain(starts)
            .map(|dot| {
                let from = match dot.and_then(|at| prefix.get(..at)) {
                    Some(shorter) => self.column(shorter, "nodes", dialect),
                    None => "levels".to_owned(),
                };
                let name = dot.and_then(|at| prefix.get(at + 1..)).unwrap_or(prefix);
                dialect.map(&from, "n", &dialect.leveled("n.level", &dialect.member("n.value", name)))
            })
            .collect();
        dialect.filter(&dialect.joined(&ways), "n", "n.value IS NOT NULL")
    }

    fn values(&mut self, paths: &[String], dialect: Dialect) -> Vec<Step> {
        let mut step = |name: &str, what: &str, of: &mut dyn FnMut(&str, &str) -> (String, String)| {
            let columns = paths.iter().map(|path| of(path, &self.name(path))).collect();
            Step { name: name.to_owned(), what: what.to_owned(), columns }
        };
        let column = |name: &str, what: &str| dialect.name_of(&format!("{name} {what}"));
        let mut steps = vec![
            step("texts", "Scalars as the text that they are compared as.", &mut |_, name| {
                let texts =
                    dialect.map(&column(name, "nodes"), "n", &dialect.leveled("n.level", &dialect.scalar("n.value")));
                (column(name, "texts"), dialect.filter(&texts, "n", "n.value IS NOT NULL"))
            }),
            step("innermost", "The innermost level that has a value.", &mut |_, name| {
                let largest = if dialect == Dialect::DuckDb { "list_max" } else { "array_max" };
                let levels = dialect.map(&column(name, "texts"), "n", "n.level");
                (column(name, "level"), format!("{largest}({levels})"))
            }),
            step("attributes", "The values of each attribute.", &mut |_, name| {
                let here = format!("n.level = {}", column(name, "level"));
                let kept = dialect.filter(&column(name, "texts"), "n", &here);
                (dialect.name_of(&format!("@{name}")), dialect.map(&kept, "n", "n.value"))
            }),
        ];
        let of = |set: &BTreeSet<String>| -> Vec<String> {
            set.iter().filter_map(|path| self.names.get(path)).cloned().collect()
        };
        let (integers, addresses) = (of(&self.integers), of(&self.addresses));
        if !integers.is_empty() {
            let columns = integers.iter().map(|name| {
                let values = dialect.name_of(&format!("@{name}"));
                let is_whole = dialect.matches("x", "[+-]?[0-9]{1,38}");
                let digits = format!("CASE WHEN {is_whole} THEN {} ELSE x END", dialect.digits("x"));
                (dialect.name_of(&format!("@{name} as integer")), dialect.map(&values, "x", &digits))
            });
            let what = "Whole numbers in their one spelling.".to_owned();
            steps.push(Step { name: "integers".to_owned(), what, columns: columns.collect() });
        }
        if !addresses.is_empty() {
            let columns = addresses.iter().map(|name| {
                let values = dialect.name_of(&format!("@{name}"));
                (dialect.name_of(&format!("@{name} as address")), super::networks::addresses(&values, dialect))
            });
            let what = "Addresses as digits of base 16: 8 of version 4, 32 of version 6.".to_owned();
            steps.push(Step { name: "addresses".to_owned(), what, columns: columns.collect() });
        }
        steps
    }
}

/// Lists replaced by their elements.
fn opened(nodes: &str, dialect: Dialect) -> String {
    let elements = dialect.map(&format!("({})", dialect.elements("n.value")), "e", &dialect.leveled("n.level", "e"));
    let one = dialect.list(&["n".to_owned()]);
    format!("flatten({})", dialect.map(nodes, "n", &format!("coalesce({elements}, {one})")))
}

/// The event and what wraps it, the outermost first.
fn levels(dialect: Dialect) -> Vec<Step> {
    let parsed = dialect.parsed("event");
    let mut steps = vec![
        Step {
            name: "parsed".to_owned(),
            what: "Each event as JSON.".to_owned(),
            columns: vec![("json".to_owned(), parsed)],
        },
        Step {
            name: "level_1".to_owned(),
            what: "An event, or the log or signal around one.".to_owned(),
            columns: vec![("level_1".to_owned(), format!("CASE WHEN {} THEN json END", dialect.is_object("json")))],
        },
    ];
    for level in 2..=DEPTH {
        let outer = format!("level_{}", level - 1);
        let is_own: Vec<String> = OWN.iter().map(|name| dialect.is_object(&dialect.member(&outer, name))).collect();
        let mut inner = format!("CASE WHEN {} THEN NULL", is_own.join(" OR "));
        for wrapper in WRAPPERS {
            let member = dialect.member(&outer, wrapper);
            inner.push_str(&format!(" WHEN {} THEN {member}", dialect.is_object(&member)));
        }
        inner.push_str(" END");
        steps.push(Step {
            name: format!("level_{level}"),
            what: "What that wraps, unless it is an event itself.".to_owned(),
            columns: vec![(format!("level_{level}"), inner)],
        });
    }
    let all: Vec<String> =
        (1..=DEPTH).map(|level| dialect.leveled(&level.to_string(), &format!("level_{level}"))).collect();
    steps.push(Step {
        name: "levels".to_owned(),
        what: "All of them, the outermost first.".to_owned(),
        columns: vec![("levels".to_owned(), dialect.filter(&dialect.list(&all), "n", "n.value IS NOT NULL"))],
    });
    steps
}

/// Tags of all levels as `name:value`.
fn tags(dialect: Dialect) -> [Step; 2] {
    let joined = JOINED.map(|field| {
        let text = dialect.string(&dialect.member("n.value", field));
        format!("coalesce({}, {})", dialect.split(&format!("({text})"), ','), dialect.no_texts())
    });
    let elements = dialect.elements(&dialect.member("n.value", "tags"));
    let listed = dialect.map(&format!("({elements})"), "e", &dialect.string("e"));
    let mut written = vec![format!("coalesce({listed}, {})", dialect.no_texts())];
    written.extend(joined);
    let written = dialect.filter(
        &format!("flatten({})", dialect.map("levels", "n", &dialect.joined(&written))),
        "t",
        "t IS NOT NULL",
    );
    let fields = RESERVED.map(|field| {
        format!("{} || ({})", dialect.text(&format!("{field}:")), dialect.string(&dialect.member("n.value", field)))
    });
    let fields = format!("flatten({})", dialect.map("levels", "n", &dialect.list(&fields)));
    let trimmed = dialect.map("written_tags", "t", &dialect.trimmed("t"));
    let all = dialect.joined(&[trimmed, dialect.filter(&fields, "t", "t IS NOT NULL")]);
    [
        Step {
            name: "written_tags".to_owned(),
            what: "Tags of every level, listed or joined by commas.".to_owned(),
            columns: vec![("written_tags".to_owned(), written)],
        },
        Step {
            name: "tags".to_owned(),
            what: "Each as `name:value`, with the fields of a log that are queried like tags.".to_owned(),
            columns: vec![("tags".to_owned(), all)],
        },
    ]
}
