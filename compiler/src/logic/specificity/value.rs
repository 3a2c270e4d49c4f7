//! What one term is worth by itself: the weight of its key, and what the form of its value leaves of it.
//!
//! INVARIANT: a pattern, range or network is worth no more than any exact value that it covers, and a pattern no more
//! than all common values together that it covers.
//!
//! Not here: what terms are worth together.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::hir::pattern::{self, Piece, pieces};
use crate::hir::{Bound, Query, Test};
use crate::logic::specificity::bits::{Bits, Share};
use crate::schema::{CommonClass, CommonValues, Form, PROGRAM_DIRECTORIES, Weight};

/// What is left of a weight by `*`, and by what says as little.
pub(super) const PRESENT: Bits = Bits::from_tenths(1);

/// How much less a pattern tells than any value that it covers: as if it covered some five more, so that a list of that
/// many is no broader than a pattern that covers them all.
const SOME_VALUES: Bits = Bits::from_tenths(25);

/// What a test on a key of that weight is worth. `values` are those of a closed set.
pub(super) fn worth(query: &Query, test: Test, weight: Weight, values: &[&str]) -> Bits {
    let full = Bits::from_tenths(weight.tenths.into());
    match test {
        Test::Present => full.min(PRESENT),
        Test::Exact(text) => exact(query.text(text), full, weight.form),
        Test::Glob(text) => glob(query.text(text), full, weight.form, values),
        Test::Range { low, high } => range(low, high, full, weight.form),
        Test::Networks(text) => networks(query.text(text), full),
    }
}

/// The common values of a form.
fn class(form: Form) -> Option<CommonClass> {
    Some(match form {
        Form::ProgramPath | Form::ProgramName => CommonClass::Program,
        Form::FilePath => CommonClass::File,
        Form::Argument => CommonClass::Argument,
        Form::User => CommonClass::User,
        Form::Uid => CommonClass::Uid,
        Form::Ip => CommonClass::Ip,
        Form::Port => CommonClass::Port,
        Form::Word => CommonClass::Word,
        Form::Domain | Form::Bool | Form::Number | Form::Id | Form::Text => return None,
    })
}

fn is_path(form: Form) -> bool {
    matches!(form, Form::ProgramPath | Form::FilePath)
}

fn exact(text: &str, full: Bits, form: Form) -> Bits {
    let common = |value| CommonValues::of(class(form)?).percent(value);
    let mut percent = match form {
        Form::ProgramPath => program_name(text).and_then(common).unwrap_or(100),
        _ => common(text).unwrap_or(100).min(of_length(text.len(), form)),
    };
    if is_path(form) {
        let above = |directory: &str| text.starts_with(directory);
        for directory in CommonValues::of(CommonClass::Directory).iter().filter(|common| above(common.value)) {
            percent = percent.min(directory.percent);
        }
    }
    full.percent(percent.into())
}

/// What a program that lies where the system has its programs is called.
fn program_name(path: &str) -> Option<&str> {
    let at = path.rfind('/')? + 1;
    let (directory, name) = path.split_at_checked(at)?;
    PROGRAM_DIRECTORIES.contains(&directory).then_some(name)
}

/// What is left of a weight by a value of so many characters.
fn of_length(length: usize, form: Form) -> u8 {
    match (form, length) {
        (_, 0) => 10,
        (Form::Argument, 1..=2) => 50,
        (Form::Argument, 3) => 60,
        (Form::Argument, 4) => 75,
        (Form::Argument, 5) => 90,
        _ => 100,
    }
}

/// The literal parts of a pattern.
#[derive(Default)]
struct Shape {
    /// Before the first wildcard.
    head: String,
    /// Behind the last wildcard.
    tail: String,
    /// Literal characters in all.
    literals: usize,
    /// Characters of any kind that a match has at least.
    least: usize,
    /// Whether nothing but `?` is wild.
    is_fixed: bool,
    starts_wild: bool,
    ends_wild: bool,
}

impl Shape {
    fn of(glob: &str) -> Shape {
        let mut shape = Shape { is_fixed: true, ..Shape::default() };
        let mut wild = false;
        for piece in pieces(glob) {
            shape.ends_wild = !matches!(piece, Piece::Literal(_));
            match piece {
                Piece::Literal(character) => {
                    shape.literals += 1;
                    shape.least += character.len_utf8();
                    let part = if wild { &mut shape.tail } else { &mut shape.head };
                    part.push(character);
                }
                Piece::One | Piece::Run => {
                    shape.starts_wild |= !wild && shape.head.is_empty();
                    shape.is_fixed &= piece == Piece::One;
                    shape.least += usize::from(piece == Piece::One);
                    shape.tail.clear();
                    wild = true;
                }
            }
        }
        shape
    }
}

fn glob(glob: &str, full: Bits, form: Form, values: &[&str]) -> Bits {
    let shape = Shape::of(glob);
    let least = full.min(PRESENT);
    if shape.literals == 0 {
        return least;
    }
    if !values.is_empty() {
        let covered = values.iter().filter(|value| pattern::matches(glob, value));
        let share = covered.fold(Share::default(), |share, value| share.add(exact(value, full, form)));
        return share.bits().clamp(least, full);
    }
    let percent = match form {
        Form::ProgramPath | Form::FilePath => of_segments(&shape),
        Form::Domain => of_labels(&shape),
        Form::Ip => of_octets(&shape),
        Form::Port | Form::Uid | Form::Number | Form::Bool => 10 * shape.literals as u32,
        Form::Id => 5 * shape.literals as u32,
        Form::ProgramName | Form::Argument | Form::User | Form::Word | Form::Text => of_characters(&shape),
    };
    full.percent(percent.max(1)).min(covered(glob, &shape, full, form)).max(least)
}

/// Plain text: the more of it, the more it tells, and a start or an end that is fixed tells more than a middle.
fn of_characters(shape: &Shape) -> u32 {
    let literals = shape.literals as u32;
    let percent = 100 * literals / (literals + 3);
    match (shape.is_fixed, shape.starts_wild, shape.ends_wild) {
        (true, ..) => percent,
        (_, true, true) => percent / 2,
        (_, true, false) => percent * 3 / 4,
        _ => percent * 4 / 5,
    }
}

/// A path: a top directory tells little, each further segment more, the last segment the most.
fn of_segments(shape: &Shape) -> u32 {
    let is_separator = |character| matches!(character, '/' | '\\');
    let full_segments = |part: &str| part.matches(is_separator).count() as u32;
    // Before the first wildcard: a segment is whole where a separator follows it.
    let head = full_segments(shape.head.strip_prefix(is_separator).unwrap_or(&shape.head));
    let started = shape.head.rsplit(is_separator).next().unwrap_or_default().chars().count() as u32;
    // Behind the last one: whole where a separator stands before it.
    let tail = full_segments(&shape.tail);
    let ended = shape.tail.split(is_separator).next().unwrap_or_default().chars().count() as u32;
    let of_head = match head {
        0 => 0,
        more => 15 + 20 * (more - 1),
    };
    let of_tail = match tail {
        0 => 0,
        more => 25 + 10 * (more - 1),
    };
    let middle = shape.literals as u32 - (shape.head.chars().count() + shape.tail.chars().count()) as u32;
    of_head + of_tail + 2 * started.min(6) + ended.min(6) + middle.min(10)
}

/// A domain: its end says whose it is, and its start says nothing of that.
fn of_labels(shape: &Shape) -> u32 {
    if shape.ends_wild {
        return (shape.literals as u32 * 2).min(25);
    }
    let labels = shape.tail.trim_end_matches('.').matches('.').count() as u32;
    let partial = (shape.tail.split('.').next().unwrap_or_default().len() as u32).min(10);
    match labels {
        0 => partial,
        1 => 10 + partial,
        2 => 60 + partial,
        more => 60 + 10 * (more - 1) + partial,
    }
}

/// An address: a quarter for each number that is fixed from the start.
fn of_octets(shape: &Shape) -> u32 {
    25 * shape.head.matches('.').count() as u32 + 10 * shape.head.matches(':').count() as u32 + 1
}

/// What bounds a pattern: the common values that it covers, and some others that it may cover, all together.
fn covered(glob: &str, shape: &Shape, full: Bits, form: Form) -> Bits {
    let mut percent = of_length(shape.least, form);
    if is_path(form) {
        let compatible = |directory: &str| {
            shape.head.starts_with(directory) || !shape.is_fixed && directory.starts_with(shape.head.as_str())
        };
        let met = CommonValues::of(CommonClass::Directory).iter().find(|common| compatible(common.value));
        percent = met.map_or(percent, |common| percent.min(common.percent));
    }
    let mut share = Share::default().add(full.percent(percent.into()).minus(SOME_VALUES));
    let Some(class) = class(form) else { return share.bits() };
    for common in CommonValues::of(class).iter() {
        let ends = common.value.ends_with(shape.tail.as_str());
        let times = match form {
            Form::ProgramPath if ends || shape.tail.len() > common.value.len() => PROGRAM_DIRECTORIES
                .iter()
                .filter(|directory| shape.head.starts_with(**directory) || directory.starts_with(shape.head.as_str()))
                .filter(|directory| pattern::matches(glob, &[directory, common.value].concat()))
                .count(),
            Form::ProgramPath => 0,
            _ => {
                let starts = common.value.starts_with(shape.head.as_str());
                usize::from(starts && ends && pattern::matches(glob, common.value))
            }
        };
        for _ in 0..times {
            share = share.add(full.percent(common.percent.into()));
        }
    }
    share.bits()
}

/// A range: by how many of all numbers it holds.
fn range(low: Option<Bound>, high: Option<Bound>, full: Bits, form: Form) -> Bits {
    // How many numbers there are, as a power of two: accounts beyond it are rare.
    let domain: u32 = match form {
        Form::Port | Form::Uid => 16,
        _ => 32,
    };
    let most = 2_f64.powi(domain as i32) - 1.0;
    let low_value = low.map_or(0.0, |bound| bound.value.max(0.0));
    let high_value = high.map_or(most, |bound| bound.value.min(most));
    // The cast is bounded by the domain and never sees a NaN that matters: a bound that is none counts as 0.
    let count = (high_value - low_value).clamp(0.0, most) as u64 + 1;
    let size = Bits::log2(count).tenths().min(domain * 10);
    let mut bits = full.percent(100 - size * 10 / domain);
    if let Some(class) = class(form) {
        let inside = |value: &str| {
            value.parse::<f64>().is_ok_and(|value| {
                let above = low.is_none_or(|low| value > low.value || low.inclusive && value == low.value);
                above && high.is_none_or(|high| value < high.value || high.inclusive && value == high.value)
            })
        };
        let met = CommonValues::of(class).iter().find(|common| inside(common.value));
        bits = met.map_or(bits, |common| bits.min(full.percent(common.percent.into())));
    }
    bits
}

/// Networks: by how many binary digits of an address they fix. Of the newer addresses half are of the host's own choice.
fn networks(list: &str, full: Bits) -> Bits {
    let mut share = Share::default();
    for network in list.split(',') {
        let Ok(network) = network.trim().parse::<IpNet>() else { continue };
        let percent = match network {
            IpNet::V4(network) => u32::from(network.prefix_len()) * 100 / 32,
            IpNet::V6(network) => u32::from(network.prefix_len()).min(64) * 100 / 64,
        };
        let mut bits = full.percent(percent);
        let inside = |value: &str| value.parse::<IpAddr>().is_ok_and(|address| network.contains(&address));
        if let Some(common) = CommonValues::of(CommonClass::Ip).iter().find(|common| inside(common.value)) {
            bits = bits.min(full.percent(common.percent.into()));
        }
        share = share.add(bits);
    }
    share.bits().min(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a pattern of that form leaves of a weight of 100.
    fn left(pattern: &str, form: Form) -> u32 {
        glob(pattern, Bits::from_tenths(100), form, &[]).tenths()
    }

    #[test]
    fn a_start_or_an_end_that_is_fixed_tells_more_than_a_middle() {
        for (pattern, percent) in [("a?c", 40), ("*abc*", 25), ("*abc", 37), ("abc*", 40), ("a*c", 32)] {
            assert_eq!(of_characters(&Shape::of(pattern)), percent, "{pattern}");
        }
    }

    #[test]
    fn a_domain_is_told_by_its_end() {
        for (pattern, percent) in [
            ("web*", 6),
            ("a.long.start.*", 25),
            ("*com", 3),
            ("*.com", 10),
            ("*e.com", 11),
            ("*b.example.com", 61),
            ("*b.example.com.", 61),
            ("*b.c.example.com", 81),
            ("*a.b.c.d.com", 91),
        ] {
            assert_eq!(of_labels(&Shape::of(pattern)), percent, "{pattern}");
        }
    }

    #[test]
    fn an_address_is_told_by_the_numbers_that_it_starts_with() {
        for (pattern, percent) in [("10.2.*", 51), ("fd00:1:*", 21), ("*.2", 1)] {
            assert_eq!(of_octets(&Shape::of(pattern)), percent, "{pattern}");
        }
    }

    #[test]
    fn each_digit_of_a_number_and_each_character_of_an_id_tells_something() {
        assert_eq!(left("9*7*", Form::Port), 20);
        assert_eq!(left("9*7*3", Form::Number), 30);
        assert_eq!(left("ab*", Form::Id), 10);
        assert_eq!(left("*", Form::Id), PRESENT.tenths());
    }

    #[test]
    fn a_value_without_a_character_tells_next_to_nothing() {
        assert_eq!(of_length(0, Form::Text), 10);
        assert_eq!(of_length(1, Form::Text), 100);
    }
}
