//! The client of language servers that the tests use, for measuring others.

#[path = "../../src/language_client.rs"]
pub mod language_client;
