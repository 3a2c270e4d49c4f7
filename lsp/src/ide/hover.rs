//! What there is to know about what stands at a place.

use std::fmt::Write as _;

use quell::base::Span;
use quell::diag::Code;
use quell::emit::query_text;
use quell::hir::{NodeId, NodeKind, Query};
use quell::lint::JudgedRule;
use quell::logic::specificity::Count;
use quell::syntax::TokenKind;

use crate::ide::items::Placed;
use crate::ide::names::{declaration_of_let, token_at};
use crate::ide::project::{FileId, Project};
use crate::ide::{describe, rules, sampled};

/// A text about a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// In Markdown.
    pub markdown: String,
    /// What it is about.
    pub span: Span,
}

/// What to show at a byte.
#[must_use]
pub fn hover(project: &Project, file: FileId, offset: u32) -> Option<Hover> {
    let (placed, token) = token_at(project, file, offset)?;
    let text = token.span.of(&placed.item.text);
    let schema = project.schema(file);
    let markdown = match token.kind {
        TokenKind::Key | TokenKind::AtPath => {
            let key = text.trim_end_matches(':');
            match key.strip_prefix('@') {
                Some(path) => describe::attribute(schema, path),
                None => describe::tag(schema, key),
            }
            .map(|mut about| {
                sampled::describe(project, key, &mut about);
                about
            })
        }
        TokenKind::Reference => of_let(project, file, text.trim_start_matches('$')),
        TokenKind::Bare | TokenKind::String | TokenKind::Mixed | TokenKind::Digits => of_value(placed, token.span),
        TokenKind::Word => of_word(project, file, placed, token.span, text),
        _ => None,
    }?;
    Some(Hover { markdown, span: token.span.shifted(placed.start.offset) })
}

/// What there is to know of the rule of that name in a file, and what is found about it.
#[must_use]
pub fn of_rule_named(project: &Project, file: FileId, name: &str) -> Option<String> {
    let items = project.document(file)?.items().iter();
    let named = |placed: &Placed<'_>| placed.item.facts.signature.rules.iter().any(|rule| rule.value == name);
    let placed = items.into_iter().find(named)?;
    let of_item = rules::of_item(project, file, placed);
    let rule = of_item.iter().find(|rule| rule.rule.name.value == name)?;
    let mut out = of_rule(project, rule, project.count(file, placed.item.id, rule.rule.name.span));
    let own = rule.rule.span.shifted(placed.start.offset);
    for found in project.findings(file).iter().filter(|found| own.contains(found.span)) {
        let _ = write!(out, "\n\n**{}**: {}\n\n{}", found.code.name(), found.message, found.help);
    }
    Some(out)
}

/// A `let` as it is written, with its documentation.
fn of_let(project: &Project, file: FileId, name: &str) -> Option<String> {
    let declared = declaration_of_let(project, file, name)?;
    let home = project.file(declared.file)?;
    let placed = home.document.as_ref()?.items().at_offset(declared.span.start)?;
    let written = placed.item.text.trim_end();
    let mut out = format!("```quell\n{written}\n```\n");
    if declared.file != file {
        let _ = write!(out, "\nfrom `{}`\n", home.name);
    }
    let binding = home.names.binding(name)?;
    if binding.is_values && !binding.broken {
        let count = binding.query.terms().count();
        let _ = write!(out, "\n{count} value{}\n", if count == 1 { "" } else { "s" });
    } else if !binding.broken {
        let mut full = String::new();
        query_text(&binding.query, &mut full);
        let _ = write!(out, "\nin full: `{full}`\n");
    }
    Some(out.trim_end().to_owned())
}

/// Why a value will not last, where it will not.
fn of_value(placed: Placed<'_>, span: Span) -> Option<String> {
    let mut out = String::new();
    for finding in
        placed.item.findings.iter().filter(|finding| finding.span.start < span.end && span.start < finding.span.end)
    {
        let _ = write!(out, "**{}**: {}\n\n{}\n\n", finding.code.name(), finding.message, finding.help);
    }
    let out = out.trim_end();
    (!out.is_empty()).then(|| out.to_owned())
}

fn of_word(project: &Project, file: FileId, placed: Placed<'_>, span: Span, text: &str) -> Option<String> {
    let signature = &placed.item.facts.signature;
    let before = placed.item.text.get(..span.start as usize).unwrap_or_default().trim_end();
    if signature.rules.iter().any(|name| name.span == span) {
        let of_item = rules::of_item(project, file, placed);
        let rule = of_item.iter().find(|rule| rule.rule.name.span == span)?;
        return Some(of_rule(project, rule, project.count(file, placed.item.id, span)));
    }
    if signature.test_rules.iter().any(|name| name.span == span) {
        let (file, item) = *project.links.rules_of(text).first()?;
        let placed = project.document(file)?.items().by_id(item)?;
        let of_item = rules::of_item(project, file, placed);
        let rule = of_item.iter().find(|rule| rule.rule.name.value == text)?;
        return Some(of_rule(project, rule, project.count(file, item, rule.rule.name.span)));
    }
    if signature.lets.iter().any(|binding| binding.name.span == span) {
        return of_let(project, file, text);
    }
    if before.ends_with("allow")
        && let Some(code) = Code::from_name(text)
    {
        return Some(code.page().to_owned());
    }
    describe::word(text).map(str::to_owned)
}

/// How narrow a rule is, branch by branch and term by term, and how many recorded events it silences.
fn of_rule(project: &Project, rule: &JudgedRule, count: Option<Count>) -> String {
    let mut out = format!("**{}**\n", rule.rule.name.value);
    if !rule.rule.documentation.is_empty() {
        let _ = write!(out, "\n{}\n", rule.rule.documentation);
    }
    if let Some((bits, level, branches)) = rules::summary(rule) {
        let of = if branches > 1 { ", the broadest of its branches" } else { "" };
        let _ = write!(out, "\n{bits:.1} bits, {}{of}\n", level.name());
    }
    for (name, query, specificity) in rules::conditions(rule) {
        for branch in specificity.branches().take(8) {
            let _ = write!(out, "\n`{name}`: {:.1} bits, {}\n\n", branch.bits.as_f64(), branch.level().name());
            for term in branch.terms {
                let written = term_text(query, term.literal.node, term.literal.positive);
                let _ = write!(out, "- {:.1} `{written}`", term.bits.as_f64());
                if let Some(counted) = term.counted {
                    let _ = write!(out, ", {}", counted.shown());
                }
                out.push('\n');
            }
        }
    }
    if let Some(count) = count {
        let _ = write!(out, "\nsilences {}\n", count.shown());
    }
    match rules::days_left(project, rule) {
        Some(days) if days < 0 => out.push_str("\nexpired\n"),
        Some(days) => {
            let _ = write!(out, "\n{days} days left\n");
        }
        None => out.push_str("\nnever expires\n"),
    }
    out.trim_end().to_owned()
}

/// A term as Datadog takes it.
fn term_text(query: &Query, node: NodeId, positive: bool) -> String {
    let mut alone = Query::new(query.span);
    let root = alone.copy(query, query.span, None);
    // The copy numbers its nodes as the original does, since it was empty.
    debug_assert!(root == query.root());
    alone.set_root(node);
    let sign = if positive || matches!(alone.node(node).kind, NodeKind::Not(_)) { "" } else { "-" };
    let mut text = sign.to_owned();
    query_text(&alone, &mut text);
    text
}
