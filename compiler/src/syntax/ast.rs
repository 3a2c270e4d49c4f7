//! The tree of one item: what was written, with the place of everything. Nothing is resolved or decoded.

use crate::base::Span;

/// A node of the query arena of a [`super::ParsedItem`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeId(pub(crate) u32);

/// One node; siblings are linked, so that lists cost no allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it is.
    pub span: Span,
    pub(crate) next: Option<NodeId>,
}

/// A linked list of siblings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    pub(crate) first: NodeId,
    pub(crate) last: NodeId,
}

/// What a query is written with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// Joined by a blank, `AND` or `&&`.
    And(List),
    /// Joined by `OR` or `||`.
    Or(List),
    /// An odd number of `NOT` or `-` in front; a dash says so, since inside a value group it can be meant as text.
    Not {
        /// What is denied.
        of: NodeId,
        /// Whether the sign was `-`.
        dash: bool,
    },
    /// `( … )`
    Group(NodeId),
    /// `key:value`
    Term {
        /// The key, colon left out.
        key: Span,
        /// The value.
        value: NodeId,
    },
    /// `key:` and no value.
    MissingValue {
        /// The key, colon left out.
        key: Span,
    },
    /// A bare value; one that starts with `>` or `<` is a comparison.
    Bare,
    /// A quoted value, quotes included in the span.
    Quoted,
    /// Quotes and bare characters glued together.
    Mixed,
    /// `$name`, as a value or as a condition.
    Reference,
    /// `[a TO b]` or `{a TO b}`.
    Range {
        /// Lower bound.
        low: Span,
        /// Upper bound.
        high: Span,
        /// Whether the range opens with `[`.
        open_inclusive: bool,
        /// Whether it closes with `]`.
        close_inclusive: bool,
    },
    /// `CIDR(…)`; what is between the parentheses.
    Cidr {
        /// The arguments, commas included.
        arguments: Span,
    },
    /// A word outside of any value, or a quoted text: Datadog searches messages for it.
    Word,
}

/// One field of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// All of it.
    pub span: Span,
}

/// The shapes of fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatementKind {
    /// `name = value`
    Field {
        /// The name.
        name: Span,
        /// The value.
        value: FieldValue,
    },
    /// `allow lint = "reason"`
    Allow {
        /// The lint's name.
        lint: Span,
        /// The reason, quotes included, if there.
        reason: Option<Span>,
    },
    /// `rules { … }`, `when { … }`, `when signal { … }`, `when event { … }`
    Block {
        /// `rules` or `when`, or what stands in their place.
        name: Span,
        /// `signal` or `event`.
        qualifier: Option<Span>,
        /// From `{` to `}`.
        body: Span,
        /// Nothing between the braces gives none.
        query: Option<NodeId>,
    },
}

/// The right side of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldValue {
    /// `"…"`, quotes included.
    String(Span),
    /// A word: `true`, `process`, `exec`.
    Word(Span),
    /// A date, an instant or a number.
    Digits(Span),
    /// `[ … ]`
    List {
        /// Brackets included.
        span: Span,
        /// Strings and words in it.
        elements: Vec<FieldValue>,
    },
}

/// The right side of a `let`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LetBody {
    /// `(a OR b)`
    Values(NodeId),
    /// `{ query }`; nothing between the braces gives none.
    Fragment(Option<NodeId>),
}

/// A verdict that a test asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// Whether the event must be silenced.
    pub suppressed: bool,
    /// A path in quotes, or a JSON object.
    pub event: EventSource,
    /// `by NAME`
    pub by: Option<Span>,
    /// All of it.
    pub span: Span,
}

/// Where a test's event is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventSource {
    /// `"path.json"`, quotes included.
    File(Span),
    /// `{ … }`
    Inline(Span),
}

/// A top-level item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// From the keyword to the end.
    pub span: Span,
}

/// The kinds of items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ItemKind {
    /// `import "path"`
    Import {
        /// The path, quotes included.
        path: Span,
    },
    /// `suppress NAME { … }` or `require NAME { … }`
    Rule {
        /// Whether it is a `require`.
        require: bool,
        /// The name.
        name: Span,
        /// Its fields, in order.
        statements: Vec<Statement>,
    },
    /// `let NAME = …`
    Let {
        /// The name.
        name: Span,
        /// The value.
        body: LetBody,
    },
    /// `attribute @path : type`
    Attribute {
        /// The path, `@` included.
        path: Span,
        /// The type's name.
        ty: Span,
        /// Whether `[]` follows.
        multi: bool,
    },
    /// `tag name`
    Tag {
        /// The name.
        name: Span,
    },
    /// `test "text" { … }`
    Test {
        /// The title, quotes included.
        title: Span,
        /// What it asks for.
        expectations: Vec<Expectation>,
    },
}

impl FieldValue {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            FieldValue::String(span)
            | FieldValue::Word(span)
            | FieldValue::Digits(span)
            | FieldValue::List { span, .. } => *span,
        }
    }
}
