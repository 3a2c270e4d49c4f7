//! The targets against one another, and what the tests of this folder build rules with.

use super::*;
use crate::base::Span;
use crate::diag::Code;
use crate::hir::{Allow, Bound, Key, KeyKind, NodeId, NodeKind, Polarity, Query, Rule, Spanned, Test};
use crate::logic::normal_form;
use crate::logic::specificity::judge;
use crate::schema::{Kind, Schema};

/// Builds a query against the embedded schema.
#[derive(Default)]
pub(super) struct Build(Query);

impl Build {
    pub(super) fn query(build: impl FnOnce(&mut Build) -> NodeId) -> Query {
        let mut query = Build::default();
        let root = build(&mut query);
        query.0.set_root(root);
        query.0
    }

    fn term(&mut self, key: &str, test: Test) -> NodeId {
        let schema = Schema::embedded();
        let kind = match key.strip_prefix('@') {
            Some(path) => schema.attribute_id(path).map_or(KeyKind::UnknownAttribute, KeyKind::Attribute),
            None if schema.rule_key(key).is_some() => KeyKind::RuleKey,
            None => schema.tag(key).map_or(KeyKind::UnknownTag, |(id, _)| KeyKind::Tag(id)),
        };
        let text = self.0.push_text(key);
        self.0.push(NodeKind::Term { key: Key { text, span: Span::default(), kind }, test }, Span::default())
    }

    pub(super) fn exact(&mut self, key: &str, value: &str) -> NodeId {
        let test = Test::Exact(self.0.push_text(value));
        self.term(key, test)
    }

    pub(super) fn glob(&mut self, key: &str, value: &str) -> NodeId {
        let test = Test::Glob(self.0.push_text(value));
        self.term(key, test)
    }

    pub(super) fn networks(&mut self, key: &str, value: &str) -> NodeId {
        let test = Test::Networks(self.0.push_text(value));
        self.term(key, test)
    }

    pub(super) fn present(&mut self, key: &str) -> NodeId {
        self.term(key, Test::Present)
    }

    pub(super) fn range(&mut self, key: &str, low: Option<(&str, bool)>, high: Option<(&str, bool)>) -> NodeId {
        let mut bound = |(text, inclusive): (&str, bool)| Bound {
            value: text.parse().unwrap(),
            text: self.0.push_text(text),
            inclusive,
        };
        let test = Test::Range { low: low.map(&mut bound), high: high.map(&mut bound) };
        self.term(key, test)
    }

    pub(super) fn and(&mut self, parts: &[NodeId]) -> NodeId {
        self.0.push_and(parts, Span::default())
    }

    pub(super) fn or(&mut self, parts: &[NodeId]) -> NodeId {
        self.0.push_or(parts, Span::default())
    }

    pub(super) fn not(&mut self, part: NodeId) -> NodeId {
        self.0.push_not(part, Span::default())
    }
}

/// A field that is there.
pub(super) fn spanned<T>(value: impl Into<T>) -> Option<Spanned<T>> {
    Some(Spanned { value: value.into(), span: Span::default() })
}

/// A `suppress` that says nothing but its name.
pub(super) fn rule(name: &str) -> Rule {
    Rule::new(Polarity::Suppress, Spanned { value: name.to_owned(), span: Span::default() }, Span::default())
}

/// Rules that use all there is.
fn samples() -> Vec<Rule> {
    let mut small = rule("small");
    small.when_signal = Some(Build::query(|b| b.exact("host", "stg-java-01")));
    let mut full = rule("all-fields");
    full.documentation = "First \"line\".\n\n${second}".to_owned();
    full.title = spanned("A \\ title");
    full.owner = spanned("appsec@example.com");
    full.reason = spanned("patched");
    full.ticket = spanned("SEC-1");
    full.protects = spanned("root");
    full.starts = spanned(0);
    full.expires = spanned(1_801_439_999_999_i64);
    full.review = spanned(1_700_000_000_000_i64);
    full.enabled = false;
    full.tags = ["b", "a", "b"].map(str::to_owned).to_vec();
    full.activity = spanned([Kind::Exec, Kind::Bpf].into_iter().collect::<crate::schema::KindSet>());
    full.allows = [Code::NeverEmitted, Code::WildcardKey]
        .map(|code| Allow { code, reason: "a \"test\"".to_owned(), span: Span::default() })
        .to_vec();
    full.rules = Some(Build::query(|b| b.exact("ruleId", "def-000-krp")));
    full.when_signal = Some(Build::query(|b| {
        let hosts = [b.exact("host", "a"), b.exact("host", "b")];
        let hosts = b.or(&hosts);
        let parts = [b.glob("@process.args", "a*b"), b.range("@process.uid", Some(("0", true)), Some(("1.5", false)))];
        let parts = b.and(&parts);
        let networks = b.networks("@network.destination.ip", "10.0.0.0/8,fd00::/8");
        let parts = [parts, b.not(networks)];
        let parts = b.or(&parts);
        let parts = b.not(parts);
        b.and(&[hosts, parts])
    }));
    full.when_event = Some(Build::query(|b| {
        let parts = [b.present("@made.up"), b.range("@process.uid", Some(("007", false)), None), b.present("made_up")];
        b.or(&parts)
    }));
    let mut require = rule("card_data_only");
    require.polarity = Polarity::Require;
    require.rules = full.rules.clone();
    require.when_signal.clone_from(&full.when_signal);
    require.when_event.clone_from(&full.when_event);
    vec![small, full, require]
}

fn checked(rule: &Rule) -> CheckedRule<'_> {
    let judged = |query: &Option<Query>| {
        let query = query.as_ref()?;
        Some(judge(query, &normal_form(query, false, 512), Schema::embedded(), None))
    };
    let specificity = RuleSpecificity { signal: judged(&rule.when_signal), event: judged(&rule.when_event) };
    let specificity = (rule.polarity == Polarity::Suppress).then_some(specificity);
    CheckedRule {
        rule,
        // A test ends before memory does.
        specificity: Box::leak(Box::new(specificity)).as_ref(),
        schema: Schema::embedded(),
        file: "a/b.quell",
        line: 7,
        column: 1,
        offset: 130,
    }
}

fn emitted(rules: &[Rule], target: Target) -> String {
    let mut out = Vec::new();
    emit(rules.iter().map(checked), target, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn names_are_read_back() {
    for target in Target::ALL {
        assert_eq!(Target::from_name(target.name()), Some(*target));
    }
    assert_eq!(Target::from_name("Rules"), None);
    assert_eq!(Target::default(), Target::Rules);
}

#[test]
fn the_writer_of_rules_writes_the_documented_structs() {
    let rules = samples();
    let text = emitted(&rules, Target::Rules);
    let document = document::Document {
        format: document::Format::Rules,
        version: document::VERSION,
        rules: rules.iter().map(|rule| document::Rule::from(&checked(rule))).collect(),
    };
    assert_eq!(read_rules(&text).unwrap(), document.rules);
    // Keys in the same order, too: `preserve_order` keeps it.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), serde_json::to_string(&document).unwrap());
}

#[test]
fn the_other_targets_are_laid_out_as_serde_does() {
    for target in [Target::Datadog, Target::Terraform, Target::Filters] {
        let text = emitted(&samples(), target);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap() + "\n", "{}", target.name());
    }
}

#[test]
fn no_rules_are_a_document() {
    for target in Target::ALL {
        let value: serde_json::Value = serde_json::from_str(&emitted(&[], *target)).unwrap();
        assert!(value.is_array() || value.is_object());
    }
    assert_eq!(read_rules(&emitted(&[], Target::Rules)).unwrap(), []);
}

#[test]
fn rules_written_apart_join_to_the_same_bytes() {
    let rules = samples();
    for target in Target::ALL {
        let mut joined = Vec::new();
        write_start(*target, &mut joined);
        for (index, rule) in rules.iter().enumerate() {
            if index > 0 {
                write_separator(*target, &mut joined);
            }
            let mut one = Vec::new();
            write_rule(*target, &checked(rule), &mut one);
            joined.extend(one);
        }
        write_end(*target, &mut joined);
        assert_eq!(String::from_utf8(joined).unwrap(), emitted(&rules, *target));
    }
}

#[test]
fn only_a_scope_of_its_own_is_a_scope() {
    let rules = read_rules(&emitted(&samples(), Target::Rules)).unwrap();
    let scopes: Vec<_> = rules.iter().map(|rule| rule.scope().map(|query| query.text.as_str())).collect();
    assert_eq!(scopes, [None, Some(r#"ruleId:"def-000-krp""#), Some(r#"ruleId:"def-000-krp""#)]);
}

#[test]
fn a_rule_that_is_off_has_no_filters() {
    let value: serde_json::Value = serde_json::from_str(&emitted(&samples(), Target::Filters)).unwrap();
    let filters: Vec<_> = value["rules"].as_array().unwrap().iter().map(|rule| &rule["filters"]).collect();
    assert_eq!(filters[0].as_array().unwrap().len(), 1);
    assert_eq!(filters[1].as_array().unwrap().len(), 0);
    assert_eq!(filters[2].as_array().unwrap().len(), 1);
    let query = filters[2][0]["query"].as_str().unwrap();
    assert!(query.starts_with(r#"(host:("a" OR "b") -("#) && query.ends_with(" OR made_up:*)"), "{query}");
}
