//! What can be written at a place: words of the language, keys with what each would tell, values that are known.

mod branch;

use memchr::memmem;
use quell::base::Span;
use quell::diag::Code;
use quell::hir::spelling;
use quell::logic::specificity::Bits;
use quell::schema::{Activity, Family, Kind as EventKind, Schema, Scope, Type};
use quell::syntax::FIELDS;
use rustc_hash::{FxHashMap, FxHashSet};

use self::branch::Branch;
use crate::ide::names::relative;
use crate::ide::place::{self, Block, Expected, Place};
use crate::ide::project::{FileId, Project};
use crate::ide::symbols::holds;
use crate::ide::values::values_at;
use crate::ide::{describe, sampled};

/// The most that is offered at once; more letters bring what is left out.
const MOST: usize = 120;

/// How many uses of a key are looked at for its values.
const MOST_USES: usize = 4000;

/// How many values of recorded events are offered.
const MOST_SAMPLED: usize = 40;

/// What a completion is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A word of the language.
    Keyword,
    /// A whole item.
    Snippet,
    /// A field of a rule.
    Field,
    /// An attribute.
    Attribute,
    /// A tag or a key of detection rules.
    Tag,
    /// A value.
    Value,
    /// A `let`.
    Let,
    /// A rule.
    Rule,
    /// A file.
    File,
    /// A lint.
    Lint,
}

/// Something that can be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What is shown, and what letters are compared with.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// What is shown beside it.
    pub detail: String,
    /// What is written.
    pub text: String,
    /// Whether the text holds places to fill in, as `$1` and `${1:text}`.
    pub snippet: bool,
    /// Whether there is more to read of it, under its label.
    pub documented: bool,
    /// Whether accepting it should ask again, for what comes behind it.
    pub continues: bool,
}

/// What can be written at a place, the best first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completions {
    /// What is replaced.
    pub replaced: Span,
    /// The choices.
    pub items: Vec<Completion>,
    /// Whether more letters would bring others.
    pub more: bool,
}

impl Completion {
    fn new(kind: Kind, label: impl Into<String>) -> Completion {
        let label = label.into();
        Completion {
            text: label.clone(),
            label,
            kind,
            detail: String::new(),
            snippet: false,
            documented: false,
            continues: false,
        }
    }

    fn detail(mut self, detail: impl Into<String>) -> Completion {
        self.detail = detail.into();
        self
    }

    fn text(mut self, text: impl Into<String>) -> Completion {
        self.text = text.into();
        self
    }

    fn snippet(mut self, text: impl Into<String>) -> Completion {
        self.snippet = true;
        self.text(text)
    }

    fn documented(mut self) -> Completion {
        self.documented = true;
        self
    }

    fn continues(mut self) -> Completion {
        self.continues = true;
        self
    }
}

/// What can be written at a byte. `snippets` says whether the editor knows places to fill in.
#[must_use]
pub fn complete(project: &Project, file: FileId, offset: u32, snippets: bool) -> Completions {
    let Some(document) = project.document(file) else { return Completions::default() };
    let (start, text) = match document.items().at_offset(offset) {
        Some(placed) => (placed.start.offset, &*placed.item.text),
        None => (0, ""),
    };
    let place = place::of(text, offset - start);
    let typed = place.typed.of(text);
    let cx = Complete { project, file, text, place: &place, typed, snippets };
    let mut items = match &place.expected {
        Expected::Item => cx.items(),
        Expected::Import => cx.files(),
        Expected::Type => Type::ALL.iter().map(|ty| Completion::new(Kind::Keyword, ty.name())).collect(),
        Expected::Field => cx.fields(),
        Expected::FieldValue(field) => cx.field_values(field),
        Expected::Qualifier => vec![
            Completion::new(Kind::Keyword, "event").documented(),
            Completion::new(Kind::Keyword, "signal").documented(),
        ],
        Expected::Lint => lints(),
        Expected::Term => cx.terms(),
        Expected::Value(key) => cx.values(key),
        Expected::ListValue => cx.lets(true),
        Expected::Expectation => vec![
            Completion::new(Kind::Keyword, "suppressed").documented(),
            Completion::new(Kind::Keyword, "fires").documented(),
        ],
        Expected::By => vec![Completion::new(Kind::Keyword, "by").text("by ").documented()],
        Expected::Rule => cx.rules(),
        Expected::Event | Expected::NewName | Expected::Nothing => Vec::new(),
    };
    let wanted = typed.trim_start_matches('@');
    items.retain(|item| holds(&item.label, typed) || holds(&item.label, wanted));
    // Letters in their order only are what one types where nothing begins with them.
    if items.iter().any(|item| fit(&item.label, wanted) < 3) {
        items.retain(|item| fit(&item.label, wanted) < 3);
    }
    // Stable: among what fits as well, the order in which it was offered.
    items.sort_by_key(|item| fit(&item.label, wanted));
    let more = items.len() > MOST;
    items.truncate(MOST);
    Completions { replaced: place.whole.shifted(start), items, more }
}

/// How far from the letters a label is: they begin it, begin its last part, stand in it, or only in their order.
fn fit(label: &str, letters: &str) -> u8 {
    let label = label.trim_start_matches('@');
    if letters.is_empty() || label.starts_with(letters) {
        0
    } else if label.rsplit('.').next().is_some_and(|leaf| leaf.starts_with(letters)) {
        1
    } else if label.contains(letters) {
        2
    } else {
        3
    }
}

struct Complete<'a> {
    project: &'a Project,
    file: FileId,
    text: &'a str,
    place: &'a Place,
    typed: &'a str,
    snippets: bool,
}

/// What stands behind the cursor and would double what is written.
fn behind(text: &str, place: &Place) -> Option<char> {
    text.get(place.whole.end as usize..)?.chars().next()
}

impl Complete<'_> {
    fn schema(&self) -> &Schema {
        self.project.schema(self.file)
    }

    fn items(&self) -> Vec<Completion> {
        let mut items = Vec::new();
        if self.snippets {
            items.extend(Activity::ALL.iter().map(|activity| {
                Completion::new(Kind::Snippet, format!("suppress {} activity", activity.name()))
                    .detail("a whole rule")
                    .snippet(rule(*activity, &self.expiry(90)))
            }));
        }
        let keywords: [(&str, &str); 7] = [
            ("suppress", "suppress ${1:name} {\n  $0\n}"),
            ("require", "require ${1:name} {\n  rules { ruleId:$2 }\n  when { $0 }\n}"),
            ("let", "let ${1:name} = $0"),
            ("import", "import \"$0\""),
            ("attribute", "attribute @${1:path} : ${2:string}"),
            ("tag", "tag $0"),
            ("test", "test \"${1:title}\" {\n  $0\n}"),
        ];
        items.extend(keywords.map(|(word, snippet)| {
            let item = Completion::new(Kind::Keyword, word).documented();
            if self.snippets { item.snippet(snippet) } else { item.text(format!("{word} ")) }
        }));
        items
    }

    fn files(&self) -> Vec<Completion> {
        let own = self.project.file(self.file).map(|file| &*file.name).unwrap_or_default();
        let names = self.project.file_ids().filter_map(|file| self.project.file(file)).map(|file| &*file.name);
        names.filter(|name| *name != own).map(|name| Completion::new(Kind::File, relative(own, name))).collect()
    }

    fn fields(&self) -> Vec<Completion> {
        let has = |field: &str| self.text.lines().any(|line| line.trim_start().starts_with(field));
        let mut items = Vec::new();
        // What most rules lack first.
        let order = ["when", "rules", "owner", "reason", "expires"];
        let rest = FIELDS.iter().copied().chain(["allow"]).filter(|field| !order.contains(field));
        for field in order.into_iter().chain(rest) {
            if has(field) && field != "allow" && field != "when" {
                continue;
            }
            let item = Completion::new(Kind::Field, field).documented();
            let (plain, snippet) = match field {
                "when" | "rules" => (format!("{field} {{  }}"), format!("{field} {{ $0 }}")),
                "allow" => ("allow ".to_owned(), "allow ${1:lint} = \"${2:reason}\"".to_owned()),
                "tags" => ("tags = []".to_owned(), "tags = [$0]".to_owned()),
                "starts" | "expires" | "review" | "enabled" | "activity" => {
                    (format!("{field} = "), format!("{field} = $0"))
                }
                _ => (format!("{field} = \"\""), format!("{field} = \"$0\"")),
            };
            let asks = matches!(field, "when" | "rules" | "starts" | "expires" | "review" | "enabled" | "activity");
            let item = if self.snippets { item.snippet(snippet) } else { item.text(plain) };
            items.push(if asks { item.continues() } else { item });
        }
        items
    }

    fn field_values(&self, field: &str) -> Vec<Completion> {
        let value = |word: &str| Completion::new(Kind::Value, word);
        match field {
            "starts" | "expires" | "review" => [30, 90, 180, 365]
                .into_iter()
                .map(|days| {
                    Completion::new(Kind::Value, format!("+{days}d")).text(self.expiry(days)).detail(self.expiry(days))
                })
                .chain([value(&self.expiry(0)).detail("today")])
                .collect(),
            "enabled" => vec![value("true"), value("false")],
            "activity" => {
                let activities = Activity::ALL.iter().map(|activity| value(activity.name()).detail("activity"));
                let kinds = EventKind::ALL.iter().map(|kind| value(kind.name()).detail("event kind"));
                activities.chain(kinds).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The day that many days from now.
    fn expiry(&self, days: i64) -> String {
        const DAY: i64 = 86_400_000;
        let text = quell::hir::date::rfc3339(self.project.settings().now.saturating_add(days * DAY));
        text.get(..10).unwrap_or_default().to_owned()
    }

    /// The `let`s that fit: lists of values, or conditions.
    fn lets(&self, values: bool) -> Vec<Completion> {
        let Some(file) = self.project.file(self.file) else { return Vec::new() };
        let names = file.names.binding_names().into_iter();
        let fitting = names.filter(|name| file.names.binding(name).is_some_and(|binding| binding.is_values == values));
        let detail = if values { "list of values" } else { "condition" };
        fitting.map(|name| Completion::new(Kind::Let, format!("${name}")).detail(detail)).collect()
    }

    fn rules(&self) -> Vec<Completion> {
        let mut names: Vec<&str> = self.project.links.rule_names().collect();
        names.sort_unstable();
        names.into_iter().map(|name| Completion::new(Kind::Rule, name)).collect()
    }

    fn terms(&self) -> Vec<Completion> {
        if self.typed.starts_with('$') {
            return self.lets(false);
        }
        let schema = self.schema();
        let colon = if behind(self.text, self.place) == Some(':') { "" } else { ":" };
        let key = |kind, name: String| {
            let text = format!("{name}{colon}");
            Completion::new(kind, name).text(text).documented().continues()
        };
        let block = self.place.query_block();
        if block == Some(Block::Rules) {
            return schema.rule_keys().map(|rule| key(Kind::Tag, rule.name.to_owned())).collect();
        }
        let scope = if block == Some(Block::Signal) { Scope::Signal } else { Scope::Event };
        let branch = Branch::at(self.project, self.file, self.text, self.place);
        let mut items: Vec<Completion> = Vec::new();
        let mut offered: FxHashSet<String> = FxHashSet::default();
        // What would tell the most, and of that first what the combination lacks altogether.
        let mut helps = branch.helps(schema, scope);
        helps.sort_by_key(|help| branch.families.contains(&help.1));
        for (name, family, bits) in helps {
            let lacks = if branch.families.contains(&family) { "" } else { ", missing so far" };
            let kind = if name.starts_with('@') { Kind::Attribute } else { Kind::Tag };
            items.push(key(kind, name.to_owned()).detail(format!("+{bits} bits, {}{lacks}", family.name())));
            offered.insert(name.to_owned());
        }
        if !self.typed.starts_with('@') {
            let mut tags: Vec<(u16, String)> = schema
                .tags()
                .filter(|(_, tag)| tag.scopes.contains(Scope::Signal) || tag.scopes.contains(Scope::Event))
                .map(|(id, tag)| (schema.tag_weight(id).tenths, tag.name.to_string()))
                .collect();
            tags.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            items.extend(tags.into_iter().filter(|(_, name)| !offered.contains(name)).map(|(tenths, name)| {
                key(Kind::Tag, name).detail(format!("tag, {} bits", Bits::from_tenths(tenths.into())))
            }));
            items.extend(self.lets(false));
        }
        let letters = self.typed.trim_start_matches('@');
        let mut attributes: Vec<(u8, bool, u16, &str)> = schema
            .attributes()
            .filter(|(_, attribute)| attribute.family != Family::Rule || attribute.path.starts_with("evt."))
            .filter(|(_, attribute)| attribute.declared || !attribute.kinds.intersection(branch.kinds).is_empty())
            .filter(|(_, attribute)| holds(&attribute.path, letters))
            .map(|(id, attribute)| {
                let elsewhere = scope == Scope::Signal && attribute.scope != Scope::Signal;
                (fit(attribute.stem(), letters), elsewhere, schema.weight(id).tenths, attribute.stem())
            })
            .collect();
        // What fits best; on signals those first that signals carry; then what tells more; then the shorter path.
        let order = |a: &(u8, bool, u16, &str), b: &(u8, bool, u16, &str)| {
            (a.0, a.1, b.2, a.3.len(), a.3).cmp(&(b.0, b.1, a.2, b.3.len(), b.3))
        };
        attributes.sort_unstable_by(order);
        // No more than can be offered: there are thousands, and words for each of them take longer than finding them.
        let new = attributes.into_iter().filter(|(.., path)| !offered.contains(&format!("@{path}")));
        for (_, elsewhere, tenths, path) in new.take(MOST + 1) {
            let bits = Bits::from_tenths(tenths.into());
            let note = if elsewhere { ", not on signals" } else { "" };
            items.push(key(Kind::Attribute, format!("@{path}")).detail(format!("{bits} bits{note}")));
        }
        if self.typed.is_empty() {
            items.extend(["AND", "OR", "NOT"].map(|word| Completion::new(Kind::Keyword, word)));
        }
        items
    }

    fn values(&self, key: &str) -> Vec<Completion> {
        let schema = self.schema();
        let mut items: Vec<Completion> = Vec::new();
        let mut offered: FxHashSet<String> = FxHashSet::default();
        if self.typed.starts_with('$') {
            return self.lets(true);
        }
        let known: Vec<String> = match key.strip_prefix('@') {
            Some("agent.rule_id") => schema.agent_rules().map(|rule| rule.id.to_owned()).collect(),
            Some(path) => schema
                .find(path)
                .map(|(_, attribute)| attribute.values().iter().map(|value| (*value).to_owned()).collect())
                .unwrap_or_default(),
            None if key == "rule_id" => schema.agent_rules().map(|rule| rule.id.to_owned()).collect(),
            None => schema
                .rule_key(key)
                .map(|rule| rule.values().iter().map(|value| (*value).to_owned()).collect())
                .unwrap_or_default(),
        };
        // What the project says of the key already, the most often said first.
        let mut used: Vec<(usize, String)> = self.used(key).into_iter().map(|(value, count)| (count, value)).collect();
        used.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        for (count, value) in used.into_iter().take(40) {
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            offered.insert(value.clone());
            items.push(Completion::new(Kind::Value, value).detail(format!("used {times} in the project")));
        }
        let sampled = sampled::Values::of(self.project, key);
        for value in known {
            let written = spelling::literal(&value);
            if offered.insert(written.clone()) {
                let detail = match sampled.count(&value) {
                    Some(count) => format!("known value, {}", count.shown()),
                    None => "known value".to_owned(),
                };
                items.push(Completion::new(Kind::Value, written).detail(detail));
            }
        }
        let fits = |value: &str| holds(&spelling::literal(value), self.typed);
        for (value, count) in sampled.most_frequent(MOST_SAMPLED, fits) {
            let written = spelling::literal(value);
            if offered.insert(written.clone()) {
                items.push(Completion::new(Kind::Value, written).detail(count.shown()));
            }
        }
        items.extend(self.lets(true));
        items
    }

    /// The values that stand behind a key anywhere in the project, and how often.
    fn used(&self, key: &str) -> FxHashMap<String, usize> {
        let wanted = format!("{key}:");
        let finder = memmem::Finder::new(&wanted);
        let mut found: FxHashMap<String, usize> = FxHashMap::default();
        let mut uses = 0;
        for file in self.project.file_ids() {
            let Some(document) = self.project.document(file) else { continue };
            for placed in document.items().iter() {
                let text = &*placed.item.text;
                for at in finder.find_iter(text.as_bytes()) {
                    let starts = text.get(..at).is_some_and(|before| {
                        before.ends_with(|c: char| c.is_whitespace() || matches!(c, '(' | '-' | '{'))
                    });
                    if !starts || (file == self.file && std::ptr::eq(text, self.text)) {
                        continue;
                    }
                    let rest = text.get(at + wanted.len()..).unwrap_or_default();
                    values_at(rest, &mut found);
                    uses += 1;
                    if uses > MOST_USES {
                        return found;
                    }
                }
            }
        }
        found
    }
}

/// A whole rule with places to fill in. It names its activity, so that only what fits it is offered in it.
fn rule(activity: Activity, expires: &str) -> String {
    format!(
        "suppress ${{1:name}} {{\n  owner    = \"${{2:team@example.com}}\"\n  reason   = \"${{3:why it is harmless}}\"\n  \
         expires  = ${{4:{expires}}}\n  activity = {}\n\n  rules {{ ruleId:${{5:def-000-000}} }}\n\n  \
         when {{\n    $0\n  }}\n}}",
        activity.name()
    )
}

fn lints() -> Vec<Completion> {
    let lints = Code::ALL.iter().filter(|code| code.is_configurable());
    lints.map(|code| Completion::new(Kind::Lint, code.name()).documented()).collect()
}

/// What there is to read of a choice.
#[must_use]
pub fn documentation(schema: &Schema, kind: &str, label: &str) -> Option<String> {
    match kind {
        "attribute" => describe::attribute(schema, label.trim_start_matches('@')),
        "tag" => describe::tag(schema, label),
        "lint" => Code::from_name(label).map(|code| code.page().to_owned()),
        _ => describe::word(label).map(str::to_owned),
    }
}

impl Kind {
    /// The word by which [`documentation`] knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Attribute => "attribute",
            Kind::Tag => "tag",
            Kind::Lint => "lint",
            _ => "word",
        }
    }
}
