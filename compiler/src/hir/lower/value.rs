use std::borrow::Cow;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Edit, Fix, text};
use crate::hir::lower::Lowering;
use crate::hir::lower::condition::{operator, quoted};
use crate::hir::spelling::{self, unescaped};
use crate::hir::{Bound, Key, KeyKind, NodeId, NodeKind, Query, Test, TextRef};
use crate::syntax::ast;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Right behind the key.
    Direct,
    /// Inside `( … )`.
    Group,
}

/// The key of the terms of a value list, until it is used.
pub(super) fn no_key() -> Key {
    Key { text: TextRef::default(), span: Span::empty(0), kind: KeyKind::UnknownTag }
}

impl Lowering<'_> {
    /// Lowers what stands behind a key: one value, or a group of them with the key given to each.
    pub(super) fn values(
        &mut self,
        query: &mut Query,
        key: Key,
        id: ast::NodeId,
        position: Position,
    ) -> Option<NodeId> {
        let node = self.parsed.node(id);
        if self.is_full(query, node.span) {
            return None;
        }
        // A value right behind its key has the span of the term.
        let span = match position {
            Position::Direct => key.span.to(node.span),
            Position::Group => node.span,
        };
        match node.kind {
            ast::NodeKind::Bare => self.bare(query, key, node.span, span),
            ast::NodeKind::Quoted => Some(self.quoted_value(query, key, node.span, span)),
            ast::NodeKind::Mixed => {
                self.mixed_quotes(node.span);
                None
            }
            ast::NodeKind::Word => {
                let text = query.push_text(self.of(node.span));
                Some(query.push(NodeKind::Term { key, test: Test::Exact(text) }, span))
            }
            ast::NodeKind::Reference => self.list_reference(query, key, node.span),
            ast::NodeKind::Range { low, high, open_inclusive, close_inclusive } => {
                self.range(query, key, span, node.span, [low, high], [open_inclusive, close_inclusive])
            }
            ast::NodeKind::Group(inner) => self.nested(query, key, inner, Position::Group),
            ast::NodeKind::Not { of, dash } => {
                if dash {
                    self.dash(node.span);
                }
                let inner = self.nested(query, key, of, Position::Group)?;
                Some(query.push_not(inner, node.span))
            }
            ast::NodeKind::Or(list) => {
                let lowered = self.members(query, key, list, node.span, false)?;
                self.mixed(list, node.span);
                Some(lowered)
            }
            ast::NodeKind::And(list) => {
                if self.juxtaposed(list) {
                    return None;
                }
                self.members(query, key, list, node.span, true)
            }
            ast::NodeKind::Term { .. } | ast::NodeKind::MissingValue { .. } | ast::NodeKind::Cidr { .. } => None,
        }
    }

    fn nested(&mut self, query: &mut Query, key: Key, id: ast::NodeId, position: Position) -> Option<NodeId> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let lowered = self.values(query, key, id, position);
        self.depth -= 1;
        lowered
    }

    fn members(&mut self, query: &mut Query, key: Key, list: ast::List, span: Span, and: bool) -> Option<NodeId> {
        let parsed = self.parsed;
        let mut parts = Vec::with_capacity(4);
        let mut failed = false;
        for id in parsed.list(list) {
            match self.nested(query, key, id, Position::Group) {
                Some(part) => parts.push(part),
                None => failed = true,
            }
        }
        match (failed, and) {
            (true, _) => None,
            (false, true) => Some(query.push_and(&parts, span)),
            (false, false) => Some(query.push_or(&parts, span)),
        }
    }

    fn bare(&mut self, query: &mut Query, key: Key, value: Span, span: Span) -> Option<NodeId> {
        let written = self.of(value);
        if let Some(rest) = written.strip_prefix(['>', '<']) {
            let number = rest.strip_prefix('=').unwrap_or(rest);
            let at = Span::new(value.end - number.len() as u32, value.end);
            let bound = self.bound(query, at, rest.len() != number.len(), (value, quoted(written)))?;
            let (low, high) = if written.starts_with('>') { (Some(bound), None) } else { (None, Some(bound)) };
            return Some(query.push(NodeKind::Term { key, test: Test::Range { low, high } }, span));
        }
        let test = if !written.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'\\')) {
            Test::Exact(query.push_text(written))
        } else if written == "*" {
            Test::Present
        } else {
            self.idle_escape(value);
            decoded(query, written)
        };
        Some(query.push(NodeKind::Term { key, test }, span))
    }

    fn quoted_value(&mut self, query: &mut Query, key: Key, value: Span, span: Span) -> NodeId {
        let inner = self.of(value);
        let inner = inner.strip_prefix('"').unwrap_or(inner);
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        let text = unescaped(inner);
        if matches!(text, Cow::Owned(_)) {
            self.idle_escape(value);
        }
        if text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'\\' | b'[' | b'^' | b'$' | b'|')) {
            self.pattern_in_quotes(&text, value);
        }
        let text = query.push_text(&text);
        query.push(NodeKind::Term { key, test: Test::Exact(text) }, span)
    }

    /// A backslash before a letter or a digit has nothing to take away, and is no line break or tab either.
    #[cold]
    fn idle_escape(&mut self, span: Span) {
        let written = self.of(span);
        let Some(first) = idle_escapes(written).next() else { return };
        let escaped = written.get(first + 1..first + 2).unwrap_or_default();
        let mend = |with: &str| {
            let mut out = String::with_capacity(written.len() + 4);
            let mut done = 0;
            for at in idle_escapes(written) {
                out.push_str(written.get(done..at).unwrap_or_default());
                out.push_str(with);
                done = at + 1;
            }
            out.push_str(written.get(done..).unwrap_or_default());
            out
        };
        self.report(
            Diagnostic::new(
                Code::InvalidEscape,
                span,
                text!("`\\{0}` is read as `{0}`: a backslash does nothing to a letter or a digit", escaped),
            )
            .label("the backslash is dropped")
            .help("write `\\\\` for a backslash itself; line breaks and tabs have no escape in a condition")
            .unsafe_fix("write the backslashes themselves", span, mend("\\\\"))
            .unsafe_fix("leave the backslashes out", span, mend("")),
        );
    }

    /// Wildcards and regular expressions are text inside quotes.
    #[cold]
    fn pattern_in_quotes(&mut self, text: &str, span: Span) {
        if is_regex(text) {
            self.report(
                Diagnostic::new(
                    Code::RegexInQuotes,
                    span,
                    "this looks like a regular expression, and it is compared as text",
                )
                .label("matches only these very characters")
                .help("Datadog has no regular expressions here: use `*` and `?` without quotes, or a list of values")
                .unsafe_fix("use wildcards instead", span, from_regex(text)),
            );
        } else if text.contains('*') {
            self.report(
                Diagnostic::new(Code::WildcardInQuotes, span, "a `*` inside quotes is an asterisk, not a wildcard")
                    .label("matches only these very characters")
                    .help("take the quotes away to make it a wildcard, or write `\\*` without quotes for the asterisk")
                    .unsafe_fix("make it a wildcard", span, pattern_text(text))
                    .unsafe_fix("say that the asterisk is meant", span, spelling::literal(text)),
            );
        }
    }

    #[cold]
    fn mixed_quotes(&mut self, span: Span) {
        let mut pattern = String::new();
        let mut rest = self.of(span);
        while let Some(open) = rest.find('"') {
            let (bare, after) = rest.split_at(open);
            decode(bare, &mut pattern);
            let inner = after.get(1..).unwrap_or_default();
            let close = closing_quote(inner);
            spelling::push_text(&mut pattern, &unescaped(inner.get(..close).unwrap_or_default()));
            rest = inner.get(close + 1..).unwrap_or_default();
        }
        decode(rest, &mut pattern);
        self.report(
            Diagnostic::new(Code::QuoteWildcardMix, span, "quotes and bare characters are glued together in one value")
                .label("Datadog refuses this or reads two values")
                .help("write the whole value without quotes, with `\\` before blanks and special characters")
                .safe_fix("write it as one pattern", span, spelling::pattern(&pattern)),
        );
    }

    /// `key:$name`
    fn list_reference(&mut self, query: &mut Query, key: Key, span: Span) -> Option<NodeId> {
        let binding = self.lookup(span)?;
        if !binding.is_values {
            self.report(
                Diagnostic::new(
                    Code::WrongLetKind,
                    span,
                    text!("`{0}` is a condition, and values are needed here", self.of(span)),
                )
                .label("a condition has its own keys")
                .elsewhere(binding.file.to_string(), binding.span, "declared as a condition here")
                .help(text!("write `{0}` on its own, without a key", self.of(span)))
                .unsafe_fix(
                    "use it as a condition",
                    Span::new(key.span.start, span.end),
                    self.of(span),
                ),
            );
            return None;
        }
        self.depth += binding.depth;
        self.deepest = self.deepest.max(self.depth);
        let copied = if self.is_full(query, span) { None } else { Some(query.copy(&binding.query, span, Some(key))) };
        self.depth -= binding.depth;
        copied
    }

    fn range(
        &mut self,
        query: &mut Query,
        key: Key,
        span: Span,
        brackets: Span,
        [low, high]: [Span; 2],
        [open, close]: [bool; 2],
    ) -> Option<NodeId> {
        if open != close {
            let inner = self.of(Span::new(brackets.start + 1, brackets.end - 1));
            self.report(
                Diagnostic::new(
                    Code::MixedBrackets,
                    brackets,
                    "a range opens with one kind of bracket and closes with the other",
                )
                .label("Datadog has no half-open range in brackets")
                .help("`[a TO b]` holds its ends, `{a TO b}` does not; for one of each join two comparisons with AND")
                .safe_fix("leave both ends out", brackets, format!("{{{inner}}}"))
                .unsafe_fix("take both ends in", brackets, format!("[{inner}]")),
            );
            return None;
        }
        let either = || (brackets, format!("({} OR {})", self.of(low), self.of(high)));
        let (for_low, for_high) = (either(), either());
        let low = if self.of(low) == "*" { None } else { Some(self.bound(query, low, open, for_low)?) };
        let high = if self.of(high) == "*" { None } else { Some(self.bound(query, high, close, for_high)?) };
        let test = if low.is_none() && high.is_none() { Test::Present } else { Test::Range { low, high } };
        Some(query.push(NodeKind::Term { key, test }, span))
    }

    /// Reads one end; `as_text` is what to write where it is no number.
    fn bound(&mut self, query: &mut Query, span: Span, inclusive: bool, as_text: (Span, String)) -> Option<Bound> {
        let written = self.of(span);
        let plain = written.trim_matches('"');
        let plain = plain.strip_prefix('\\').unwrap_or(plain);
        match plain.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let text = if is_decimal(plain) { query.push_text(plain) } else { query.push_text(&value.to_string()) };
                Some(Bound { value, text, inclusive })
            }
            _ => {
                let message = if written.is_empty() {
                    text!("a comparison needs a number")
                } else {
                    text!("a comparison needs a number, and `{0}` is none", written)
                };
                self.report(
                    Diagnostic::new(Code::RangeOnText, span, message)
                        .label("not a number")
                        .help("text is compared with values and wildcards; a value that starts with `<` or `>` stands in quotes")
                        .unsafe_fix("compare as text", as_text.0, as_text.1),
                );
                None
            }
        }
    }

    /// Values side by side in a group: Datadog reads them as one.
    fn juxtaposed(&mut self, list: ast::List) -> bool {
        let spans: Vec<Span> = self.parsed.list(list).map(|id| self.parsed.node(id).span).collect();
        for (before, after) in spans.iter().zip(spans.iter().skip(1)) {
            let between = self.text.get(before.end as usize..after.start as usize).unwrap_or_default();
            if !between.trim().is_empty() {
                continue;
            }
            let small = |at: Span| operator(self.of(at)).map(|operator| (at, operator));
            if let Some((at, operator)) = small(*before).or(small(*after)) {
                self.report(
                    Diagnostic::new(
                        Code::LowercaseOperator,
                        at,
                        text!("`{0}` in small letters is read as part of a value", self.of(at)),
                    )
                    .label("not an operator")
                    .help(text!("write `{0}`", operator))
                    .fix(Fix {
                        title: text!("write `{0}`", operator),
                        safe: false,
                        edits: vec![Edit { span: at, text: operator.to_owned() }],
                    }),
                );
                return true;
            }
            let joined = before.to(*after);
            let gap = Span::new(before.end, after.start);
            self.report(
                Diagnostic::new(
                    Code::BlankInValue,
                    joined,
                    "two values stand side by side: Datadog reads them as one with a blank",
                )
                .label("one value or two?")
                .help("join them with OR, or put one value in quotes")
                .unsafe_fix("join them with OR", gap, " OR ")
                .unsafe_fix("quote them as one value", joined, quoted(self.of(joined))),
            );
            return true;
        }
        false
    }

    #[cold]
    fn dash(&mut self, span: Span) {
        let written = self.of(span);
        if written.starts_with("-$") || written.starts_with("-(") {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::DashInGroup,
                span,
                text!("inside a group `{0}` means NOT `{1}`", written, written.trim_start_matches('-')),
            )
            .label("denies, as in the query bar")
            .help("quote the value if the dash is part of it, or write `NOT`")
            .unsafe_fix("take the dash as part of the value", span, quoted(written))
            .safe_fix("write `NOT`", Span::new(span.start, span.start + 1), "NOT "),
        );
    }
}

/// Whether Datadog reads the whole of a number: a sign, digits, and digits behind a point.
fn is_decimal(number: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && digits(rest)
}

/// What a bare value with escapes or wildcards asks for.
fn decoded(query: &mut Query, written: &str) -> Test {
    let mut pattern = String::with_capacity(written.len());
    if !decode(written, &mut pattern) {
        return Test::Exact(query.push_text(&unescaped(written)));
    }
    if pattern == "*" { Test::Present } else { Test::Glob(query.push_text(&pattern)) }
}

/// Appends a bare value to a pattern, which keeps only the escapes it needs; whether there is a wildcard in the value.
fn decode(written: &str, pattern: &mut String) -> bool {
    let mut wild = false;
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let escaped = characters.next().unwrap_or('\\');
                if matches!(escaped, '*' | '?' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(escaped);
            }
            '*' | '?' => {
                wild = true;
                // Two stars are one.
                if !(character == '*' && ends_in_star(pattern)) {
                    pattern.push(character);
                }
            }
            other => pattern.push(other),
        }
    }
    wild
}

/// Where backslashes stand before a letter or a digit, and are not what makes a value of a word of the language.
fn idle_escapes(written: &str) -> impl Iterator<Item = usize> {
    let is_word = |rest: &str| ["AND", "OR", "NOT", "TO", "CIDR"].iter().any(|word| rest.starts_with(word));
    let useful = written.strip_prefix('\\').is_some_and(is_word);
    let mut bytes = written.bytes().enumerate();
    std::iter::from_fn(move || {
        loop {
            let (at, byte) = bytes.next()?;
            let is_idle = byte == b'\\' && bytes.next().is_some_and(|(_, next)| next.is_ascii_alphanumeric());
            if is_idle && !(useful && at == 0) {
                return Some(at);
            }
        }
    })
}

fn ends_in_star(pattern: &str) -> bool {
    let Some(before) = pattern.strip_suffix('*') else { return false };
    let escapes = before.bytes().rev().take_while(|byte| *byte == b'\\').count();
    escapes % 2 == 0
}

fn closing_quote(inner: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    inner.len()
}

/// A quoted text as a bare pattern whose stars are wildcards.
fn pattern_text(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for (at, run) in text.split('*').enumerate() {
        if at > 0 && !ends_in_star(&pattern) {
            pattern.push('*');
        }
        spelling::push_text(&mut pattern, run);
    }
    spelling::pattern(&pattern)
}

fn is_regex(text: &str) -> bool {
    let slashed =
        text.starts_with('/') && text.ends_with('/') && !text.trim_matches('/').contains('/') && has_meta(text);
    slashed
        || (text.starts_with('^') && text.len() > 1)
        || (text.ends_with('$') && has_meta(text.trim_end_matches('$')))
        || text.contains(".*")
        || text.contains(".+")
        || text.contains("\\d")
        || text.contains("\\w")
        || text.contains("\\s")
        || text.contains("[a-z")
        || text.contains("[A-Z")
        || text.contains("[0-9")
}

fn has_meta(text: &str) -> bool {
    text.contains(['*', '+', '[', '(', '|', '^', '\\'])
}

/// The nearest wildcard pattern: classes and repetitions become `*`, and so does the end that an anchor at the other end
/// leaves open.
fn from_regex(text: &str) -> String {
    let mut out = String::new();
    let (starts, ends) = (text.starts_with('^'), text.ends_with('$'));
    if ends && !starts {
        out.push('*');
    }
    let mut characters = text.trim_start_matches('^').trim_end_matches('$').trim_matches('/').chars().peekable();
    while let Some(character) = characters.next() {
        let any = match character {
            '\\' => match characters.next() {
                Some('d' | 'w' | 's' | 'D' | 'W' | 'S') | None => true,
                Some(literal) => {
                    spelling::push_text(&mut out, literal.encode_utf8(&mut [0; 4]));
                    false
                }
            },
            '[' => {
                while characters.next_if(|next| *next != ']').is_some() {}
                characters.next();
                true
            }
            '(' => {
                while characters.next_if(|next| *next != ')').is_some() {}
                characters.next();
                true
            }
            '.' if matches!(characters.peek(), Some('*' | '+' | '?')) => true,
            '*' | '+' | '?' | '|' | '^' | '$' => true,
            other => {
                spelling::push_text(&mut out, other.encode_utf8(&mut [0; 4]));
                false
            }
        };
        if any {
            while characters.next_if(|next| matches!(next, '*' | '+' | '?')).is_some() {}
            push_star(&mut out);
        }
    }
    if starts && !ends || out.is_empty() {
        push_star(&mut out);
    }
    spelling::pattern(&out)
}

fn push_star(pattern: &mut String) {
    if !ends_in_star(pattern) {
        pattern.push('*');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::check::testing;

    /// What is found in a rule with this condition on events.
    fn findings(condition: &str) -> Vec<Diagnostic> {
        testing::findings(&testing::event(condition))
    }

    #[test]
    fn what_is_beyond_all_numbers_is_no_end_of_a_range() {
        for (number, is_end) in [("1e2", true), ("1e999", false), ("inf", false), ("nan", false)] {
            let found = findings(&format!("@exit.code:>{number}"));
            assert_eq!(found.iter().all(|found| found.code != Code::RangeOnText), is_end, "{number}");
        }
    }

    #[test]
    fn a_dash_in_a_group_is_one_character() {
        let found = findings("@process.user:(a OR -b)");
        let dash = found.iter().find(|found| found.code == Code::DashInGroup).unwrap();
        let lengths: Vec<u32> = dash.fixes.iter().map(|fix| fix.edits[0].span.len()).collect();
        assert_eq!(lengths, [2, 1]);
        let group = findings("@process.user:(a OR -(b OR c))");
        assert!(group.iter().all(|found| found.code != Code::DashInGroup), "{group:#?}");
    }

    #[test]
    fn numbers_are_told_that_are_read_as_a_whole() {
        for number in ["1", "-1", "1.5", "007"] {
            assert!(is_decimal(number), "{number}");
        }
        for text in ["", "1e5", "1.", ".5", "x.5", "1.x", "+1"] {
            assert!(!is_decimal(text), "{text}");
        }
    }

    #[test]
    fn stars_side_by_side_are_one() {
        let mut pattern = String::new();
        assert!(decode("a**?b*\\*", &mut pattern));
        assert_eq!(pattern, "a*?b*\\*");
    }

    #[test]
    fn regular_expressions_become_patterns() {
        for (regex, pattern) in [
            ("^OR", "OR*"),
            ("^OR$", "\"OR\""),
            ("^-c$", "\\-c"),
            ("^kube-(proxy|let)$", "kube-*"),
            ("kube.*", "kube*"),
            ("[0-9]+", "*"),
            ("^$", "*"),
            (".+\\.sh$", "*.sh"),
            ("^a b\\*", "a\\ b\\**"),
            ("^kube.let$", "kube.let"),
        ] {
            assert_eq!(from_regex(regex), pattern, "{regex}");
        }
    }

    #[test]
    fn regular_expressions_are_told_by_their_signs() {
        for regex in ["/kube-(proxy|let)/", "^sshd", "(cron|at)$", "kube.*", "a.+b", "\\d", "[a-z]"] {
            assert!(is_regex(regex), "{regex}");
        }
        for text in ["/usr/*/", "/opt/", "^", "$", "US$", "*.txt", "[x]", "/a(b)", "(a)b/"] {
            assert!(!is_regex(text), "{text}");
        }
    }

    #[test]
    fn an_escaped_quote_closes_nothing() {
        for (inner, at) in [(r#"a"b"#, 1), (r#"a\"b"c"#, 4), (r#"a\\"b"#, 3), (r#"a\""#, 3)] {
            assert_eq!(closing_quote(inner), at, "{inner}");
        }
    }

    #[test]
    fn escapes_that_do_nothing_are_found() {
        for (written, places) in
            [(r"a\nb", vec![1]), (r"a\\nb", vec![]), (r"\1\*\(\ \t", vec![0, 8]), (r"x\é", vec![]), (r"x\", vec![])]
        {
            assert_eq!(idle_escapes(written).collect::<Vec<_>>(), places, "{written}");
        }
    }

    #[test]
    fn stars_of_a_quoted_text_become_wildcards() {
        for (text, pattern) in [("*a b*", "*a\\ b*"), ("-x*", "\\-x*"), ("a?**", "a\\?*"), ("\\*", "\\\\*")] {
            assert_eq!(pattern_text(text), pattern, "{text}");
        }
    }
}
