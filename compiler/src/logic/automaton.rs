//! A shortest text that some sets hold and others do not, by a search through the product of their automata.
//!
//! Patterns, lists, ranges of whole numbers and networks are regular languages. Each is run as a deterministic
//! automaton that is made as it is needed, all side by side; what is reachable is searched breadth first, so that a text
//! is found early and that there is none is known once nothing new is reached. No complement and no product is ever
//! built whole, which is why no crate for regular expressions stands here: those make one automaton of one expression,
//! ahead of time, and neither intersect nor complement.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashSet;

use crate::hir::pattern::{Piece, pieces};
use crate::logic::address::{Shape, Written};
use crate::logic::budget::Budget;
use crate::logic::digits::{DEAD, Decimal};
use crate::logic::fit::Fit;
use crate::logic::set::ValueSet;
use crate::logic::value::Class;

/// What a search came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// This text.
    Value(String),
    /// There is none.
    Nothing,
    /// The budget did not suffice.
    Undecided,
}

/// One set among those that a text is asked for.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) set: &'a ValueSet,
    /// Whether the text is to be in it, rather than not.
    pub(super) wanted: bool,
    /// Whether the set is asked for the last segment of the text, taken as a path.
    pub(super) lifted: bool,
}

/// The last segment of a path. Where there is a slash it parts segments, else a backslash does.
pub(super) fn last_segment(path: &str) -> &str {
    let separator = if path.contains('/') { '/' } else { '\\' };
    path.rsplit(separator).next().unwrap_or(path)
}

/// Searches a text that all parts agree on.
pub(super) fn search(parts: &[Part<'_>], class: Class, budget: &mut Budget) -> Found {
    match class {
        Class::Address => search_addresses(parts, budget),
        Class::Integer { low, high } => {
            let all = Machine { decimals: vec![Decimal::new(low, high)], ..Machine::default() };
            let of_parts = parts.iter().map(|part| Member::of(part, Machine::of_numbers(part.set, low, high)));
            search_within(std::iter::once(Member::wanted(all)).chain(of_parts).collect(), None, budget)
        }
        Class::Text | Class::Closed(_) => {
            let of_parts = parts.iter().map(|part| Member::of(part, Machine::of_texts(part.set)));
            search_within(of_parts.collect(), None, budget)
        }
    }
}

/// The same of addresses, shape by shape. Most shapes are told from what stands between the numbers alone: there some
/// part takes every text or none, and is asked no more.
fn search_addresses(parts: &[Part<'_>], budget: &mut Budget) -> Found {
    let patterns: Vec<Vec<Vec<Piece>>> =
        parts.iter().map(|part| part.set.globs.iter().map(|glob| pieces(glob).collect()).collect()).collect();
    let cost = 1 + patterns.iter().flatten().map(Vec::len).sum::<usize>() as u64 / 4;
    for shape in Shape::all() {
        if !budget.spend(cost) {
            return Found::Undecided;
        }
        let of_parts = parts.iter().zip(&patterns).map(|(part, globs)| {
            let member = Member::of(part, Machine::of_addresses(part.set, globs, &shape));
            (!member.is_lost_at_start()).then_some(member)
        });
        let Some(mut members) = of_parts.collect::<Option<Vec<Member>>>() else { continue };
        members.retain(|member| !member.asks_nothing());
        members.insert(0, Member::wanted(Machine { addresses: vec![shape.any()], ..Machine::default() }));
        let found = search_within(members, Some(&shape), budget);
        if found != Found::Nothing {
            return found;
        }
    }
    Found::Nothing
}

/// Searches a text that all members agree on.
fn search_within(members: Vec<Member>, shape: Option<&Shape>, budget: &mut Budget) -> Found {
    if members.iter().any(Member::is_lost_at_start) {
        return Found::Nothing;
    }
    let alphabet = alphabet(&members, shape);
    let product = Product { members };
    let start = product.start();
    // Who reached a state, and by which character.
    let mut steps: Vec<(usize, char)> = vec![(0, '\0')];
    let mut seen: FxHashSet<Vec<u32>> = FxHashSet::default();
    let mut waiting: VecDeque<(Vec<u32>, usize)> = VecDeque::new();
    seen.insert(start.clone());
    let accepts_empty = product.accepts(&start);
    waiting.push_back((start, 0));
    while let Some((state, at)) = waiting.pop_front() {
        for character in &alphabet {
            if !budget.spend(1 + state.len() as u64 / 2) {
                return Found::Undecided;
            }
            let Some(next) = product.step(&state, *character) else { continue };
            if seen.contains(&next) {
                continue;
            }
            steps.push((at, *character));
            let here = steps.len() - 1;
            if product.accepts(&next) {
                return Found::Value(spelled(&steps, here));
            }
            seen.insert(next.clone());
            waiting.push_back((next, here));
        }
    }
    if accepts_empty { Found::Value(String::new()) } else { Found::Nothing }
}

fn spelled(steps: &[(usize, char)], mut at: usize) -> String {
    let mut characters = Vec::new();
    while at != 0 {
        let Some((before, character)) = steps.get(at) else { break };
        characters.push(*character);
        at = *before;
    }
    characters.iter().rev().collect()
}

/// Every character that an automaton tells from others, and one that none of them names.
fn alphabet(members: &[Member], shape: Option<&Shape>) -> Vec<char> {
    let mut named: BTreeSet<char> = BTreeSet::new();
    for Member { machine, lifted, .. } in members {
        named.extend(machine.trie.nodes.iter().flat_map(|node| node.next.keys()));
        for glob in &machine.globs {
            named.extend(glob.iter().filter_map(|piece| match piece {
                Piece::Literal(character) => Some(*character),
                Piece::Run | Piece::One => None,
            }));
        }
        if !machine.decimals.is_empty() {
            named.extend("0123456789-".chars());
        }
        named.extend(machine.addresses.iter().flat_map(Written::named));
        if *lifted {
            named.extend(['/', '\\']);
        }
    }
    if let Some(shape) = shape {
        return shape.alphabet(|digit| named.contains(&digit));
    }
    let other = ['x', 'y', 'z']
        .into_iter()
        .chain('a'..='w')
        .chain('A'..='Z')
        .chain('\u{4e00}'..='\u{9fff}')
        .find(|other| !named.contains(other));
    let mut alphabet: Vec<char> = named.into_iter().chain(other).collect();
    // Plain letters first: of two short texts the more readable one is found.
    alphabet.sort_by_key(|character| (!character.is_ascii_lowercase(), !character.is_ascii_alphanumeric(), *character));
    alphabet
}

/// The automaton of a part, and what is asked of it.
struct Member {
    machine: Machine,
    wanted: bool,
    lifted: bool,
}

impl Member {
    fn of(part: &Part<'_>, machine: Machine) -> Member {
        Member { machine, wanted: part.wanted, lifted: part.lifted }
    }

    fn wanted(machine: Machine) -> Member {
        Member { machine, wanted: true, lifted: false }
    }

    /// Whether no text at all can be what is asked for, as far as that is plain.
    fn is_lost_at_start(&self) -> bool {
        !self.lifted && self.machine.is_lost(&self.machine.start(), self.wanted)
    }

    /// Whether every text is what is asked for, as far as that is plain.
    fn asks_nothing(&self) -> bool {
        !self.lifted && self.machine.is_lost(&self.machine.start(), !self.wanted)
    }
}

/// Automata side by side.
struct Product {
    members: Vec<Member>,
}

impl Product {
    fn start(&self) -> Vec<u32> {
        let mut state = Vec::new();
        for Member { machine, lifted, .. } in &self.members {
            if *lifted {
                push_lifted(&mut state, false, &machine.start(), &machine.start());
            } else {
                push_sized(&mut state, &machine.start());
            }
        }
        state
    }

    /// The state behind a character; nothing where no text that goes on so can be what is wanted.
    fn step(&self, state: &[u32], character: char) -> Option<Vec<u32>> {
        let mut next = Vec::with_capacity(state.len() + 2);
        let mut rest = state;
        for Member { machine, wanted, lifted } in &self.members {
            if *lifted {
                let (seen, (slash, backslash)) = take_lifted(&mut rest);
                let in_slash = if character == '/' { machine.start() } else { machine.step(slash, character) };
                let seen = seen || character == '/';
                let in_backslash = match character {
                    _ if seen => Vec::new(),
                    '\\' => machine.start(),
                    _ => machine.step(backslash, character),
                };
                push_lifted(&mut next, seen, &in_slash, &in_backslash);
            } else {
                let stepped = machine.step(take_sized(&mut rest), character);
                if machine.is_lost(&stepped, *wanted) {
                    return None;
                }
                push_sized(&mut next, &stepped);
            }
        }
        Some(next)
    }

    fn accepts(&self, state: &[u32]) -> bool {
        let mut rest = state;
        self.members.iter().all(|Member { machine, wanted, lifted }| {
            let accepted = if *lifted {
                let (seen, (slash, backslash)) = take_lifted(&mut rest);
                machine.accepts(if seen { slash } else { backslash })
            } else {
                machine.accepts(take_sized(&mut rest))
            };
            accepted == *wanted
        })
    }
}

fn push_sized(out: &mut Vec<u32>, state: &[u32]) {
    out.push(state.len() as u32);
    out.extend_from_slice(state);
}

fn take_sized<'s>(rest: &mut &'s [u32]) -> &'s [u32] {
    let Some((length, behind)) = rest.split_first() else { return &[] };
    let (state, behind) = behind.split_at_checked(*length as usize).unwrap_or_default();
    *rest = behind;
    state
}

fn push_lifted(out: &mut Vec<u32>, seen: bool, slash: &[u32], backslash: &[u32]) {
    out.push(u32::from(seen));
    push_sized(out, slash);
    push_sized(out, backslash);
}

fn take_lifted<'s>(rest: &mut &'s [u32]) -> (bool, (&'s [u32], &'s [u32])) {
    let (seen, behind) = rest.split_first().map_or((false, *rest), |(seen, behind)| (*seen == 1, behind));
    *rest = behind;
    let slash = take_sized(rest);
    (seen, (slash, take_sized(rest)))
}

/// The automaton of one set: it accepts what any of its parts accepts.
#[derive(Default)]
struct Machine {
    any: bool,
    trie: Trie,
    globs: Vec<Vec<Piece>>,
    decimals: Vec<Decimal>,
    addresses: Vec<Written>,
}

impl Machine {
    fn of_texts(set: &ValueSet) -> Machine {
        Machine {
            any: set.any,
            trie: Trie::new(set.exact.iter().map(|text| &**text)),
            globs: set.globs.iter().map(|glob| pieces(glob).collect()).collect(),
            ..Machine::default()
        }
    }

    fn of_numbers(set: &ValueSet, low: i128, high: i128) -> Machine {
        let whole = set.ranges.iter().map(|range| range.whole(low, high));
        Machine { decimals: whole.map(|(low, high)| Decimal::new(low, high)).collect(), ..Machine::of_texts(set) }
    }

    /// Without what no address of the shape is in. `globs` are the patterns of the set.
    fn of_addresses(set: &ValueSet, globs: &[Vec<Piece>], shape: &Shape) -> Machine {
        let fits: Vec<Fit> = globs.iter().map(|glob| Fit::of(glob, shape)).collect();
        if set.any || fits.contains(&Fit::All) {
            return Machine { any: true, ..Machine::default() };
        }
        let texts = set.exact.iter().map(|text| &**text).filter(|text| text.chars().all(|each| shape.writes(each)));
        Machine {
            trie: Trie::new(texts),
            globs: globs.iter().zip(fits).filter(|(_, fit)| *fit == Fit::Some).map(|(glob, _)| glob.clone()).collect(),
            addresses: set.networks.iter().filter_map(|network| shape.network(*network)).collect(),
            ..Machine::default()
        }
    }

    fn start(&self) -> Vec<u32> {
        let mut state = vec![self.trie.start()];
        for glob in &self.globs {
            close(glob, &mut state, |positions| positions.push(0));
        }
        state.extend(self.decimals.iter().map(|_| Decimal::START));
        state.extend(self.addresses.iter().map(Written::start));
        state
    }

    fn step(&self, state: &[u32], character: char) -> Vec<u32> {
        let mut next = Vec::with_capacity(state.len() + 1);
        let mut rest = state.split_first().map_or(state, |(node, behind)| {
            next.push(self.trie.step(*node, character));
            behind
        });
        for glob in &self.globs {
            let live = take_sized(&mut rest);
            close(glob, &mut next, |positions| {
                for position in live {
                    match glob.get(*position as usize) {
                        Some(Piece::Run) => positions.push(*position),
                        Some(Piece::One) => positions.push(position + 1),
                        Some(Piece::Literal(wanted)) if *wanted == character => positions.push(position + 1),
                        Some(Piece::Literal(_)) | None => {}
                    }
                }
            });
        }
        for decimal in &self.decimals {
            next.push(decimal.step(take_one(&mut rest), character));
        }
        for addresses in &self.addresses {
            next.push(addresses.step(take_one(&mut rest), character));
        }
        next
    }

    fn accepts(&self, state: &[u32]) -> bool {
        if self.any {
            return true;
        }
        let Some((node, mut rest)) = state.split_first() else { return false };
        self.trie.accepts(*node)
            || self
                .globs
                .iter()
                .any(|glob| take_sized(&mut rest).last().is_some_and(|last| *last as usize == glob.len()))
            || self.decimals.iter().any(|decimal| decimal.accepts(take_one(&mut rest)))
            || self.addresses.iter().any(|addresses| addresses.accepts(take_one(&mut rest)))
    }

    /// Whether every text that goes on from here is what is not wanted.
    fn is_lost(&self, state: &[u32], wanted: bool) -> bool {
        if wanted { !self.is_alive(state) } else { self.is_certain(state) }
    }

    /// Whether every text that goes on from here is accepted, as far as it is plain: behind all else of a pattern there
    /// is a run, or of a network there is all that it asks for.
    fn is_certain(&self, state: &[u32]) -> bool {
        let mut rest = state.split_first().map_or(state, |(_, behind)| behind);
        let is_in_last_run = |glob: &Vec<Piece>| {
            let last = take_sized(&mut rest).first().map(|first| *first as usize + 1);
            last == Some(glob.len()) && matches!(glob.last(), Some(Piece::Run))
        };
        let is_run = self.globs.iter().map(is_in_last_run).fold(false, |any, one| any | one);
        let addresses = rest.iter().skip(self.decimals.len());
        self.any || is_run || addresses.copied().any(Written::is_certain)
    }

    /// Whether some text that goes on from here is accepted.
    fn is_alive(&self, state: &[u32]) -> bool {
        if self.any {
            return true;
        }
        let Some((node, mut rest)) = state.split_first() else { return false };
        *node != DEAD
            || self.globs.iter().any(|_| !take_sized(&mut rest).is_empty())
            || rest.iter().any(|word| *word != DEAD)
    }
}

fn take_one(rest: &mut &[u32]) -> u32 {
    let Some((first, behind)) = rest.split_first() else { return DEAD };
    *rest = behind;
    *first
}

/// Adds the live positions of a pattern, in order and each once, with their number in front. A run may be empty, so that
/// the position behind it is live too; and what comes before a live run takes nothing that the run does not take.
fn close(glob: &[Piece], out: &mut Vec<u32>, add: impl FnOnce(&mut Vec<u32>)) {
    let mut positions = Vec::new();
    add(&mut positions);
    let is_run = |position: &u32| matches!(glob.get(*position as usize), Some(Piece::Run));
    let mut at = 0;
    while let Some(position) = positions.get(at).copied() {
        if is_run(&position) {
            positions.push(position + 1);
        }
        at += 1;
    }
    positions.sort_unstable();
    positions.dedup();
    let from = positions.iter().rposition(is_run).unwrap_or(0);
    push_sized(out, positions.get(from..).unwrap_or_default());
}

/// A list of texts. State 0 is dead, 1 the root.
struct Trie {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    next: BTreeMap<char, u32>,
    ends: bool,
}

impl Default for Trie {
    fn default() -> Trie {
        Trie { nodes: vec![Node::default(), Node::default()] }
    }
}

impl Trie {
    fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Trie {
        let mut trie = Trie::default();
        for text in texts {
            let mut at = 1;
            for character in text.chars() {
                let fresh = trie.nodes.len() as u32;
                let Some(node) = trie.nodes.get_mut(at) else { break };
                let next = *node.next.entry(character).or_insert(fresh);
                if next == fresh {
                    trie.nodes.push(Node::default());
                }
                at = next as usize;
            }
            if let Some(node) = trie.nodes.get_mut(at) {
                node.ends = true;
            }
        }
        if trie.nodes.iter().all(|node| !node.ends) {
            // Nothing is in it: dead from the start.
            trie.nodes.truncate(1);
        }
        trie
    }

    fn start(&self) -> u32 {
        if self.nodes.len() > 1 { 1 } else { DEAD }
    }

    fn step(&self, node: u32, character: char) -> u32 {
        self.nodes.get(node as usize).and_then(|node| node.next.get(&character)).copied().unwrap_or(DEAD)
    }

    fn accepts(&self, node: u32) -> bool {
        self.nodes.get(node as usize).is_some_and(|node| node.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::value::{Number, Range};

    fn set(texts: &[&str]) -> ValueSet {
        let mut set = ValueSet::default();
        for text in texts {
            if text.contains(['*', '?']) {
                set.globs.push((*text).into());
            } else {
                set.exact.insert((*text).into());
            }
        }
        set
    }

    fn found(wanted: &[&[&str]], unwanted: &[&str]) -> Found {
        let wanted: Vec<ValueSet> = wanted.iter().map(|texts| set(texts)).collect();
        let unwanted = set(unwanted);
        let mut parts: Vec<Part<'_>> = wanted.iter().map(|set| Part { set, wanted: true, lifted: false }).collect();
        parts.push(Part { set: &unwanted, wanted: false, lifted: false });
        let found = search(&parts, Class::Text, &mut Budget::new(1_000_000));
        if let Found::Value(text) = &found {
            assert!(parts.iter().all(|part| part.set.contains(text) == part.wanted), "{text}");
        }
        found
    }

    fn is_some(wanted: &[&[&str]], unwanted: &[&str]) -> bool {
        match found(wanted, unwanted) {
            Found::Value(_) => true,
            Found::Nothing => false,
            Found::Undecided => panic!("undecided"),
        }
    }

    #[test]
    fn patterns_meet_or_do_not() {
        assert!(is_some(&[&["*a*"], &["*b*"]], &[]));
        assert!(!is_some(&[&["a*"], &["b*"]], &[]));
        assert!(!is_some(&[&["/usr/lib/jvm/*/bin/java"], &["/opt/*"]], &[]));
        assert!(is_some(&[&["/usr/*/java"], &["*/bin/*"]], &["/usr/bin/java"]));
        assert!(!is_some(&[&["/usr/*"]], &["/usr/*", "/opt/*"]));
        assert!(!is_some(&[&["/usr/lib/*"]], &["/usr/*"]));
        assert!(!is_some(&[&["?"]], &["?"]));
        assert!(is_some(&[&["*"]], &["?*"]));
        assert!(!is_some(&[&["a?c"]], &["a*c"]));
        assert!(is_some(&[&["a*c"]], &["a?c"]));
        assert!(!is_some(&[&["*ab*"], &["a*", "b*"]], &["*ab*"]));
    }

    #[test]
    fn lists_and_patterns_mix() {
        assert!(!is_some(&[&["ab", "cd"], &["a*"]], &["?b"]));
        assert_eq!(found(&[&["ab", "cd"], &["c*", "x"]], &[]), Found::Value("cd".to_owned()));
    }

    #[test]
    fn last_segments_are_asked() {
        let (path, name, other) = (set(&["/usr/*"]), set(&["java"]), set(&["j*"]));
        let part = |set, wanted, lifted| Part { set, wanted, lifted };
        let mut budget = Budget::new(1_000_000);
        let both = [part(&path, true, false), part(&name, true, true)];
        assert_eq!(search(&both, Class::Text, &mut budget), Found::Value("/usr/java".to_owned()));
        let none = [part(&name, true, true), part(&other, false, true)];
        assert_eq!(search(&none, Class::Text, &mut budget), Found::Nothing);
        let windows = set(&["C:\\*"]);
        let both = [part(&windows, true, false), part(&name, true, true)];
        // A `?` is no backslash, so that the pattern is taken as it stands.
        assert_eq!(search(&both, Class::Text, &mut budget), Found::Nothing);
        assert_eq!(last_segment("/a/b\\c"), "b\\c");
        assert_eq!(last_segment("C:\\a\\b"), "b");
        assert_eq!(last_segment("b"), "b");
    }

    #[test]
    fn numbers_and_patterns_meet() {
        let class = Class::Integer { low: i128::from(i64::MIN), high: i128::from(u64::MAX) };
        for (low, high, glob, expected) in [
            (Some("100"), Some("199"), "1*", Some("100")),
            (Some("200"), Some("999"), "1*", None),
            (Some("200"), None, "1*", Some("1000")),
            (None, Some("-5"), "-*3", Some("-13")),
            (None, Some("-1"), "?", None),
            (Some("0"), Some("9"), "0*", Some("0")),
            (Some("1"), Some("99999"), "0*", None),
            (Some("18446744073709551615"), None, "*", Some("18446744073709551615")),
            (Some("18446744073709551616"), None, "*", None),
        ] {
            let end = |end: Option<&str>| end.map(|end| (Number::parse(end).unwrap(), true));
            let ranges = ValueSet { ranges: vec![Range { low: end(low), high: end(high) }], ..ValueSet::default() };
            let globs = set(&[glob]);
            let parts =
                [Part { set: &ranges, wanted: true, lifted: false }, Part { set: &globs, wanted: true, lifted: false }];
            let found = search(&parts, class, &mut Budget::new(1_000_000));
            let expected = expected.map_or(Found::Nothing, |text| Found::Value(text.to_owned()));
            assert_eq!(found, expected, "{low:?} {high:?} {glob}");
        }
    }

    #[test]
    fn networks_and_patterns_meet() {
        for (network, glob, expected) in [
            ("10.0.0.0/8", "10.1.*", true),
            ("10.0.0.0/8", "11.*", false),
            ("10.0.128.0/17", "10.0.1*", true),
            ("10.0.128.0/17", "10.0.12?.*", true),
            ("10.0.128.0/17", "10.0.11?.*", false),
            ("0.0.0.0/0", "*.256", false),
            ("fd00::/8", "fd*:1", true),
            ("fd00::/8", "fe*", false),
            ("::ffff:0:0/96", "*.10", true),
            ("::/8", "*::*::*", false),
            ("2001:db8::/32", "2001:db8:?*", true),
            ("2001:db8::/32", "2001:db9*", false),
        ] {
            let networks = ValueSet { networks: vec![network.parse().unwrap()], ..ValueSet::default() };
            let globs = set(&[glob]);
            let parts = [
                Part { set: &networks, wanted: true, lifted: false },
                Part { set: &globs, wanted: true, lifted: false },
            ];
            let found = search(&parts, Class::Address, &mut Budget::new(1_000_000));
            assert_eq!(matches!(found, Found::Value(_)), expected, "{network} {glob}: {found:?}");
        }
    }

    #[test]
    fn hostile_patterns_end_undecided_and_soon() {
        let many: Vec<String> = (0..1000).map(|at| format!("*{at}*x{at}?????????????*")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let sets: Vec<ValueSet> = many.iter().map(|text| set(&[text])).collect();
        let parts: Vec<Part<'_>> = sets.iter().map(|set| Part { set, wanted: true, lifted: false }).collect();
        assert_eq!(search(&parts, Class::Text, &mut Budget::new(100_000)), Found::Undecided);
    }
}
