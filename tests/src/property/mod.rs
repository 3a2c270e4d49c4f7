//! What must hold for every input: oracles that the property tests and the fuzzers share. Each panics where something
//! does not hold, and says on which input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an oracle fails by panicking"
)]

pub mod analysis;
pub mod anything;
pub mod claims;
pub mod domain;
pub mod events;
pub mod fixes;
pub mod import;
pub mod incremental;
pub mod layout;
pub mod messages;
pub mod relations;
pub mod round_trip;
pub mod schema;
pub mod tree;
