//! The recognisers, by what makes the values.

pub(super) mod address;
pub(super) mod build;
pub(super) mod ci;
pub(super) mod container;
pub(super) mod date;
pub(super) mod entropy;
pub(super) mod host;
pub(super) mod identifier;
pub(super) mod kubernetes;
pub(super) mod process;
pub(super) mod schema;
pub(super) mod session;
pub(super) mod temporary;
pub(super) mod version;
