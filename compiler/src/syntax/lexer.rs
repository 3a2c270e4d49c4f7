//! Text to tokens, with logos. Tokens and trivia together are the text, byte for byte.
//!
//! Three token sets share the work, since the same characters mean different things: outside of values, right behind
//! a key (and inside a range or `CIDR(…)`), and inside a group of values. Which one is in force follows from the
//! tokens before.

use logos::{Lexer as Logos, Logos as _};

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
    #[regex(r#"([^\s(){}\[\]"=,:#$@\-!0-9\\]|\\[^\n])([^\s(){}\[\]"=,:\\]|\\[^\n])*"#, priority = 5)]
    Word,
    #[regex(r#"[0-9][^\s(){}\[\]"=,#]*"#, priority = 6)]
    Digits,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\n])*"#, priority = 9)]
    OpenString,
    #[regex(r#"@([^\s(){}\[\]"=,:\\]|\\[^\n])*"#, priority = 5)]
    AtPath,
    #[regex(r#"@?([^\s(){}\[\]"=,:#$@\-!0-9\\]|\\[^\n])([^\s(){}\[\]"=,:\\]|\\[^\n])*:"#, priority = 10)]
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
    #[regex(r#"([^\s(){}\[\]"\\]|\\[^\n])+"#, priority = 3)]
    Bare,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\n])*"#, priority = 9)]
    OpenString,
    #[regex(r#"([^\s(){}\[\]"\\]|\\[^\n])+"([^"\\\n]|\\[^\n])*"(([^\s(){}\[\]"\\]|\\[^\n])|"([^"\\\n]|\\[^\n])*")*"#, priority = 2)]
    #[regex(r#""([^"\\\n]|\\[^\n])*"(([^\s(){}\[\]"\\]|\\[^\n])|"([^"\\\n]|\\[^\n])*")+"#, priority = 1)]
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
    #[regex(r#"([^\s(){}\[\]"\\\-#]|\\[^\n])([^\s(){}\[\]"\\]|\\[^\n])*"#, priority = 3)]
    Bare,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#, priority = 10)]
    String,
    #[regex(r#""([^"\\\n]|\\[^\n])*"#, priority = 9)]
    OpenString,
    #[regex(r#"([^\s(){}\[\]"\\\-#]|\\[^\n])([^\s(){}\[\]"\\]|\\[^\n])*"([^"\\\n]|\\[^\n])*"(([^\s(){}\[\]"\\]|\\[^\n])|"([^"\\\n]|\\[^\n])*")*"#, priority = 2)]
    #[regex(r#""([^"\\\n]|\\[^\n])*"(([^\s(){}\[\]"\\]|\\[^\n])|"([^"\\\n]|\\[^\n])*")+"#, priority = 1)]
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
