use crate::base::{Span, is_plain, nearest};
use crate::diag::{Code, Diagnostic, text};
use crate::hir::lower::{Lowering, Place, is_meaningless};
use crate::hir::{Allow, Instant, Polarity, Rule, Spanned, date, spelling};
use crate::schema::{Activity, Kind, KindSet};
use crate::syntax::FIELDS;
use crate::syntax::ast::{FieldValue, Statement, StatementKind};

/// Lowers a rule with all its fields; nothing where it has no condition to keep.
pub(crate) fn rule(
    lowering: &mut Lowering<'_>,
    require: bool,
    name: Span,
    statements: &[Statement],
    span: Span,
    documentation: String,
) -> Option<Rule> {
    let polarity = if require { Polarity::Require } else { Polarity::Suppress };
    let mut rule = Rule::new(polarity, Spanned { value: lowering.of(name).to_owned(), span: name }, span);
    rule.documentation = documentation;
    lowering.diagnostics.extend(invalid_name(lowering.of(name), name));
    for statement in statements {
        if let StatementKind::Block { name, body, .. } = &statement.kind {
            match lowering.of(*name) {
                "rules" => lowering.blocks.rules = Some(*body),
                "when" if lowering.blocks.when.is_none() => {
                    lowering.blocks.when = Some(*body);
                    lowering.blocks.when_statement = Some(statement.span.start);
                }
                _ => {}
            }
        }
    }
    let mut seen: Vec<(&str, Span)> = Vec::with_capacity(statements.len());
    let mut wrong_block = false;
    for statement in statements {
        let key = match &statement.kind {
            StatementKind::Field { name, .. } => lowering.of(*name),
            StatementKind::Block { name, qualifier, .. } => {
                match (lowering.of(*name), qualifier.map(|at| lowering.of(at))) {
                    ("when", None | Some("signal")) => "when signal",
                    ("when", Some("event")) => "when event",
                    (name, _) => name,
                }
            }
            StatementKind::Allow { .. } => "",
        };
        if !key.is_empty() {
            match seen.iter().find(|(other, _)| *other == key) {
                Some((_, first)) => {
                    let first = *first;
                    lowering.twice(key, first, statement.span);
                    continue;
                }
                None => seen.push((key, statement.span)),
            }
        }
        match &statement.kind {
            StatementKind::Field { name, value } => lowering.field(&mut rule, *name, value, statement.span),
            StatementKind::Allow { lint, reason } => lowering.allow(&mut rule, *lint, *reason, statement.span),
            StatementKind::Block { name, qualifier, body, query } => match key {
                "rules" if qualifier.is_none() => rule.rules = lowering.block(*query, *body, Place::Rules),
                "when signal" => rule.when_signal = lowering.block(*query, *body, Place::Signal),
                "when event" => rule.when_event = lowering.block(*query, *body, Place::Event),
                _ => {
                    wrong_block = true;
                    lowering.unknown_block(*name, *qualifier);
                }
            },
        }
    }
    let has_when = seen.iter().any(|(key, _)| key.starts_with("when"));
    if !has_when && !wrong_block {
        lowering.report(
            Diagnostic::new(
                Code::MissingWhen,
                name,
                text!("`{0}` has no `when`: nothing says what it is about", lowering.of(name)),
            )
            .label("no condition")
            .help("add `when { … }` with what is known to be harmless"),
        );
    }
    lowering.dates(&rule);
    if require {
        lowering.require(&rule, seen.iter().any(|(key, _)| *key == "rules"));
    }
    let failed = is_meaningless(&lowering.diagnostics);
    if failed || (rule.when_signal.is_none() && rule.when_event.is_none()) { None } else { Some(rule) }
}

/// What is wrong with the name of an item.
pub(crate) fn invalid_name(name: &str, span: Span) -> Option<Diagnostic> {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(first) && name.bytes().all(is_inner) {
        return None;
    }
    let inner = |c: char| u8::try_from(c).is_ok_and(is_inner);
    let mut better: String = name.chars().map(|c| if inner(c) { c } else { '-' }).collect();
    if !better.starts_with(first) {
        better.insert(0, '_');
    }
    Some(
        Diagnostic::new(Code::InvalidField, span, text!("`{0}` cannot be a name", name))
            .label("letters, digits, `-` and `_`, a letter first")
            .help("write names as `nightly-backup` or `nightly_backup`")
            .safe_fix(text!("write `{0}`", better), span, better),
    )
}

/// A quoted text of the field syntax, which has the escapes of JSON.
pub(crate) fn field_text(quoted: &str) -> Result<String, String> {
    // Most texts have no escape.
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner.filter(|inner| is_plain(inner)) {
        return Ok(inner.to_owned());
    }
    serde_json::from_str(quoted).map_err(|error| error.to_string())
}

impl Lowering<'_> {
    fn twice(&mut self, key: &str, first: Span, second: Span) {
        let key = if key == "when signal" { "when" } else { key };
        self.report(
            Diagnostic::new(Code::DuplicateField, second, text!("`{0}` is given twice", key))
                .label("a second time")
                .also(first, "the first time")
                .help("keep one")
                .unsafe_fix("remove this one", self.whole_line(second), ""),
        );
    }

    /// The statement with its indentation and line end, where it has the line for itself.
    fn whole_line(&self, span: Span) -> Span {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        let after = self.text.get(span.end as usize..).unwrap_or_default();
        if before.trim_end_matches([' ', '\t']).ends_with('\n') && after.starts_with('\n') {
            Span::new(span.start - blanks as u32, span.end + 1)
        } else {
            span
        }
    }

    fn unknown_block(&mut self, name: Span, qualifier: Option<Span>) {
        let word = self.of(name);
        let span = qualifier.map_or(name, |qualifier| name.to(qualifier));
        let known = matches!(word, "when" | "rules");
        let diagnostic =
            Diagnostic::new(Code::UnknownField, span, text!("there is no block `{0}`", self.of(span))).label("unknown");
        let diagnostic =
            match (known, qualifier) {
                (true, Some(qualifier)) if word == "when" => {
                    let near = nearest(self.of(qualifier), ["signal", "event"]).unwrap_or("event");
                    diagnostic
                        .help("a condition is `when { … }`, `when signal { … }` or `when event { … }`")
                        .unsafe_fix(text!("write `when {0}`", near), qualifier, near)
                }
                (true, Some(qualifier)) => {
                    diagnostic.help("write `rules { … }`").safe_fix("remove the word", qualifier, "")
                }
                _ => match nearest(word, ["when", "rules"]) {
                    Some(near) => diagnostic.help(text!("did you mean `{0}`?", near)).unsafe_fix(
                        text!("write `{0}`", near),
                        name,
                        near,
                    ),
                    None => diagnostic.help("blocks are `rules { … }`, `when { … }` and `when event { … }`"),
                },
            };
        self.report(diagnostic);
    }

    fn field(&mut self, rule: &mut Rule, name: Span, value: &FieldValue, span: Span) {
        let word = self.of(name);
        match word {
            "title" => rule.title = self.string(word, value),
            "owner" => rule.owner = self.string(word, value),
            "reason" => rule.reason = self.string(word, value),
            "ticket" => rule.ticket = self.string(word, value),
            "protects" => rule.protects = self.string(word, value),
            "starts" => rule.starts = self.instant(word, value, date::Edge::First),
            "expires" => rule.expires = self.instant(word, value, date::Edge::Last),
            "review" => rule.review = self.instant(word, value, date::Edge::First),
            "enabled" => rule.enabled = self.boolean(word, value).unwrap_or(true),
            "tags" => rule.tags = self.tags(value),
            "activity" => rule.activity = self.activity(value),
            "when" | "rules" => self.report(
                Diagnostic::new(Code::InvalidField, span, text!("`{0}` takes a block", word))
                    .label("not a block")
                    .help(text!("write `{0} { … }`, without `=`", word)),
            ),
            _ => {
                let diagnostic = Diagnostic::new(Code::UnknownField, name, text!("there is no field `{0}`", word))
                    .label("unknown field");
                if let Some(key) = self.rule_key_like(word) {
                    let value = match value {
                        FieldValue::List { .. } => None,
                        one => Some(spelling::literal(self.of(one.span()).trim_matches('"'))),
                    };
                    let diagnostic = diagnostic.help(text!("detection rules are named in `rules { {0}:… }`", key));
                    self.report(match value {
                        Some(value) if self.blocks.rules.is_none() => {
                            let block = format!("rules {{ {key}:{value} }}");
                            diagnostic.unsafe_fix("write it as a block", span, block)
                        }
                        _ => diagnostic,
                    });
                    return;
                }
                let meant = match word {
                    "expiry" | "expiration" | "until" | "expires_at" | "end" => Some("expires"),
                    "start" | "from" | "begins" => Some("starts"),
                    "name" => Some("title"),
                    "description" | "why" | "comment" => Some("reason"),
                    "author" | "team" | "by" => Some("owner"),
                    "issue" | "jira" => Some("ticket"),
                    "kind" | "kinds" | "event" => Some("activity"),
                    _ => nearest(word, FIELDS.into_iter().chain(["allow", "rules", "when"])),
                };
                self.report(match meant {
                    Some(near) => diagnostic.help(text!("did you mean `{0}`?", near)).unsafe_fix(
                        text!("write `{0}`", near),
                        name,
                        near,
                    ),
                    None => diagnostic.help(text!("fields are {0}", FIELDS.join(", "))),
                });
            }
        }
    }

    fn string(&mut self, field: &str, value: &FieldValue) -> Option<Spanned<String>> {
        let span = value.span();
        if let FieldValue::String(span) = value {
            return match field_text(self.of(*span)) {
                Ok(value) => Some(Spanned { value, span: *span }),
                Err(_) => {
                    self.invalid_escape(*span);
                    None
                }
            };
        }
        let written = self.of(span);
        self.report(
            Diagnostic::new(Code::InvalidField, span, text!("`{0}` takes a text in quotes", field))
                .label("not in quotes")
                .help(text!("write `{0} = \"{1}\"`", field, written.replace('"', "")))
                .safe_fix("put it in quotes", span, format!("\"{}\"", written.replace(['"', '\\'], ""))),
        );
        None
    }

    fn invalid_escape(&mut self, span: Span) {
        let written = self.of(span);
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
        self.report(
            Diagnostic::new(Code::InvalidEscape, span, "the text has an escape that does not exist")
                .label("escapes are those of JSON: `\\\"`, `\\\\`, `\\n`, `\\t`, `\\u0041`")
                .help("write `\\\\` for a backslash itself")
                .safe_fix("write the backslashes themselves", span, format!("\"{}\"", inner.replace('\\', "\\\\"))),
        );
    }

    fn instant(&mut self, field: &str, value: &FieldValue, edge: date::Edge) -> Option<Spanned<Instant>> {
        let span = value.span();
        let written = self.of(span);
        let plain = written.trim_matches('"');
        let quoted = matches!(value, FieldValue::String(_));
        match date::parse(plain, edge) {
            Ok(value) if !quoted => Some(Spanned { value, span }),
            Ok(_) => {
                self.report(
                    Diagnostic::new(Code::InvalidDate, span, text!("a date in `{0}` stands without quotes", field))
                        .label("quoted")
                        .help(text!("write `{0} = {1}`", field, plain))
                        .safe_fix("take the quotes away", span, plain),
                );
                None
            }
            Err(why) => {
                let mut diagnostic =
                    Diagnostic::new(Code::InvalidDate, span, text!("`{0}` is not a date: {1}", plain, why))
                        .label("not a date")
                        .help("write a day as `2027-01-31` or an instant as `2027-01-31T12:00:00Z`");
                if let Some(better) = date::repaired(plain) {
                    diagnostic = diagnostic.unsafe_fix(text!("write `{0}`", better), span, better);
                }
                self.report(diagnostic);
                None
            }
        }
    }

    fn boolean(&mut self, field: &str, value: &FieldValue) -> Option<bool> {
        let span = value.span();
        match self.of(span) {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                let meant = match other.trim_matches('"') {
                    "no" | "off" | "0" | "False" | "FALSE" | "false" => "false",
                    _ => "true",
                };
                self.report(
                    Diagnostic::new(Code::InvalidField, span, text!("`{0}` is `true` or `false`", field))
                        .label("neither")
                        .help(text!("write `{0} = {1}`", field, meant))
                        .unsafe_fix(text!("write `{0}`", meant), span, meant),
                );
                None
            }
        }
    }

    fn tags(&mut self, value: &FieldValue) -> Vec<String> {
        match value {
            FieldValue::List { elements, .. } => {
                elements.iter().filter_map(|element| self.string("tags", element)).map(|tag| tag.value).collect()
            }
            other => {
                let span = other.span();
                let written = self.of(span).trim_matches('"');
                self.report(
                    Diagnostic::new(Code::InvalidField, span, "`tags` takes a list")
                        .label("not a list")
                        .help(text!("write `tags = [\"{0}\"]`", written))
                        .safe_fix("make it a list", span, format!("[\"{written}\"]")),
                );
                Vec::new()
            }
        }
    }

    fn activity(&mut self, value: &FieldValue) -> Option<Spanned<KindSet>> {
        let elements = match value {
            FieldValue::List { elements, .. } => elements.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut kinds = KindSet::EMPTY;
        for element in elements {
            let span = element.span();
            let word = self.of(span).trim_matches('"');
            let found =
                Activity::from_name(word).map(Activity::kinds).or_else(|| Kind::from_name(word).map(KindSet::from));
            match found {
                Some(found) => kinds = kinds.union(found),
                None => {
                    let names = Activity::ALL.iter().map(|a| a.name()).chain(Kind::ALL.iter().map(|k| k.name()));
                    let diagnostic =
                        Diagnostic::new(Code::InvalidField, span, text!("there is no activity `{0}`", word))
                            .label("unknown");
                    self.report(match nearest(word, names) {
                        Some(near) => diagnostic.help(text!("did you mean `{0}`?", near)).unsafe_fix(
                            text!("write `{0}`", near),
                            span,
                            near,
                        ),
                        None => diagnostic.help(
                            "write `process`, `file`, `network`, `kernel`, or event kinds such as `exec` and `open`",
                        ),
                    });
                }
            }
        }
        (!kinds.is_empty()).then_some(Spanned { value: kinds, span: value.span() })
    }

    fn allow(&mut self, rule: &mut Rule, lint: Span, reason: Option<Span>, span: Span) {
        let word = self.of(lint);
        let code = match Code::from_name(word) {
            Some(code) if code.is_configurable() => code,
            Some(_) => {
                self.report(
                    Diagnostic::new(
                        Code::UnknownLint,
                        lint,
                        text!("`{0}` cannot be allowed: the rule would mean nothing", word),
                    )
                    .label("an error, not a lint")
                    .help("mend what it reports"),
                );
                return;
            }
            None => {
                let names = Code::ALL.iter().filter(|code| code.is_configurable()).map(|code| code.name());
                let diagnostic = Diagnostic::new(Code::UnknownLint, lint, text!("there is no lint `{0}`", word))
                    .label("unknown lint");
                self.report(match nearest(word, names) {
                    Some(near) => diagnostic.help(text!("did you mean `{0}`?", near)).unsafe_fix(
                        text!("write `{0}`", near),
                        lint,
                        near,
                    ),
                    None => diagnostic.help("the name of a lint stands in brackets behind each warning"),
                });
                return;
            }
        };
        let text = reason.and_then(|reason| field_text(self.of(reason)).ok()).unwrap_or_default();
        if text.trim().is_empty() {
            let at = reason.unwrap_or(Span::empty(span.end));
            let insert = if reason.is_some() { "\"…\"" } else { " = \"…\"" };
            self.report(
                Diagnostic::new(Code::MissingAllowReason, span, text!("`allow {0}` gives no reason", word))
                    .label("why is it right here?")
                    .help(text!("write `allow {0} = \"the reason\"`", word))
                    .unsafe_fix("add a place for the reason", at, insert),
            );
            return;
        }
        rule.allows.push(Allow { code, reason: text, span });
    }

    fn dates(&mut self, rule: &Rule) {
        let (Some(starts), Some(expires)) = (&rule.starts, &rule.expires) else { return };
        if starts.value > expires.value {
            self.report(
                Diagnostic::new(Code::StartsAfterExpires, starts.span, "the rule starts after it has expired")
                    .label("starts here")
                    .also(expires.span, "and ended here")
                    .help("swap the dates, or move one"),
            );
        }
    }

    fn require(&mut self, rule: &Rule, has_block: bool) {
        if rule.names_rules() || (has_block && rule.rules.is_none()) {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::RequireWithoutRule,
                rule.name.span,
                text!(
                    "`require {0}` names no detection rule: it would silence every other signal there is",
                    rule.name.value
                ),
            )
            .label("over everything")
            .help("name the rules with `rules { ruleId:… }`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::{Code, Diagnostic};
    use crate::hir::check::testing;

    /// What is found in a rule with these fields.
    fn findings(fields: &str) -> Vec<Diagnostic> {
        testing::findings(&format!("suppress x {{\n  {fields}\n  when event {{ @process.user:root }}\n}}\n"))
    }

    #[test]
    fn a_rule_may_start_at_the_instant_at_which_it_expires() {
        for (expires, late) in [("2027-01-31T00:00:00Z", false), ("2027-01-30T23:59:59Z", true)] {
            let found = findings(&format!("starts = 2027-01-31T00:00:00Z\n  expires = {expires}"));
            assert_eq!(found.iter().any(|found| found.code == Code::StartsAfterExpires), late, "{expires}");
        }
    }

    #[test]
    fn fields_have_other_names_elsewhere() {
        for (field, meant) in [
            ("until", "expires"),
            ("from", "starts"),
            ("name", "title"),
            ("why", "reason"),
            ("team", "owner"),
            ("jira", "ticket"),
            ("kinds", "activity"),
        ] {
            let found = findings(&format!("{field} = \"x\""));
            let written = found.iter().flat_map(|found| &found.fixes).flat_map(|fix| &fix.edits);
            assert!(written.into_iter().any(|edit| edit.text == meant), "{field}: {found:#?}");
        }
    }
}
