use crate::base::Span;
use crate::diag::{Code, Diagnostic, Edit, Fix, Text, text};
use crate::hir::lower::{COMBINATION, Lowering, Place};
use crate::hir::spelling;
use crate::hir::{Key, KeyKind, Query, pattern};
use crate::schema::{AttrId, NeverEmitted, Platforms, Scope, Suggestion, Why};
use crate::syntax::ast;

/// The most keys that a suggestion writes out in place of one with a wildcard.
const WRITTEN_OUT: usize = 8;

/// What a key turned out to be.
pub(super) enum Resolved {
    One(Key),
    /// A key with a wildcard, as the attributes it stands for.
    Many(Vec<Key>),
}

/// The value behind a key and the whole term, where there is one.
type Value = Option<(ast::NodeId, Span)>;

impl Lowering<'_> {
    /// Finds out what a key is. Nothing where a term on it would mean nothing.
    pub(super) fn key(&mut self, query: &mut Query, span: Span, value: Value) -> Option<Resolved> {
        let written = self.of(span);
        match written.strip_prefix('@') {
            Some(path) => self.attribute(query, path, span, value),
            None => self.tag(query, written, span, value),
        }
    }

    fn one(&self, query: &mut Query, text: &str, span: Span, kind: KeyKind) -> Option<Resolved> {
        Some(Resolved::One(Key { text: query.push_text(&spelling::key(text)), span, kind }))
    }

    fn attribute(&mut self, query: &mut Query, path: &str, span: Span, value: Value) -> Option<Resolved> {
        let written = self.of(span);
        if self.place == Place::Rules {
            self.attribute_in_rules(written, span, value);
            return None;
        }
        if pattern::has_wildcard(path) {
            return self.wildcard_key(query, path, span, value);
        }
        let known = self.schema.attribute_id(path).map(|id| (id, self.schema.attribute(id)));
        if let Some((id, attribute)) = known
            && !attribute.open_below
            && attribute.platforms.contains(Platforms::LINUX)
        {
            return self.one(query, written, span, KeyKind::Attribute(id));
        }
        if let Some(never) = self.schema.never_emitted(path) {
            let help = match never.instead.first() {
                Some(real) => text!("use `{0}`: {1}", real, never.note),
                None => text!("{0}", never.note),
            };
            self.never_emitted(never, text!("the Agent never emits `{0}`", written), help, span);
            return self.one(query, written, span, KeyKind::NeverEmitted);
        }
        if let Some((id, _)) = known {
            return self.one(query, written, span, KeyKind::Attribute(id));
        }
        if self.cx.config.allows_key(written) {
            return self.one(query, written, span, KeyKind::UnknownAttribute);
        }
        if let Some(base) = path.strip_suffix("ip/port") {
            self.ip_port(base, span, value);
            return None;
        }
        if self.schema.tag(path).is_some() {
            self.report(
                Diagnostic::new(
                    Code::AtBeforeTag,
                    span,
                    text!("`{0}` is a tag: with `@` Datadog looks for an attribute", path),
                )
                .label("a tag has no `@`")
                .help(text!("write `{0}`", path))
                .safe_fix("remove the `@`", Span::new(span.start, span.start + 1), ""),
            );
            return None;
        }
        // A search through the whole schema, for nothing where nobody reads of it.
        let reported = self.cx.config.severity(Code::UnknownAttribute).is_some();
        let suggestions = if reported { self.schema.suggest_attribute(path, 3) } else { Vec::new() };
        let message = text!("unknown attribute `{0}`", written);
        self.unknown(Code::UnknownAttribute, span, message, &suggestions);
        self.one(query, written, span, KeyKind::UnknownAttribute)
    }

    fn tag(&mut self, query: &mut Query, name: &str, span: Span, value: Value) -> Option<Resolved> {
        if pattern::has_wildcard(name) {
            self.wildcard_tag(name, span, value);
            return None;
        }
        if let Some((id, tag)) = self.schema.tag(name) {
            let in_rules = self.place == Place::Rules;
            if !in_rules || tag.scopes.contains(Scope::Rule) || self.schema.rule_key(name).is_none() {
                return self.one(query, name, span, KeyKind::Tag(id));
            }
        }
        let is_rule_key = self.schema.rule_key(name).is_some();
        if is_rule_key && self.place == Place::Rules {
            return self.one(query, name, span, KeyKind::RuleKey);
        }
        if let Some(never) = self.schema.never_emitted_tag(name) {
            self.never_emitted(never, text!("there is no tag `{0}`", name), text!("{0}", never.note), span);
            return self.one(query, name, span, KeyKind::NeverEmitted);
        }
        if is_rule_key {
            self.rule_key_in_when(name, span, value);
            return None;
        }
        if self.cx.config.allows_key(name) {
            return self.one(query, name, span, KeyKind::UnknownTag);
        }
        if let Some(base) = name.strip_suffix("ip/port") {
            self.ip_port(base, span, value);
            return None;
        }
        if self.schema.attribute_id(name).is_some() || self.schema.never_emitted(name).is_some() {
            if self.place == Place::Rules {
                self.attribute_in_rules(name, span, value);
                return None;
            }
            self.report(
                Diagnostic::new(
                    Code::MissingAt,
                    span,
                    text!("`{0}` is an attribute: without `@` Datadog looks for a tag", name),
                )
                .label("an attribute starts with `@`")
                .help(text!("write `@{0}`", name))
                .safe_fix("add the `@`", Span::empty(span.start), "@"),
            );
            return None;
        }
        if let Some(key) = name.strip_prefix('+').filter(|key| !key.is_empty()) {
            self.report(
                Diagnostic::new(Code::UnknownTag, span, text!("`+` is no operator: no event carries `{0}`", name))
                    .label("taken as part of the key")
                    .help(text!("conditions side by side must all hold: write `{0}`", key))
                    .unsafe_fix("remove the `+`", Span::new(span.start, span.start + 1), ""),
            );
            return self.one(query, name, span, KeyKind::UnknownTag);
        }
        if self.place == Place::Rules
            && let Some(near) = self.rule_key_like(name)
        {
            self.report(
                Diagnostic::new(Code::UnknownTag, span, text!("unknown key `{0}` in `rules`", name))
                    .label("no detection rule has it")
                    .help(text!("did you mean `{0}`?", near))
                    .unsafe_fix(text!("use `{0}`", near), span, near),
            );
            return self.one(query, name, span, KeyKind::UnknownTag);
        }
        let reported = self.cx.config.severity(Code::UnknownTag).is_some();
        let suggestions = if reported { self.schema.suggest_tag(name, 3) } else { Vec::new() };
        let message = if self.place == Place::Rules {
            text!("unknown key `{0}` in `rules`", name)
        } else {
            text!("unknown tag `{0}`", name)
        };
        self.unknown(Code::UnknownTag, span, message, &suggestions);
        self.one(query, name, span, KeyKind::UnknownTag)
    }

    /// The key of detection rules that a name is but for its case and what joins its words.
    pub(super) fn rule_key_like(&self, name: &str) -> Option<&'static str> {
        let letters = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let wanted = letters(name);
        self.schema.rule_keys().map(|key| key.name).find(|key| letters(key) == wanted)
    }

    /// A key that documentation prints; the first of what carries it instead is the safe choice.
    #[cold]
    fn never_emitted(&mut self, never: &NeverEmitted, message: Text, help: Text, span: Span) {
        let mut diagnostic = Diagnostic::new(Code::NeverEmitted, span, message).label("matches nothing").help(help);
        for (index, real) in never.instead.iter().enumerate() {
            diagnostic = diagnostic.fix(Fix {
                title: text!("use `{0}`", real),
                safe: index == 0,
                edits: vec![Edit { span, text: (*real).to_owned() }],
            });
        }
        self.report(diagnostic);
    }

    #[cold]
    fn unknown(&mut self, code: Code, span: Span, message: Text, suggestions: &[Suggestion]) {
        let mut diagnostic = Diagnostic::new(code, span, message).label("no event carries it");
        let declare = match self.of(span).strip_prefix('@') {
            Some(path) => format!("attribute @{path} : string"),
            None => format!("tag {}", self.of(span)),
        };
        diagnostic = match suggestions.first() {
            Some(best) => diagnostic.help(match best.why {
                Why::Secl => text!("this is the name used in Agent rules; in queries it is `{0}`", best.key),
                Why::Tag => text!("did you mean `{0}`?", best.key),
                _ => text!("did you mean `{0}`? if your own pipeline adds it, declare it: `{1}`", best.key, declare),
            }),
            None => diagnostic.help(text!("if your own pipeline adds it, declare it: `{0}`", declare)),
        };
        for (index, suggestion) in suggestions.iter().enumerate() {
            diagnostic = diagnostic.fix(Fix {
                title: text!("use `{0}`", suggestion.key),
                // What a slip meant is a guess; the key it was spelled as matched nothing.
                safe: index == 0 && matches!(suggestion.why, Why::Secl | Why::NeverEmitted),
                edits: vec![Edit { span, text: suggestion.key.clone() }],
            });
        }
        self.report(diagnostic);
    }

    /// `@dns.question.*:x` is the OR of the attributes it covers that hold text.
    #[cold]
    fn wildcard_key(&mut self, query: &mut Query, path: &str, span: Span, value: Value) -> Option<Resolved> {
        let ids = self.covered(path);
        if ids.is_empty() {
            self.covers_nothing(path, span, value);
            return None;
        }
        let paths: Vec<String> = ids.iter().map(|id| format!("@{}", self.schema.attribute(*id).path)).collect();
        let mut diagnostic = Diagnostic::new(
            Code::WildcardKey,
            span,
            text!("Datadog takes no wildcard in a key: this stands for {0} attributes", paths.len()),
        )
        .label(text!("expanded to {0}", shortened(&paths)))
        .help("name the attributes that are meant");
        if let Some((value, term)) = value {
            diagnostic = diagnostic.safe_fix("write the attributes out", term, self.any_of(&paths, value));
        }
        self.report(diagnostic);
        let keys = ids.iter().zip(&paths).map(|(id, path)| {
            let text = query.push_text(path);
            Key { text, span, kind: KeyKind::Attribute(*id) }
        });
        Some(Resolved::Many(keys.collect()))
    }

    /// The attributes that a key with a wildcard stands for.
    fn covered(&self, path: &str) -> Vec<AttrId> {
        let mut ids = self.schema.matching(path);
        // A closed set would refuse what the others take, and an attribute with keys of its own has no single path.
        ids.retain(|id| {
            let attribute = self.schema.attribute(*id);
            attribute.ty.is_text() && !attribute.is_closed() && !pattern::has_wildcard(&attribute.path)
        });
        ids
    }

    #[cold]
    fn covers_nothing(&mut self, path: &str, span: Span, value: Value) {
        let mut diagnostic = Diagnostic::new(
            Code::UnexpandedWildcard,
            span,
            text!("no attribute that holds text fits `{0}`", self.of(span)),
        )
        .label("covers nothing");
        let open = self.schema.find(path).map(|(_, attribute)| attribute).filter(|attribute| attribute.open_below);
        if let Some(map) = open {
            let below = map.path.strip_suffix('*').unwrap_or(&map.path);
            diagnostic =
                diagnostic.help(text!("keys of any name stand below `@{0}`: name the one that is meant", below));
            self.report(diagnostic);
            return;
        }
        let fitting = self.schema.matching(path).into_iter().map(|id| self.schema.attribute(id));
        let fitting: Vec<String> = fitting
            .filter(|attribute| !pattern::has_wildcard(&attribute.path))
            .map(|attribute| format!("@{}", attribute.path))
            .collect();
        self.report(if fitting.is_empty() {
            diagnostic.help("a key with a wildcard stands for the text attributes that it covers; name the attribute")
        } else {
            self.named(diagnostic, &fitting, span, value)
        });
    }

    /// There is nothing that a tag with a wildcard could be taken as: which ones events carry is not known.
    #[cold]
    fn wildcard_tag(&mut self, name: &str, span: Span, value: Value) {
        let in_rules = self.place == Place::Rules;
        let message = if in_rules {
            text!("Datadog takes no wildcard in a key: no detection rule has `{0}`", name)
        } else {
            text!("Datadog takes no wildcard in a key: no event carries `{0}`", name)
        };
        let diagnostic = Diagnostic::new(Code::UnexpandedWildcard, span, message)
            .label("compared as it is written, wildcard included");
        let rule_keys = self.schema.rule_keys().filter(|_| in_rules).map(|key| key.name);
        let in_place = |scope| (scope == Scope::Rule) == in_rules;
        let tags = self.schema.tags().map(|(_, tag)| tag).filter(|tag| tag.scopes.iter().any(in_place));
        let fitting = rule_keys.chain(tags.map(|tag| &*tag.name));
        let fitting: Vec<String> = fitting
            .filter(|known| pattern::matches(name, known) && !pattern::has_wildcard(known))
            .map(str::to_owned)
            .collect();
        self.report(if !fitting.is_empty() {
            self.named(diagnostic, &fitting, span, value)
        } else if !in_rules && !self.covered(name).is_empty() {
            diagnostic
                .help(text!("an attribute starts with `@`: `@{0}` stands for the attributes that it covers", name))
                .unsafe_fix("add the `@`", Span::empty(span.start), "@")
        } else {
            diagnostic.help("name the key that is meant")
        });
    }

    /// Names what fits a key with a wildcard, to be written instead where that is not too much.
    fn named(&self, diagnostic: Diagnostic, fitting: &[String], span: Span, value: Value) -> Diagnostic {
        let diagnostic = match fitting {
            [only] => diagnostic.help(text!("did you mean `{0}`?", only)),
            _ => diagnostic.help(text!("name what is meant of {0}", shortened(fitting))),
        };
        match (fitting, value) {
            ([only], Some(_)) => diagnostic.unsafe_fix(text!("use `{0}`", only), span, only.clone()),
            (_, Some((value, term))) if fitting.len() <= WRITTEN_OUT => {
                diagnostic.unsafe_fix("ask for any of them", term, self.any_of(fitting, value))
            }
            _ => diagnostic,
        }
    }

    /// One value under any of several keys.
    fn any_of(&self, keys: &[String], value: ast::NodeId) -> String {
        let value = self.of(self.parsed.node(value).span);
        let terms: Vec<String> = keys.iter().map(|key| format!("{key}:{value}")).collect();
        match terms.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(" OR ")),
        }
    }

    /// `network.destination.ip/port`, as the tuning guide prints two attributes in one.
    #[cold]
    fn ip_port(&mut self, base: &str, span: Span, value: Value) {
        let base = base.trim_start_matches('@');
        // `network.ip` does not exist: what the guide means is the source.
        let base = if base == "network." { "network.source." } else { base };
        let (ip, port) = (format!("@{base}ip"), format!("@{base}port"));
        let mut diagnostic =
            Diagnostic::new(Code::IpPortShorthand, span, text!("`{0}` is shorthand for two attributes", self.of(span)))
                .label("no attribute has this name")
                .help(text!("write `{0}:ADDRESS {1}:PORT`", ip, port));
        if let Some((value, term)) = value {
            let value = self.of(self.parsed.node(value).span);
            let both = value.rsplit_once(['/', ':']).filter(|(address, port)| {
                port.parse::<u16>().is_ok() && address.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
            });
            let text = match both {
                Some((address, number)) => format!("{ip}:{} {port}:{number}", address.trim_matches(['[', ']'])),
                None if value.parse::<u16>().is_ok() => format!("{port}:{value}"),
                None => format!("{ip}:{value}"),
            };
            diagnostic = diagnostic.safe_fix("write the attributes out", term, text);
        }
        self.report(diagnostic);
    }

    #[cold]
    fn attribute_in_rules(&mut self, written: &str, span: Span, value: Value) {
        let mut diagnostic = Diagnostic::new(
            Code::AttributeInRules,
            span,
            text!("`{0}` is an attribute of events, and `rules` chooses detection rules", written),
        )
        .label("no detection rule has it")
        .help("`rules` takes `ruleId:`, `type:`, `source:`, `severity:` and rule tags; put attributes into `when { }`");
        if let (Some((_, term)), Some(rules), Some(when)) = (value, self.blocks.rules, self.blocks.when) {
            let at = if written.starts_with('@') { "" } else { "@" };
            let insert = Edit { span: Span::empty(when.start + 1), text: format!(" {at}{}", self.of(term)) };
            diagnostic = diagnostic.fix(self.moved(term, rules, insert, "move it into `when`"));
        }
        self.report(diagnostic);
    }

    #[cold]
    fn rule_key_in_when(&mut self, name: &str, span: Span, value: Value) {
        let mut diagnostic = Diagnostic::new(
            Code::RuleKeyInWhen,
            span,
            text!("`{0}` is a key of detection rules, and `when` is about events", name),
        )
        .label("no event has it")
        .help(text!("put it into `rules { {0}:… }`", name));
        if let (Some((_, term)), Some(when), Some(statement)) = (value, self.blocks.when, self.blocks.when_statement) {
            let term_text = self.of(term);
            let insert = match self.blocks.rules {
                Some(rules) => Edit { span: Span::empty(rules.start + 1), text: format!(" {term_text}") },
                None => Edit { span: Span::empty(statement), text: format!("rules {{ {term_text} }}\n  ") },
            };
            let alone = self.of(when).trim_matches(['{', '}']).trim() == term_text;
            // A `when` that is empty afterwards would silence everything.
            diagnostic = diagnostic.fix(if alone {
                let edits = vec![Edit { span: term, text: COMBINATION.to_owned() }, insert];
                Fix { title: "move it into `rules` and put in a combination to fill in".into(), safe: false, edits }
            } else {
                self.moved(term, when, insert, "move it into `rules`")
            });
        }
        self.report(diagnostic);
    }

    /// Takes a term out of one block and puts it into another; a `rules` that held nothing else goes with it.
    fn moved(&self, term: Span, from: Span, insert: Edit, title: &'static str) -> Fix {
        let alone = self.of(from).trim_matches(['{', '}']).trim() == self.of(term);
        let cut = if alone {
            let before = self.text.get(..from.start as usize).unwrap_or_default().trim_end();
            let statement = before.strip_suffix("rules").map_or(from.start, |before| before.len() as u32);
            Span::new(statement, from.end)
        } else {
            let rest = self.text.get(term.end as usize..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            Span::new(term.start, term.end + blanks as u32)
        };
        Fix { title: title.into(), safe: false, edits: vec![Edit { span: cut, text: String::new() }, insert] }
    }
}

fn shortened(paths: &[String]) -> String {
    match paths {
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("`{a}`, `{b}`, `{c}` and {} more", rest.len()),
        _ => format!("`{}`", paths.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::{COMBINATION, shortened};
    use crate::config::{Config, Context, Level};
    use crate::diag::{Code, Diagnostic};
    use crate::hir::{Names, lower_item};
    use crate::schema::Schema;
    use crate::syntax::parse_item;

    /// The only finding in a condition on signals under which every unknown key passes.
    fn finding(condition: &str) -> Diagnostic {
        let mut config = Config::default();
        config.schema.unknown = Some(Level::Allow);
        config.schema.allow_prefixes = vec!["@mine.".to_owned(), "mine_".to_owned()];
        let text = format!("suppress x {{\n  when {{ {condition} }}\n}}\n");
        let lowered =
            lower_item(&text, &parse_item(&text), &Names::default(), &Context::new(Schema::embedded(), &config, 0));
        assert!(lowered.rules.is_empty(), "{condition}");
        let mut found = lowered.diagnostics;
        found.retain(|found| config.severity(found.code).is_some());
        let only = found.pop().unwrap();
        assert!(found.is_empty(), "{condition}: {found:#?}");
        only
    }

    #[test]
    fn of_many_keys_three_are_named() {
        let paths = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(shortened(&paths), "`a`, `b`, `c` and 1 more");
        assert_eq!(shortened(&paths[..3]), "`a`, `b`, `c`");
    }

    #[test]
    fn an_address_and_a_port_are_told_apart() {
        for (value, written) in [
            ("443", "@network.source.port:443"),
            ("10.0.0.1", "@network.source.ip:10.0.0.1"),
            ("10.0.0.1/443", "@network.source.ip:10.0.0.1 @network.source.port:443"),
        ] {
            let found = finding(&format!("@network.source.ip/port:{value}"));
            assert_eq!(found.fixes[0].edits[0].text, written);
        }
    }

    #[test]
    fn a_term_is_moved_with_the_blanks_behind_it() {
        for (condition, length, left) in [("ruleId:abc", 10, COMBINATION), ("ruleId:abc  @process.user:a", 12, "")] {
            let edit = &finding(condition).fixes[0].edits[0];
            assert_eq!((edit.span.len(), &*edit.text), (length, left), "{condition}");
        }
    }

    #[test]
    fn a_wildcard_that_stands_for_nothing_suggests_what_fits_it() {
        for (condition, help, fix) in [
            ("a?b:x", "name the key that is meant", None),
            ("mine_*:x", "name the key that is meant", None),
            ("kube_serv*:x", "did you mean `kube_service`?", Some("kube_service")),
            (
                "kube_app_?a*:(x OR y)",
                "name what is meant of `kube_app_managed_by`, `kube_app_name`, `kube_app_part_of`",
                Some("(kube_app_managed_by:(x OR y) OR kube_app_name:(x OR y) OR kube_app_part_of:(x OR y))"),
            ),
            (
                "process.comm*:x",
                "an attribute starts with `@`: `@process.comm*` stands for the attributes that it covers",
                Some("@"),
            ),
            (
                "@network.destination.p?rt:1",
                "did you mean `@network.destination.port`?",
                Some("@network.destination.port"),
            ),
            (
                "@process.variables.a*:x",
                "keys of any name stand below `@process.variables.`: name the one that is meant",
                None,
            ),
            (
                "@mine.*:x",
                "a key with a wildcard stands for the text attributes that it covers; name the attribute",
                None,
            ),
        ] {
            let found = finding(condition);
            assert_eq!(found.code, Code::UnexpandedWildcard, "{condition}");
            assert_eq!(found.help.to_string(), help, "{condition}");
            assert_eq!(found.fixes.first().map(|fix| &*fix.edits[0].text), fix, "{condition}");
        }
    }
}
