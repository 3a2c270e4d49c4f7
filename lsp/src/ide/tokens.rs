//! Semantic tokens: what each token of an item is, by the tokens around it and by what the schema knows.

use quell::base::Span;
use quell::schema::Schema;
use quell::syntax::{FIELDS, ITEM_KEYWORDS, TokenKind, lex};

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A word of the language.
    Keyword,
    /// A comment.
    Comment,
    /// A quoted text or a bare value.
    String,
    /// A number or a date.
    Number,
    /// `AND`, `OR`, `NOT`, `-`.
    Operator,
    /// A field of a rule.
    Property,
    /// A `let` and its uses.
    Variable,
    /// A rule.
    Class,
    /// An attribute.
    Parameter,
    /// A tag, or a key of detection rules.
    EnumMember,
}

impl Kind {
    /// The names that the protocol has for the kinds, in their order.
    pub const NAMES: [&str; 10] = [
        "keyword",
        "comment",
        "string",
        "number",
        "operator",
        "property",
        "variable",
        "class",
        "parameter",
        "enumMember",
    ];
}

/// The names that the protocol has for what a token may be beside its kind, in the order of their bits.
pub const MODIFIERS: [&str; 4] = ["declaration", "documentation", "deprecated", "defaultLibrary"];

const DECLARATION: u32 = 1;
const DOCUMENTATION: u32 = 2;
const DEPRECATED: u32 = 4;
const LIBRARY: u32 = 8;

/// A token that has a colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coloured {
    /// Where it is, relative to the item. On one line.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// A bit for each of [`MODIFIERS`].
    pub modifiers: u32,
}

/// The coloured tokens of an item, in order.
#[must_use]
pub fn of_item(text: &str, schema: &Schema) -> Vec<Coloured> {
    let mut coloured = Vec::new();
    // The word before, which decides what a name is, and how many braces are open.
    let mut before = "";
    let mut depth = 0_u32;
    for token in lex(text) {
        let word = token.span.of(text);
        let mut span = token.span;
        let (kind, modifiers) = match token.kind {
            TokenKind::Comment => (Kind::Comment, 0),
            TokenKind::DocComment => (Kind::Comment, DOCUMENTATION),
            TokenKind::String | TokenKind::OpenString | TokenKind::Bare | TokenKind::Mixed => (Kind::String, 0),
            TokenKind::Digits => (Kind::Number, 0),
            TokenKind::And | TokenKind::Or | TokenKind::Not | TokenKind::Minus | TokenKind::To => (Kind::Operator, 0),
            TokenKind::Cidr => {
                span.end -= 1;
                (Kind::Keyword, 0)
            }
            TokenKind::Reference => (Kind::Variable, 0),
            TokenKind::Key | TokenKind::AtPath => {
                if token.kind == TokenKind::Key {
                    span.end -= 1;
                }
                key(span.of(text), schema, before == "attribute")
            }
            TokenKind::Word => match (before, word) {
                ("suppress" | "require", _) if depth == 0 => (Kind::Class, DECLARATION),
                ("by", _) => (Kind::Class, 0),
                ("let", _) if depth == 0 => (Kind::Variable, DECLARATION),
                ("tag", _) if depth == 0 => (Kind::EnumMember, DECLARATION),
                (_, word) if depth == 0 && ITEM_KEYWORDS.contains(&word) => (Kind::Keyword, 0),
                (_, word) if depth > 0 && FIELDS.contains(&word) => (Kind::Property, 0),
                (
                    _,
                    "rules" | "when" | "signal" | "event" | "allow" | "suppressed" | "fires" | "by" | "true" | "false",
                ) => (Kind::Keyword, 0),
                ("allow", _) => (Kind::Property, 0),
                _ => (Kind::String, 0),
            },
            TokenKind::OpenBrace => {
                depth += 1;
                before = "";
                continue;
            }
            TokenKind::CloseBrace => {
                depth = depth.saturating_sub(1);
                before = "";
                continue;
            }
            TokenKind::Blank | TokenKind::Newline => continue,
            _ => {
                before = "";
                continue;
            }
        };
        if !token.kind.is_trivia() {
            before = word;
        }
        // A comment may end with the CR of its line end.
        let shown = span.of(text).trim_end_matches('\r');
        span.end = span.start + shown.len() as u32;
        if !shown.is_empty() {
            coloured.push(Coloured { span, kind, modifiers });
        }
    }
    coloured
}

fn key(key: &str, schema: &Schema, declares: bool) -> (Kind, u32) {
    let Some(path) = key.strip_prefix('@') else {
        let own = schema.tag(key).is_some() || schema.rule_key(key).is_some();
        return (Kind::EnumMember, if own { LIBRARY } else { 0 });
    };
    let known = if schema.never_emitted(path).is_some() {
        DEPRECATED
    } else if schema.find(path).is_some_and(|(_, attribute)| !attribute.declared) {
        LIBRARY
    } else {
        0
    };
    (Kind::Parameter, known | if declares { DECLARATION } else { 0 })
}
