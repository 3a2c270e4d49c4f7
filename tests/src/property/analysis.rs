//! The whole way of one file through the library, with what must hold on it.

use quell::base::Span;
use quell::config::{Config, Context, Level};
use quell::diag::{Diagnostic, Fix, Severity};
use quell::emit::{CheckedRule, Target, emit, query_text, read_rules, require_text};
use quell::hir::{Names, Query, Rule, Signature, lower_item, scan, signature};
use quell::project::Project;
use quell::schema::Schema;
use quell::syntax::{lex, parse_item, split};
use quell::{JudgedRule, check_item};

/// Before every date in the tests.
pub const NOW: i64 = 1_700_000_000_000;

/// Everything that was found out about one file.
#[derive(Default)]
pub struct Analysis {
    /// The rules, each with the schema of its file and the byte of its keyword.
    pub rules: Vec<(JudgedRule, u32)>,
    /// Findings with spans from the start of the file, in order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Analysis {
    /// The errors, as text.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        let errors = self.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| format!("{}: {}", found.code.name(), found.message)).collect()
    }
}

/// A configuration that asks what a program means, and not how good its rules are.
pub fn unjudged() -> Config {
    let mut config = Config::default();
    for group in ["specificity", "lasting", "logic", "governance"] {
        config.lints.insert(group.to_owned(), Level::Allow);
    }
    config
}

/// The same, under which every unknown key passes in silence.
pub fn lenient() -> Config {
    let mut config = unjudged();
    config.schema.unknown = Some(Level::Allow);
    config
}

/// Runs a file through the library as the command line does, and holds each step to what it promises.
#[track_caller]
pub fn analyse(text: &str, config: &Config) -> Analysis {
    let cx = Context::new(Schema::embedded(), config, NOW);
    let ranges = split(text);
    assert_covers(text, &ranges);
    let mut project = Project::default();
    let parsed: Vec<_> = ranges.iter().map(|range| parse_item(range.of(text))).collect();
    let signatures = ranges.iter().zip(&parsed).map(|(range, parsed)| (range.start, signature(range.of(text), parsed)));
    let signatures: Vec<(u32, Signature)> = signatures.collect();
    let written: usize = signatures.iter().map(|(_, signature)| signature.rules.len()).sum();
    let file = project.add_file("main.quell", signatures);
    let linked = project.resolve(&cx);
    let mut analysis = Analysis::default();
    for (of, diagnostic) in &linked.diagnostics {
        assert_eq!(*of, file);
        assert_fits(text, diagnostic);
        analysis.diagnostics.push(diagnostic.clone());
    }
    let names = linked.names(file).unwrap();
    for (range, parsed) in ranges.iter().zip(&parsed) {
        let item = range.of(text);
        assert_lexes(item);
        if parsed.is_ok() {
            assert_eq!(scan(item), signature(item, parsed), "{item}");
        }
        for diagnostic in &parsed.diagnostics {
            assert_fits(item, diagnostic);
        }
        let checked = check_item(item, parsed, names, &cx);
        for diagnostic in &checked.diagnostics {
            assert_fits(item, diagnostic);
        }
        analysis.diagnostics.extend(checked.diagnostics.into_iter().map(|found| found.shifted(range.start)));
        analysis.rules.extend(checked.rules.into_iter().map(|judged| {
            let offset = range.start + judged.rule.span.start;
            (judged, offset)
        }));
    }
    analysis.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    if analysis.errors().is_empty() {
        assert_eq!(analysis.rules.len(), written, "a rule is lost without an error\n{text}");
    }
    assert_emits(&analysis, names.schema(cx.schema));
    analysis
}

/// The rules of a file that declares nothing, each with the start of its item: a part of what [`analyse`] costs, for what is
/// only about what rules mean.
pub fn lowered(text: &str, config: &Config) -> Vec<(Rule, u32)> {
    let cx = Context::new(Schema::embedded(), config, NOW);
    let rules = |range: &Span| {
        let item = range.of(text);
        lower_item(item, &parse_item(item), &Names::default(), &cx).rules
    };
    split(text).iter().flat_map(|range| rules(range).into_iter().map(|rule| (rule, range.start))).collect()
}

/// The ranges are the text, in order and without a gap.
///
/// # Panics
///
/// Where they are not.
#[track_caller]
pub fn assert_covers(text: &str, ranges: &[Span]) {
    let mut at = 0;
    for range in ranges {
        assert_eq!(range.start, at, "{ranges:?}");
        assert!(range.end > range.start, "{ranges:?}");
        assert!(text.is_char_boundary(range.end as usize));
        at = range.end;
    }
    assert_eq!(at as usize, text.len(), "{ranges:?}");
}

/// The tokens are the text, in order and without a gap.
///
/// # Panics
///
/// Where they are not.
#[track_caller]
pub fn assert_lexes(item: &str) {
    let mut at = 0;
    for token in lex(item) {
        assert_eq!(token.span.start, at, "{item:?}");
        assert!(!token.span.is_empty() && item.is_char_boundary(token.span.end as usize), "{item:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, item.len(), "{item:?}");
}

/// Every place of a finding lies in the text, on characters; edits that belong together do not overlap; what is said
/// is one line of something.
///
/// # Panics
///
/// Where that is not so.
#[track_caller]
pub fn assert_fits(text: &str, diagnostic: &Diagnostic) {
    let fits = |span: Span| {
        let inside = span.start <= span.end && span.end as usize <= text.len();
        inside && text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize)
    };
    assert!(fits(diagnostic.span), "{diagnostic:#?}\n{text:?}");
    for label in
        diagnostic.labels.iter().filter(|label| label.file.is_none() || label.file.as_deref() == Some("main.quell"))
    {
        // The place of a label in another item is given from the start of its file.
        assert!(label.file.is_some() || fits(label.span), "{diagnostic:#?}\n{text:?}");
    }
    for fix in &diagnostic.fixes {
        let mut spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
        assert!(spans.iter().all(|span| fits(*span)), "{diagnostic:#?}\n{text:?}");
        spans.sort();
        for pair in spans.windows(2) {
            assert!(pair[0].end <= pair[1].start, "{diagnostic:#?}\n{text:?}");
            assert!(!(pair[0].is_empty() && pair[0] == pair[1]), "two insertions at one place: {diagnostic:#?}");
        }
        assert!(!fix.edits.is_empty() && !fix.title.is_empty(), "{diagnostic:#?}");
    }
    assert!(!diagnostic.message.is_empty(), "{diagnostic:#?}");
    assert!(!diagnostic.help.is_empty() || !diagnostic.fixes.is_empty(), "nothing says what to do: {diagnostic:#?}");
}

/// Whatever became a rule can be written for every target, as JSON, and Quell's own document reads back.
#[track_caller]
fn assert_emits(analysis: &Analysis, schema: &Schema) {
    for target in Target::ALL {
        let rules = analysis.rules.iter().map(|(judged, offset)| CheckedRule {
            rule: &judged.rule,
            specificity: judged.specificity.as_ref(),
            schema,
            file: "main.quell",
            line: 1,
            column: 1,
            offset: *offset,
        });
        let mut out = Vec::new();
        emit(rules, *target, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        serde_json::from_str::<serde::de::IgnoredAny>(&text)
            .unwrap_or_else(|error| panic!("{target:?}: {error}\n{text}"));
        if *target == Target::Rules {
            let read = read_rules(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
            assert_eq!(read.len(), analysis.rules.len());
        }
    }
    for query in analysis
        .rules
        .iter()
        .map(|(judged, _)| &judged.rule)
        .flat_map(|rule| [&rule.when_event, &rule.when_signal, &rule.rules])
        .flatten()
    {
        let mut text = String::new();
        query_text(query, &mut text);
        assert!(!text.is_empty());
        require_text(query, &mut text);
    }
}

/// A text with the edits of one fix made in it.
pub fn applied(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort();
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

/// The query as it is emitted.
pub fn emitted(query: &Query) -> String {
    let mut text = String::new();
    query_text(query, &mut text);
    text
}
