//! One range of a file, lowered and checked against the names it can see.

use crate::base::Span;
use crate::config::Context;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::lower::{self, Lowering};
use crate::hir::{Names, Rule, check, pattern};
use crate::schema::Type;
use crate::syntax::ParsedItem;
use crate::syntax::ast::{EventSource, ItemKind};

/// What lowering one range gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoweredItem {
    /// The rules in it that mean something; empty where an error forbids it.
    pub rules: Vec<Rule>,
    /// Everything to say, with the severity of each code, in any order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers the items of one range and checks their types. What it says depends on the text, the names and the context
/// alone.
#[must_use]
pub fn lower_item(text: &str, parsed: &ParsedItem, names: &Names, cx: &Context<'_>) -> LoweredItem {
    let mut lowered = LoweredItem { rules: Vec::new(), diagnostics: parsed.diagnostics.clone() };
    if !parsed.is_ok() {
        return lowered;
    }
    lowered.rules.reserve_exact(parsed.items.len());
    let local = Context { schema: names.schema(cx.schema), ..*cx };
    for item in &parsed.items {
        match &item.kind {
            ItemKind::Rule { require, name, statements } => {
                let mut lowering = Lowering::new(text, parsed, names, &local);
                let docs = documentation(text, item.span);
                let rule = lower::rule(&mut lowering, *require, *name, statements, item.span, docs);
                lowered.diagnostics.append(&mut lowering.into_diagnostics());
                if let Some(rule) = rule {
                    check::check_rule(text, &rule, &local, &mut lowered.diagnostics);
                    lowered.rules.push(rule);
                }
            }
            ItemKind::Let { name, body } => {
                lowered.diagnostics.extend(lower::invalid_name(name.of(text), *name));
                let (_, _, mut found) = lower::binding(text, parsed, *body, item.span, names, &local);
                lowered.diagnostics.append(&mut found);
            }
            ItemKind::Attribute { path, ty, .. } => {
                lowered.diagnostics.extend(wildcard_in_attribute(text, *path));
                lowered.diagnostics.extend(unknown_type(text, *ty));
            }
            ItemKind::Tag { name } => lowered.diagnostics.extend(wildcard_in_tag(text, *name)),
            ItemKind::Test { expectations, .. } => {
                for expectation in expectations {
                    if let EventSource::Inline(span) = expectation.event {
                        lowered.diagnostics.extend(invalid_json(text, span));
                    }
                }
            }
            ItemKind::Import { .. } => {}
        }
    }
    lowered
}

/// The `##` block right above an item: markers and one blank taken off.
fn documentation(text: &str, span: Span) -> String {
    let before = text.get(..span.start as usize).unwrap_or_default();
    // Line by line upwards, as long as they are documentation.
    let mut block = before.trim_end_matches([' ', '\t']).len();
    while let Some(above) = before.get(..block).and_then(|above| above.strip_suffix('\n')) {
        let start = memchr::memrchr(b'\n', above.as_bytes()).map_or(0, |newline| newline + 1);
        if !above.get(start..).is_some_and(|line| line.trim_start().starts_with("##")) {
            break;
        }
        block = start;
    }
    let mut documentation = String::with_capacity(before.len() - block);
    for line in before.get(block..).unwrap_or_default().lines() {
        let Some(rest) = line.trim_start().strip_prefix("##") else { continue };
        if !documentation.is_empty() {
            documentation.push('\n');
        }
        documentation.push_str(rest.strip_prefix(' ').unwrap_or(rest).trim_end());
    }
    documentation
}

/// A wildcard in a declared attribute that does not stand for every key below.
fn wildcard_in_attribute(text: &str, path: Span) -> Option<Diagnostic> {
    let written = path.of(text);
    if !pattern::has_wildcard(written.strip_suffix(".*").unwrap_or(written)) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::UnexpandedWildcard,
        path,
        text!("`{0}` declares nothing: Datadog takes no wildcard in a key", written),
    )
    .label("no name of an attribute");
    let mut parents = written.match_indices('.').filter_map(|(dot, _)| written.get(..dot));
    let parent = parents.rfind(|parent| !pattern::has_wildcard(parent) && !parent.trim_start_matches('@').is_empty());
    Some(match parent {
        Some(parent) => diagnostic
            .help(text!("declare each attribute by its name, or all below a path: `{0}.*`", parent))
            .unsafe_fix(text!("declare all below `{0}`", parent), path, format!("{parent}.*")),
        None => diagnostic.help("declare each attribute by its name, or all below a path: `@PATH.*`"),
    })
}

fn wildcard_in_tag(text: &str, name: Span) -> Option<Diagnostic> {
    let written = name.of(text);
    pattern::has_wildcard(written).then(|| {
        Diagnostic::new(
            Code::UnexpandedWildcard,
            name,
            text!("`{0}` declares nothing: Datadog takes no wildcard in a key", written),
        )
        .label("no name of a tag")
        .help(
            "declare each tag by its name, or list what their names start with under `allow-prefixes` in `quell.toml`",
        )
    })
}

fn unknown_type(text: &str, ty: Span) -> Option<Diagnostic> {
    let word = ty.of(text);
    if Type::from_name(word).is_some() {
        return None;
    }
    let names: Vec<&str> = Type::ALL.iter().map(|ty| ty.name()).collect();
    let meant = match word {
        "integer" | "number" | "long" => Some("int"),
        "boolean" => Some("bool"),
        "str" | "text" => Some("string"),
        "date" | "time" | "datetime" => Some("timestamp"),
        _ => crate::base::nearest(word, names.iter().copied()),
    };
    let diagnostic =
        Diagnostic::new(Code::InvalidField, ty, text!("there is no type `{0}`", word)).label("unknown type");
    Some(match meant {
        Some(meant) => {
            diagnostic.help(text!("did you mean `{0}`?", meant)).safe_fix(text!("write `{0}`", meant), ty, meant)
        }
        None => diagnostic.help(text!("types are {0}", names.join(", "))),
    })
}

fn invalid_json(text: &str, span: Span) -> Option<Diagnostic> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(span.of(text)).err()?;
    let line = span.of(text).lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let start = span.start + (line.as_ptr() as usize).saturating_sub(span.of(text).as_ptr() as usize) as u32;
    let column = (error.column().saturating_sub(1)).min(line.len()) as u32;
    let at = (start + column).min(span.end);
    let at = if text.is_char_boundary(at as usize) { at } else { start };
    let width = text.get(at as usize..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8) as u32;
    let mut reason = error.to_string();
    if let Some(cut) = reason.find(" at line ") {
        reason.truncate(cut);
    }
    Some(
        Diagnostic::new(
            Code::InvalidJson,
            Span::new(at, (at + width).min(span.end)),
            text!("the event is not JSON: {0}", reason),
        )
        .label("not JSON from here")
        .help("an event is a JSON object, with keys and texts in double quotes and no comma at the end"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_where_json_ends_is_found_on_any_line() {
        for (event, at) in [("{ a }", 4..5), ("{\n  a }", 6..7), ("{ \"a\": 1,\n\n  é }", 15..17)] {
            let text = format!("x {event}");
            let found = invalid_json(&text, Span::new(2, text.len() as u32)).unwrap();
            assert_eq!(found.span.range(), at, "{event}");
        }
    }
}
