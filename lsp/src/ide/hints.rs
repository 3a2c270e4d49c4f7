//! Notes between the characters: how narrow a rule is, how long it works, how many values a list has.

use quell::base::Span;
use quell::syntax::{TokenKind, lex};

use crate::ide::project::{FileId, Project};
use crate::ide::rules;

/// A note behind a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The byte behind which it stands.
    pub at: u32,
    /// What it says.
    pub label: String,
    /// What there is to know of it.
    pub tooltip: String,
}

/// The notes within a span.
#[must_use]
pub fn hints(project: &Project, file: FileId, span: Span) -> Vec<Hint> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let Some(first) = document.items().at_offset(span.start) else { return Vec::new() };
    let mut hints = Vec::new();
    for placed in document.items().from(first.cursor, first.start).take_while(|placed| placed.start.offset <= span.end)
    {
        let offset = placed.start.offset;
        for rule in rules::of_item(project, file, placed) {
            if let Some((bits, level, _)) = rules::summary(&rule) {
                hints.push(Hint {
                    at: offset + rule.rule.name.span.end,
                    label: format!("{bits:.1} bits, {}", level.name()),
                    tooltip: "How far the broadest branch narrows what it silences. Hover over the name for each term."
                        .to_owned(),
                });
            }
            if let Some((expires, days)) = rule.rule.expires.as_ref().zip(rules::days_left(project, &rule)) {
                let label = match days {
                    ..0 => "expired".to_owned(),
                    0 => "last day".to_owned(),
                    1 => "1 day left".to_owned(),
                    days => format!("{days} days left"),
                };
                let tooltip = "It works up to the end of that day, UTC, and is never emitted after it.".to_owned();
                hints.push(Hint { at: offset + expires.span.end, label, tooltip });
            }
        }
        for binding in &placed.item.facts.signature.lets {
            let Some(known) = project.file(file).and_then(|file| file.names.binding(&binding.name.value)) else {
                continue;
            };
            if !known.is_values || known.broken {
                continue;
            }
            let close = lex(&placed.item.text)
                .into_iter()
                .filter(|token| token.span.start > binding.name.span.end && token.kind == TokenKind::CloseParen)
                .map(|token| token.span.end)
                .next_back();
            let count = known.query.terms().count();
            hints.extend(close.map(|close| Hint {
                at: offset + close,
                label: format!("{count} value{}", if count == 1 { "" } else { "s" }),
                tooltip: "How many values the list holds, those of the lists in it included.".to_owned(),
            }));
        }
    }
    hints.retain(|hint| span.touches(hint.at));
    hints.sort_by_key(|hint| hint.at);
    hints
}
