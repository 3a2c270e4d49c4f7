//! What Datadog calls a suppression: the parts that the targets for it share.
//!
//! The description starts with the lines `Owner:`, `Reason:`, `Ticket:` and `Protects:`, as far as the rule says so;
//! its documentation follows after an empty line.
//!
//! Tags are those of the rule, `owner:…` and `ticket:…`, sorted, each once. Datadog's tags start with a letter, hold
//! letters, digits and `_ - : . /`, and are at most 200 characters long. Whatever else a tag holds becomes `_`, runs of
//! `_` become one, and what cannot start or end a tag is cut off. The two that are made from fields are lower-case, so
//! that one owner is one tag; a tag that the rule spells out keeps its case, as it does in Datadog
//! (`technique:T1110-brute-force`).
//!
//! Not here: JSON.

use super::json::Sink;
use super::query;
use crate::hir::{Polarity, Query, Rule};

/// The rule query of a rule that names no detection rules.
pub const ALL_RULES: &str = "type:workload_security";

/// The most characters that a tag has.
const TAG_LENGTH: usize = 200;

/// Appends the query for the detection rules that a rule is about.
pub fn rule_query_text(rule: &Rule, out: &mut String) {
    rule_query(rule, out);
}

/// Writes the rule query.
pub(super) fn rule_query(rule: &Rule, out: &mut impl Sink) {
    match &rule.rules {
        Some(rules) => query::write(rules, out),
        None => out.push(ALL_RULES),
    }
}

/// Writes what is suppressed: the query, or its denial for a `require`.
pub(super) fn suppressed(rule: &Rule, when: &Query, out: &mut impl Sink) {
    match rule.polarity {
        Polarity::Suppress => query::write(when, out),
        Polarity::Require => query::write_denied(when, out),
    }
}

/// The lines of the description before the documentation.
fn lines(rule: &Rule) -> impl Iterator<Item = (&'static str, &str)> {
    [("Owner: ", &rule.owner), ("Reason: ", &rule.reason), ("Ticket: ", &rule.ticket), ("Protects: ", &rule.protects)]
        .into_iter()
        .filter_map(|(label, field)| Some((label, field.as_ref()?.value.as_str())))
}

/// Whether there is anything to describe.
pub(super) fn is_described(rule: &Rule) -> bool {
    !rule.documentation.is_empty() || lines(rule).next().is_some()
}

/// Writes the description.
pub(super) fn description(rule: &Rule, out: &mut impl Sink) {
    let mut any = false;
    for (label, text) in lines(rule) {
        if any {
            out.push("\n");
        }
        any = true;
        out.push(label);
        // A line break in a field must not pass for the next line.
        for (index, piece) in text.split(['\n', '\r']).enumerate() {
            if index > 0 {
                out.push(" ");
            }
            out.push(piece);
        }
    }
    if any && !rule.documentation.is_empty() {
        out.push("\n\n");
    }
    out.push(&rule.documentation);
}

/// The tags of a rule, in one piece of text.
pub(super) struct Tags {
    text: String,
    ends: Vec<(usize, usize)>,
}

impl Tags {
    /// The tags of the rule.
    pub(super) fn of(rule: &Rule) -> Tags {
        let mut tags = Tags { text: String::with_capacity(64), ends: Vec::with_capacity(rule.tags.len() + 2) };
        for tag in &rule.tags {
            tags.push("", tag, false);
        }
        if let Some(owner) = &rule.owner {
            tags.push("owner:", &owner.value, true);
        }
        if let Some(ticket) = &rule.ticket {
            tags.push("ticket:", &ticket.value, true);
        }
        let Tags { text, ends } = &mut tags;
        let tag = |&(start, end): &(usize, usize)| text.get(start..end).unwrap_or_default();
        ends.sort_unstable_by(|a, b| tag(a).cmp(tag(b)));
        ends.dedup_by(|a, b| tag(a) == tag(b));
        tags
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The tags, sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().map(|&(start, end)| self.text.get(start..end).unwrap_or_default())
    }

    fn push(&mut self, prefix: &str, value: &str, lower: bool) {
        let start = self.text.len();
        self.text.push_str(prefix);
        let mut length = prefix.len();
        let mut last = prefix.chars().next_back();
        for char in value.chars() {
            if length == TAG_LENGTH {
                break;
            }
            let char = if char.is_alphanumeric() || matches!(char, '-' | ':' | '.' | '/') { char } else { '_' };
            if (last.is_none() && !char.is_alphabetic()) || (char == '_' && last == Some('_')) {
                continue;
            }
            last = Some(char);
            length += 1;
            match char {
                char if !lower => self.text.push(char),
                char if char.is_ascii() => self.text.push(char.to_ascii_lowercase()),
                char => self.text.extend(char.to_lowercase()),
            }
        }
        let written = self.text.get(start..).unwrap_or_default();
        let kept = written.trim_end_matches(['_', ':']).len();
        // Of a prefix alone nothing is learned.
        let end = if kept < prefix.len().max(1) { start } else { start + kept };
        self.text.truncate(end);
        if end > start {
            self.ends.push((start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::tests::{Build, rule, spanned};

    fn tags(rule: &Rule) -> Vec<String> {
        Tags::of(rule).iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_description_names_who_and_why_first() {
        let mut rule = rule("a");
        assert!(!is_described(&rule));
        rule.documentation = "One.\nTwo.".to_owned();
        let text = |rule: &Rule| {
            let mut out = String::new();
            description(rule, &mut out);
            out
        };
        assert_eq!(text(&rule), "One.\nTwo.");
        rule.owner = spanned("me");
        rule.ticket = spanned("SEC-1\nReason: none");
        rule.protects = spanned("a thief");
        assert_eq!(text(&rule), "Owner: me\nTicket: SEC-1 Reason: none\nProtects: a thief\n\nOne.\nTwo.");
        rule.documentation.clear();
        assert_eq!(text(&rule), "Owner: me\nTicket: SEC-1 Reason: none\nProtects: a thief");
    }

    #[test]
    fn tags_are_sorted_and_fit_datadog() {
        let mut rule = rule("a");
        assert_eq!(tags(&rule), [""; 0]);
        rule.owner = spanned("AppSec@Example.com");
        rule.ticket = spanned("SEC-1234");
        rule.tags = ["zone:a", "technique:T1110-brute-force", "zone:a", "9 lives", "a  b!", "_", "größe:XL", "k:"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            tags(&rule),
            [
                "a_b",
                "größe:XL",
                "k",
                "lives",
                "owner:appsec_example.com",
                "technique:T1110-brute-force",
                "ticket:sec-1234",
                "zone:a"
            ]
        );
    }

    #[test]
    fn a_tag_has_an_end_and_something_behind_its_prefix() {
        let mut rule = rule("a");
        rule.owner = spanned("@@");
        rule.ticket = spanned("ä".repeat(300));
        let tags = tags(&rule);
        assert_eq!(tags.len(), 1);
        assert_eq!(tags[0].chars().count(), TAG_LENGTH);
    }

    #[test]
    fn a_require_suppresses_the_denial() {
        let mut rule = rule("a");
        let when = Build::query(|b| b.exact("host", "a"));
        let text = |rule: &Rule| {
            let mut out = String::new();
            suppressed(rule, &when, &mut out);
            out
        };
        assert_eq!(text(&rule), r#"host:"a""#);
        rule.polarity = Polarity::Require;
        assert_eq!(text(&rule), r#"-host:"a""#);
    }
}
