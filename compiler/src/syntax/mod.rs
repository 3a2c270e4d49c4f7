//! From text to items: splitter, lexer, grammar.
//!
//! Not here: what names, keys and values mean.

pub mod ast;
mod brackets;
mod deception;
mod grammar;
mod keyword;
mod lexer;
mod message;
mod parse;
mod split;
mod token;

pub use brackets::NESTING_CAP;
pub use keyword::{FIELDS, KEYWORDS};
pub use lexer::{lex, lex_into};
pub use parse::{ParsedItem, parse_item};
pub use split::{ITEM_KEYWORDS, ItemRange, split, starts_item};
pub use token::{Token, TokenKind};
