use crate::base::{Span, is_plain};
use crate::schema::{AttrId, TagId};

/// A condition as a flat arena of nodes and one string that holds every decoded value.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Query {
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    text: String,
    root: NodeId,
    /// The block it came from, braces included.
    pub span: Span,
}

/// A node of a [`Query`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct NodeId(u32);

/// A piece of a query's own text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TextRef {
    start: u32,
    end: u32,
}

/// The children of an `And` or `Or`, two or more, in source order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Nodes {
    start: u32,
    end: u32,
}

/// What a node says and where it was said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Node {
    /// What it says.
    pub kind: NodeKind,
    /// Where, relative to the item. A term from a `let` has the span of the reference.
    pub span: Span,
}

/// The four things a condition is made of.
///
/// INVARIANT: an `And` holds no `And`, an `Or` no `Or`, and a `Not` no `Not`: lowering flattens them. The tree is at
/// most as deep as the nesting cap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum NodeKind {
    /// All hold.
    And(Nodes),
    /// One holds.
    Or(Nodes),
    /// It does not hold.
    Not(NodeId),
    /// An attribute or tag has a value that passes the test. `key:(a OR b)` is an `Or` of terms.
    Term {
        /// Of what.
        key: Key,
        /// Which values.
        test: Test,
    },
}

/// The left side of a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// As Datadog takes it: `@process.args`, `kube_service`.
    pub text: TextRef,
    /// Where it was written, the colon left out.
    pub span: Span,
    /// What it is.
    pub kind: KeyKind,
}

/// What a key is known as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// An attribute of the schema or a declared one.
    Attribute(AttrId),
    /// A key that the guide names and the Agent never emits.
    NeverEmitted,
    /// An attribute that nothing declares, where the configuration lets it pass.
    UnknownAttribute,
    /// A tag of the schema or a declared one.
    Tag(TagId),
    /// A tag that nothing declares, where the configuration lets it pass.
    UnknownTag,
    /// A key of detection rules, in `rules { }`.
    RuleKey,
}

/// The right side of a term.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Test {
    /// `*`: there is a value.
    Present,
    /// Exactly this text.
    Exact(TextRef),
    /// A pattern: `*` any run, `?` one character, `\` makes the next character literal (only `*`, `?`, `\` are escaped).
    Glob(TextRef),
    /// Between two numbers; at least one bound is there.
    Range {
        /// Lower bound.
        low: Option<Bound>,
        /// Upper bound.
        high: Option<Bound>,
    },
    /// Inside one of these networks, joined by commas.
    Networks(TextRef),
}

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bound {
    /// As a number; the text keeps all digits.
    pub value: f64,
    /// As written, or in plain digits where it was written in another way: `1e5` is `100000`.
    pub text: TextRef,
    /// Whether the bound itself is inside.
    pub inclusive: bool,
}

impl Query {
    /// A query of that block, with nothing in it yet.
    #[must_use]
    pub fn new(span: Span) -> Query {
        Query { span, ..Query::default() }
    }

    /// The same with room for that many nodes and bytes of text.
    #[must_use]
    pub fn with_capacity(span: Span, nodes: usize, text: usize) -> Query {
        Query {
            nodes: Vec::with_capacity(nodes),
            children: Vec::with_capacity(nodes),
            text: String::with_capacity(text),
            root: NodeId::default(),
            span,
        }
    }

    /// The outermost node.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The node of that id. Ids of another query give some node or a term on nothing, never a panic.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(NOTHING)
    }

    /// The children behind a list.
    #[must_use]
    pub fn children(&self, list: Nodes) -> &[NodeId] {
        self.children.get(list.start as usize..list.end as usize).unwrap_or_default()
    }

    /// The text behind a reference.
    #[must_use]
    pub fn text(&self, at: TextRef) -> &str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }

    /// Whether a JSON string holds all of its texts as they are.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_plain(&self.text)
    }

    /// Every term, in source order.
    pub fn terms(&self) -> impl Iterator<Item = (NodeId, Span, Key, Test)> + '_ {
        self.nodes.iter().enumerate().filter_map(|(index, node)| match node.kind {
            NodeKind::Term { key, test } => Some((NodeId(index as u32), node.span, key, test)),
            _ => None,
        })
    }

    /// Whether a node says the same as a node of another query: same shape, keys and tests; spans do not count.
    #[must_use]
    pub fn same(&self, id: NodeId, other: &Query, other_id: NodeId) -> bool {
        match (self.node(id).kind, other.node(other_id).kind) {
            (NodeKind::And(a), NodeKind::And(b)) | (NodeKind::Or(a), NodeKind::Or(b)) => {
                let (a, b) = (self.children(a), other.children(b));
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(*a, other, *b))
            }
            (NodeKind::Not(a), NodeKind::Not(b)) => self.same(a, other, b),
            (NodeKind::Term { key: a, test: x }, NodeKind::Term { key: b, test: y }) => {
                self.text(a.text) == other.text(b.text) && self.same_test(x, other, y)
            }
            _ => false,
        }
    }

    fn same_test(&self, a: Test, other: &Query, b: Test) -> bool {
        let bound = |a: Option<Bound>, b: Option<Bound>| match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => a.inclusive == b.inclusive && self.text(a.text) == other.text(b.text),
            _ => false,
        };
        match (a, b) {
            (Test::Present, Test::Present) => true,
            (Test::Exact(a), Test::Exact(b))
            | (Test::Glob(a), Test::Glob(b))
            | (Test::Networks(a), Test::Networks(b)) => self.text(a) == other.text(b),
            (Test::Range { low, high }, Test::Range { low: other_low, high: other_high }) => {
                bound(low, other_low) && bound(high, other_high)
            }
            _ => false,
        }
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Appends a copy of all of `other` under `span`, with `key` for its terms where one is given; gives its root.
    pub fn copy(&mut self, other: &Query, span: Span, key: Option<Key>) -> NodeId {
        let text = self.text.len() as u32;
        let nodes = self.nodes.len() as u32;
        let children = self.children.len() as u32;
        self.text.push_str(&other.text);
        let moved = |at: TextRef| TextRef { start: at.start + text, end: at.end + text };
        let list = |list: Nodes| Nodes { start: list.start + children, end: list.end + children };
        let bound = |bound: Option<Bound>| bound.map(|bound| Bound { text: moved(bound.text), ..bound });
        self.children.extend(other.children.iter().map(|id| NodeId(id.0 + nodes)));
        self.nodes.extend(other.nodes.iter().map(|node| Node {
            span,
            kind: match node.kind {
                NodeKind::And(of) => NodeKind::And(list(of)),
                NodeKind::Or(of) => NodeKind::Or(list(of)),
                NodeKind::Not(of) => NodeKind::Not(NodeId(of.0 + nodes)),
                NodeKind::Term { key: old, test } => NodeKind::Term {
                    key: key.unwrap_or(Key { text: moved(old.text), span, kind: old.kind }),
                    test: match test {
                        Test::Present => Test::Present,
                        Test::Exact(at) => Test::Exact(moved(at)),
                        Test::Glob(at) => Test::Glob(moved(at)),
                        Test::Networks(at) => Test::Networks(moved(at)),
                        Test::Range { low, high } => Test::Range { low: bound(low), high: bound(high) },
                    },
                },
            },
        }));
        NodeId(other.root.0 + nodes)
    }

    /// Appends decoded text.
    pub fn push_text(&mut self, text: &str) -> TextRef {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        TextRef { start, end: self.text.len() as u32 }
    }

    /// Appends a node that is not a list.
    pub fn push(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.nodes.push(Node { kind, span });
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Appends an `And`, flat: children that are `And`s give their children. One child is itself.
    pub fn push_and(&mut self, parts: &[NodeId], span: Span) -> NodeId {
        self.push_list(parts, span, true)
    }

    /// Appends an `Or`, flat: children that are `Or`s give their children. One child is itself.
    pub fn push_or(&mut self, parts: &[NodeId], span: Span) -> NodeId {
        self.push_list(parts, span, false)
    }

    /// Appends a `Not`; of a `Not`, gives what that denied.
    pub fn push_not(&mut self, of: NodeId, span: Span) -> NodeId {
        match self.node(of).kind {
            NodeKind::Not(inner) => inner,
            _ => self.push(NodeKind::Not(of), span),
        }
    }

    /// Gives a term another test; any other node stays as it is.
    pub fn set_test(&mut self, id: NodeId, new: Test) {
        if let Some(Node { kind: NodeKind::Term { test, .. }, .. }) = self.nodes.get_mut(id.0 as usize) {
            *test = new;
        }
    }

    /// Makes a node the outermost one.
    pub fn set_root(&mut self, root: NodeId) {
        self.root = root;
    }

    fn push_list(&mut self, parts: &[NodeId], span: Span, and: bool) -> NodeId {
        if let [only] = parts {
            return *only;
        }
        let start = self.children.len() as u32;
        for part in parts {
            match self.node(*part).kind {
                NodeKind::And(list) if and => self.extend_children(list),
                NodeKind::Or(list) if !and => self.extend_children(list),
                _ => self.children.push(*part),
            }
        }
        let list = Nodes { start, end: self.children.len() as u32 };
        self.push(if and { NodeKind::And(list) } else { NodeKind::Or(list) }, span)
    }

    fn extend_children(&mut self, list: Nodes) {
        let (start, end) = (list.start as usize, (list.end as usize).min(self.children.len()));
        self.children.extend_from_within(start.min(end)..end);
    }
}

const NOTHING: Node = Node {
    kind: NodeKind::Term {
        key: Key { text: TextRef { start: 0, end: 0 }, span: Span::empty(0), kind: KeyKind::UnknownTag },
        test: Test::Present,
    },
    span: Span::empty(0),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// `@process.uid:[low TO high]`, or with braces.
    fn range(low: &str, high: &str, inclusive: bool) -> Query {
        let mut query = Query::default();
        let mut bound = |text: &str| Some(Bound { value: 0.0, text: query.push_text(text), inclusive });
        let test = Test::Range { low: bound(low), high: bound(high) };
        let key = Key { text: query.push_text("@process.uid"), span: Span::empty(0), kind: KeyKind::UnknownAttribute };
        let root = query.push(NodeKind::Term { key, test }, Span::empty(0));
        query.set_root(root);
        query
    }

    #[test]
    fn ranges_are_the_same_where_both_ends_are() {
        let query = range("1", "2", true);
        for (other, expected) in [
            (range("1", "2", true), true),
            (range("1", "2", false), false),
            (range("1", "3", true), false),
            (range("0", "2", true), false),
        ] {
            assert_eq!(query.same(query.root(), &other, other.root()), expected, "{other:?}");
        }
    }

    #[test]
    fn a_list_takes_in_the_lists_of_its_own_sort() {
        let mut query = range("1", "2", true);
        let term = query.root();
        let at = Span::empty(0);
        let (and, or) = (query.push_and(&[term, term], at), query.push_or(&[term, term], at));
        let (and_of_both, or_of_both) = (query.push_and(&[and, or], at), query.push_or(&[and, or], at));
        let members = |id| match query.node(id).kind {
            NodeKind::And(list) | NodeKind::Or(list) => query.children(list),
            _ => &[],
        };
        assert_eq!(
            (members(and_of_both), members(or_of_both)),
            ([term, term, or].as_slice(), [and, term, term].as_slice())
        );
    }

    #[test]
    fn a_new_query_is_empty() {
        assert!(Query::new(Span::empty(0)).is_empty());
        assert!(!range("1", "2", true).is_empty());
    }
}
