use crate::base::Span;

/// What a token is; where it came from decides its text.
///
/// `Blank`, `Newline`, `Comment` and `DocComment` are trivia: the grammar never sees them, the formatter always does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TokenKind {
    /// Spaces and tabs.
    Blank,
    /// LF or CRLF.
    Newline,
    /// `# …` up to the end of the line.
    Comment,
    /// `## …` up to the end of the line.
    DocComment,
    /// A word outside of values: a keyword, a name, free text.
    Word,
    /// A run that starts with a digit: a number, a date, an instant.
    Digits,
    /// `"…"` on one line.
    String,
    /// `"` without its partner on the line.
    OpenString,
    /// `@path` outside of a term.
    AtPath,
    /// `@path:` or `tag:`, the colon included.
    Key,
    /// `$name`.
    Reference,
    /// A bare value; a comparison starts with `>` or `<`.
    Bare,
    /// Quotes and bare characters glued together, as in `*"x y"*`.
    Mixed,
    /// `CIDR(`.
    Cidr,
    /// `AND` or `&&`.
    And,
    /// `OR` or `||`.
    Or,
    /// `NOT`.
    Not,
    /// `-` or `!` in front of a term.
    Minus,
    /// `TO` in a value.
    To,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `=`
    Equals,
    /// `,`
    Comma,
    /// `:` on its own
    Colon,
    /// Anything that fits nowhere.
    Stray,
}

impl TokenKind {
    /// Whether the grammar skips it.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, TokenKind::Blank | TokenKind::Newline | TokenKind::Comment | TokenKind::DocComment)
    }
}

/// A token of one item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Whether only blanks stand before it on its line.
    pub first_on_line: bool,
    /// Where it is, relative to the item.
    pub span: Span,
}
