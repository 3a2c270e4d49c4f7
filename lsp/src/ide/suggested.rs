//! A rule from events: of a test that expects one to be silenced, or of a file.

use quell::base::Span;
use quell::diag::Edit;
use quell::parse_item;
use quell::suggest::{MOST, Options, Recorded, Refusal, Suggestion, suggest};
use quell::syntax::ast::{EventSource, ItemKind};
use serde_json::Value;

use crate::ide::actions::{Action, Kind};
use crate::ide::project::{FileId, Project};
use crate::ide::symbols::content;

/// The events of a text: JSON one behind the other, one a line or not, or in an array.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn events(text: &str) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>() {
        match value.map_err(|error| format!("it is not JSON: {error}"))? {
            Value::Array(events) => found.extend(events),
            event => found.push(event),
        }
        if found.len() > MOST {
            return Err(format!("these are more than {MOST} events: a part of them makes the same rule"));
        }
    }
    if found.iter().all(Value::is_object) { Ok(found) } else { Err("it holds JSON that is no object".to_owned()) }
}

/// A rule that silences events, and none of the known attacks of the project nor of `must_fire`.
///
/// # Errors
///
/// Why there is none, in words.
pub fn rule(
    project: &Project,
    events: &[Value],
    must_fire: &[Value],
    name: Option<&str>,
) -> Result<Suggestion, String> {
    let settings = project.settings();
    let recorded = |value| Recorded { value, file: None };
    let given: Vec<Recorded<'_>> = events.iter().map(recorded).collect();
    let fires: Vec<Recorded<'_>> =
        settings.must_fire.iter().map(|attack| &attack.value).chain(must_fire).map(recorded).collect();
    let make = |name| suggest(&given, &fires, &Options { name, ..Options::default() }, &settings.context());
    let is_free = |name: &str| project.links.rules_of(name).is_empty();
    let name = name.filter(|name| is_free(name));
    let first = make(name).map_err(|refusal| told(&refusal))?;
    if is_free(&first.name) {
        return Ok(first);
    }
    let numbered = (2..1000).map(|number| format!("{}-{number}", first.name)).find(|name| is_free(name));
    make(numbered.as_deref()).map_err(|refusal| told(&refusal))
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoEvent => "there is no event to make a rule from".to_owned(),
        Refusal::Alike { event, .. } => {
            format!("no attribute that lasts tells event {} and one that must fire apart", event + 1)
        }
        Refusal::TooLittle { event, why } => {
            format!("event {} says too little for a rule that passes every check: {why}", event + 1)
        }
    }
}

/// A rule from the event under a span, which a test expects to be silenced, put behind the test. What the test expects
/// to fire is left alone.
pub(super) fn action(project: &Project, file: FileId, span: Span) -> Option<Action> {
    let placed = project.document(file)?.items().at_offset(span.start)?;
    if placed.item.facts.signature.tests.is_empty() {
        return None;
    }
    let text = &*placed.item.text;
    let at = span.start - placed.start.offset;
    let parsed = parse_item(text);
    let expectations = parsed.items.iter().find_map(|item| match &item.kind {
        ItemKind::Test { expectations, .. } if item.span.touches(at) => Some(expectations),
        _ => None,
    })?;
    let inline = |event| match event {
        EventSource::Inline(span) => serde_json::from_str::<Value>(span.of(text)).ok().filter(Value::is_object),
        EventSource::File(_) => None,
    };
    let wanted = expectations.iter().find(|expected| expected.suppressed && expected.span.touches(at))?;
    let event = inline(wanted.event)?;
    let fires: Vec<Value> = expectations
        .iter()
        .filter(|expected| !expected.suppressed)
        .filter_map(|expected| inline(expected.event))
        .collect();
    let by = wanted.by.map(|by| by.of(text));
    let suggestion = rule(project, &[event], &fires, by).ok()?;
    let end = placed.start.offset + content(text);
    let text = format!("\n\n{}", suggestion.text.trim_end());
    Some(Action {
        title: "suggest a rule from this event".to_owned(),
        kind: Kind::Rewrite,
        edits: vec![(file, Edit { span: Span::empty(end), text })],
        fixes: None,
        preferred: false,
    })
}
