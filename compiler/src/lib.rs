#![allow(missing_docs)]
pub mod base; pub mod config; pub mod emit; pub mod diag; pub mod hir; pub mod project; pub mod schema; pub mod syntax;
