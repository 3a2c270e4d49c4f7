use std::ops::Range;
use std::sync::LazyLock;

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

/// For everything that a value may hold, a bit for each form whose needs are met.
static MET: LazyLock<Vec<u64>> = LazyLock::new(|| {
    const { assert!(FORMS.len() <= 64, "a form has a bit") };
    Chars::sets()
        .map(|has| FORMS.iter().rev().fold(0, |met, form| met << 1 | u64::from(has.covers(form.needs))))
        .collect()
});

/// The forms that a value which holds that may have, in the order in which they are tried.
pub(super) fn forms_for(has: Chars) -> impl Iterator<Item = &'static Form> {
    let mut met = MET.get(has.index()).copied().unwrap_or_default();
    std::iter::from_fn(move || {
        let form = FORMS.get(met.trailing_zeros() as usize)?;
        met &= met - 1;
        Some(form)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_for_a_value_are_those_whose_needs_it_meets() {
        for has in Chars::sets() {
            let met: Vec<&str> = forms_for(has).map(|form| form.name).collect();
            let wanted = FORMS.iter().filter(|form| has.covers(form.needs)).map(|form| form.name);
            assert!(wanted.eq(met), "{has:?}");
        }
    }
}
