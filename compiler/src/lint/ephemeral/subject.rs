//! A value, what kind of thing it names, and the ways to take it apart.

use std::ops::Range;

use super::chars::Chars;
use super::facts::Facts;
use super::markers::{self, MARKERS};
use crate::schema::{Family, Type};

/// What a value is the name of, as far as its key tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// A number that is not a port.
    Number,
    /// A port.
    Port,
    /// An address.
    Address,
    /// An instant.
    Instant,
    /// A pod, a container, or what makes them.
    Pod,
    /// A machine, or a name that is resolved to one.
    Host,
    /// A version of an image or a program.
    Release,
    /// Any other text: paths, arguments, names.
    Text,
}

/// A value and what is known of it.
pub(super) struct Subject<'a> {
    pub(super) text: &'a str,
    pub(super) facts: &'a Facts<'a>,
    pub(super) role: Role,
    pub(super) has: Chars,
    /// The markers in the text, each with the end of its first place.
    ends: Vec<(&'static str, usize)>,
}

/// Keys whose values say what a thing is, however random they look: sums, keys and identities.
const IDENTITIES: &[&str] = &[
    "hashes",
    "filter_hash",
    "ssh_public_key",
    "old_sd",
    "new_sd",
    "account_id",
    "aws_account",
    "rule_id",
    "orch_cluster_id",
    "cluster_arn",
];

impl<'a> Subject<'a> {
    /// Nothing where values of the key are not judged: they are of a closed set, or tell identities.
    pub(super) fn new(text: &'a str, facts: &'a Facts<'a>) -> Option<Subject<'a>> {
        let role = role(facts)?;
        // A value that is nothing but wildcards names nothing.
        let says = text.bytes().any(|byte| !matches!(byte, b'*' | b'?'));
        // A number says nothing by its form: only its key does.
        let plain = matches!(role, Role::Number | Role::Instant);
        says.then(|| {
            let (has, ends) = if plain { (Chars::NONE, Vec::new()) } else { markers::survey(text) };
            Subject { text, facts, role, has, ends }
        })
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte at that place; 0 outside.
    pub(super) fn at(&self, place: usize) -> u8 {
        self.bytes().get(place).copied().unwrap_or_default()
    }

    /// The byte before that place; 0 at the start.
    pub(super) fn before(&self, place: usize) -> u8 {
        place.checked_sub(1).map_or(0, |place| self.at(place))
    }

    /// The bytes of a range; empty where it does not fit.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        self.bytes().get(range.clone()).unwrap_or_default()
    }

    /// The whole value.
    pub(super) fn whole(&self) -> Range<usize> {
        0..self.text.len()
    }

    /// Where the run of bytes that pass the test ends.
    pub(super) fn run(&self, from: usize, test: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| test(**byte)).count()
    }

    /// Where the run of digits begins that ends there.
    pub(super) fn run_back(&self, end: usize) -> usize {
        let head = self.bytes().get(..end).unwrap_or_default();
        end - head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// The runs of bytes that pass the test.
    pub(super) fn runs(&self, test: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = self.run(from, |byte| !test(byte));
            from = self.run(start, test);
            (start < from).then_some(start..from)
        })
    }

    /// The longest runs of ASCII letters and digits.
    pub(super) fn words(&self) -> impl Iterator<Item = Range<usize>> {
        self.runs(|byte| byte.is_ascii_alphanumeric())
    }

    /// Those with a dot before them.
    pub(super) fn behind_dots(&self) -> impl Iterator<Item = Range<usize>> {
        let dots = self.bytes().iter().enumerate().filter(|(_, byte)| **byte == b'.');
        dots.map(|(dot, _)| dot + 1..self.run(dot + 1, |byte| byte.is_ascii_alphanumeric()))
    }

    /// The longest runs of digits.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Range<usize>> {
        self.runs(|byte| byte.is_ascii_digit())
    }

    /// What stands between slashes, blanks, and the signs that part a path from what is around it.
    pub(super) fn parts(&self) -> impl Iterator<Item = Range<usize>> {
        self.runs(|byte| !is_among(&PARTING, byte))
    }

    /// Whether the text from `place` on starts with `marker`, where `/` stands for both slashes and case is ignored.
    pub(super) fn starts(&self, place: usize, marker: &str) -> bool {
        markers::starts_with(self.bytes().get(place..).unwrap_or_default(), marker)
    }

    /// Where the first `marker`, one of [`MARKERS`], ends; compared as by [`Subject::starts`].
    pub(super) fn behind(&self, marker: &str) -> Option<usize> {
        debug_assert!(MARKERS.contains(&marker), "{marker} is not in the list");
        self.ends.iter().find(|(known, _)| *known == marker).map(|(_, end)| *end)
    }

    /// The segment of a path that starts there.
    pub(super) fn segment(&self, from: usize) -> Range<usize> {
        from..self.run(from, |byte| !is_among(&SEGMENTING, byte))
    }

    /// Whether a range holds a wildcard.
    pub(super) fn is_open(&self, range: &Range<usize>) -> bool {
        self.slice(range).iter().any(|byte| is_wildcard(*byte))
    }

    /// Whether nothing that could be more of the same word stands around a range: no letter, digit, or wildcard.
    pub(super) fn is_apart(&self, range: &Range<usize>) -> bool {
        let more = |byte: u8| byte.is_ascii_alphanumeric() || is_wildcard(byte);
        !more(self.before(range.start)) && !more(self.at(range.end))
    }

    /// Whether a place lies behind a marker of names that are given once, to a thing that stays: a disk, a class, a
    /// certificate, a publisher, an interface of a language.
    pub(super) fn is_given(&self, place: usize) -> bool {
        const GIVEN: &[&str] = &[
            "/by-id/",
            "/by-path/",
            "/by-uuid/",
            "/by-partuuid/",
            "UUID=",
            "/efivars/",
            "/etc/ssl/certs/",
            "/CLSID/",
            "/AppID/",
            "/Interface/",
            "/TypeLib/",
            "/GUID/",
            "/Class/",
            "/FolderDescriptions/",
            "/GPExtensions/",
            "/WinEvt/Publishers/",
            "/Providers/",
            "/Processid:",
            "/assembly/",
            "/Packages/",
            "/_tasks/",
            "/_bazel_",
            "/lib/php/",
            "xn--",
            "S-1-5-21-",
            "S-1-15-",
            "S-1-5-80-",
        ];
        GIVEN.iter().any(|marker| self.behind(marker).is_some_and(|end| end <= place))
    }

    /// Whether the value is a name that is resolved: a provider's ids in it belong to resources, which stay.
    pub(super) fn is_resolved(&self) -> bool {
        self.role == Role::Host && !self.facts.is_tag()
    }

    /// The number that a range of digits stands for.
    pub(super) fn number(&self, range: &Range<usize>) -> Option<u64> {
        self.text.get(range.clone())?.parse().ok()
    }
}

/// What stands between the parts of a value.
static PARTING: [bool; 256] = table(b"/\\=,;:\"' \t\n()@{}[]|<>&");

/// What a segment of a path ends at.
static SEGMENTING: [bool; 256] = table(b"/\\\"' ,;");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut rest = bytes;
    while let Some((byte, behind)) = rest.split_first() {
        // INVARIANT: a byte is below 256. A constant has no `get_mut`.
        #[allow(clippy::indexing_slicing, reason = "a byte fits a table of 256")]
        {
            table[*byte as usize] = true;
        }
        rest = behind;
    }
    table
}

fn is_among(table: &[bool; 256], byte: u8) -> bool {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

pub(super) fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

pub(super) fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'*' | b'?')
}

fn role(facts: &Facts<'_>) -> Option<Role> {
    let leaf = facts.leaf();
    Some(match facts.ty {
        Type::Bool | Type::Mode | Type::Enum => return None,
        Type::Int => Role::Number,
        Type::Port => Role::Port,
        Type::Ip => Role::Address,
        Type::Timestamp => Role::Instant,
        Type::String | Type::Path | Type::Any if IDENTITIES.contains(&leaf) => return None,
        Type::String | Type::Path | Type::Any if facts.is_tag() => match leaf {
            "pod_name"
            | "container_name"
            | "display_container_name"
            | "kube_ownerref_name"
            | "kube_replica_set"
            | "kube_job"
            | "oshift_deployment"
            | "rancher_container" => Role::Pod,
            "host" => Role::Host,
            "image_tag" | "version" | "kube_app_version" | "git.commit.sha" | "task_version" => Role::Release,
            _ => Role::Text,
        },
        Type::String | Type::Path | Type::Any => match leaf {
            "hostnames" | "hostname" | "host" => Role::Host,
            "name" if facts.family == Family::Dns => Role::Host,
            _ if leaf.ends_with("version") => Role::Release,
            _ => Role::Text,
        },
    })
}
