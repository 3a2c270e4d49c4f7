//! What a file declares, and what it can see of other files.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::Span;
use crate::hir::{Query, Spanned};
use crate::schema::{Schema, Type};
use crate::syntax::ParsedItem;
use crate::syntax::ast::{ItemKind, LetBody, NodeKind};

/// What the items of one range declare and import; all that other items need to know of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// Paths of `import` items.
    pub imports: Vec<Spanned<String>>,
    /// `let` items.
    pub lets: Vec<LetSignature>,
    /// `let` items that cannot be read: their users are not to blame.
    pub broken_lets: Vec<Spanned<String>>,
    /// `attribute` items: path without `@`, type, multi-valued.
    pub attributes: Vec<(Spanned<String>, Type, bool)>,
    /// `tag` items.
    pub tags: Vec<Spanned<String>>,
    /// `suppress` and `require` items.
    pub rules: Vec<Spanned<String>>,
    /// Titles of `test` items.
    pub tests: Vec<Spanned<String>>,
    /// Rules that tests name behind `by`.
    pub test_rules: Vec<Spanned<String>>,
    /// Names of `let`s that its items refer to, each once.
    pub used: Vec<String>,
}

/// A `let` with what is needed to expand it.
#[derive(Clone, Debug, PartialEq)]
pub struct LetSignature {
    /// The name.
    pub name: Spanned<String>,
    /// Names it refers to.
    pub references: Vec<String>,
    /// The text of its range and the tree, shared by all that expand it.
    pub source: Arc<(String, ParsedItem)>,
    /// Which item of the range it is.
    pub index: usize,
}

impl Signature {
    /// Whether it declares and imports nothing but rules and tests.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.imports.is_empty()
            && self.lets.is_empty()
            && self.broken_lets.is_empty()
            && self.attributes.is_empty()
            && self.tags.is_empty()
    }
}

/// Reads the declarations off a parsed range.
#[must_use]
pub fn signature(text: &str, parsed: &ParsedItem) -> Signature {
    let mut signature = Signature { used: used(text, parsed), ..Signature::default() };
    let mut shared: Option<Arc<(String, ParsedItem)>> = None;
    if !parsed.items.iter().any(|item| matches!(item.kind, ItemKind::Let { .. })) {
        signature.broken_lets.extend(header_name(text, &["let"]));
    }
    for (index, item) in parsed.items.iter().enumerate() {
        match &item.kind {
            ItemKind::Import { path } => signature.imports.push(spanned(unquote(path.of(text)), *path)),
            ItemKind::Rule { name, .. } => signature.rules.push(spanned(name.of(text), *name)),
            ItemKind::Let { name, body } => {
                let source = shared.get_or_insert_with(|| Arc::new((text.to_owned(), parsed.clone())));
                signature.lets.push(LetSignature {
                    name: spanned(name.of(text), *name),
                    references: references(text, parsed, *body),
                    source: Arc::clone(source),
                    index,
                });
            }
            ItemKind::Attribute { path, ty, multi } => {
                if let Some(ty) = Type::from_name(ty.of(text)) {
                    let name = path.of(text).trim_start_matches('@');
                    signature.attributes.push((spanned(name, *path), ty, *multi));
                }
            }
            ItemKind::Tag { name } => signature.tags.push(spanned(name.of(text), *name)),
            ItemKind::Test { title, expectations } => {
                signature.tests.push(spanned(unquote(title.of(text)), *title));
                let by = expectations.iter().filter_map(|expectation| expectation.by);
                signature.test_rules.extend(by.map(|by| spanned(by.of(text), by)));
            }
        }
    }
    signature
}

/// The signature of a range's text. A lone rule without `$`, which is most of what there is, costs a look at its first
/// line.
#[must_use]
pub fn scan(text: &str) -> Signature {
    match lone_rule(text) {
        // It has its name even where the rest cannot be read.
        Some(name) => {
            let refers = memchr::memchr(b'$', text.as_bytes()).is_some();
            let used = if refers { used(text, &crate::syntax::parse_item(text)) } else { Vec::new() };
            Signature { rules: vec![name], used, ..Signature::default() }
        }
        None => signature(text, &crate::syntax::parse_item(text)),
    }
}

/// The names behind `$`, each once.
fn used(text: &str, parsed: &ParsedItem) -> Vec<String> {
    let mut used: Vec<&str> = parsed.references().map(|span| span.of(text).trim_start_matches('$')).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().map(str::to_owned).collect()
}

/// The name of the rule, where the range holds a rule and nothing else.
fn lone_rule(text: &str) -> Option<Spanned<String>> {
    let name = header_name(text, &["suppress", "require"])?;
    if !text.get(name.span.end as usize..)?.trim_start().starts_with('{') {
        return None;
    }
    // Another item may follow a closing brace, on its line or, indented, on one below. Braces in comments that were
    // passed over do not count, so that each byte is looked at once.
    let mut passed = 0;
    let shared = memchr::memchr_iter(b'}', text.as_bytes()).any(|brace| {
        if brace < passed {
            return false;
        }
        let mut rest = text.get(brace + 1..).unwrap_or_default().trim_start();
        while rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, below)| below.trim_start());
        }
        passed = text.len() - rest.len();
        crate::syntax::starts_item(rest.lines().next().unwrap_or_default())
    });
    if shared {
        return None;
    }
    Some(name)
}

/// The name behind one of the keywords, read off the first line that is no comment.
fn header_name(text: &str, keywords: &[&str]) -> Option<Spanned<String>> {
    let mut start = 0;
    let header = loop {
        let rest = text.get(start..)?;
        if !rest.starts_with('#') {
            break rest;
        }
        start += memchr::memchr(b'\n', rest.as_bytes())? + 1;
    };
    let after = keywords.iter().find_map(|keyword| header.strip_prefix(keyword))?;
    let name = after.trim_start_matches([' ', '\t']);
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    if end == 0 || name.len() == after.len() {
        return None;
    }
    let at = (text.len() - name.len()) as u32;
    Some(spanned(name.get(..end)?, Span::new(at, at + end as u32)))
}

fn spanned(text: &str, span: Span) -> Spanned<String> {
    Spanned { value: text.to_owned(), span }
}

/// The text between quotes, escapes left as they are.
fn unquote(quoted: &str) -> &str {
    quoted.trim_matches('"')
}

fn references(text: &str, parsed: &ParsedItem, body: LetBody) -> Vec<String> {
    let (LetBody::Values(root) | LetBody::Fragment(Some(root))) = body else { return Vec::new() };
    let mut names = Vec::new();
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        let node = parsed.node(id);
        match node.kind {
            NodeKind::And(list) | NodeKind::Or(list) => waiting.extend(parsed.list(list)),
            NodeKind::Not { of, .. } | NodeKind::Group(of) => waiting.push(of),
            NodeKind::Term { value, .. } => waiting.push(value),
            NodeKind::Reference => names.push(node.span.of(text).trim_start_matches('$').to_owned()),
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    names
}

/// A `let`, lowered: what a reference is replaced by.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Whether it is a list of values rather than a condition.
    pub is_values: bool,
    /// The tree; of a value list, terms on no key.
    pub query: Query,
    /// How deep the tree is.
    pub depth: u32,
    /// The file that declares it.
    pub file: Arc<str>,
    /// The name's place in that file.
    pub span: Span,
    /// Whether it has an error of its own, so that its users need no second one.
    pub broken: bool,
}

/// Everything that one file can see.
#[derive(Clone, Debug, Default)]
pub struct Names {
    bindings: FxHashMap<String, Arc<Binding>>,
    schema: Option<Arc<Schema>>,
}

impl Names {
    /// Makes a `let` visible; the first of a name stays.
    pub fn bind(&mut self, name: &str, binding: Arc<Binding>) {
        self.bindings.entry(name.to_owned()).or_insert(binding);
    }

    /// Makes declared attributes and tags visible: `schema` is the base schema with them.
    pub fn declare(&mut self, schema: Arc<Schema>) {
        self.schema = Some(schema);
    }

    /// The `let` of that name.
    #[must_use]
    pub fn binding(&self, name: &str) -> Option<&Arc<Binding>> {
        self.bindings.get(name)
    }

    /// All visible names of `let`s, sorted.
    #[must_use]
    pub fn binding_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.bindings.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The schema with declared attributes and tags, where there are any.
    #[must_use]
    pub fn declared(&self) -> Option<&Arc<Schema>> {
        self.schema.as_ref()
    }

    /// The schema as this file sees it.
    #[must_use]
    pub fn schema<'a>(&'a self, base: &'a Schema) -> &'a Schema {
        self.schema.as_deref().unwrap_or(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Context};
    use crate::hir::{EXPANSION_CAP, Key, KeyKind, Test, lower_item};
    use crate::syntax::parse_item;

    /// A `let` of so many nodes.
    fn fragment(nodes: usize) -> Binding {
        let mut query = Query::default();
        let key = Key { text: query.push_text("host"), span: Span::empty(0), kind: KeyKind::UnknownTag };
        for _ in 0..nodes {
            let root = query.push(crate::hir::NodeKind::Term { key, test: Test::Present }, Span::empty(0));
            query.set_root(root);
        }
        Binding { is_values: false, query, depth: 1, file: "big.quell".into(), span: Span::empty(0), broken: false }
    }

    #[test]
    fn the_bound_that_is_passed_first_is_named() {
        let mut names = Names::default();
        names.bind("big", Arc::new(fragment(EXPANSION_CAP - 2)));
        let (schema, config) = (Schema::embedded(), Config::default());
        // Two more values have room, on the deepest level that there may be or on the one below it.
        for (term, message) in [
            ("host:(a OR b OR c)", "the condition has more than 100000 parts once its `let`s are put in"),
            ("NOT host:(a OR b OR c)", "the condition is deeper than 128 levels once its `let`s are put in"),
        ] {
            let text = format!("let x = {{ $big {}{term}{} }}", "NOT (".repeat(62), ")".repeat(62));
            let parsed = parse_item(&text);
            assert!(parsed.is_ok(), "{:?}", parsed.diagnostics);
            let found = lower_item(&text, &parsed, &names, &Context::new(schema, &config, 0)).diagnostics;
            let messages: Vec<String> = found.iter().map(|found| found.message.to_string()).collect();
            assert_eq!(messages, [message]);
        }
    }

    #[test]
    fn rules_and_tests_are_nothing_that_others_see() {
        for (text, plain) in
            [("suppress a {\n  when { host:x }\n}\n", true), ("let a = { host:x }\n", false), ("tag a\n", false)]
        {
            assert_eq!(scan(text).is_plain(), plain, "{text}");
        }
    }

    #[test]
    fn the_schema_is_the_declared_one_where_there_is_one() {
        let base = Schema::embedded();
        let mut names = Names::default();
        assert!(names.declared().is_none());
        names.declare(Arc::new(base.with_declared([], ["own_tag".to_owned()])));
        assert!(names.declared().is_some_and(|schema| schema.tag("own_tag").is_some()));
        assert!(names.schema(base).tag("own_tag").is_some());
    }

    #[test]
    fn a_rule_has_its_name_even_where_the_rest_cannot_be_read() {
        for text in ["suppress a {\n  when { host:x\n", "suppress a {\n  when { host:$hosts\n"] {
            let names: Vec<String> = scan(text).rules.into_iter().map(|name| name.value).collect();
            assert_eq!(names, ["a"], "{text}");
        }
        for (text, broken) in [("# why\nlet a = {\n", Some("a")), ("let = {\n", None), ("letter = {\n", None)] {
            let names: Vec<String> = scan(text).broken_lets.into_iter().map(|name| name.value).collect();
            assert_eq!(names, broken.as_slice(), "{text}");
        }
        assert_eq!(scan("suppress a {\n  when { host:$b $a kube_service:$b }\n}\n").used, ["a", "b"]);
    }
}
