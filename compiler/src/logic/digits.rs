//! Whole numbers as they are written, digit by digit: automata of those between two ends.

use std::cmp::Ordering;

/// The state from which nothing is accepted any more.
pub(super) const DEAD: u32 = 0;

/// Numbers between two ends, both inside: the digits of each end. That there is no zero in front is for the caller.
#[derive(Clone, Debug)]
pub(super) struct Digits {
    low: Vec<u8>,
    high: Vec<u8>,
    /// Whether no number with as many digits is above the high end.
    is_topmost: bool,
}

/// How many digits there were, and how they compare with as many digits of each end: 0 for less, 1 for equal, 2 for
/// greater.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Compared {
    count: u32,
    low: u32,
    high: u32,
}

impl Compared {
    /// Before the first digit.
    pub(super) const START: Compared = Compared { count: 0, low: 1, high: 1 };

    /// As bits, of which [`Compared::BITS`] are used.
    pub(super) fn pack(self) -> u32 {
        self.count | self.low << 8 | self.high << 10
    }

    pub(super) const BITS: u32 = 12;

    /// Whether there was one digit.
    pub(super) fn is_first(self) -> bool {
        self.count == 1
    }

    pub(super) fn unpack(bits: u32) -> Compared {
        Compared { count: bits & 0xff, low: bits >> 8 & 3, high: bits >> 10 & 3 }
    }
}

impl Digits {
    /// In decimal; nothing where the ends leave no number.
    fn decimal(low: u128, high: u128) -> Option<Digits> {
        let digits = |number: u128| number.to_string().into_bytes();
        (low <= high).then(|| Digits::new(digits(low), digits(high), b'9'))
    }

    /// Of 16 bits, in decimal or in lower case hexadecimal.
    pub(super) fn short((low, high): (u16, u16), is_hex: bool) -> Digits {
        let digits = |number: u16| if is_hex { format!("{number:x}") } else { number.to_string() }.into_bytes();
        Digits::new(digits(low), digits(high), if is_hex { b'f' } else { b'9' })
    }

    fn new(low: Vec<u8>, high: Vec<u8>, top: u8) -> Digits {
        let is_topmost = high.iter().all(|digit| *digit == top);
        Digits { low, high, is_topmost }
    }

    /// The digits that the ends are written with: what lies between two of them compares alike.
    pub(super) fn named(&self) -> impl Iterator<Item = char> {
        self.low.iter().chain(&self.high).map(|digit| char::from(*digit))
    }

    /// One digit more; nothing where no number inside starts so.
    pub(super) fn step(&self, at: Compared, digit: u8) -> Option<Compared> {
        let compare = |before: u32, end: &[u8]| match end.get(at.count as usize) {
            Some(other) if before == 1 => (digit.cmp(other) as i8 + 1) as u32,
            _ => before,
        };
        let count = at.count + 1;
        // What makes no difference any more is not told apart.
        let low = match (count as usize).cmp(&self.low.len()) {
            Ordering::Less => compare(at.low, &self.low),
            Ordering::Equal => compare(at.low, &self.low).min(1),
            Ordering::Greater => 1,
        };
        let high = if self.is_topmost { 1 } else { compare(at.high, &self.high) };
        let next = Compared { count, low, high };
        self.is_below_end(next).then_some(next)
    }

    pub(super) fn accepts(&self, at: Compared) -> bool {
        let count = at.count as usize;
        (count > self.low.len() || count == self.low.len() && at.low >= 1) && self.is_below_end(at)
    }

    fn is_below_end(&self, at: Compared) -> bool {
        let count = at.count as usize;
        count < self.high.len() || count == self.high.len() && at.high <= 1
    }
}

/// Whole numbers between two ends, in decimal and without a zero in front.
///
/// A state is a word: the mode, and what is known of the digits.
pub(super) struct Decimal {
    zero: bool,
    positive: Option<Digits>,
    negative: Option<Digits>,
}

impl Decimal {
    pub(super) const START: u32 = 1;
    const SIGN: u32 = 2;
    const POSITIVE: u32 = 3;
    const NEGATIVE: u32 = 4;
    const ZERO: u32 = 5;

    pub(super) fn new(low: i128, high: i128) -> Decimal {
        let positive = if high >= 1 { Digits::decimal(low.max(1).unsigned_abs(), high.unsigned_abs()) } else { None };
        let negative = if low <= -1 { Digits::decimal(high.min(-1).unsigned_abs(), low.unsigned_abs()) } else { None };
        Decimal { zero: low <= 0 && high >= 0, positive, negative }
    }

    pub(super) fn step(&self, state: u32, character: char) -> u32 {
        let mode = state & 7;
        let digit = character.is_ascii_digit().then_some(character as u8);
        match (mode, digit) {
            (Self::START, None) if character == '-' && self.negative.is_some() => Self::SIGN,
            (Self::START, Some(b'0')) if self.zero => Self::ZERO,
            (Self::SIGN | Self::START, Some(b'0')) => DEAD,
            (Self::START, Some(digit)) => self.next(Self::POSITIVE, Compared::START, digit),
            (Self::SIGN, Some(digit)) => self.next(Self::NEGATIVE, Compared::START, digit),
            (Self::POSITIVE | Self::NEGATIVE, Some(digit)) => self.next(mode, Compared::unpack(state >> 3), digit),
            _ => DEAD,
        }
    }

    fn next(&self, mode: u32, at: Compared, digit: u8) -> u32 {
        let next = self.digits(mode).and_then(|digits| digits.step(at, digit));
        next.map_or(DEAD, |next| mode | next.pack() << 3)
    }

    fn digits(&self, mode: u32) -> Option<&Digits> {
        if mode == Self::POSITIVE { self.positive.as_ref() } else { self.negative.as_ref() }
    }

    pub(super) fn accepts(&self, state: u32) -> bool {
        match state & 7 {
            Self::ZERO => true,
            mode @ (Self::POSITIVE | Self::NEGATIVE) => {
                self.digits(mode).is_some_and(|digits| digits.accepts(Compared::unpack(state >> 3)))
            }
            _ => false,
        }
    }
}
