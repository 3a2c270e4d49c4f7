//! How addresses are written: the few shapes of their texts, each an automaton.
//!
//! The text of an address is four numbers in decimal with dots between them, or eight in hexadecimal with colons, where the
//! first of the longest runs of two zeros or more is left out. What maps an IPv4 address is written with dots at its end.
//! Once it is known which numbers are left out, each number has its place, so that a network asks of each number alone that
//! it is between two ends.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::logic::digits::{Compared, DEAD, Digits};

/// The texts of addresses that have the same numbers left out.
#[derive(Debug)]
pub(super) struct Shape {
    kind: Kind,
    /// What stands before each number and behind the last one.
    between: Vec<&'static str>,
    /// The ends of each number.
    ends: Vec<(u16, u16)>,
    /// So many zeros in a row there may be up to each number.
    zeros: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Four numbers.
    V4,
    /// Four numbers behind what says that they are mapped.
    Mapped,
    /// Eight numbers but for `length` ones from `start` on.
    V6 { start: usize, length: usize },
}

/// How an address starts that maps an IPv4 one.
const MAPPED: &str = "::ffff:";

impl Shape {
    /// Every one. Each address is written in one of them, and in that one alone.
    pub(super) fn all() -> impl Iterator<Item = Shape> {
        let shortened = (2..=8).rev().flat_map(|length| (0..=8 - length).map(move |start| Kind::V6 { start, length }));
        let kinds = std::iter::once(Kind::V4).chain(shortened).chain([Kind::V6 { start: 0, length: 0 }, Kind::Mapped]);
        kinds.map(Shape::of)
    }

    fn of(kind: Kind) -> Shape {
        let Kind::V6 { start, length } = kind else {
            let front = if kind == Kind::Mapped { MAPPED } else { "" };
            let between = vec![front, ".", ".", ".", ""];
            return Shape { kind, between, ends: vec![(0, 255); 4], zeros: Vec::new() };
        };
        let count = 8 - length;
        let gap = |at: usize| length > 0 && at == start;
        let between = (0..=count).map(|at| match at {
            _ if gap(at) => "::",
            _ if at == 0 || at == count => "",
            _ => ":",
        });
        let ends = (0..count).map(|at| match at {
            // Else it would be written as one that maps.
            0 if (start, length) == (0, 5) => (1, 0xfffe),
            // Else it would be left out too.
            _ if gap(at) || gap(at + 1) => (1, 0xffff),
            _ => (0, 0xffff),
        });
        let zeros = (0..count).map(|at| match length {
            0 => 1,
            _ if at < start => length as u32 - 1,
            _ => length as u32,
        });
        Shape { kind, between: between.collect(), ends: ends.collect(), zeros: zeros.collect() }
    }

    /// Whether a character may stand in such a text.
    pub(super) fn writes(&self, character: char) -> bool {
        let is_between = || self.between.iter().any(|between| between.contains(character));
        self.is_digit(character) || is_between()
    }

    pub(super) fn is_digit(&self, character: char) -> bool {
        is_digit(character, self.is_hex())
    }

    fn is_hex(&self) -> bool {
        matches!(self.kind, Kind::V6 { .. })
    }

    /// What stands before each number and behind the last one.
    pub(super) fn between(&self) -> &[&'static str] {
        &self.between
    }

    /// How many digits a number may have.
    pub(super) fn most_digits(&self) -> usize {
        if self.is_hex() { 4 } else { 3 }
    }

    /// All addresses of the shape.
    pub(super) fn any(&self) -> Written {
        Written { open_from: usize::MAX, ..self.written(&self.ends, self.zeros.clone()) }
    }

    /// Those of a network, of texts that are addresses of the shape; nothing where none of them has it.
    pub(super) fn network(&self, network: IpNet) -> Option<Written> {
        let ends: Vec<(u16, u16)> = match (self.kind, network) {
            (Kind::V4, IpNet::V4(network)) => octets(network.network(), network.broadcast()),
            (Kind::V6 { start, length }, IpNet::V6(network)) => {
                let mut ends = groups(network.network(), network.broadcast());
                let mut left_out = ends.drain(start..start + length);
                let is_inside = left_out.all(|(low, _)| low == 0);
                drop(left_out);
                is_inside.then_some(ends)?
            }
            (Kind::Mapped, IpNet::V6(network)) => {
                let (low, high) = (network.network(), network.broadcast());
                let mapped = [0, 0, 0, 0, 0, 0xffff];
                let is_inside =
                    mapped.iter().zip(groups(low, high)).all(|(own, (low, high))| (low..=high).contains(own));
                let last = |address: Ipv6Addr| Ipv4Addr::from_bits(address.to_bits() as u32);
                is_inside.then(|| octets(last(low), last(high)))?
            }
            _ => return None,
        };
        Some(self.written(&ends, Vec::new()))
    }

    fn written(&self, ends: &[(u16, u16)], zeros: Vec<u32>) -> Written {
        let is_hex = self.is_hex();
        let numbers = ends.iter().map(|ends| Digits::short(*ends, is_hex)).collect();
        let is_open = |(own, all): (&(u16, u16), &(u16, u16))| own.0 <= all.0 && own.1 >= all.1;
        let closed = ends.iter().zip(&self.ends).rposition(|pair| !is_open(pair));
        let open_from = closed.map_or(0, |last| last + 1);
        Written { between: self.between.clone(), numbers, zeros, is_hex, open_from }
    }

    /// Of the digits, those that something tells from others and the first of each run of those that nothing does; and
    /// what stands between numbers.
    pub(super) fn alphabet(&self, is_named: impl Fn(char) -> bool) -> Vec<char> {
        let mut alphabet: Vec<char> = self.between.iter().flat_map(|between| between.chars()).collect();
        let mut is_open = false;
        for digit in ('0'..='9').chain('a'..='f').filter(|digit| self.is_digit(*digit)) {
            let is_named = digit == '0' || is_named(digit);
            if is_named || !is_open {
                alphabet.push(digit);
            }
            is_open = !is_named;
        }
        alphabet
    }
}

fn is_digit(character: char, is_hex: bool) -> bool {
    character.is_ascii_digit() || is_hex && matches!(character, 'a'..='f')
}

/// The ends of each number, of the two ends of a network.
fn octets(low: Ipv4Addr, high: Ipv4Addr) -> Vec<(u16, u16)> {
    low.octets().into_iter().zip(high.octets()).map(|(low, high)| (low.into(), high.into())).collect()
}

fn groups(low: Ipv6Addr, high: Ipv6Addr) -> Vec<(u16, u16)> {
    low.segments().into_iter().zip(high.segments()).collect()
}

/// The texts of one shape whose numbers are between two ends each. A state is a word.
#[derive(Debug)]
pub(super) struct Written {
    between: Vec<&'static str>,
    numbers: Vec<Digits>,
    /// So many zeros in a row there may be up to each number; any number where there is none.
    zeros: Vec<u32>,
    is_hex: bool,
    /// From this number on every one is accepted.
    open_from: usize,
}

/// Where every text that goes on is accepted.
const CERTAIN: u32 = u32::MAX;

/// Where in a text.
#[derive(Clone, Copy)]
enum Place {
    /// Behind so many characters of what stands before a number, or behind the last one.
    Between(usize),
    /// In a number.
    Number { digits: Compared, starts_with_zero: bool },
}

/// A place, the number that it is in or before, and how many zeros there were in a row.
#[derive(Clone, Copy)]
struct State {
    place: Place,
    number: usize,
    zeros: u32,
}

impl State {
    /// INVARIANT: no word of a state is the dead one or the certain one.
    fn pack(self) -> u32 {
        let place = match self.place {
            Place::Between(offset) => (offset as u32) << 2,
            Place::Number { digits, starts_with_zero } => 2 | u32::from(starts_with_zero) << 2 | digits.pack() << 3,
        };
        let rest = Compared::BITS + 4;
        1 | place << 1 | (self.number as u32) << rest | self.zeros << (rest + 4)
    }

    fn unpack(word: u32) -> Option<State> {
        if word == DEAD {
            return None;
        }
        let rest = Compared::BITS + 4;
        let place = word >> 1 & ((1 << (rest - 1)) - 1);
        let place = if place & 2 == 0 {
            Place::Between(place as usize >> 2)
        } else {
            Place::Number { digits: Compared::unpack(place >> 3), starts_with_zero: place & 4 != 0 }
        };
        Some(State { place, number: word as usize >> rest & 15, zeros: word >> (rest + 4) })
    }
}

impl Written {
    pub(super) fn start(&self) -> u32 {
        self.packed(self.entered(0, 0, 0))
    }

    fn packed(&self, state: State) -> u32 {
        if state.number >= self.open_from { CERTAIN } else { state.pack() }
    }

    /// Whether every text of the shape that goes on from here is accepted.
    pub(super) fn is_certain(word: u32) -> bool {
        word == CERTAIN
    }

    /// Behind so many characters of what stands before a number, which starts where that is over.
    fn entered(&self, number: usize, offset: usize, zeros: u32) -> State {
        let is_over = self.between.get(number).is_none_or(|between| offset >= between.len());
        let place = match is_over && number < self.numbers.len() {
            true => Place::Number { digits: Compared::START, starts_with_zero: false },
            false => Place::Between(offset),
        };
        State { place, number, zeros }
    }

    pub(super) fn step(&self, word: u32, character: char) -> u32 {
        if word == CERTAIN {
            return CERTAIN;
        }
        State::unpack(word).and_then(|state| self.next(state, character)).map_or(DEAD, |next| self.packed(next))
    }

    fn next(&self, state: State, character: char) -> Option<State> {
        let State { place, number, zeros } = state;
        match place {
            Place::Between(offset) => {
                let expected = self.between.get(number)?.as_bytes().get(offset)?;
                (char::from(*expected) == character).then(|| self.entered(number, offset + 1, zeros))
            }
            Place::Number { digits, starts_with_zero } if is_digit(character, self.is_hex) => {
                let digits = self.numbers.get(number)?.step(digits, character as u8).filter(|_| !starts_with_zero)?;
                let starts_with_zero = digits.is_first() && character == '0';
                Some(State { place: Place::Number { digits, starts_with_zero }, ..state })
            }
            Place::Number { .. } => {
                let zeros = self.ended(state)?;
                let expected = self.between.get(number + 1)?.as_bytes().first()?;
                (char::from(*expected) == character).then(|| self.entered(number + 1, 1, zeros))
            }
        }
    }

    /// How many zeros there are in a row where the number that is being written ends; nothing where it cannot.
    fn ended(&self, state: State) -> Option<u32> {
        let Place::Number { digits, starts_with_zero } = state.place else { return None };
        if !self.numbers.get(state.number)?.accepts(digits) {
            return None;
        }
        let Some(most) = self.zeros.get(state.number) else { return Some(0) };
        let zeros = if starts_with_zero { state.zeros + 1 } else { 0 };
        (zeros <= *most).then_some(zeros)
    }

    pub(super) fn accepts(&self, word: u32) -> bool {
        if word == CERTAIN {
            return true;
        }
        let Some(state) = State::unpack(word) else { return false };
        let last = self.between.last().map_or(0, |last| last.len());
        match state.place {
            Place::Between(offset) => state.number == self.numbers.len() && offset == last,
            Place::Number { .. } => state.number + 1 == self.numbers.len() && last == 0 && self.ended(state).is_some(),
        }
    }

    /// The digits that it tells from others.
    pub(super) fn named(&self) -> impl Iterator<Item = char> {
        self.numbers.iter().flat_map(Digits::named)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn accepts(written: &Written, text: &str) -> bool {
        written.accepts(text.chars().fold(written.start(), |state, character| written.step(state, character)))
    }

    /// Every address of some octets and groups that matter.
    fn addresses() -> impl Iterator<Item = IpAddr> {
        let octets = [0_u8, 1, 9, 10, 25, 99, 100, 255];
        let v4 = (0..8 * 8 * 8 * 8).map(move |at| IpAddr::from([0, 3, 6, 9].map(|shift| octets[at >> shift & 7])));
        let v6 = (0..3_usize.pow(8)).flat_map(|at| {
            [[0, 1, 0xffff], [0, 0xfd00, 0x10]].map(|groups| {
                let power = [0, 1, 2, 3, 4, 5, 6, 7].map(|power| 3_usize.pow(power));
                IpAddr::from(power.map(|power| groups[at / power % 3]))
            })
        });
        v4.chain(v6)
    }

    #[test]
    fn every_address_has_one_shape_and_no_other_text_has() {
        let shapes: Vec<Written> = Shape::all().map(|shape| shape.any()).collect();
        let count = |text: &str| shapes.iter().filter(|shape| accepts(shape, text)).count();
        for address in addresses() {
            assert_eq!(count(&address.to_string()), 1, "{address}");
            if let IpAddr::V6(address) = address {
                let long = address.segments().map(|group| format!("{group:x}")).join(":");
                assert_eq!(count(&long), usize::from(address.to_string() == long), "{long}");
            }
        }
        for text in [
            "",
            ":",
            ":::",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "256.1.1.1",
            "1.2.3.",
            "::1::",
            "::01",
            "::FF",
            "1::2:3:4:5:6:7:8",
            "::12345",
            "::1.2.3.4",
            "::ffff:1.2.3",
            "::ffff:102:304",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:",
            "1::0",
            "::ffff:1.2.3.4:",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }

    #[test]
    fn a_network_is_asked_number_by_number() {
        let networks = [
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.0.0.0/31",
            "1.8.0.0/13",
            "::/0",
            "fd00::/8",
            "::1/128",
            "::ffff:0:0/96",
            "::ffff:10.0.0.0/104",
            "::/95",
            "1::/17",
            "0:0:1::/48",
        ];
        let networks = networks.map(|network| network.parse::<IpNet>().unwrap());
        let shapes: Vec<(Written, Vec<Option<Written>>)> = Shape::all()
            .map(|shape| (shape.any(), networks.iter().map(|network| shape.network(*network)).collect()))
            .collect();
        for address in addresses().step_by(7) {
            let text = address.to_string();
            let (_, own) = shapes.iter().find(|(any, _)| accepts(any, &text)).unwrap();
            for (network, written) in networks.iter().zip(own) {
                let is_found = written.as_ref().is_some_and(|written| accepts(written, &text));
                assert_eq!(is_found, network.contains(&address), "{network} {address}");
            }
        }
    }

    #[test]
    fn digits_that_nothing_tells_apart_stand_for_one_another() {
        let shape = Shape::of(Kind::V4);
        assert_eq!(
            shape.alphabet(|digit| "25".contains(digit)).iter().collect::<String>(),
            "...01235".to_owned() + "6"
        );
    }
}
