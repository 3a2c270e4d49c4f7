//! Values: what a test asks of one, by the class of its attribute.
//!
//! A value is compared as the text that an event prints it as. Whole numbers have one spelling each, and a range compares
//! every text that is a number.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::hir::{Bound, Key, KeyKind, Query, Test, pattern};
use crate::schema::{Schema, Type};

/// What the values of an attribute can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Any text.
    Text,
    /// A whole number between two ends, both inside.
    Integer {
        /// The least.
        low: i128,
        /// The greatest.
        high: i128,
    },
    /// One of these texts.
    Closed(&'static [&'static str]),
    /// An address, written the one way that the Agent writes it.
    Address,
}

/// Sets of bits, of which those without a name are sent as a number.
const BIT_SETS: [&str; 2] = ["capability", "file_flag"];

impl Class {
    /// The class of a key's values.
    #[must_use]
    pub fn of(key: Key, schema: &Schema) -> Class {
        let KeyKind::Attribute(id) = key.kind else { return Class::Text };
        let attribute = schema.attribute(id);
        match attribute.ty {
            Type::Int => Class::Integer { low: i128::from(i64::MIN), high: i128::from(u64::MAX) },
            Type::Port => Class::Integer { low: 0, high: 65_535 },
            Type::Mode => Class::Integer { low: 0, high: 0o177_777 },
            Type::Bool => Class::Closed(&["true", "false"]),
            Type::Ip => Class::Address,
            Type::Enum if attribute.value_set.as_deref().is_some_and(|set| BIT_SETS.contains(&set)) => Class::Text,
            Type::Enum if attribute.is_closed() => Class::Closed(attribute.values()),
            Type::String | Type::Path | Type::Enum | Type::Timestamp | Type::Any => Class::Text,
        }
    }

    /// The one spelling of a value: of a whole number its digits, of anything else the text itself.
    #[must_use]
    pub fn canonical(self, text: &str) -> std::borrow::Cow<'_, str> {
        match self {
            Class::Integer { .. } if !is_plain_integer(text) => match text.parse::<i128>() {
                Ok(number) => number.to_string().into(),
                Err(_) => text.into(),
            },
            _ => text.into(),
        }
    }

    /// Whether a value of this class can be written so.
    #[must_use]
    pub fn admits(self, text: &str) -> bool {
        match self {
            Class::Text => true,
            Class::Closed(values) => values.contains(&text),
            Class::Integer { low, high } => {
                is_plain_integer(text) && text.parse().is_ok_and(|number: i128| low <= number && number <= high)
            }
            Class::Address => text.parse::<IpAddr>().is_ok_and(|address| address.to_string() == text),
        }
    }
}

/// Digits without a zero in front, with a sign or not.
fn is_plain_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
    plain && (!digits.starts_with('0') || text == "0")
}

/// Whether a value passes a test. `text` is [canonical](Class::canonical).
#[must_use]
pub fn passes(query: &Query, test: Test, class: Class, text: &str) -> bool {
    match test {
        Test::Present => true,
        Test::Exact(value) => class.canonical(query.text(value)) == text,
        Test::Glob(value) => pattern::matches(query.text(value), text),
        Test::Range { low, high } => Range::new(query, low, high).holds(text),
        Test::Networks(list) => text
            .parse::<IpAddr>()
            .is_ok_and(|address| networks(query.text(list)).any(|network| network.contains(&address))),
    }
}

/// The networks of a list; what is none is left out.
pub fn networks(list: &str) -> impl Iterator<Item = IpNet> {
    list.split(',').filter_map(|network| {
        let network = network.trim();
        IpNet::from_str(network).ok().or_else(|| network.parse::<IpAddr>().ok().map(IpNet::from)).map(|one| one.trunc())
    })
}

/// Numbers between two ends, exactly.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The lower end, and whether it is inside.
    pub low: Option<(Number, bool)>,
    /// The upper one.
    pub high: Option<(Number, bool)>,
}

impl Range {
    /// The range of a test.
    #[must_use]
    pub fn new(query: &Query, low: Option<Bound>, high: Option<Bound>) -> Range {
        let end = |bound: Option<Bound>| {
            bound.map(|bound| {
                let number = Number::parse(query.text(bound.text)).unwrap_or(Number::Float(bound.value));
                (number, bound.inclusive)
            })
        };
        Range { low: end(low), high: end(high) }
    }

    /// Whether a text is a number inside.
    pub(super) fn holds(&self, text: &str) -> bool {
        Number::parse(text).is_some_and(|number| self.contains(number))
    }

    pub(super) fn contains(&self, number: Number) -> bool {
        let above = self.low.is_none_or(|(low, inside)| match number.compare(low) {
            Ordering::Greater => true,
            Ordering::Equal => inside,
            Ordering::Less => false,
        });
        above
            && self.high.is_none_or(|(high, inside)| match number.compare(high) {
                Ordering::Less => true,
                Ordering::Equal => inside,
                Ordering::Greater => false,
            })
    }

    /// The least whole number inside that is not below `least`, and the greatest that is not above `greatest`.
    #[must_use]
    pub fn whole(&self, least: i128, greatest: i128) -> (i128, i128) {
        let low = self.low.map_or(least, |(number, inside)| number.next_whole(inside)).max(least);
        let high = self.high.map_or(greatest, |(number, inside)| number.last_whole(inside)).min(greatest);
        (low, high)
    }
}

/// A number as it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// Without a fraction or an exponent.
    Whole(i128),
    /// Finite.
    Float(f64),
}

impl Number {
    /// Reads a decimal number; nothing where the text is none.
    pub(super) fn parse(text: &str) -> Option<Number> {
        if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
            return None;
        }
        if let Ok(whole) = text.parse::<i128>() {
            return Some(Number::Whole(whole));
        }
        text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Number::Float)
    }

    /// The nearest float, and how the number compares with it.
    #[must_use]
    pub fn nearest(self) -> (f64, Ordering) {
        match self {
            Number::Whole(number) => (number as f64, self.compare(Number::Float(number as f64))),
            Number::Float(number) => (number, Ordering::Equal),
        }
    }

    fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Number::Whole(a), Number::Float(b)) => compare_mixed(a, b),
            (Number::Float(a), Number::Whole(b)) => compare_mixed(b, a).reverse(),
        }
    }

    /// The least whole number that is not below, or above where the number itself is out.
    fn next_whole(self, inside: bool) -> i128 {
        match self {
            Number::Whole(number) if inside => number,
            Number::Whole(number) => number.saturating_add(1),
            Number::Float(number) => {
                let up = number.ceil();
                if up == number && !inside { (up as i128).saturating_add(1) } else { up as i128 }
            }
        }
    }

    fn last_whole(self, inside: bool) -> i128 {
        match self {
            Number::Whole(number) if inside => number,
            Number::Whole(number) => number.saturating_sub(1),
            Number::Float(number) => {
                let down = number.floor();
                if down == number && !inside { (down as i128).saturating_sub(1) } else { down as i128 }
            }
        }
    }
}

/// Compares without losing digits. `b` is finite, and what lies beyond an `i128` saturates on its own side.
fn compare_mixed(a: i128, b: f64) -> Ordering {
    let down = b.floor();
    a.cmp(&(down as i128)).then(if b > down { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        let at = |text| Number::parse(text).unwrap();
        for (a, b, expected) in [
            ("9007199254740993", "9007199254740992.0", Ordering::Greater),
            ("5", "5.0", Ordering::Equal),
            ("5", "5.5", Ordering::Less),
            ("-5", "-5.5", Ordering::Greater),
            ("-0.25", "0", Ordering::Less),
            ("1e300", "5", Ordering::Greater),
        ] {
            assert_eq!(at(a).compare(at(b)), expected, "{a} {b}");
            assert_eq!(at(b).compare(at(a)), expected.reverse(), "{b} {a}");
        }
        assert!(["nan", "inf", "x", "", "-"].iter().all(|text| Number::parse(text).is_none()));
    }

    #[test]
    fn the_whole_numbers_next_to_an_end() {
        let ends = |number: Number| [true, false].map(|inside| (number.next_whole(inside), number.last_whole(inside)));
        assert_eq!(ends(Number::Whole(2)), [(2, 2), (3, 1)]);
        assert_eq!(ends(Number::Float(2.0)), [(2, 2), (3, 1)]);
        assert_eq!(ends(Number::Float(1.5)), [(2, 1), (2, 1)]);
    }

    #[test]
    fn whole_numbers_have_one_spelling() {
        let class = Class::Integer { low: 0, high: 10 };
        assert_eq!(class.canonical("007"), "7");
        assert_eq!(class.canonical("-0"), "0");
        assert!(class.admits("7") && !class.admits("07") && !class.admits("11") && !class.admits("x"));
        assert_eq!(Class::Text.canonical("007"), "007");
    }

    #[test]
    fn ranges_know_their_whole_numbers() {
        let range = |low: Option<(&str, bool)>, high: Option<(&str, bool)>| {
            let end = |end: Option<(&str, bool)>| end.map(|(text, inside)| (Number::parse(text).unwrap(), inside));
            Range { low: end(low), high: end(high) }.whole(-100, 100)
        };
        assert_eq!(range(Some(("1.5", true)), Some(("3", false))), (2, 2));
        assert_eq!(range(Some(("2.0", false)), None), (3, 100));
        assert_eq!(range(None, Some(("-0.5", true))), (-100, -1));
    }

    #[test]
    fn addresses_are_written_one_way() {
        assert!(Class::Address.admits("::1") && Class::Address.admits("10.0.0.1"));
        assert!(!Class::Address.admits("0:0:0:0:0:0:0:1") && !Class::Address.admits("FE80::1"));
    }
}
