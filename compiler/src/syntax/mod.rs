//! From text to items: splitter, lexer, grammar.
//!
//! Not here: what names, keys and values mean.

pub mod ast;
mod lexer;
mod token;

pub use lexer::lex;
pub use token::{Token, TokenKind};
