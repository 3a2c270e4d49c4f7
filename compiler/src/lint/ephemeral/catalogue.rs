use std::ops::Range;

use super::chars::Chars;
use super::forms::{
    address, build, ci, container, date, entropy, host, identifier, kubernetes, process, schema, session, temporary,
    version,
};
use super::subject::Subject;

/// One kind of value that does not last.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Kebab-case, unique.
    pub name: &'static str,
    /// What such a value is, with its article: `a process id`.
    pub what: &'static str,
    /// Why the next run will not show it again, as a clause.
    pub why: &'static str,
    /// Keys, values, and the part of each that changes.
    pub examples: &'static [(&'static str, &'static str, &'static str)],
    /// Keys and values that look alike and last.
    pub lasting: &'static [(&'static str, &'static str)],
    /// The characters that every such value has.
    pub(super) needs: Chars,
    /// Gives the part that changes.
    pub(super) find: fn(&Subject<'_>) -> Option<Range<usize>>,
}

/// Every form, in the order in which they are tried.
pub const FORMS: &[Form] = &[
    schema::PER_RUN,
    process::PROC,
    process::TERMINAL,
    process::KERNEL_OBJECT,
    process::NAMED_NUMBER,
    process::WORKER,
    container::POD_UID,
    container::IMAGE_ID,
    container::CONTAINER_ID,
    container::LAYER,
    container::INTERFACE,
    container::RANDOM_NAME,
    session::SCOPE,
    session::SESSION,
    temporary::PRIVATE,
    temporary::NAME,
    temporary::SUFFIX,
    ci::RUNNER_FILE,
    ci::WORKSPACE,
    identifier::UUID,
    kubernetes::REPLICA_SET,
    kubernetes::JOB,
    kubernetes::ROLLOUT,
    kubernetes::POD_SUFFIX,
    host::INSTANCE,
    host::ADDRESS_NAME,
    host::POOL_MEMBER,
    host::TUNNEL,
    date::DATE,
    date::EPOCH,
    build::REVISION,
    build::NUMBER,
    build::COMMIT,
    version::PATCH,
    identifier::SORTABLE,
    identifier::ENCODED,
    identifier::HEX,
    address::PORT,
    address::DYNAMIC,
    temporary::NUMBER,
    build::COUNTER,
    build::ASSET,
    temporary::DIRECTORY,
    entropy::RANDOM,
];
