//! Random programs and random rubbish, from a run of bytes: the fewer and smaller the bytes, the simpler the result, so
//! that what shrinks the bytes shrinks the program.
//!
//! Not here: where the bytes are from. This file stands alone, so that a test outside of this crate can include it.

use std::fmt::Write as _;

/// Decides what is made, byte by byte. Past the last byte it always takes the first choice.
#[derive(Debug)]
pub struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    /// Choices that these bytes make.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Choices<'b> {
        Choices { bytes }
    }

    /// A number below `end`, which is at most 256; 0 where the bytes are used up.
    pub fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % end.max(1)
    }

    /// One of several, the first where the bytes are used up.
    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(of.len());
        of.get(at).copied().unwrap_or_default()
    }

    /// Whether something happens that happens one time in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// Whether every byte is used up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// That many bytes, the same for the same seed.
#[must_use]
pub fn bytes(seed: u64, length: usize) -> Vec<u8> {
    // splitmix64
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 24) as u8
        })
        .collect()
}

/// Attributes and tags that hold text, all carried by the same events. The configuration must let unknown ones pass.
const TEXT_KEYS: [&str; 10] = [
    "@process.args",
    "@process.executable.name",
    "host",
    "@custom.text",
    "kube_service",
    "@process.executable.path",
    "@custom.other_text-2",
    "team",
    "@process.ancestors.args",
    "@process.user",
];

/// Attributes that hold numbers.
pub const NUMBER_KEYS: [&str; 4] = ["@process.uid", "@custom.number", "@process.executable.uid", "@process.pid"];

/// Attributes that hold addresses.
const ADDRESS_KEYS: [&str; 2] = ["@custom.address", "@custom.ip"];

const NETWORKS: [&str; 5] = ["10.0.0.0/8", "192.168.0.0/16", "fd00::/8", "2001:db8::/32", "172.16.0.0/12"];

/// Numbers as people write them.
const NUMBERS: [&str; 9] = ["5", "0", "1000", "-5", "65535", "2.5", "-0.25", "007", "9007199254740993"];

/// Numbers that only Rust reads at once.
const ODD_NUMBERS: [&str; 6] = ["1e5", ".5", "5.", "+5", "1E-3", "-.5e1"];

/// Pieces of values that need no escape anywhere in a value, not even at its start.
const PLAIN: [&str; 26] = [
    "a",
    "b",
    "x9",
    "/usr/bin/",
    "/",
    ".",
    ",",
    "_",
    "0",
    "@",
    "%",
    ";",
    "'",
    "é",
    "日本",
    "🦀",
    "OR",
    "AND",
    "NOT",
    "TO",
    "CIDR",
    "or",
    "T",
    "`",
    "ß",
    "/tmp/",
];

/// Pieces that stand for themselves further on in a value, in Quell and in Datadog.
const INNER: [&str; 5] = ["-", "+", "=", "#", "--"];

/// Pieces that only Quell takes without an escape.
const LOOSE: [&str; 7] = ["!", "~", "^", ":", "<", ">", "&&"];

/// Pieces that must be escaped in a bare value.
const SPECIAL: [&str; 11] = [" ", "(", ")", "{", "}", "[", "]", "\"", "\\", "*", "?"];

/// How far a query may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Everything that Quell takes.
    Quell,
    /// What the open grammar of Datadog takes too, and reads as one would expect.
    Datadog,
}

/// A query of every form, without an error, with parentheses up to `depth` deep. `lists` and `fragments` are the names
/// of `let`s that it may use.
pub fn query(choices: &mut Choices<'_>, reach: Reach, depth: usize, lists: &[&str], fragments: &[&str]) -> String {
    let mut writer = Writer { choices, reach, lists, fragments, out: String::new() };
    writer.query(depth);
    writer.out
}

/// A program: `let`s, and a rule `generated` whose `when event` uses them. Without an error where unknown keys pass.
pub fn program(choices: &mut Choices<'_>) -> String {
    let mut out = String::new();
    let mut lists: Vec<String> = Vec::new();
    let mut fragments: Vec<String> = Vec::new();
    for number in 0..choices.below(4) {
        let list_names: Vec<&str> = lists.iter().map(String::as_str).collect();
        let fragment_names: Vec<&str> = fragments.iter().map(String::as_str).collect();
        if choices.below(2) == 0 {
            let mut writer =
                Writer { choices, reach: Reach::Quell, lists: &list_names, fragments: &[], out: String::new() };
            writer.values(1);
            let _ = writeln!(out, "let list-{number} = ({})", writer.out);
            lists.push(format!("list-{number}"));
        } else {
            let query = query(choices, Reach::Quell, 1, &list_names, &fragment_names);
            let _ = writeln!(out, "let part_{number} = {{ {query} }}");
            fragments.push(format!("part_{number}"));
        }
    }
    let list_names: Vec<&str> = lists.iter().map(String::as_str).collect();
    let fragment_names: Vec<&str> = fragments.iter().map(String::as_str).collect();
    let depth = choices.below(5);
    let query = query(choices, Reach::Quell, depth, &list_names, &fragment_names);
    let _ = write!(out, "suppress generated {{\n  when event {{\n    {query}\n  }}\n}}\n");
    out
}

struct Writer<'c, 'b> {
    choices: &'c mut Choices<'b>,
    reach: Reach,
    lists: &'c [&'c str],
    fragments: &'c [&'c str],
    out: String,
}

impl Writer<'_, '_> {
    fn query(&mut self, depth: usize) {
        for branch in 0..1 + self.choices.below(3) {
            if branch > 0 {
                let or = self.choices.one(&[" OR ", " || ", "\n    OR "]);
                self.out.push_str(or);
            }
            for part in 0..1 + self.choices.below(3) {
                if part > 0 {
                    let and = self.choices.one(&[" ", " AND ", " && ", "\n    ", "  ", "\t"]);
                    self.out.push_str(and);
                }
                self.signed(depth);
            }
        }
    }

    fn signed(&mut self, depth: usize) {
        if self.choices.once_in(4) {
            let sign = match self.reach {
                Reach::Datadog => self.choices.one(&["-", "NOT "]),
                Reach::Quell => self.choices.one(&["-", "NOT ", "NOT NOT ", "NOT -", "NOT NOT -", "- "]),
            };
            self.out.push_str(sign);
        }
        if depth > 0 && self.choices.once_in(3) {
            self.out.push('(');
            self.query(depth - 1);
            self.out.push(')');
        } else {
            self.term();
        }
    }

    fn term(&mut self) {
        let quell = self.reach == Reach::Quell;
        match self.choices.below(12) {
            8 | 9 => self.number(),
            10 if quell => self.networks(),
            11 if quell && !self.fragments.is_empty() => {
                let name = self.choices.one(self.fragments);
                let _ = write!(self.out, "${name}");
            }
            6 | 7 => {
                self.key();
                self.out.push('(');
                self.values(2);
                self.out.push(')');
            }
            5 if quell && !self.lists.is_empty() => {
                self.key();
                let name = self.choices.one(self.lists);
                let _ = write!(self.out, "${name}");
            }
            _ => {
                self.key();
                self.value(false);
            }
        }
    }

    fn key(&mut self) {
        let key = if self.reach == Reach::Quell && self.choices.once_in(24) {
            "@process.user*"
        } else {
            self.choices.one(&TEXT_KEYS)
        };
        self.out.push_str(key);
        self.out.push(':');
    }

    fn number(&mut self) {
        let key = self.choices.one(&NUMBER_KEYS);
        self.out.push_str(key);
        self.out.push(':');
        match self.choices.below(4) {
            0 => self.comparison(),
            1 | 2 => {
                let [open, close] = if self.choices.below(2) == 0 { ["[", "]"] } else { ["{", "}"] };
                let low = self.choices.one(&["*", "0", "-5", "-2.5"]);
                let high = self.choices.one(&["1000", "*", "5.5", "65535"]);
                let _ = write!(self.out, "{open}{low} TO {high}{close}");
            }
            _ if self.choices.once_in(3) => {
                self.out.push('(');
                self.comparison();
                self.out.push_str(" OR 0 OR NOT ");
                self.comparison();
                self.out.push(')');
            }
            _ => {
                let number = self.choices.one(&["5", "0", "1000", "65535", "1*", "*"]);
                self.out.push_str(number);
            }
        }
    }

    fn networks(&mut self) {
        self.out.push_str("CIDR(");
        let key = self.choices.one(&ADDRESS_KEYS);
        self.out.push_str(key);
        for _ in 0..1 + self.choices.below(3) {
            let comma = self.choices.one(&[",", ", "]);
            self.out.push_str(comma);
            let network = self.choices.one(&NETWORKS);
            self.out.push_str(network);
        }
        self.out.push(')');
    }

    fn comparison(&mut self) {
        let operator = self.choices.one(&[">", ">=", "<", "<="]);
        self.out.push_str(operator);
        let odd = self.reach == Reach::Quell && self.choices.once_in(4);
        let number = self.choices.one(if odd { &ODD_NUMBERS } else { &NUMBERS });
        self.out.push_str(number);
    }

    /// What stands between the parentheses of a group.
    fn values(&mut self, depth: usize) {
        for branch in 0..1 + self.choices.below(4) {
            if branch > 0 {
                let join = self.choices.one(&[" OR ", " OR ", " || ", " AND ", "\n OR ", " && "]);
                self.out.push_str(join);
            }
            if self.choices.once_in(6) {
                self.out.push_str("NOT ");
            }
            match self.choices.below(10) {
                9 if depth > 0 => {
                    self.out.push('(');
                    self.values(depth - 1);
                    self.out.push(')');
                }
                8 if self.reach == Reach::Quell && !self.lists.is_empty() => {
                    let name = self.choices.one(self.lists);
                    let _ = write!(self.out, "${name}");
                }
                _ => self.value(true),
            }
        }
    }

    fn value(&mut self, group: bool) {
        match self.choices.below(8) {
            0..=3 => self.bare(group, false),
            4 | 5 => self.quoted(),
            6 => self.bare(group, true),
            _ => self.out.push('*'),
        }
    }

    fn quoted(&mut self) {
        self.out.push('"');
        for _ in 0..self.choices.below(6) {
            match self.choices.below(5) {
                0 | 1 => {
                    let piece = self.choices.one(&PLAIN);
                    self.out.push_str(piece);
                }
                2 => {
                    let piece = self.choices.one(&INNER);
                    self.out.push_str(piece);
                }
                3 => {
                    let piece = self.choices.one(&LOOSE);
                    self.out.push_str(piece);
                }
                _ => {
                    let piece = self.choices.one(&SPECIAL);
                    if matches!(piece, "\"" | "\\") {
                        self.out.push('\\');
                    }
                    self.out.push_str(piece);
                }
            }
        }
        self.out.push('"');
    }

    /// A value without quotes, with wildcards or without.
    fn bare(&mut self, group: bool, wild: bool) {
        let start = self.out.len();
        for index in 0..1 + self.choices.below(6) {
            let first = index == 0;
            match self.choices.below(8) {
                5 => {
                    let piece = self.choices.one(&INNER);
                    // At the start, a group takes `-` for NOT and `#` for a comment, and Datadog takes no sign at all.
                    if first && (group || self.reach == Reach::Datadog && piece != "#") {
                        self.out.push('\\');
                    }
                    self.out.push_str(piece);
                }
                6 if self.reach == Reach::Quell => {
                    let piece = self.choices.one(&LOOSE);
                    // At the start, `>` and `<` compare.
                    if first {
                        self.out.push('\\');
                    }
                    self.out.push_str(piece);
                }
                7 => {
                    self.out.push('\\');
                    let piece = self.choices.one(&SPECIAL);
                    self.out.push_str(piece);
                }
                // Inside a group, a `?` ends a word of the open grammar.
                4 if wild => {
                    let question = if group && self.reach == Reach::Datadog { "**" } else { "?" };
                    let piece = self.choices.one(&["*", question, "**"]);
                    self.out.push_str(piece);
                }
                _ => {
                    let piece = self.choices.one(&PLAIN);
                    self.out.push_str(piece);
                }
            }
        }
        // A value that is an operator, or starts like one inside a group, is written with an escape.
        let value = self.out.get(start..).unwrap_or_default();
        let operator = ["AND", "OR", "NOT", "TO"].iter().any(|word| value.starts_with(word));
        if operator || value == "CIDR" {
            self.out.insert(start, '\\');
        }
        if wild {
            self.out.push('*');
        }
    }
}

/// Words and signs of the language in any order.
pub fn soup(choices: &mut Choices<'_>) -> String {
    const TOKENS: [&str; 96] = [
        "suppress",
        "require",
        "let",
        "import",
        "attribute",
        "tag",
        "test",
        "when",
        "rules",
        "signal",
        "event",
        "allow",
        "owner",
        "reason",
        "expires",
        "starts",
        "enabled",
        "tags",
        "activity",
        "title",
        "by",
        "suppressed",
        "fires",
        "a",
        "b-1",
        "$a",
        "$",
        "{",
        "}",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "(",
        ")",
        "=",
        ":",
        ",",
        "\"",
        "\"x\"",
        "\"a b\"",
        "\\",
        "@process.args:",
        "@process.uid:",
        "host:",
        "@",
        "@a.b:",
        "ruleId:",
        "@file.mode:",
        "@process.comm:",
        "@network.destination.ip:",
        "CIDR(",
        "@network.destination.ip,",
        "10.0.0.0/8",
        "AND",
        "OR",
        "NOT",
        "TO",
        "-",
        "!",
        "&&",
        "||",
        "*",
        "?",
        "\n",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r\n",
        "#",
        "## d\n",
        "# c\n",
        "2027-01-31",
        "2027-13-31",
        "0644",
        "33188",
        ">5",
        "<=",
        "true",
        "no",
        "process",
        "exec",
        "string",
        "[]",
        "é",
        "“",
        "\u{200b}",
        "\u{202e}",
        "🦀",
        "\0",
        "\u{feff}",
        "\u{85}",
        "；",
    ];
    const STARTS: [&str; 8] = [
        "",
        "suppress a {\n  when { ",
        "suppress a {\n  when event {\n",
        "let a = (",
        "let a = { ",
        "test \"t\" {\n  fires ",
        "require a {\n  rules { ",
        "suppress a {\n  ",
    ];
    let mut out = choices.one(&STARTS).to_owned();
    while !choices.is_empty() {
        let token = choices.one(&TOKENS);
        out.push_str(token);
        if choices.below(2) == 0 {
            out.push(' ');
        }
    }
    out
}

/// A text with a few characters or lines of it gone, doubled, moved or replaced.
pub fn mutated(choices: &mut Choices<'_>, text: &str) -> String {
    const INSERTS: [&str; 24] = [
        "\"",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "*",
        "?",
        "-",
        " ",
        "\n",
        "#",
        ":",
        "@",
        "$",
        "=",
        "é",
        "\0",
        "OR ",
        "NOT ",
        "\u{2028}",
        "suppress b {\n",
    ];
    let mut out = text.to_owned();
    for _ in 0..1 + choices.below(4) {
        let from = place(choices, &out);
        let to = match choices.below(3) {
            0 => out.get(from..).and_then(|rest| rest.chars().next()).map_or(from, |next| from + next.len_utf8()),
            1 => out.get(from..).and_then(|rest| rest.find('\n')).map_or(out.len(), |line| from + line + 1),
            _ => place(choices, &out),
        };
        let (from, to) = (from.min(to), from.max(to));
        let piece = out.get(from..to).unwrap_or_default().to_owned();
        match choices.below(4) {
            0 => out.replace_range(from..to, ""),
            1 => out.insert_str(from, choices.one(&INSERTS)),
            2 => out.insert_str(to, &piece),
            _ => {
                out.replace_range(from..to, "");
                let at = place(choices, &out);
                out.insert_str(at, &piece);
            }
        }
    }
    out
}

/// A place between two characters.
fn place(choices: &mut Choices<'_>, text: &str) -> usize {
    let number = choices.below(256) * 256 + choices.below(256);
    let mut at = number % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
