#![allow(missing_docs)]
pub mod base; pub mod config; pub mod diag; pub mod hir; pub mod project; pub mod schema; pub mod syntax;
