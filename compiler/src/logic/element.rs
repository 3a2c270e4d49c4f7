//! One value of one attribute: is there one that some sets hold and others do not?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustc_hash::FxHashMap;

use crate::hir::pattern::{Piece, pieces};
use crate::logic::automaton::{Found, Part, last_segment, search};
use crate::logic::budget::Budget;
use crate::logic::set::ValueSet;
use crate::logic::value::{Class, Number};

/// Finds a value of the class that is in every wanted part and in no other one.
pub(super) fn find(parts: &[Part<'_>], class: Class, budget: &mut Budget) -> Found {
    let cost: u64 = parts.iter().map(|part| part.set.cost()).sum();
    let test = |text: &str| class.admits(text) && parts.iter().all(|part| holds(part, text) == part.wanted);
    let of = |texts: &mut dyn Iterator<Item = String>, budget: &mut Budget| -> Found {
        for text in texts {
            if !budget.spend(cost) {
                return Found::Undecided;
            }
            if test(&text) {
                return Found::Value(text);
            }
        }
        Found::Nothing
    };
    if let Class::Closed(values) = class {
        return of(&mut values.iter().map(|value| (*value).to_owned()), budget);
    }
    let finite = parts.iter().filter(|part| part.wanted && !part.lifted && part.set.is_finite());
    if let Some(shortest) = finite.min_by_key(|part| part.set.exact.len()) {
        return of(&mut shortest.set.exact.iter().map(|text| text.to_string()), budget);
    }
    // The shortest text of a wanted pattern is what every other text of it is longer than: where it passes, nothing has to
    // be searched for.
    let shortest = parts.iter().filter(|part| part.wanted && !part.lifted).find_map(|part| shortest(part.set));
    if let Some(text) = shortest
        && let found @ (Found::Value(_) | Found::Undecided) = of(&mut std::iter::once(text), budget)
    {
        return found;
    }
    let has_globs = parts.iter().any(|part| !part.set.globs.is_empty());
    let Some(parts) = distinct(parts) else { return Found::Nothing };
    let parts = &*parts;
    match class {
        Class::Integer { low, high } if !has_globs => of(&mut whole_numbers(parts, low, high).into_iter(), budget),
        Class::Address if !has_globs => of(&mut addresses(parts).into_iter(), budget),
        Class::Integer { .. } | Class::Address => search(parts, class, budget),
        _ if parts.iter().all(|part| part.set.ranges.is_empty()) => search(parts, class, budget),
        // A range of an attribute that may hold numbers and texts.
        _ => {
            let found = of(&mut numbers(parts).into_iter(), budget);
            let ranges_wanted = parts.iter().any(|part| part.wanted && is_ranges_only(part.set));
            match found {
                Found::Nothing if has_globs && ranges_wanted => Found::Undecided,
                Found::Nothing if ranges_wanted => Found::Nothing,
                // Texts that are no numbers are in no range.
                Found::Nothing => match search(parts, class, budget) {
                    Found::Value(text) if test(&text) => Found::Value(text),
                    Found::Nothing if !has_globs => Found::Nothing,
                    _ => Found::Undecided,
                },
                found => found,
            }
        }
    }
}

/// Parts with patterns each once, since each costs a search as much as all before it; nothing where a set with patterns is
/// wanted and is not.
fn distinct<'p>(parts: &[Part<'p>]) -> Option<Vec<Part<'p>>> {
    let mut seen: FxHashMap<(&[Box<str>], bool), Part<'p>> = FxHashMap::default();
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        let place = (&*part.set.globs, part.lifted);
        match seen.get(&place).filter(|known| !known.set.globs.is_empty() && known.set == part.set) {
            Some(known) if known.wanted != part.wanted => return None,
            Some(_) => {}
            None => {
                seen.insert(place, *part);
                kept.push(*part);
            }
        }
    }
    Some(kept)
}

/// The text of a set that is one pattern with its runs empty.
fn shortest(set: &ValueSet) -> Option<String> {
    let [glob] = set.globs.as_slice() else { return None };
    let alone = !set.any && set.exact.is_empty() && set.ranges.is_empty() && set.networks.is_empty();
    let literal = pieces(glob).filter_map(|piece| match piece {
        Piece::Run => None,
        Piece::One => Some(None),
        Piece::Literal(character) => Some(Some(character)),
    });
    alone.then(|| literal.collect())?
}

fn is_ranges_only(set: &ValueSet) -> bool {
    !set.any && set.exact.is_empty() && set.globs.is_empty() && set.networks.is_empty()
}

fn holds(part: &Part<'_>, text: &str) -> bool {
    part.set.contains(if part.lifted { last_segment(text) } else { text })
}

/// Where the sets' intervals start: if any whole number fits, one of these does.
fn whole_numbers(parts: &[Part<'_>], least: i128, greatest: i128) -> Vec<String> {
    let mut starts = vec![least, 0, 1];
    for part in parts {
        for range in &part.set.ranges {
            let (low, high) = range.whole(least, greatest);
            starts.extend([low, high.saturating_add(1)]);
        }
        for exact in &part.set.exact {
            if let Ok(number) = exact.parse::<i128>() {
                starts.extend([number, number.saturating_add(1)]);
            }
        }
    }
    starts.sort_unstable_by_key(|number| (*number < 0, *number));
    starts.dedup();
    starts.iter().map(i128::to_string).collect()
}

/// Where the sets' networks start and where they have ended.
fn addresses(parts: &[Part<'_>]) -> Vec<String> {
    let mut starts = vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    for part in parts {
        for network in &part.set.networks {
            starts.push(network.network());
            starts.extend(following(network.broadcast()));
        }
        for address in part.set.exact.iter().filter_map(|text| text.parse::<IpAddr>().ok()) {
            starts.push(address);
            starts.extend(following(address));
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts.iter().map(IpAddr::to_string).collect()
}

fn following(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_add(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_add(1)?.into()),
    })
}

/// Numbers in, at and between the ends of ranges, and the listed texts.
fn numbers(parts: &[Part<'_>]) -> Vec<String> {
    let mut ends: Vec<f64> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for part in parts {
        for range in &part.set.ranges {
            for (number, _) in [range.low, range.high].into_iter().flatten() {
                match number {
                    Number::Whole(number) => {
                        texts.push(number.to_string());
                        texts.extend([number.saturating_add(1).to_string(), number.saturating_sub(1).to_string()]);
                        ends.push(number as f64);
                    }
                    Number::Float(number) => {
                        texts.push(number.to_string());
                        ends.push(number);
                    }
                }
            }
        }
        for exact in &part.set.exact {
            texts.push(exact.to_string());
            ends.extend(exact.parse::<f64>().ok().filter(|number| number.is_finite()));
        }
    }
    ends.sort_unstable_by(f64::total_cmp);
    ends.dedup();
    let between = ends.iter().zip(ends.iter().skip(1)).map(|(a, b)| a + (b - a) / 2.0);
    let outer = ends.first().map(|first| first - 1.0).into_iter().chain(ends.last().map(|last| last + 1.0));
    texts.extend(between.chain(outer).chain([0.5]).map(|number| number.to_string()));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::value::Range;

    fn glob(glob: &str) -> ValueSet {
        ValueSet { globs: vec![glob.into()], ..ValueSet::default() }
    }

    #[test]
    fn a_pattern_that_is_asked_for_often_costs_one_search() {
        let (ends_in_one, starts_with_two) = (glob("*:1"), glob("2*"));
        let part = |set, wanted| Part { set, wanted, lifted: false };
        let find = |parts: &[Part<'_>]| find(parts, Class::Address, &mut Budget::new(400_000));
        let mut parts = vec![part(&ends_in_one, true); 40];
        parts.extend([part(&starts_with_two, true); 40]);
        assert_eq!(find(&parts), Found::Value("2::1".to_owned()));
        parts.push(part(&ends_in_one, false));
        assert_eq!(find(&parts), Found::Nothing);
    }

    fn between(low: Option<(f64, bool)>, high: Option<(f64, bool)>) -> ValueSet {
        let end = |end: Option<(f64, bool)>| end.map(|(number, is_inside)| (Number::Float(number), is_inside));
        ValueSet { ranges: vec![Range { low: end(low), high: end(high) }], ..ValueSet::default() }
    }

    /// Ranges of what may be a number or a text.
    #[track_caller]
    fn finds(parts: &[(&ValueSet, bool)], expected: impl Fn(&Found) -> bool) {
        let parts: Vec<Part<'_>> =
            parts.iter().map(|(set, wanted)| Part { set, wanted: *wanted, lifted: false }).collect();
        let found = find(&parts, Class::Text, &mut Budget::new(400_000));
        assert!(expected(&found), "{found:?}");
        if let Found::Value(text) = &found {
            assert!(parts.iter().all(|part| holds(part, text) == part.wanted), "{text}");
        }
    }

    #[test]
    fn a_number_is_found_between_the_ends_and_beyond_them() {
        let is = |text: &'static str| move |found: &Found| *found == Found::Value(text.to_owned());
        finds(&[(&between(Some((1.0, false)), Some((2.0, false))), true)], is("1.5"));
        finds(&[(&between(None, Some((0.25, false))), true)], is("-0.75"));
        finds(&[(&between(Some((0.75, false)), None), true)], is("1.75"));
        let whole = |number| Some((Number::Whole(number), false));
        let wide = ValueSet { ranges: vec![Range { low: whole(4), high: whole(6) }], ..ValueSet::default() };
        finds(&[(&wide, true), (&between(Some((5.25, true)), None), false)], is("5"));
    }

    #[test]
    fn a_text_is_in_no_range() {
        let (low, high) = (between(None, Some((5.0, true))), between(Some((5.0, true)), None));
        let mixed = |text: &str| ValueSet { globs: vec![text.into()], ..high.clone() };
        let is_value = |found: &Found| matches!(found, Found::Value(_));
        finds(&[(&low, false), (&high, false)], is_value);
        finds(&[(&low, true), (&low, false)], |found| *found == Found::Nothing);
        finds(&[(&mixed("b?"), true), (&high, false)], is_value);
        // A pattern and a range that no number at hand is in are not told apart.
        let few = between(Some((1.0, true)), Some((2.0, true)));
        finds(&[(&few, true), (&glob("1.7?*"), true)], |found| *found == Found::Undecided);
        finds(&[(&mixed("b?"), true), (&high, false), (&glob("b*"), false)], |found| *found == Found::Undecided);
        let any = ValueSet { any: true, ..ValueSet::default() };
        finds(&[(&any, false), (&high, false)], |found| *found == Found::Nothing);
    }

    #[test]
    fn the_last_segment_of_a_path_is_behind_its_last_separator() {
        let find = |path: &str, other: &str, name: &str| {
            let (path, other, name) = (glob(path), glob(other), glob(name));
            let parts = [(&path, true, false), (&other, false, false), (&name, true, true)];
            let parts = parts.map(|(set, wanted, lifted)| Part { set, wanted, lifted });
            find(&parts, Class::Text, &mut Budget::new(400_000))
        };
        let Found::Value(path) = find("C:\\\\*", "*/*", "b?x") else { panic!("a path has a name behind a backslash") };
        assert!(path.starts_with("C:\\") && last_segment(&path).starts_with('b'), "{path}");
        // Where there is a slash, a backslash parts nothing.
        assert_eq!(find("a/b\\\\*", "a/*/*", "c?"), Found::Nothing);
    }

    #[test]
    fn an_address_is_written_in_one_way() {
        let find = |wanted: &ValueSet, unwanted: &ValueSet| {
            let parts = [(wanted, true), (unwanted, false)].map(|(set, wanted)| Part { set, wanted, lifted: false });
            find(&parts, Class::Address, &mut Budget::new(400_000))
        };
        let none = ValueSet::default();
        // The first of the longest runs of zeros is left out, and all of it.
        for never in ["1:0:0:2::?:?", "1:0::?*", "*::0:*", "01*", "1.2.3.04*"] {
            assert_eq!(find(&glob(never), &none), Found::Nothing, "{never}");
        }
        assert_eq!(find(&glob("1::2:0:0:3:?"), &none), Found::Value("1::2:0:0:3:0".to_owned()));
        let listed = |texts: &mut dyn Iterator<Item = String>| ValueSet {
            exact: texts.map(String::into_boxed_str).collect(),
            ..ValueSet::default()
        };
        let last = |numbers: std::ops::Range<u8>| listed(&mut numbers.map(|last| format!("1.2.3.{last}")));
        assert_eq!(find(&glob("1.2.3.?"), &last(0..9)), Found::Value("1.2.3.9".to_owned()));
        assert_eq!(find(&glob("1.2.3.?"), &last(0..10)), Found::Nothing);
    }

    #[test]
    fn only_a_sign_stands_before_a_number() {
        let below = ValueSet {
            ranges: vec![Range { low: None, high: Some((Number::Whole(-1), true)) }],
            ..ValueSet::default()
        };
        let (wanted, signed) = (glob("?5"), glob("-*"));
        let class = Class::Integer { low: i128::from(i64::MIN), high: i128::from(u64::MAX) };
        let find = |signed_is_wanted: bool| {
            let parts = [(&below, true), (&wanted, true), (&signed, signed_is_wanted)];
            let parts = parts.map(|(set, wanted)| Part { set, wanted, lifted: false });
            find(&parts, class, &mut Budget::new(400_000))
        };
        assert_eq!(find(true), Found::Value("-5".to_owned()));
        assert_eq!(find(false), Found::Nothing);
    }
}
