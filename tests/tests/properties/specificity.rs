//! The laws of the judgement, over random conditions: what narrows never counts as broader, what widens never as
//! narrower, and nothing counts that changes nothing.

use proptest::prelude::*;
use quell::base::Span;
use quell::config::{KeySample, Sample};
use quell::hir::{Bound, Key, KeyKind, NodeId, NodeKind, Query, Test, pattern};
use quell::logic::specificity::{Bits, Specificity, judge};
use quell::logic::{NormalForm, normal_form};
use quell::schema::Schema;
use tests::generate::Choices;

use crate::cases;

/// A condition before it is put into a query.
#[derive(Clone, PartialEq, Debug)]
enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Term(&'static str, Value),
}

#[derive(Clone, PartialEq, Debug)]
enum Value {
    Present,
    Exact(String),
    Glob(String),
    From(u32),
    Networks(String),
}

/// Keys of every form, and values of each that are common, that are not, and that have parts of the others in them.
const KEYS: [(&str, &[&str]); 22] = [
    (
        "@process.executable.path",
        &["/usr/bin/sh", "/opt/x/bin/sh", "/tmp/build/x", "/usr/sbin/logrotate", "/bin/bash", "a"],
    ),
    ("@process.executable.name", &["sh", "python3.11", "backup", "bash", "s"]),
    ("@process.comm", &["sh", "backup", "busybox"]),
    ("@process.args", &["-c", "+x", "init", "--nightly", "/etc/x.conf", "", "--help"]),
    ("@process.envs", &["PATH", "LD_PRELOAD", "X"]),
    ("@process.user", &["root", "nobody", "backup"]),
    ("@process.uid", &["0", "1000", "4711"]),
    ("@process.executable.user", &["root", "app"]),
    ("@process.parent.executable.path", &["/usr/lib/systemd/systemd", "/usr/bin/systemd", "/opt/batch/bin/batchd"]),
    ("@process.parent.comm", &["cron", "batchd"]),
    ("@process.parent.executable.comm", &["cron", "batchd"]),
    ("@process.ancestors.executable.path", &["/usr/lib/systemd/systemd", "/usr/bin/sshd", "/opt/a"]),
    ("@file.path", &["/etc/passwd", "/tmp/x", "/var/lib/search/index/a", "/home/a/.ssh/id"]),
    ("@dns.question.name", &["example.com", "a.b.example.com", "com"]),
    ("@dns.question.type", &["A", "AAAA", "MX"]),
    ("@network.destination.ip", &["10.0.0.1", "127.0.0.1", "10.20.0.53", "::1"]),
    ("@network.destination.port", &["443", "9100", "53"]),
    ("@process.is_thread", &["true", "false"]),
    ("kube_service", &["web", "checkout"]),
    ("host", &["web-1", "db"]),
    ("own_tag", &["a", "b"]),
    ("@custom.own", &["a", "b"]),
];

fn term(choices: &mut Choices<'_>) -> Tree {
    let (key, values) = KEYS[choices.below(KEYS.len())];
    let value = choices.one(values).to_owned();
    Tree::Term(
        key,
        match choices.below(12) {
            0 => Value::Present,
            1..=3 => Value::Glob(widened(choices, &value)),
            4 if key == "@network.destination.ip" => {
                Value::Networks(choices.one(&["10.0.0.0/8", "10.20.0.0/24,127.0.0.0/8", "fd00::/8"]).to_owned())
            }
            4 if matches!(key, "@process.uid" | "@network.destination.port") => {
                Value::From([0, 1, 53, 1000, 5000][choices.below(5)])
            }
            _ => Value::Exact(value),
        },
    )
}

fn tree(choices: &mut Choices<'_>, depth: usize) -> Tree {
    match choices.below(if depth == 0 { 2 } else { 6 }) {
        0 | 1 => term(choices),
        2 => Tree::Not(Box::new(tree(choices, depth - 1))),
        3 => Tree::And(trees(choices, depth - 1)),
        4 => Tree::Or(trees(choices, depth - 1)),
        _ => {
            let (key, values) = KEYS[choices.below(KEYS.len())];
            let members = 1 + choices.below(4);
            Tree::Or((0..members).map(|_| Tree::Term(key, Value::Exact(choices.one(values).to_owned()))).collect())
        }
    }
}

fn trees(choices: &mut Choices<'_>, depth: usize) -> Vec<Tree> {
    (0..1 + choices.below(3)).map(|_| tree(choices, depth)).collect()
}

/// A pattern that covers the text.
fn widened(choices: &mut Choices<'_>, text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let start = choices.below(characters.len() + 1);
    let end = start + choices.below(characters.len() - start + 1);
    let mut glob = String::new();
    for (at, character) in characters.iter().enumerate() {
        if at == start {
            glob.push('*');
        }
        match character {
            _ if (start..end).contains(&at) => {}
            _ if choices.once_in(8) => glob.push('?'),
            '*' | '?' | '\\' => glob.extend(['\\', *character]),
            _ => glob.push(*character),
        }
    }
    if start == characters.len() {
        glob.push('*');
    }
    assert!(pattern::matches(&glob, text), "{glob} does not cover {text}");
    glob
}

/// Recorded events, or none: of some keys all values are told apart, of others a part, and some are in no event.
fn sample(choices: &mut Choices<'_>) -> Option<Sample> {
    if choices.below(4) == 0 {
        return None;
    }
    let events = 1 + choices.below(4) as u64 * 300 + choices.below(8) as u64;
    let keys = KEYS.iter().filter_map(|(key, values)| {
        let mut left = events;
        let mut take = |choices: &mut Choices<'_>| {
            let part = [0, 1, left / 7, left / 2, left][choices.below(5)].min(left);
            left -= part;
            part
        };
        if choices.once_in(5) {
            return None;
        }
        let mut sets: Vec<(Vec<&str>, u64)> = Vec::new();
        for _ in 0..choices.below(6) {
            let mut set: Vec<&str> = (0..1 + choices.below(3)).map(|_| choices.one(values)).collect();
            set.sort_unstable();
            set.dedup();
            let often = take(choices);
            if often > 0 && !sets.iter().any(|(known, _)| *known == set) {
                sets.push((set, often));
            }
        }
        let others = if choices.below(2) == 0 { 0 } else { take(choices) };
        let carried = others + sets.iter().map(|(_, often)| often).sum::<u64>();
        (carried > 0).then(|| (Box::from(*key), KeySample::new(carried, sets)))
    });
    let keys: Vec<_> = keys.collect();
    Some(Sample::new(events, keys))
}

fn build(query: &mut Query, tree: &Tree) -> NodeId {
    let span = Span::empty(0);
    let all = |query: &mut Query, children: &[Tree]| -> Vec<NodeId> {
        children.iter().map(|child| build(query, child)).collect()
    };
    match tree {
        Tree::And(children) => {
            let children = all(query, children);
            query.push_and(&children, span)
        }
        Tree::Or(children) => {
            let children = all(query, children);
            query.push_or(&children, span)
        }
        Tree::Not(inner) => {
            let inner = build(query, inner);
            query.push_not(inner, span)
        }
        Tree::Term(name, value) => {
            let schema = Schema::embedded();
            let kind = match name.strip_prefix('@') {
                Some(path) if schema.never_emitted(path).is_some() => KeyKind::NeverEmitted,
                Some(path) => schema.attribute_id(path).map_or(KeyKind::UnknownAttribute, KeyKind::Attribute),
                None => schema.tag(name).map_or(KeyKind::UnknownTag, |(id, _)| KeyKind::Tag(id)),
            };
            let test = match value {
                Value::Present => Test::Present,
                Value::Exact(text) => Test::Exact(query.push_text(text)),
                Value::Glob(text) => Test::Glob(query.push_text(text)),
                Value::Networks(text) => Test::Networks(query.push_text(text)),
                Value::From(low) => {
                    let text = query.push_text(&low.to_string());
                    Test::Range { low: Some(Bound { value: f64::from(*low), text, inclusive: true }), high: None }
                }
            };
            let text = query.push_text(name);
            query.push(NodeKind::Term { key: Key { text, span, kind }, test }, span)
        }
    }
}

/// The judgement of a condition, or what it is where the condition has too many branches.
fn judged(tree: &Tree, sample: Option<&Sample>, as_a_whole: bool) -> Specificity {
    let mut query = Query::new(Span::empty(0));
    let root = build(&mut query, tree);
    query.set_root(root);
    let form = if as_a_whole { NormalForm::default() } else { normal_form(&query, false, CAP) };
    let found = judge(&query, &form, Schema::embedded(), sample);
    for branch in found.branches() {
        let sum: u32 = branch.terms.iter().map(|term| term.bits.tenths()).sum();
        assert_eq!(sum, branch.bits.tenths(), "the terms do not add up to their branch: {tree:?}");
        assert!(branch.terms.iter().all(|term| term.bits <= term.alone), "{tree:?}");
    }
    found
}

/// Enough for every tree that is made here.
const CAP: usize = 4096;

fn bits(tree: &Tree, sample: Option<&Sample>) -> Option<Bits> {
    let found = judged(tree, sample, false);
    (!found.is_whole()).then(|| found.bits())
}

/// Changes the node that the choices lead to. `change` is told whether the node stands where more is more.
fn at_some_node(
    choices: &mut Choices<'_>,
    tree: &Tree,
    positive: bool,
    change: &mut dyn FnMut(&mut Choices<'_>, &Tree, bool) -> Tree,
) -> Tree {
    if choices.below(3) == 0 {
        return change(choices, tree, positive);
    }
    let mut in_one = |choices: &mut Choices<'_>, children: &[Tree]| {
        let at = choices.below(children.len());
        let mut children = children.to_vec();
        children[at] = at_some_node(choices, &children[at], positive, change);
        children
    };
    match tree {
        Tree::And(children) => Tree::And(in_one(choices, children)),
        Tree::Or(children) => Tree::Or(in_one(choices, children)),
        Tree::Not(inner) => Tree::Not(Box::new(at_some_node(choices, inner, !positive, change))),
        Tree::Term(..) => change(choices, tree, positive),
    }
}

/// The same condition in another order, grouped in another way, and with some parts twice.
fn rearranged(choices: &mut Choices<'_>, tree: &Tree) -> Tree {
    let all = |choices: &mut Choices<'_>, children: &[Tree], join: fn(Vec<Tree>) -> Tree| {
        let mut children: Vec<Tree> = children.iter().map(|child| rearranged(choices, child)).collect();
        for at in 0..children.len() {
            let other = choices.below(children.len());
            children.swap(at, other);
        }
        if choices.once_in(3) {
            let twice = children[choices.below(children.len())].clone();
            children.push(twice);
        }
        if choices.once_in(3) && children.len() > 2 {
            let rest = children.split_off(choices.below(children.len() - 1) + 1);
            children.push(join(rest));
        }
        join(children)
    };
    match tree {
        Tree::And(children) => all(choices, children, Tree::And),
        Tree::Or(children) => all(choices, children, Tree::Or),
        Tree::Not(inner) if choices.once_in(4) => {
            Tree::Not(Box::new(Tree::Not(Box::new(Tree::Not(Box::new(rearranged(choices, inner)))))))
        }
        Tree::Not(inner) => Tree::Not(Box::new(rearranged(choices, inner))),
        Tree::Term(..) if choices.once_in(8) => Tree::And(vec![tree.clone(), tree.clone()]),
        Tree::Term(..) => tree.clone(),
    }
}

/// A key that is never emitted is counted as the one that was meant, so that the two stand for one another in any order.
#[test]
fn what_is_never_emitted_is_counted_as_what_was_meant() {
    let sample = Sample::new(8, [("@process.parent.comm".into(), KeySample::new(8, vec![(vec!["batchd"], 2)]))]);
    let of = |key| Tree::Term(key, Value::Exact("batchd".to_owned()));
    let (meant, never) = (of("@process.parent.comm"), of("@process.parent.executable.comm"));
    assert_eq!(bits(&meant, Some(&sample)).map(Bits::tenths), Some(20));
    for tree in [never.clone(), Tree::Or(vec![meant.clone(), never.clone()]), Tree::Or(vec![never, meant])] {
        assert_eq!(bits(&tree, Some(&sample)).map(Bits::tenths), Some(20), "{tree:?}");
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_term_more_never_lowers_and_an_alternative_more_never_raises(
        bytes in prop::collection::vec(any::<u8>(), 0..320),
    ) {
        let choices = &mut Choices::new(&bytes);
        let sample = sample(choices);
        let sample = sample.as_ref();
        let before = tree(choices, 3);
        let more = tree(choices, 1);
        let is_and = choices.below(2) == 0;
        let mut narrows = false;
        let after = at_some_node(choices, &before, true, &mut |_, tree, positive| {
            narrows = is_and == positive;
            let both = vec![tree.clone(), more.clone()];
            if is_and { Tree::And(both) } else { Tree::Or(both) }
        });
        if let (Some(old), Some(new)) = (bits(&before, sample), bits(&after, sample)) {
            prop_assert!(if narrows { new >= old } else { new <= old }, "{old} to {new}\n{before:?}\n{after:?}\n{sample:?}");
        }
    }

    #[test]
    fn a_pattern_in_place_of_a_value_that_it_covers_never_raises(
        bytes in prop::collection::vec(any::<u8>(), 0..320),
    ) {
        let choices = &mut Choices::new(&bytes);
        let sample = sample(choices);
        let sample = sample.as_ref();
        let before = tree(choices, 3);
        let after = at_some_node(choices, &before, true, &mut |choices, tree, positive| match tree {
            Tree::Term(key, Value::Exact(text)) if positive => Tree::Term(key, Value::Glob(widened(choices, text))),
            other => other.clone(),
        });
        if let (Some(old), Some(new)) = (bits(&before, sample), bits(&after, sample)) {
            prop_assert!(new <= old, "{old} to {new}\n{before:?}\n{after:?}\n{sample:?}");
        }
    }

    #[test]
    fn order_grouping_and_duplicates_change_nothing(bytes in prop::collection::vec(any::<u8>(), 0..360)) {
        let choices = &mut Choices::new(&bytes);
        let sample = sample(choices);
        let sample = sample.as_ref();
        let before = tree(choices, 3);
        let after = rearranged(choices, &before);
        if let (Some(old), Some(new)) = (bits(&before, sample), bits(&after, sample)) {
            prop_assert_eq!(old, new, "{:?}\n{:?}\n{:?}", before, after, sample);
        }
    }

    #[test]
    fn what_is_judged_as_a_whole_is_some_way_through_it(bytes in prop::collection::vec(any::<u8>(), 0..320)) {
        let choices = &mut Choices::new(&bytes);
        let sample = sample(choices);
        let sample = sample.as_ref();
        let tree = tree(choices, 3);
        let whole = judged(&tree, sample, true);
        prop_assert!(whole.is_whole());
        let exact = judged(&tree, sample, false);
        if !exact.is_whole() {
            let ways: Vec<Bits> = exact.branches().map(|branch| branch.bits).collect();
            prop_assert!(ways.contains(&whole.bits()), "{} is not among {ways:?}\n{tree:?}", whole.bits());
        }
        let more = Tree::And(vec![tree.clone(), term(choices)]);
        prop_assert!(judged(&more, sample, true).bits() >= whole.bits(), "{more:?}");
        let wider = Tree::Or(vec![tree.clone(), term(choices)]);
        prop_assert!(judged(&wider, sample, true).bits() <= whole.bits(), "{wider:?}");
    }
}
