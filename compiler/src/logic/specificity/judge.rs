//! Terms to branches, and branches to a condition.

use std::borrow::Cow;

use crate::config::Sample;
use crate::hir::{Key, KeyKind, NodeId, NodeKind, Query, Test, TextRef};
use crate::logic::specificity::literal::{Judge, Worth};
use crate::logic::specificity::{Bits, BranchSpecificity, Specificity, TermBits};
use crate::logic::{Branch, Literal, NormalForm, list_key};
use crate::schema::Schema;

/// How much a key counts for, in percent, where another of its group is stronger.
const REST: u32 = 15;

/// The most that all such keys of one group add.
const MOST_REST: Bits = Bits::from_tenths(9);

/// Judges a condition, given its normal form as written. `sample` is of recorded events, if there are any.
#[must_use]
pub fn judge(query: &Query, form: &NormalForm, schema: &Schema, sample: Option<&Sample>) -> Specificity {
    let judge = Judge { query, schema, sample };
    let beside = beside(&judge);
    let worth = |literal: Literal| {
        let worth = judge.worth(literal)?;
        let at = beside.binary_search_by_key(&literal.node, |(node, ..)| *node).ok();
        match at.and_then(|at| beside.get(at)) {
            Some((_, bits, exact)) => Some(Worth { bits: worth.bits.min(*bits), exact: *exact, ..worth }),
            _ => Some(worth),
        }
    };
    let mut found = Specificity { whole: !form.is_complete(), ..Specificity::default() };
    if found.whole {
        let (bits, terms) = whole(&judge, &worth, query.root(), true);
        found.branches.push((bits, 0..terms.len()));
        found.terms = terms;
        return found;
    }
    let mut items = Vec::new();
    // A literal stands in many branches and is weighed once.
    let mut weighed: Vec<(Literal, Option<Worth>)> = Vec::new();
    if form.branches().len() > 1 {
        weighed.extend(form.branches().flatten().map(|literal| (*literal, None)));
        weighed.sort_unstable_by_key(|(literal, _)| *literal);
        weighed.dedup_by_key(|(literal, _)| *literal);
        weighed.iter_mut().for_each(|(literal, weight)| *weight = worth(*literal));
    }
    let look = |literal: Literal| match weighed.binary_search_by_key(&literal, |(literal, _)| *literal) {
        Ok(at) => weighed.get(at).and_then(|(_, worth)| *worth),
        Err(_) => worth(literal),
    };
    for branch in form.branches() {
        let start = found.terms.len();
        let bits = combine(query, branch, look, &mut items, &mut found.terms);
        found.branches.push((bits, start..found.terms.len()));
    }
    found
}

/// A literal of a branch, on its way to be added up.
pub(super) struct Item {
    at: usize,
    worth: Worth,
}

/// Adds up a branch and appends what each literal gives, in the order of the branch.
fn combine(
    query: &Query,
    branch: Branch<'_>,
    worth: impl Fn(Literal) -> Option<Worth>,
    items: &mut Vec<Item>,
    terms: &mut Vec<TermBits>,
) -> Bits {
    let start = terms.len();
    items.clear();
    for (at, literal) in branch.iter().enumerate() {
        let (alone, counted) = match worth(*literal) {
            Some(worth) => {
                items.push(Item { at, worth });
                (worth.bits, worth.counted)
            }
            None => (Bits::ZERO, None),
        };
        terms.push(TermBits { literal: *literal, bits: Bits::ZERO, alone, discounted_by: None, counted });
    }
    let own = terms.get_mut(start..).unwrap_or_default();
    add_up(query, items, |at, bits, stronger| {
        let stronger = stronger.and_then(|stronger| branch.get(stronger).copied());
        if let Some(term) = own.get_mut(at) {
            (term.bits, term.discounted_by) = (bits, stronger);
        }
    })
}

/// Adds up items group by group: in each the strongest counts in full, and of the rest a small share of each other key
/// and of each further exact value of one key, up to a bound. `tell` is given the position of each item, what it adds,
/// and the position of the item that is stronger.
fn add_up(query: &Query, items: &mut [Item], mut tell: impl FnMut(usize, Bits, Option<usize>)) -> Bits {
    let text = |item: &Item| item.worth.exact.map(|text| query.text(text));
    // Of one group the strongest first; of several as strong one value rather than many, then that of the first key: no
    // order of writing shows.
    items.sort_unstable_by(|a, b| {
        let is_open = |item: &Item| item.worth.exact.is_none();
        let order = |item: &Item| (item.worth.group, std::cmp::Reverse(item.worth.bits), is_open(item), item.worth.key);
        order(a).cmp(&order(b)).then_with(|| text(a).cmp(&text(b))).then_with(|| a.at.cmp(&b.at))
    });
    let mut total = Bits::ZERO;
    for group in items.chunk_by_mut(|a, b| a.worth.group == b.worth.group) {
        let Some((first, rest)) = group.split_first_mut() else { continue };
        total = total.plus(first.worth.bits);
        tell(first.at, first.worth.bits, None);
        let (key, value, strongest) = (first.worth.key, text(first), first.at);
        // What the rest adds: the strongest of each other key, and each other exact value.
        rest.sort_unstable_by(|a, b| {
            let order = |item: &Item| (item.worth.key, std::cmp::Reverse(item.worth.bits), item.worth.exact.is_none());
            order(a).cmp(&order(b)).then_with(|| text(a).cmp(&text(b))).then_with(|| a.at.cmp(&b.at))
        });
        let mut sum = 0_u32;
        let mut given = Bits::ZERO;
        let mut before: Option<(u64, Option<&str>)> = None;
        for item in rest.iter() {
            let same_key = item.worth.key == key || before.is_some_and(|(key, _)| key == item.worth.key);
            let own = text(item);
            let told = item.worth.key == key && own == value
                || before.is_some_and(|(key, value)| key == item.worth.key && value == own);
            let counts = if same_key { own.is_some() && !told } else { true };
            before = Some((item.worth.key, own));
            if counts {
                sum = sum.saturating_add(item.worth.bits.tenths());
            }
            let now = Bits::from_tenths(sum.saturating_mul(REST) / 100).min(MOST_REST);
            tell(item.at, now.minus(given), Some(strongest));
            given = now;
        }
        total = total.plus(given);
    }
    total
}

/// What an alternative is worth together with its like, and their value where there is one only.
type Beside = (NodeId, Bits, Option<TextRef>);

/// What alternatives are worth that have others on the same key beside them, by node: as much as those together, so that
/// `a:x OR a:y` is the same whatever a third alternative is.
fn beside(judge: &Judge<'_>) -> Vec<Beside> {
    let mut found = Vec::new();
    if judge.query.len() > 2 {
        alternatives(judge, judge.query.root(), true, &mut found);
        // What stands in several ORs, one inside the other, is what the outermost makes of it.
        found.sort_unstable_by_key(|(node, bits, exact)| (*node, *bits, exact.is_some()));
        found.dedup_by_key(|(node, ..)| *node);
    }
    found
}

/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn alternatives(judge: &Judge<'_>, id: NodeId, positive: bool, out: &mut Vec<Beside>) {
    let query = judge.query;
    let list = match query.node(id).kind {
        NodeKind::Term { .. } => return,
        NodeKind::Not(inner) => return alternatives(judge, inner, !positive, out),
        NodeKind::And(list) | NodeKind::Or(list) => list,
    };
    let children = query.children(list);
    let is_or = matches!(query.node(id).kind, NodeKind::Or(_));
    if is_or && list_key(query, children).is_some() {
        return;
    }
    if is_or == positive {
        let mut terms = Vec::new();
        collect(judge, id, positive, &mut terms);
        terms.sort_unstable_by(|(a, of_a, ..), (b, of_b, ..)| (a, of_a).cmp(&(b, of_b)));
        for same in terms.chunk_by(|a, b| a.0 == b.0) {
            if let [(_, _, key, _), _, ..] = same {
                let (bits, exact) = judge.worth_of_tests(*key, same.iter().map(|(.., test)| *test).collect());
                out.extend(same.iter().map(|(_, node, ..)| (*node, bits, exact)));
            }
        }
    }
    for child in children {
        alternatives(judge, *child, positive, out);
    }
}

/// An alternative: the name of its key, the literal that it is of, its key and its test.
type Alternative<'q> = (Cow<'q, str>, NodeId, Key, Test);

/// Appends the alternatives that a node comes down to, a repeated AND taken once; false where it is something else.
///
/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn collect<'q>(judge: &'q Judge<'_>, id: NodeId, positive: bool, out: &mut Vec<Alternative<'q>>) -> bool {
    let query = judge.query;
    let kind = query.node(id).kind;
    let list = match kind {
        NodeKind::Term { key, test } => {
            if positive {
                out.push((judge.key_name(key), id, key, test));
            }
            return positive;
        }
        NodeKind::Not(inner) => return collect(judge, inner, !positive, out),
        NodeKind::And(list) | NodeKind::Or(list) => list,
    };
    let (children, from) = (query.children(list), out.len());
    if matches!(kind, NodeKind::Or(_)) == positive {
        let is_list = positive && list_key(query, children).is_some();
        for child in children {
            let from = out.len();
            if !collect(judge, *child, positive, out) {
                out.truncate(from);
            }
        }
        if is_list {
            out.iter_mut().skip(from).for_each(|(_, node, ..)| *node = id);
        }
        return true;
    }
    let same = |child: &NodeId| children.first().is_some_and(|first| query.same(*first, query, *child));
    let is_one = children.iter().all(same) && children.iter().all(|child| collect(judge, *child, positive, out));
    if !is_one {
        out.truncate(from);
    }
    is_one
}

/// The broadest way through a condition that has too many branches: of each OR the alternative that is broadest by
/// itself. Gives its bits and terms.
///
/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn whole(
    judge: &Judge<'_>,
    worth: &impl Fn(Literal) -> Option<Worth>,
    id: NodeId,
    positive: bool,
) -> (Bits, Vec<TermBits>) {
    let mut items = Vec::new();
    let mut weigh = |mut literals: Vec<Literal>| {
        literals.sort_unstable();
        literals.dedup();
        let mut terms = Vec::new();
        let bits = combine(judge.query, &literals, worth, &mut items, &mut terms);
        (bits, terms)
    };
    let kind = judge.query.node(id).kind;
    match kind {
        NodeKind::Not(inner) => whole(judge, worth, inner, !positive),
        NodeKind::Or(list) if list_key(judge.query, judge.query.children(list)).is_some() => {
            weigh(vec![Literal { node: id, positive }])
        }
        NodeKind::Term { .. } => weigh(vec![Literal { node: id, positive }]),
        NodeKind::And(list) | NodeKind::Or(list) => {
            let children = judge.query.children(list).iter().map(|child| whole(judge, worth, *child, positive));
            if matches!(kind, NodeKind::And(_)) == positive {
                weigh(children.flat_map(|(_, terms)| terms).map(|term| term.literal).collect())
            } else {
                children.min_by_key(|(bits, _)| *bits).unwrap_or_default()
            }
        }
    }
}

/// What a value of a key would add to a branch.
pub(super) fn gain(
    query: &Query,
    branch: BranchSpecificity<'_>,
    schema: &Schema,
    key: (KeyKind, &str),
    bits: Bits,
) -> Bits {
    let judge = Judge { query, schema, sample: None };
    let own = branch.terms.iter().enumerate();
    let mut items: Vec<Item> = own
        .filter_map(|(at, term)| Some(Item { at, worth: Worth { bits: term.alone, ..judge.worth(term.literal)? } }))
        .collect();
    items.push(Item { at: items.len(), worth: judge.some_value(key.0, key.1, bits) });
    add_up(query, &mut items, |_, _, _| {}).minus(branch.bits)
}

/// Whether two keys tell nearly the same.
pub(super) fn same_group(query: &Query, schema: &Schema, a: (KeyKind, &str), b: (KeyKind, &str)) -> bool {
    let judge = Judge { query, schema, sample: None };
    let group = |(kind, name)| judge.some_value(kind, name, Bits::ZERO).group;
    group(a) == group(b)
}
