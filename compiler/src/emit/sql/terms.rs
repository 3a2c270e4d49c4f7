//! Conditions: what each test asks of the values of its key.

use std::cmp::Ordering;

use super::dialect::Dialect;
use super::paths::{Columns, Reading};
use super::{Unsayable, networks};
use crate::hir::pattern::{Piece, pieces};
use crate::hir::spelling::unescaped;
use crate::hir::{Key, KeyKind, NodeId, NodeKind, Query, Test, TextRef};
use crate::logic::{Class, Number, Range, passes};
use crate::schema::Schema;
use crate::schema::envelope::{RULE_ID, RULE_NAME, RULE_TYPE};

/// Whole numbers of more digits are not compared.
const DIGITS: i128 = 10_i128.pow(37);

/// A condition on its way to SQL.
pub(super) struct Translator<'t> {
    pub(super) query: &'t Query,
    pub(super) schema: &'t Schema,
    pub(super) dialect: Dialect,
    pub(super) columns: &'t mut Columns,
}

/// What a term is asked in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A `when`.
    When,
    /// A `rules`: nothing is said where the event does not tell.
    Rules,
}

impl Translator<'_> {
    /// The whole condition.
    pub(super) fn condition(&mut self, place: Place) -> Result<String, Unsayable> {
        self.node(self.query.root(), place)
    }

    /// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
    fn node(&mut self, id: NodeId, place: Place) -> Result<String, Unsayable> {
        let node = self.query.node(id);
        let query = self.query;
        let mut parts = |list, word: &str| -> Result<String, Unsayable> {
            let parts: Result<Vec<String>, Unsayable> =
                query.children(list).iter().map(|part| Ok(format!("({})", self.node(*part, place)?))).collect();
            Ok(parts?.join(&format!(" {word} ")))
        };
        match node.kind {
            NodeKind::And(list) => parts(list, "AND"),
            NodeKind::Or(list) => parts(list, "OR"),
            NodeKind::Not(of) => Ok(format!("NOT ({})", self.node(of, place)?)),
            NodeKind::Term { key, test } => {
                let term = if place == Place::When { self.term(key, test) } else { self.scope(key, test) };
                term.map_err(|unsayable| Unsayable { span: node.span, ..unsayable })
            }
        }
    }

    fn term(&mut self, key: Key, test: Test) -> Result<String, Unsayable> {
        let query = self.query;
        let name = unescaped(query.text(key.text));
        let is_tag = matches!(key.kind, KeyKind::Tag(_) | KeyKind::UnknownTag | KeyKind::RuleKey);
        let Some(path) = name.strip_prefix('@').filter(|_| !is_tag) else { return self.tag(&name, test) };
        if let Some(part) = path.split('.').find(|part| !self.dialect.can_name(part)) {
            return Err(Unsayable::new(
                format!("`{part}` cannot be asked for in {}", self.dialect.name()),
                "take another name, or the other dialect",
            ));
        }
        let class = Class::of(key, self.schema);
        let reading = match (class, test) {
            (_, Test::Networks(_)) => Reading::Address,
            (Class::Integer { .. }, _) => Reading::Integer,
            _ => Reading::Text,
        };
        let values = self.columns.attribute(path, reading, self.dialect);
        self.test(&values, test, class)
    }

    /// Whether one of a list of texts passes; of a network, of the digits of addresses.
    fn test(&self, values: &str, test: Test, class: Class) -> Result<String, Unsayable> {
        let dialect = self.dialect;
        Ok(match test {
            Test::Present => dialect.is_filled(values),
            Test::Exact(text) => {
                format!("array_contains({values}, {})", dialect.text(&class.canonical(self.query.text(text))))
            }
            Test::Glob(pattern) => dialect.any(values, "x", &self.like("", pattern)),
            Test::Range { low, high } => dialect.any(values, "x", &range(&Range::new(self.query, low, high), dialect)?),
            Test::Networks(list) => {
                let networks = crate::logic::networks(self.query.text(list));
                dialect.any(values, "a", &networks::contains(networks, dialect))
            }
        })
    }

    fn tag(&self, name: &str, test: Test) -> Result<String, Unsayable> {
        if name.contains(':') {
            return Ok("FALSE".to_owned());
        }
        let dialect = self.dialect;
        let start = format!("{name}:");
        match test {
            Test::Exact(text) => {
                Ok(format!("array_contains(tags, {})", dialect.text(&(start + self.query.text(text)))))
            }
            Test::Glob(pattern) => Ok(dialect.any("tags", "x", &self.like(&start, pattern))),
            Test::Present => Ok(dialect.any("tags", "x", &starts(&start, dialect))),
            Test::Range { .. } | Test::Networks(_) => {
                let own = dialect.filter("tags", "x", &starts(&start, dialect));
                let values = dialect.map(&own, "x", &format!("substr(x, {})", start.chars().count() + 1));
                let values = match test {
                    Test::Networks(_) => networks::addresses(&values, dialect),
                    _ => values,
                };
                self.test(&values, test, Class::Text)
            }
        }
    }

    /// A term on the detection rule; null where the event does not tell.
    fn scope(&mut self, key: Key, test: Test) -> Result<String, Unsayable> {
        let query = self.query;
        let class = Class::of(key, self.schema);
        let known = |values: &str, holds: &str, dialect: Dialect| {
            format!("CASE WHEN {} THEN {holds} END", dialect.is_filled(values))
        };
        match query.text(key.text) {
            "ruleId" => {
                let values = self.first_of(&RULE_ID);
                Ok(known(&values, &self.test(&values, test, class)?, self.dialect))
            }
            "ruleName" => {
                let values = self.first_of(&RULE_NAME);
                Ok(known(&values, &self.test(&values, test, class)?, self.dialect))
            }
            "type" => Ok(if passes(query, test, class, RULE_TYPE) { "TRUE" } else { "FALSE" }.to_owned()),
            name if matches!(key.kind, KeyKind::Tag(_)) => {
                let any = self.dialect.any("tags", "x", &starts(&format!("{name}:"), self.dialect));
                Ok(format!("CASE WHEN {any} THEN {} END", self.tag(name, test)?))
            }
            _ => Ok("CAST(NULL AS BOOLEAN)".to_owned()),
        }
    }

    /// The first value of the first path that has one, as a list.
    fn first_of(&mut self, paths: &[&str]) -> String {
        let dialect = self.dialect;
        let mut out = "CASE".to_owned();
        for path in paths {
            let column = self.columns.attribute(path, Reading::Text, dialect);
            out.push_str(&format!(" WHEN {} THEN {}", dialect.is_filled(&column), dialect.first(&column)));
        }
        format!("({out} ELSE {} END)", dialect.no_texts())
    }

    /// Whether `x` is covered by a pattern behind a start.
    fn like(&self, start: &str, pattern: TextRef) -> String {
        let mut like = literal(start);
        for piece in pieces(self.query.text(pattern)) {
            match piece {
                Piece::Run => like.push('%'),
                Piece::One => like.push('_'),
                Piece::Literal(character) => like.push_str(&literal(character.encode_utf8(&mut [0; 4]))),
            }
        }
        format!("x LIKE {} ESCAPE '!'", self.dialect.text(&like))
    }
}

fn starts(start: &str, dialect: Dialect) -> String {
    format!("x LIKE {} ESCAPE '!'", dialect.text(&(literal(start) + "%")))
}

/// A text in a pattern of LIKE.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '!' | '%' | '_') {
            out.push('!');
        }
        out.push(character);
    }
    out
}

/// Whether `x` is a number inside: a whole one by its digits, any other one as a float.
fn range(range: &Range, dialect: Dialect) -> Result<String, Unsayable> {
    for number in [range.low, range.high].into_iter().flatten().map(|(number, _)| number) {
        if matches!(number, Number::Whole(whole) if whole.abs() >= DIGITS) {
            return Err(Unsayable::new(
                "an end of the range has more than 37 digits".to_owned(),
                "take a smaller number: no attribute of the Agent has more than 20 digits",
            ));
        }
    }
    let (least, greatest) = (i128::MIN, i128::MAX);
    let (low, high) = range.whole(least, greatest);
    let value = dialect.whole("x");
    // A float without a whole part that fits is beyond all that is compared with it.
    let mut whole = Vec::new();
    if low > -DIGITS {
        whole.push(if low < DIGITS { format!("{value} >= {low}") } else { "FALSE".to_owned() });
    }
    if high < DIGITS {
        whole.push(if high > -DIGITS { format!("{value} <= {high}") } else { "FALSE".to_owned() });
    }
    let mut float = vec!["abs(TRY_CAST(x AS DOUBLE)) <= 1.7976931348623157e308".to_owned()];
    let end = |end: Option<(Number, bool)>, inside: &'static str, outside: &'static str, beyond: Ordering| {
        end.map(|(number, is_inside)| {
            let (nearest, order) = number.nearest();
            let sign = match order {
                Ordering::Equal if is_inside => inside,
                Ordering::Equal => outside,
                order if order == beyond => outside,
                _ => inside,
            };
            format!("TRY_CAST(x AS DOUBLE) {sign} {nearest:e}")
        })
    };
    float.extend(end(range.low, ">=", ">", Ordering::Greater));
    float.extend(end(range.high, "<=", "<", Ordering::Less));
    if whole.is_empty() {
        whole.push("TRUE".to_owned());
    }
    Ok(format!(
        "CASE WHEN {} THEN {} WHEN {} THEN {} ELSE FALSE END",
        dialect.matches("x", "[+-]?[0-9]{1,38}"),
        whole.join(" AND "),
        dialect.matches("x", "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"),
        float.join(" AND ")
    ))
}
