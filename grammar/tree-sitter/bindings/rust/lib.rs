//! The Quell grammar for tree-sitter, for editors and tools written in Rust.
//!
//! Not here: the compiler. Its parser, in the crate `quell`, decides what is legal; a test holds this one to it.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_quell() -> *const ();
}

/// The language, for `tree_sitter::Parser::set_language`.
// SAFETY: the function is the one that the generated parser defines; it takes nothing and gives a static language.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_quell) };

/// What each kind of node looks like, as JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");
/// The query for highlighting.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// The query for the languages within: JSON in tests.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
/// The query for names and where they are used.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
