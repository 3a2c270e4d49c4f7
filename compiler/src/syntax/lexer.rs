//! Text to tokens, with logos. Tokens and trivia together are the text, byte for byte.
//!
//! Three token sets share the work, since the same characters mean different things: outside of values, right behind
//! a key (and inside a range or `CIDR(…)`), and inside a group of values. Which one is in force follows from the
//! tokens before.

use logos::Lexer as Logos;

use crate::base::Span;
use crate::syntax::token::{Token, TokenKind};

/// Tokens outside of values.
#[derive(logos::Logos, Clone, Copy, PartialEq, Debug)]
#[logos(subpattern name = r"[A-Za-z_][A-Za-z0-9_\-]*")]
enum Outer {
    #[regex(r"[ \t]+")]
    Blank,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"##[^\n]*", priority = 20, allow_greedy = true)]
    DocComment,
    #[token("AND", priority = 20)]
    #[token("&&", priority = 20)]
    And,
    #[token("OR", priority = 20)]
    #[token("||", priority = 20)]
    Or,
    #[token("NOT", priority = 20)]
    Not,
    #[token("-")]
    #[token("!")]
    Minus,
    #[regex(r#"([^\s(){}\[\]"=,:#$@\-!0-9\\]|\\[^\r\n])([^\s(){}\[\]"=,:\\]|\\[^\r\n])*"#, priority = 5)]
    Word,
    #[regex(r#"[0-9][^\s(){}\[\]"=,#]*"#, priority = 6)]
    Digits,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*"#, priority = 9)]
    OpenString,
    #[regex(r#"@([^\s(){}\[\]"=,:\\]|\\[^\r\n])*"#, priority = 5)]
    AtPath,
    #[regex(r#"@?([^\s(){}\[\]"=,:#$@\-!0-9\\]|\\[^\r\n])([^\s(){}\[\]"=,:\\]|\\[^\r\n])*:"#, priority = 10)]
    Key,
    #[regex(r"\$(?&name)", priority = 10)]
    Reference,
    #[regex(r"CIDR\(", priority = 30)]
    Cidr,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
    #[token("=")]
    Equals,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
}

/// Tokens right behind a key, inside a range and inside `CIDR(…)`.
#[derive(logos::Logos, Clone, Copy, PartialEq, Debug)]
enum Value {
    #[regex(r"[ \t]+")]
    Blank,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r#"([^\s(){}\[\]"\\]|\\[^\r\n])+"#, priority = 3)]
    Bare,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*"#, priority = 9)]
    OpenString,
    #[regex(
        r#"([^\s(){}\[\]"\\]|\\[^\r\n])+"([^"\\\n]|\\[^\r\n])*"(([^\s(){}\[\]"\\]|\\[^\r\n])|"([^"\\\n]|\\[^\r\n])*")*"#,
        priority = 2
    )]
    #[regex(r#""([^"\\\n]|\\[^\r\n])*"(([^\s(){}\[\]"\\]|\\[^\r\n])|"([^"\\\n]|\\[^\r\n])*")+"#, priority = 1)]
    Mixed,
    #[regex(r"\$[A-Za-z_][A-Za-z0-9_\-]*", priority = 20)]
    Reference,
    #[token("AND", priority = 20)]
    #[token("&&", priority = 20)]
    And,
    #[token("OR", priority = 20)]
    #[token("||", priority = 20)]
    Or,
    #[token("NOT", priority = 20)]
    Not,
    #[token("TO", priority = 20)]
    To,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
}

/// Tokens inside a group of values, `( … )` behind a key or in a value list.
#[derive(logos::Logos, Clone, Copy, PartialEq, Debug)]
enum Group {
    #[regex(r"[ \t]+")]
    Blank,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r#"([^\s(){}\[\]"\\\-#]|\\[^\r\n])([^\s(){}\[\]"\\]|\\[^\r\n])*"#, priority = 3)]
    Bare,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\r\n])*"#, priority = 9)]
    OpenString,
    #[regex(r#"([^\s(){}\[\]"\\\-#]|\\[^\r\n])([^\s(){}\[\]"\\]|\\[^\r\n])*"([^"\\\n]|\\[^\r\n])*"(([^\s(){}\[\]"\\]|\\[^\r\n])|"([^"\\\n]|\\[^\r\n])*")*"#, priority = 2)]
    #[regex(r#""([^"\\\n]|\\[^\r\n])*"(([^\s(){}\[\]"\\]|\\[^\r\n])|"([^"\\\n]|\\[^\r\n])*")+"#, priority = 1)]
    Mixed,
    #[regex(r"\$[A-Za-z_][A-Za-z0-9_\-]*", priority = 20)]
    Reference,
    #[token("AND", priority = 20)]
    #[token("&&", priority = 20)]
    And,
    #[token("OR", priority = 20)]
    #[token("||", priority = 20)]
    Or,
    #[token("NOT", priority = 20)]
    Not,
    #[token("-")]
    Minus,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
}

impl Outer {
    fn kind(self) -> TokenKind {
        match self {
            Outer::Blank => TokenKind::Blank,
            Outer::Newline => TokenKind::Newline,
            Outer::Comment => TokenKind::Comment,
            Outer::DocComment => TokenKind::DocComment,
            Outer::And => TokenKind::And,
            Outer::Or => TokenKind::Or,
            Outer::Not => TokenKind::Not,
            Outer::Minus => TokenKind::Minus,
            Outer::Word => TokenKind::Word,
            Outer::Digits => TokenKind::Digits,
            Outer::String => TokenKind::String,
            Outer::OpenString => TokenKind::OpenString,
            Outer::AtPath => TokenKind::AtPath,
            Outer::Key => TokenKind::Key,
            Outer::Reference => TokenKind::Reference,
            Outer::Cidr => TokenKind::Cidr,
            Outer::OpenParen => TokenKind::OpenParen,
            Outer::CloseParen => TokenKind::CloseParen,
            Outer::OpenBracket => TokenKind::OpenBracket,
            Outer::CloseBracket => TokenKind::CloseBracket,
            Outer::OpenBrace => TokenKind::OpenBrace,
            Outer::CloseBrace => TokenKind::CloseBrace,
            Outer::Equals => TokenKind::Equals,
            Outer::Comma => TokenKind::Comma,
            Outer::Colon => TokenKind::Colon,
        }
    }
}

impl Value {
    fn kind(self) -> TokenKind {
        match self {
            Value::Blank => TokenKind::Blank,
            Value::Newline => TokenKind::Newline,
            Value::Bare => TokenKind::Bare,
            Value::String => TokenKind::String,
            Value::OpenString => TokenKind::OpenString,
            Value::Mixed => TokenKind::Mixed,
            Value::Reference => TokenKind::Reference,
            Value::And => TokenKind::And,
            Value::Or => TokenKind::Or,
            Value::Not => TokenKind::Not,
            Value::To => TokenKind::To,
            Value::OpenParen => TokenKind::OpenParen,
            Value::CloseParen => TokenKind::CloseParen,
            Value::OpenBracket => TokenKind::OpenBracket,
            Value::CloseBracket => TokenKind::CloseBracket,
            Value::OpenBrace => TokenKind::OpenBrace,
            Value::CloseBrace => TokenKind::CloseBrace,
        }
    }
}

impl Group {
    fn kind(self) -> TokenKind {
        match self {
            Group::Blank => TokenKind::Blank,
            Group::Newline => TokenKind::Newline,
            Group::Comment => TokenKind::Comment,
            Group::Bare => TokenKind::Bare,
            Group::String => TokenKind::String,
            Group::OpenString => TokenKind::OpenString,
            Group::Mixed => TokenKind::Mixed,
            Group::Reference => TokenKind::Reference,
            Group::And => TokenKind::And,
            Group::Or => TokenKind::Or,
            Group::Not => TokenKind::Not,
            Group::Minus => TokenKind::Minus,
            Group::OpenParen => TokenKind::OpenParen,
            Group::CloseParen => TokenKind::CloseParen,
            Group::OpenBracket => TokenKind::OpenBracket,
            Group::CloseBracket => TokenKind::CloseBracket,
            Group::OpenBrace => TokenKind::OpenBrace,
            Group::CloseBrace => TokenKind::CloseBrace,
        }
    }
}

/// What the tokens so far make of the characters to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Outer,
    /// Right behind a key.
    Value,
    /// Inside `( … )` of values, that deep.
    Group(u32),
    /// Inside a range or `CIDR(…)`.
    Bounds,
    /// Inside a range that stands in `( … )` of values, that deep.
    GroupBounds(u32),
}

impl Mode {
    /// Inside as many `(` of values, or outside.
    fn at_depth(depth: u32) -> Mode {
        if depth == 0 { Mode::Outer } else { Mode::Group(depth) }
    }
}

/// All tokens of `text`, trivia included, in order: together they are the text.
#[must_use]
pub fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 4);
    lex_into(text, |token| tokens.push(token));
    tokens
}

/// Hands every token of `text` to `each`, trivia included. Linear, no allocation.
pub fn lex_into(text: &str, mut each: impl FnMut(Token)) {
    let mut lexer = Cursor { text, at: 0, first_on_line: true, mode: Mode::Outer, list: ListStart::No };
    while lexer.run(&mut each) {}
}

/// How much of `let NAME = (` was seen: that parenthesis opens a group of values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListStart {
    No,
    Equals,
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
    first_on_line: bool,
    mode: Mode,
    list: ListStart,
}

impl<'t> Cursor<'t> {
    /// Lexes while one token set is in force; false at the end of the text.
    fn run(&mut self, each: &mut impl FnMut(Token)) -> bool {
        match self.mode {
            Mode::Outer => self.tokens(Outer::kind, Self::outside, each),
            Mode::Value | Mode::Bounds | Mode::GroupBounds(_) => self.tokens(Value::kind, Self::in_value, each),
            Mode::Group(_) => self.tokens(Group::kind, Self::in_group, each),
        }
    }

    /// Lexes up to a token behind which another set is in force: `next` gives its mode.
    fn tokens<T: logos::Logos<'t, Source = str, Extras = ()>>(
        &mut self,
        kind: impl Fn(T) -> TokenKind,
        next: impl Fn(&mut Self, TokenKind) -> Mode,
        each: &mut impl FnMut(Token),
    ) -> bool {
        let base = self.at;
        let mut lexer = Logos::<'t, T>::new(self.text.get(base..).unwrap_or_default());
        while let Some(token) = lexer.next() {
            let kind = token.map_or(TokenKind::Stray, &kind);
            let span = lexer.span();
            each(Token {
                kind,
                first_on_line: self.first_on_line,
                span: Span::new((base + span.start) as u32, (base + span.end) as u32),
            });
            self.at = base + span.end;
            self.first_on_line = match kind {
                TokenKind::Newline => true,
                TokenKind::Blank => self.first_on_line,
                _ => false,
            };
            let before = self.mode;
            self.mode = next(self, kind);
            if self.mode != before {
                return true;
            }
        }
        false
    }

    #[inline]
    fn outside(&mut self, kind: TokenKind) -> Mode {
        let list = self.list;
        self.list = match kind {
            TokenKind::Equals => ListStart::Equals,
            TokenKind::Blank | TokenKind::Newline | TokenKind::Comment => list,
            _ => ListStart::No,
        };
        match kind {
            TokenKind::Key => Mode::Value,
            TokenKind::Cidr => Mode::Bounds,
            TokenKind::OpenParen if list == ListStart::Equals => Mode::Group(1),
            _ => Mode::Outer,
        }
    }

    fn in_value(&mut self, kind: TokenKind) -> Mode {
        let closes = matches!(kind, TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace);
        match (self.mode, kind) {
            (Mode::Value, TokenKind::OpenParen) => Mode::Group(1),
            (Mode::Value, TokenKind::OpenBracket | TokenKind::OpenBrace) => Mode::Bounds,
            (Mode::Value, _) => Mode::Outer,
            (Mode::Bounds, _) if closes => Mode::Outer,
            // Of a parenthesis that closes a range the group takes notice.
            (Mode::GroupBounds(depth), TokenKind::CloseParen) => Mode::at_depth(depth - 1),
            (Mode::GroupBounds(depth), _) if closes => Mode::Group(depth),
            (mode, _) => mode,
        }
    }

    fn in_group(&mut self, kind: TokenKind) -> Mode {
        let Mode::Group(depth) = self.mode else { return self.mode };
        match kind {
            TokenKind::OpenParen => Mode::Group(depth + 1),
            TokenKind::CloseParen => Mode::at_depth(depth - 1),
            TokenKind::OpenBracket | TokenKind::OpenBrace => Mode::GroupBounds(depth),
            TokenKind::CloseBrace => Mode::Outer,
            _ => self.mode,
        }
    }
}
