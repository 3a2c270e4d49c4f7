//! The language server of Quell: what it knows and answers in [`ide`], the protocol in [`server`].

pub mod ide;
pub mod server;
