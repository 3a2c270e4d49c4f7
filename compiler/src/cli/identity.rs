//! What a finding is apart from where it stands: it is known again when lines have moved.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::cli::finding::Finding;
use crate::cli::sources::Sources;
use crate::diag::Code;

/// A longer text is cut, and the hash of all of it stands for the rest. In characters.
const LONGEST: usize = 160;

/// What makes two findings the same one. The message is no part of it, since it may count days.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Identity {
    pub(super) file: Arc<str>,
    pub(super) code: Code,
    /// The name of the rule or other item that it is about; may be empty.
    pub(super) item: String,
    /// What is wrong, as it is written, with any run of blanks as one; may be empty.
    pub(super) text: String,
}

impl Identity {
    fn of(finding: &Finding, sources: &Sources<'_>) -> Identity {
        let span = finding.diagnostic.span;
        let source = sources.get(&finding.file);
        let written = source.as_ref().and_then(|source| source.text.get(span.range())).unwrap_or_default();
        Identity {
            file: Arc::clone(&finding.file),
            code: finding.diagnostic.code,
            item: source.as_ref().map(|source| source.item_at(span.start).to_owned()).unwrap_or_default(),
            text: shortened(written),
        }
    }

    /// A short text for the `number`th finding of this identity, counted from 0: the same on every machine.
    pub(super) fn fingerprint(&self, number: usize) -> String {
        let mut hash = Sha256::new();
        // No part holds a NUL: a text with one is no rule file.
        for part in [&*self.file, self.code.name(), &self.item, &self.text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(number.to_string().as_bytes());
        hex(&hash.finalize(), 16)
    }
}

/// The identity of each finding, and how many of the same come before it.
pub(super) fn of_all(findings: &[Finding], sources: &Sources<'_>) -> Vec<(Identity, usize)> {
    let mut seen: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut identities = Vec::with_capacity(findings.len());
    for finding in findings {
        let identity = Identity::of(finding, sources);
        let count = seen.entry(identity.clone()).or_default();
        identities.push((identity, *count));
        *count += 1;
    }
    identities
}

fn shortened(written: &str) -> String {
    let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((cut, _)) => {
            let start = text.get(..cut).unwrap_or_default();
            format!("{start}… {}", hex(&Sha256::digest(text.as_bytes()), 8))
        }
    }
}

/// The first `count` bytes as digits.
fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_do_not_count_and_length_does_not_blur() {
        assert_eq!(shortened(" a\n   b\tc "), "a b c");
        let (one, two) = (format!("{}1", "x".repeat(200)), format!("{}2", "x".repeat(200)));
        assert_ne!(shortened(&one), shortened(&two));
        assert_eq!(shortened(&one).chars().count(), LONGEST + 2 + 16);
    }

    #[test]
    fn a_fingerprint_depends_on_each_part() {
        let identity = |file: &str, item: &str, text: &str| Identity {
            file: Arc::from(file),
            code: Code::NeverEmitted,
            item: item.to_owned(),
            text: text.to_owned(),
        };
        let first = identity("a", "b", "c").fingerprint(0);
        assert_eq!(first, "50cca7228642fe71db75757f06b904cc");
        for other in [
            identity("a", "b", "d").fingerprint(0),
            identity("a", "bc", "").fingerprint(0),
            identity("ab", "", "c").fingerprint(0),
            identity("a", "b", "c").fingerprint(1),
        ] {
            assert_ne!(first, other);
        }
    }
}
