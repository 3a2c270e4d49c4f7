use crate::base::{Span, nearest};
use crate::diag::{Code, Diagnostic, Edit, Fix, text};
use crate::hir::lower::value::Position;
use crate::hir::lower::{Lowering, invalid_name, key};
use crate::hir::{Binding, NodeId, NodeKind, Query, Test};
use crate::syntax::ast;

/// Words that look like operators and are searched for by Datadog.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    match word {
        "and" | "And" => Some("AND"),
        "or" | "Or" => Some("OR"),
        "not" | "Not" => Some("NOT"),
        _ => None,
    }
}

impl Lowering<'_> {
    /// Lowers a condition; nothing where it is wrong beyond use.
    pub(super) fn condition(&mut self, query: &mut Query, id: ast::NodeId) -> Option<NodeId> {
        let node = self.parsed.node(id);
        if self.is_full(query, node.span) {
            return None;
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let lowered = match node.kind {
            ast::NodeKind::And(list) => self.all_of(query, list, node.span),
            ast::NodeKind::Or(list) => {
                let parsed = self.parsed;
                let mut parts = Vec::with_capacity(4);
                let mut failed = false;
                for member in parsed.list(list) {
                    match self.condition(query, member) {
                        Some(part) => parts.push(part),
                        None => failed = true,
                    }
                }
                // What is wrong inside comes first: mending it may move the parts.
                if failed {
                    None
                } else {
                    self.mixed(list, node.span);
                    Some(query.push_or(&parts, node.span))
                }
            }
            ast::NodeKind::Not { of, .. } => {
                let inner = self.condition(query, of);
                inner.map(|inner| query.push_not(inner, node.span))
            }
            ast::NodeKind::Group(inner) => self.condition(query, inner),
            ast::NodeKind::Term { key, value } => self.term(query, key, value, node.span),
            ast::NodeKind::MissingValue { key } => self.missing_value(query, key, node.span),
            ast::NodeKind::Reference => self.fragment(query, node.span),
            ast::NodeKind::Cidr { arguments } => self.cidr(query, arguments, node.span),
            ast::NodeKind::Word | ast::NodeKind::Bare | ast::NodeKind::Quoted | ast::NodeKind::Mixed => {
                self.word(node.span, None, false);
                None
            }
            ast::NodeKind::Range { .. } => {
                self.loose_range(node.span);
                None
            }
        };
        self.depth -= 1;
        lowered
    }

    /// Members joined by AND. Words among them are the rest of a value that a blank has cut, or free text.
    fn all_of(&mut self, query: &mut Query, list: ast::List, span: Span) -> Option<NodeId> {
        let mut parts: Vec<NodeId> = Vec::with_capacity(8);
        let mut failed = false;
        // The bare value that a word right behind it may belong to.
        let mut cut: Option<(Span, Span)> = None;
        // The member before this one.
        let mut before: Option<Span> = None;
        let mut next = Some(list.first);
        while let Some(id) = next {
            let node = self.parsed.node(id);
            next = if id == list.last { None } else { node.next };
            if node.kind == ast::NodeKind::Word {
                failed = true;
                let word = self.of(node.span);
                match cut {
                    Some((value, end)) if operator(word).is_none() && self.only_blanks(end, node.span) => {
                        let mut last = node.span;
                        // Further words on the line belong to it too.
                        while let Some(id) = next {
                            let more = self.parsed.node(id);
                            if more.kind != ast::NodeKind::Word
                                || operator(self.of(more.span)).is_some()
                                || !self.only_blanks(last, more.span)
                            {
                                break;
                            }
                            last = more.span;
                            next = if id == list.last { None } else { more.next };
                        }
                        self.blank_in_value(value.to(last));
                    }
                    _ => {
                        let following = next.map(|id| self.parsed.node(id).span.start);
                        // An operator in its place needs a part on either side, and no operator beside it.
                        let blank = |from: u32, to: u32| {
                            self.text.get(from as usize..to as usize).is_some_and(|between| between.trim().is_empty())
                        };
                        let between = before.is_some_and(|before| blank(before.end, node.span.start))
                            && following.is_some_and(|following| blank(node.span.end, following));
                        let end = following.map_or(node.span.end, |following| following.max(node.span.end));
                        let cut = Span::new(node.span.start, end);
                        self.word(node.span, Some(cut), between);
                    }
                }
                cut = None;
                before = Some(node.span);
                continue;
            }
            before = Some(node.span);
            if let Some(id) = next
                && self.function_as_value(node, self.parsed.node(id))
            {
                failed = true;
                let group = self.parsed.node(id);
                next = if id == list.last { None } else { group.next };
                (cut, before) = (None, Some(group.span));
                continue;
            }
            cut = match node.kind {
                ast::NodeKind::Term { value, .. } => {
                    let value = self.parsed.node(value);
                    matches!(value.kind, ast::NodeKind::Bare).then_some((value.span, node.span))
                }
                _ => None,
            };
            match self.condition(query, id) {
                Some(part) => parts.push(part),
                None => failed = true,
            }
        }
        if failed || parts.is_empty() { None } else { Some(query.push_and(&parts, span)) }
    }

    /// `key:CIDR(…)`: whether the two are that, which is told then.
    fn function_as_value(&mut self, term: ast::Node, group: ast::Node) -> bool {
        let ast::NodeKind::Term { key, value } = term.kind else { return false };
        let is_call = matches!(group.kind, ast::NodeKind::Group(_)) && group.span.start == term.span.end;
        if !is_call || !self.of(self.parsed.node(value).span).eq_ignore_ascii_case("CIDR") {
            return false;
        }
        let inner = self.of(group.span).trim_matches(['(', ')']);
        let networks: Vec<&str> = inner.split_whitespace().filter(|word| *word != "OR").collect();
        let written = format!("CIDR({},{})", self.of(key), networks.join(","));
        self.report(
            Diagnostic::new(
                Code::NetworkAsValue,
                term.span.to(group.span),
                text!("`CIDR` is a function, and no value of `{0}`", self.of(key)),
            )
            .label("the key stands inside of it")
            .help(text!("write `{0}`", written))
            .unsafe_fix("move the key inside", term.span.to(group.span), written),
        );
        true
    }

    /// Whether only blanks of one line stand between two places.
    pub(super) fn only_blanks(&self, before: Span, after: Span) -> bool {
        let between = self.text.get(before.end as usize..after.start as usize).unwrap_or("x");
        !between.is_empty() && between.bytes().all(|byte| byte == b' ' || byte == b'\t')
    }

    #[cold]
    fn blank_in_value(&mut self, span: Span) {
        let value = self.of(span);
        self.report(
            Diagnostic::new(Code::BlankInValue, span, text!("a blank ends the value: only its first word is compared"))
                .label("Datadog searches the message for the rest")
                .help("put the whole value in quotes, or write `\\ ` for the blank")
                .safe_fix(text!("quote the value"), span, quoted(value)),
        );
    }

    #[cold]
    fn loose_range(&mut self, span: Span) {
        let range = self.of(span);
        self.report(
            Diagnostic::new(Code::BareWord, span, text!("the range `{0}` has no key", range))
                .label("the range of what?")
                .help(text!("write `key:{0}`, the range right behind the colon", range))
                .unsafe_fix("take it as a range of user ids", span, format!("@process.uid:{range}")),
        );
    }

    /// A word outside of any value. `cut` is what may be taken out, where what stays is still a condition; `between` says
    /// that two parts stand around it which it could join.
    #[cold]
    fn word(&mut self, span: Span, cut: Option<Span>, between: bool) {
        let word = self.of(span);
        if word == "*" {
            self.match_all(span, "`*` matches everything", "every event", span);
            return;
        }
        if let Some(operator) = operator(word) {
            let diagnostic = Diagnostic::new(
                Code::LowercaseOperator,
                span,
                text!("`{0}` in small letters is a word that Datadog searches for", word),
            )
            .label("not an operator")
            .help(text!("write `{0}`", operator));
            let fix = Fix {
                title: text!("write `{0}`", operator),
                safe: operator == "AND" && between,
                edits: vec![Edit { span, text: operator.to_owned() }],
            };
            self.report(diagnostic.fix(fix));
            return;
        }
        let mut diagnostic = Diagnostic::new(
            Code::BareWord,
            span,
            text!("`{0}` has no key: Datadog searches only the message for it", word),
        )
        .label("free text, not a condition");
        let meant = word.trim_start_matches('@');
        let bare = word.trim_matches('"');
        diagnostic = if word.starts_with('@') && self.schema.attribute_id(meant).is_some() {
            diagnostic.help(text!("say which value it has: `{0}:VALUE`, or `{0}:*` for any", word)).unsafe_fix(
                text!("ask that `{0}` is present", word),
                span,
                format!("{word}:*"),
            )
        } else {
            diagnostic.help("write `key:value`, such as `@process.args:VALUE`, or remove it").unsafe_fix(
                text!("look for it among the arguments"),
                span,
                format!("@process.args:{}", quoted_if_needed(bare)),
            )
        };
        self.report(match cut {
            Some(cut) => diagnostic.unsafe_fix("remove it", cut, ""),
            None => diagnostic,
        });
    }

    /// AND beside OR without parentheses: legal, and often not what was meant.
    pub(super) fn mixed(&mut self, list: ast::List, span: Span) {
        let groups: Vec<Span> = self
            .parsed
            .list(list)
            .map(|id| self.parsed.node(id))
            .filter(|node| matches!(node.kind, ast::NodeKind::And(_)))
            .map(|node| node.span)
            .collect();
        if groups.is_empty() {
            return;
        }
        let mut edits = Vec::with_capacity(groups.len() * 2);
        for group in groups {
            edits.push(Edit { span: Span::empty(group.start), text: "(".to_owned() });
            edits.push(Edit { span: Span::empty(group.end), text: ")".to_owned() });
        }
        self.report(
            Diagnostic::new(Code::MixedAndOr, span, "AND and OR stand side by side without parentheses")
                .label("AND, also as a blank, binds first")
                .help("add parentheses that say which way it is meant")
                .fix(Fix { title: text!("add parentheses as Datadog reads it"), safe: true, edits }),
        );
    }

    fn term(&mut self, query: &mut Query, key: Span, value: ast::NodeId, span: Span) -> Option<NodeId> {
        if self.of(key) == "*" {
            self.match_all(span, "`*:` asks any key: Datadog takes it as every event", "every event", span);
            return None;
        }
        match self.key(query, key, Some((value, span)))? {
            key::Resolved::One(key) => self.values(query, key, value, Position::Direct),
            key::Resolved::Many(keys) => {
                let mut parts = Vec::with_capacity(keys.len());
                for key in keys {
                    parts.push(self.values(query, key, value, Position::Direct)?);
                }
                Some(query.push_or(&parts, span))
            }
        }
    }

    #[cold]
    fn missing_value(&mut self, query: &mut Query, key: Span, span: Span) -> Option<NodeId> {
        let _ = self.key(query, key, None);
        let rest = self.text.get(span.end as usize..).unwrap_or_default();
        let word = rest.split(|next: char| !next.is_ascii_alphanumeric()).next().unwrap_or_default();
        let diagnostic = Diagnostic::new(Code::MissingValue, span, text!("`{0}` has no value", self.of(span)));
        self.report(if matches!(word, "AND" | "OR" | "NOT") {
            let at = Span::new(span.end, span.end + word.len() as u32);
            diagnostic
                .label(text!("`{0}` is an operator here", word))
                .help(text!("quote the word where it is the value: `{0}\"{1}\"`", self.of(span), word))
                .unsafe_fix(text!("compare with the text `{0}`", word), at, quoted(word))
        } else {
            diagnostic
                .label("nothing follows the colon")
                .help("write the value right behind the colon, without a blank; `*` asks that there is one")
                .unsafe_fix("ask that it is present", Span::empty(span.end), "*")
        });
        None
    }

    /// `$name` as a condition.
    fn fragment(&mut self, query: &mut Query, span: Span) -> Option<NodeId> {
        let binding = self.lookup(span)?;
        if binding.is_values {
            self.report(
                Diagnostic::new(
                    Code::WrongLetKind,
                    span,
                    text!("`{0}` is a list of values, and a condition is needed here", self.of(span)),
                )
                .label("a list needs a key")
                .elsewhere(binding.file.to_string(), binding.span, "declared as a list here")
                .help(text!("write `KEY:{0}`", self.of(span)))
                .unsafe_fix("compare the host with it", Span::empty(span.start), "host:"),
            );
            return None;
        }
        self.depth += binding.depth;
        self.deepest = self.deepest.max(self.depth);
        let copied = if self.is_full(query, span) { None } else { Some(query.copy(&binding.query, span, None)) };
        self.depth -= binding.depth;
        copied
    }

    /// The `let` behind `$name`; reports one that is not there.
    pub(super) fn lookup(&mut self, span: Span) -> Option<std::sync::Arc<Binding>> {
        let name = self.of(span).trim_start_matches('$');
        if let Some(binding) = self.names.binding(name) {
            self.uses_broken |= binding.broken;
            return (!binding.broken).then(|| std::sync::Arc::clone(binding));
        }
        let mut diagnostic =
            Diagnostic::new(Code::UnknownName, span, text!("there is no `let {0}` in this file or its imports", name))
                .label("unknown name");
        let mut known = self.names.binding_names();
        known.retain(|known| invalid_name(known, span).is_none());
        diagnostic = match nearest(name, known) {
            Some(near) => diagnostic.help(text!("did you mean `${0}`?", near)).safe_fix(
                text!("write `${0}`", near),
                span,
                format!("${near}"),
            ),
            None => diagnostic.help(text!("declare it with `let {0} = …`, or import the file that does", name)),
        };
        self.report(diagnostic.unsafe_fix("take it as text, with the `$`", span, format!("\"${name}\"")));
        None
    }

    fn cidr(&mut self, query: &mut Query, arguments: Span, span: Span) -> Option<NodeId> {
        let inner = self.of(arguments);
        let mut parts = inner.split(',');
        let first = parts.next().unwrap_or_default();
        let start = arguments.start + (first.len() - first.trim_start().len()) as u32;
        let key = Span::new(start, start + first.trim().len() as u32);
        let networks: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
        if key.is_empty() || networks.is_empty() {
            self.report(
                Diagnostic::new(Code::MissingValue, span, "`CIDR` needs an attribute and at least one network")
                    .label("incomplete")
                    .help("write `CIDR(@network.destination.ip,10.0.0.0/8)`"),
            );
            return None;
        }
        // Between the parentheses everything is taken that reads as a value, blanks and comments between included.
        if self.of(key).contains(|character: char| character.is_whitespace() || matches!(character, '"' | '#')) {
            self.report(
                Diagnostic::new(Code::MissingValue, key, "`CIDR` needs one attribute before its first comma")
                    .label("more than the name of an attribute")
                    .help("write `CIDR(@network.destination.ip,10.0.0.0/8)`"),
            );
            return None;
        }
        let resolved = self.key(query, key, None)?;
        let networks = query.push_text(&networks.join(","));
        let term = |query: &mut Query, key| query.push(NodeKind::Term { key, test: Test::Networks(networks) }, span);
        match resolved {
            key::Resolved::One(key) => Some(term(query, key)),
            key::Resolved::Many(keys) => {
                let parts: Vec<NodeId> = keys.into_iter().map(|key| term(query, key)).collect();
                Some(query.push_or(&parts, span))
            }
        }
    }
}

/// A value in quotes. Escapes that are there stay what they are.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => out.extend(['\\', escaped]),
                Some(escaped) => out.push(escaped),
                None => out.push_str("\\\\"),
            },
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn quoted_if_needed(value: &str) -> String {
    let plain =
        !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=+".contains(&byte));
    if plain { value.to_owned() } else { quoted(value) }
}

#[cfg(test)]
mod tests {
    use crate::diag::{Code, Diagnostic};
    use crate::hir::check::testing;

    /// What is found in a rule with this condition on events.
    fn findings(condition: &str) -> Vec<Diagnostic> {
        testing::findings(&testing::event(condition))
    }

    #[test]
    fn an_and_between_two_parts_is_surely_one() {
        for (condition, safe) in [
            ("@process.user:a and @process.group:b", true),
            ("@process.user:a or @process.group:b", false),
            ("and @process.user:a", false),
            ("@process.user:a and", false),
        ] {
            let found = findings(condition);
            let operator = found.iter().find(|found| found.code == Code::LowercaseOperator).unwrap();
            assert_eq!(operator.fixes[0].safe, safe, "{condition}");
        }
    }

    #[test]
    fn a_condition_that_cannot_be_read_as_a_whole_is_not_checked() {
        let codes: Vec<Code> = findings("foo @exit.code:success").iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::BareWord]);
    }

    #[test]
    fn a_word_without_a_key_is_looked_for_among_the_arguments() {
        for (word, written) in [
            ("process.user", "@process.args:process.user"),
            ("\"a b\"", "@process.args:\"a b\""),
            ("@process.user", "@process.user:*"),
        ] {
            assert_eq!(findings(word)[0].fixes[0].edits[0].text, written);
        }
    }

    #[test]
    fn a_function_is_called_without_a_blank() {
        for (condition, called) in [
            ("@network.source.ip:CIDR(10.0.0.0/8)", true),
            ("@process.user:CIDR (@process.group:x)", false),
            ("@process.user:other(@process.group:x)", false),
        ] {
            let found = findings(condition);
            assert_eq!(found.iter().any(|found| found.code == Code::NetworkAsValue), called, "{condition}");
        }
    }
}
