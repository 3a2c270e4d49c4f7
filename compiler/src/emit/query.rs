//! A query as Datadog reads it, in one canonical spelling.
//!
//! - A literal is quoted, so that nothing in it is special: `@process.args:"+x"`.
//! - A pattern is bare, with a backslash before all that Datadog treats as special, but for its own `*` and `?`.
//! - Alternatives for one key are one group: `host:("a" OR "b")`. Ranges and networks stay terms of their own, and so do
//!   alternatives among which is a pattern that reads otherwise in a group: one with `?`, which ends a word there, or one
//!   that starts like an operator.
//! - AND is a blank. An OR below anything, and an AND below OR or NOT, stands in parentheses, so that nothing depends on
//!   which of the two binds tighter.
//! - NOT is `-`, before a term or before parentheses.
//! - A range open on one side is a comparison; one that holds just one of its two ends is two comparisons in
//!   parentheses, since mixed brackets are not understood.
//!
//! Reading the text gives the same tree. Not here: how the query was written by its author.

use super::json::Sink;
use crate::hir::{Bound, Key, NodeId, NodeKind, Nodes, Query, Test};
use crate::logic::Literal;

/// Appends the query.
pub fn query_text(query: &Query, out: &mut String) {
    write(query, out);
}

/// Appends NOT the query: what a `require` suppresses.
pub fn require_text(query: &Query, out: &mut String) {
    write_denied(query, out);
}

/// Appends one literal of a query's normal form as Datadog reads it.
pub fn literal_text(query: &Query, literal: Literal, out: &mut String) {
    if literal.positive {
        node(query, literal.node, Place::Below, out);
    } else {
        denied(query, literal.node, out);
    }
}

/// Appends one node of the query.
pub fn node_text(query: &Query, id: NodeId, out: &mut String) {
    node(query, id, Place::Below, out);
}

/// [`query_text`] into any sink.
pub(super) fn write(query: &Query, out: &mut impl Sink) {
    node(query, query.root(), Place::Top, out);
}

/// [`require_text`] into any sink.
pub(super) fn write_denied(query: &Query, out: &mut impl Sink) {
    match query.node(query.root()).kind {
        NodeKind::Not(inner) => node(query, inner, Place::Top, out),
        _ => denied(query, query.root(), out),
    }
}

/// Two queries, both of which must hold.
pub(super) fn write_both(one: &Query, other: &Query, out: &mut impl Sink) {
    node(one, one.root(), Place::Below, out);
    out.plain(" ");
    node(other, other.root(), Place::Below, out);
}

/// What stands around a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing: a list needs no parentheses.
    Top,
    /// Another list or a NOT.
    Below,
}

fn node(query: &Query, id: NodeId, place: Place, out: &mut impl Sink) {
    match query.node(id).kind {
        NodeKind::And(list) => joined(query, list, " ", place, out),
        NodeKind::Or(list) => match shared_key(query, list) {
            Some(key) => {
                out.push(query.text(key.text));
                out.plain(":(");
                for (index, id) in query.children(list).iter().enumerate() {
                    if index > 0 {
                        out.plain(" OR ");
                    }
                    if let NodeKind::Term { test, .. } = query.node(*id).kind {
                        value(query, test, out);
                    }
                }
                out.plain(")");
            }
            None => joined(query, list, " OR ", place, out),
        },
        NodeKind::Not(inner) => denied(query, inner, out),
        NodeKind::Term { key, test } => term(query, key, test, out),
    }
}

fn joined(query: &Query, list: Nodes, between: &str, place: Place, out: &mut impl Sink) {
    if place == Place::Below {
        out.plain("(");
    }
    for (index, id) in query.children(list).iter().enumerate() {
        if index > 0 {
            out.plain(between);
        }
        node(query, *id, Place::Below, out);
    }
    if place == Place::Below {
        out.plain(")");
    }
}

fn denied(query: &Query, id: NodeId, out: &mut impl Sink) {
    out.plain("-");
    if let NodeKind::Term { test: Test::Networks(_), .. } = query.node(id).kind {
        // Datadog documents the denial of a function only with parentheses around it.
        out.plain("(");
        node(query, id, Place::Below, out);
        out.plain(")");
    } else {
        node(query, id, Place::Below, out);
    }
}

/// The key of alternatives that can be written as one group.
fn shared_key(query: &Query, list: Nodes) -> Option<Key> {
    let mut shared: Option<Key> = None;
    for id in query.children(list) {
        let key = match query.node(*id).kind {
            NodeKind::Term { key, test: Test::Exact(_) } => key,
            NodeKind::Term { key, test: Test::Glob(pattern) } if fits_group(query.text(pattern)) => key,
            _ => return None,
        };
        match shared {
            None => shared = Some(key),
            Some(first) if query.text(first.text) == query.text(key.text) => {}
            Some(_) => return None,
        }
    }
    shared
}

/// Whether a pattern means the same inside a group as behind its key.
fn fits_group(pattern: &str) -> bool {
    !has(pattern, b"*?") || !has(pattern, b"?") && !["AND", "OR", "NOT"].iter().any(|word| pattern.starts_with(word))
}

fn term(query: &Query, key: Key, test: Test, out: &mut impl Sink) {
    let key = query.text(key.text);
    match test {
        Test::Networks(networks) => {
            out.plain("CIDR(");
            out.push(key);
            out.plain(",");
            out.push(query.text(networks));
            out.plain(")");
        }
        Test::Range { low: Some(low), high: Some(high) } if low.inclusive != high.inclusive => {
            out.plain("(");
            comparison(query, key, [">", ">="], low, out);
            out.plain(" ");
            comparison(query, key, ["<", "<="], high, out);
            out.plain(")");
        }
        Test::Range { low: Some(low), high: None } => comparison(query, key, [">", ">="], low, out),
        Test::Range { low: None, high: Some(high) } => comparison(query, key, ["<", "<="], high, out),
        Test::Range { low: Some(low), high: Some(high) } => {
            let [open, close] = if low.inclusive { ["[", "]"] } else { ["{", "}"] };
            out.push(key);
            out.plain(":");
            out.plain(open);
            out.plain(query.text(low.text));
            out.plain(" TO ");
            out.plain(query.text(high.text));
            out.plain(close);
        }
        Test::Present | Test::Exact(_) | Test::Glob(_) | Test::Range { low: None, high: None } => {
            out.push(key);
            out.plain(":");
            value(query, test, out);
        }
    }
}

fn comparison(query: &Query, key: &str, [strict, inclusive]: [&str; 2], bound: Bound, out: &mut impl Sink) {
    out.push(key);
    out.plain(":");
    out.plain(if bound.inclusive { inclusive } else { strict });
    out.push(query.text(bound.text));
}

/// A value that needs nothing but its own text.
fn value(query: &Query, test: Test, out: &mut impl Sink) {
    match test {
        Test::Exact(text) => quoted(query.text(text), out),
        Test::Glob(text) => pattern(query.text(text), out),
        Test::Present | Test::Range { .. } | Test::Networks(_) => out.plain("*"),
    }
}

fn quoted(text: &str, out: &mut impl Sink) {
    out.quote();
    // What JSON needs not escape, a query needs not either.
    if out.is_plain(text) {
        out.plain(text);
    } else {
        escaped(text, out);
    }
    out.quote();
}

fn escaped(text: &str, out: &mut impl Sink) {
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest.as_bytes()) {
        let (plain, special) = rest.split_at(at);
        out.push(plain);
        let (one, behind) = special.split_at(1);
        out.backslash();
        out.push(one);
        rest = behind;
    }
    out.push(rest);
}

fn pattern(pattern: &str, out: &mut impl Sink) {
    if !has(pattern, b"*?") {
        return quoted(&literal(pattern), out);
    }
    let mut done = 0;
    let mut chars = pattern.char_indices();
    while let Some((at, char)) = chars.next() {
        let escaped = match char {
            '*' | '?' => continue,
            '\\' => true,
            char => is_special(char) || (at == 0 && char == '$'),
        };
        if escaped {
            out.push(pattern.get(done..at).unwrap_or_default());
            out.backslash();
            done = at;
            // A backslash of the pattern and what it escapes go out as one: `\*` is `\*` in both spellings.
            if char == '\\' {
                done = at + 1;
                chars.next();
            }
        }
    }
    out.push(pattern.get(done..).unwrap_or_default());
}

/// Whether one of these wildcards stands in a pattern.
fn has(pattern: &str, wildcards: &[u8]) -> bool {
    let mut bytes = pattern.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            byte if wildcards.contains(&byte) => return true,
            _ => {}
        }
    }
    false
}

/// The one text that a pattern without wildcards matches.
fn literal(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        text.extend(if char == '\\' { chars.next() } else { Some(char) });
    }
    text
}

/// Whether Datadog wants a backslash before the character outside of quotes.
///
/// `&` and `|` are special in pairs only; a backslash before one does no harm.
fn is_special(char: char) -> bool {
    match char {
        '+' | '-' | '=' | '&' | '|' | '>' | '<' | '!' | '(' | ')' | '{' | '}' | '[' | ']' | '^' | '"' | '~' | ':'
        | '#' => true,
        char if char.is_ascii() => char.is_ascii_whitespace() || char == '\x0b',
        '“' | '”' => true,
        char => char.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::tests::Build;

    fn text(build: impl FnOnce(&mut Build) -> NodeId) -> String {
        let query = Build::query(build);
        let mut out = String::new();
        query_text(&query, &mut out);
        out
    }

    fn denied(build: impl FnOnce(&mut Build) -> NodeId) -> String {
        let query = Build::query(build);
        let mut out = String::new();
        require_text(&query, &mut out);
        out
    }

    #[test]
    fn literals_are_quoted() {
        assert_eq!(text(|b| b.exact("@process.args", "+x")), r#"@process.args:"+x""#);
        assert_eq!(text(|b| b.exact("@process.args", "")), r#"@process.args:"""#);
        assert_eq!(text(|b| b.exact("@file.path", r"C:\a")), r#"@file.path:"C:\\a""#);
        assert_eq!(text(|b| b.exact("@process.args", r#"say "*""#)), r#"@process.args:"say \"*\"""#);
    }

    #[test]
    fn patterns_are_bare_and_escaped() {
        assert_eq!(text(|b| b.glob("@file.path", "/usr/lib/jvm/*/bin/java?")), "@file.path:/usr/lib/jvm/*/bin/java?");
        assert_eq!(
            text(|b| b.glob("@file.path", "/var/lib/my app/x86-64/*")),
            r"@file.path:/var/lib/my\ app/x86\-64/*"
        );
        assert_eq!(text(|b| b.glob("@a", r"\*\?\\*")), r"@a:\*\?\\*");
        assert_eq!(
            text(|b| b.glob("@a", "+-=&&||><!(){}[]^\"“”~:#*")),
            "@a:\\+\\-\\=\\&\\&\\|\\|\\>\\<\\!\\(\\)\\{\\}\\[\\]\\^\\\"\\“\\”\\~\\:\\#*"
        );
        assert_eq!(text(|b| b.glob("@a", "*\t\u{a0}\u{3000}日本é")), "@a:*\\\t\\\u{a0}\\\u{3000}日本é");
        assert_eq!(text(|b| b.glob("@a", "$HOME$*")), r"@a:\$HOME$*");
        assert_eq!(text(|b| b.glob("@a", "*\\")), "@a:*\\");
    }

    #[test]
    fn a_pattern_without_wildcards_is_a_literal() {
        assert_eq!(text(|b| b.glob("@a", r"OR")), r#"@a:"OR""#);
        assert_eq!(text(|b| b.glob("@a", r"a\*b\\")), r#"@a:"a*b\\""#);
    }

    #[test]
    fn a_key_alone_is_present() {
        assert_eq!(text(|b| b.present("@process.tty")), "@process.tty:*");
    }

    #[test]
    fn alternatives_for_one_key_are_a_group() {
        let group = |b: &mut Build| {
            let parts = [b.exact("host", "a"), b.glob("host", "b*")];
            b.or(&parts)
        };
        assert_eq!(text(group), r#"host:("a" OR b*)"#);
        assert_eq!(denied(group), r#"-host:("a" OR b*)"#);
        assert_eq!(
            text(|b| {
                let group = group(b);
                let term = b.exact("env", "prod");
                b.and(&[group, term])
            }),
            r#"host:("a" OR b*) env:"prod""#
        );
    }

    #[test]
    fn a_pattern_that_a_group_would_misread_stays_a_term() {
        let with = |pattern: &str| {
            text(|b| {
                let parts = [b.glob("host", pattern), b.exact("host", "a")];
                b.or(&parts)
            })
        };
        assert_eq!(with("web-?"), r#"host:web\-? OR host:"a""#);
        assert_eq!(with("NOTES*"), r#"host:NOTES* OR host:"a""#);
        assert_eq!(with("ORACLE*"), r#"host:ORACLE* OR host:"a""#);
        assert_eq!(with(r"\?*"), r#"host:(\?* OR "a")"#);
        assert_eq!(with("NODE*"), r#"host:(NODE* OR "a")"#);
        assert_eq!(with("NOTES"), r#"host:("NOTES" OR "a")"#);
    }

    #[test]
    fn other_alternatives_stand_in_parentheses_below_anything() {
        let mixed = |b: &mut Build| {
            let parts = [b.exact("host", "a"), b.exact("env", "b"), b.exact("host", "c")];
            b.or(&parts)
        };
        assert_eq!(text(mixed), r#"host:"a" OR env:"b" OR host:"c""#);
        assert_eq!(denied(mixed), r#"-(host:"a" OR env:"b" OR host:"c")"#);
        assert_eq!(
            text(|b| {
                let (mixed, term) = (mixed(b), b.present("@a"));
                b.and(&[term, mixed])
            }),
            r#"@a:* (host:"a" OR env:"b" OR host:"c")"#
        );
        let with_range = |b: &mut Build| {
            let parts = [b.exact("@a", "1"), b.range("@a", Some(("5", true)), None)];
            b.or(&parts)
        };
        assert_eq!(text(with_range), r#"@a:"1" OR @a:>=5"#);
        let with_not = |b: &mut Build| {
            let (one, two) = (b.exact("@a", "1"), b.exact("@a", "2"));
            let two = b.not(two);
            b.or(&[one, two])
        };
        assert_eq!(text(with_not), r#"@a:"1" OR -@a:"2""#);
    }

    #[test]
    fn and_below_or_and_not_stands_in_parentheses() {
        let both = |b: &mut Build| {
            let parts = [b.exact("@a", "1"), b.exact("@b", "2")];
            b.and(&parts)
        };
        assert_eq!(text(both), r#"@a:"1" @b:"2""#);
        assert_eq!(denied(both), r#"-(@a:"1" @b:"2")"#);
        assert_eq!(
            text(|b| {
                let (both, term) = (both(b), b.present("@c"));
                b.or(&[both, term])
            }),
            r#"(@a:"1" @b:"2") OR @c:*"#
        );
    }

    #[test]
    fn denial_of_a_denial_is_the_thing_itself() {
        assert_eq!(denied(|b| b.exact("@a", "1")), r#"-@a:"1""#);
        let not = |b: &mut Build| {
            let parts = [b.exact("@a", "1"), b.exact("@b", "2")];
            let or = b.or(&parts);
            b.not(or)
        };
        assert_eq!(text(not), r#"-(@a:"1" OR @b:"2")"#);
        assert_eq!(denied(not), r#"@a:"1" OR @b:"2""#);
    }

    #[test]
    fn ranges() {
        let range = |low, high| text(|b| b.range("@process.uid", low, high));
        assert_eq!(range(Some(("5", true)), None), "@process.uid:>=5");
        assert_eq!(range(Some(("5", false)), None), "@process.uid:>5");
        assert_eq!(range(None, Some(("-5.50", true))), "@process.uid:<=-5.50");
        assert_eq!(range(None, Some(("5", false))), "@process.uid:<5");
        assert_eq!(range(Some(("0", true)), Some(("999", true))), "@process.uid:[0 TO 999]");
        assert_eq!(range(Some(("0", false)), Some(("999", false))), "@process.uid:{0 TO 999}");
        assert_eq!(range(Some(("0", true)), Some(("999", false))), "(@process.uid:>=0 @process.uid:<999)");
        assert_eq!(range(None, None), "@process.uid:*");
        assert_eq!(denied(|b| b.range("@a", Some(("0", false)), Some(("9", true)))), "-(@a:>0 @a:<=9)");
    }

    #[test]
    fn networks_are_a_function() {
        let networks = |b: &mut Build| b.networks("@network.destination.ip", "10.0.0.0/8,fd00::/8");
        assert_eq!(text(networks), "CIDR(@network.destination.ip,10.0.0.0/8,fd00::/8)");
        assert_eq!(denied(networks), "-(CIDR(@network.destination.ip,10.0.0.0/8,fd00::/8))");
    }

    #[test]
    fn both_holds_each_together() {
        let or = Build::query(|b| {
            let parts = [b.exact("@a", "1"), b.exact("@b", "2")];
            b.or(&parts)
        });
        let mut out = String::new();
        write_both(&or, &Build::query(|b| b.present("@c")), &mut out);
        assert_eq!(out, r#"(@a:"1" OR @b:"2") @c:*"#);
    }
}
