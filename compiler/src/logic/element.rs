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

    #[test]
    fn a_pattern_that_is_asked_for_often_costs_one_search() {
        let ends_in_one = ValueSet { globs: vec!["*:1".into()], ..ValueSet::default() };
        let starts_with_two = ValueSet { globs: vec!["2*".into()], ..ValueSet::default() };
        let part = |set, wanted| Part { set, wanted, lifted: false };
        let find = |parts: &[Part<'_>]| find(parts, Class::Address, &mut Budget::new(400_000));
        let mut parts = vec![part(&ends_in_one, true); 40];
        parts.extend([part(&starts_with_two, true); 40]);
        assert_eq!(find(&parts), Found::Value("2::1".to_owned()));
        parts.push(part(&ends_in_one, false));
        assert_eq!(find(&parts), Found::Nothing);
    }
}
