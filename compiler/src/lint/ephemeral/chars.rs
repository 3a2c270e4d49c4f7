//! What occurs in a value: what a form needs is looked for before its recogniser runs.

/// A set of things that may occur.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Chars(u16);

impl Chars {
    pub(super) const NONE: Chars = Chars(0);
    pub(super) const DIGIT: Chars = Chars(1);
    /// `/` or `\`.
    pub(super) const SLASH: Chars = Chars(1 << 1);
    /// Eight or more letters and digits in a row.
    pub(super) const LONG: Chars = Chars(1 << 2);
    pub(super) const DASH: Chars = Chars(1 << 3);
    pub(super) const DOT: Chars = Chars(1 << 4);
    pub(super) const BRACKET: Chars = Chars(1 << 5);
    pub(super) const COLON: Chars = Chars(1 << 6);
    pub(super) const UNDERSCORE: Chars = Chars(1 << 7);
    /// One of the [markers](super::markers::MARKERS).
    pub(super) const MARKER: Chars = Chars(1 << 8);
    /// A letter or a digit.
    pub(super) const WORD: Chars = Chars(1 << 9);

    /// Every set there is, by its index.
    pub(super) fn sets() -> impl Iterator<Item = Chars> {
        (0..1 << 10).map(Chars)
    }

    /// Its place among all sets.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Either's.
    pub(super) const fn and(self, other: Chars) -> Chars {
        Chars(self.0 | other.0)
    }

    /// Whether all of `other` occur.
    pub(super) const fn covers(self, other: Chars) -> bool {
        self.0 & other.0 == other.0
    }

    /// What one byte is.
    pub(super) fn of(byte: u8) -> Chars {
        CLASSES.get(usize::from(byte)).copied().unwrap_or(Chars::NONE)
    }
}

static CLASSES: [Chars; 256] = classes();

const fn classes() -> [Chars; 256] {
    let mut classes = [Chars::NONE; 256];
    let mut rest: &mut [Chars] = &mut classes;
    let mut byte = 0_u8;
    while let [class, behind @ ..] = rest {
        *class = match byte {
            b'0'..=b'9' => Chars::DIGIT.and(Chars::WORD),
            b'a'..=b'z' | b'A'..=b'Z' => Chars::WORD,
            b'/' | b'\\' => Chars::SLASH,
            b'-' => Chars::DASH,
            b'.' => Chars::DOT,
            b'[' => Chars::BRACKET,
            b':' => Chars::COLON,
            b'_' => Chars::UNDERSCORE,
            _ => Chars::NONE,
        };
        byte = byte.wrapping_add(1);
        rest = behind;
    }
    classes
}
