//! Formatting: a document, the items of a range, and what a typed character ends.

use quell::base::Span;
use quell::diag::Edit;
use quell::fmt::{format, format_item};
use quell::syntax::{TokenKind, lex};

use crate::ide::project::{FileId, Project};
use crate::ide::symbols::content;

/// The edits that lay a document out.
#[must_use]
pub fn document(project: &Project, file: FileId) -> Vec<Edit> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let text = document.text();
    let laid_out = format(&text);
    differing_lines(&text, &laid_out, 0)
}

/// The edits that lay out the items that a span touches.
#[must_use]
pub fn range(project: &Project, file: FileId, span: Span) -> Vec<Edit> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let Some(first) = document.items().at_offset(span.start) else { return Vec::new() };
    let mut edits = Vec::new();
    for placed in document.items().from(first.cursor, first.start) {
        if placed.start.offset >= span.end && placed.start.offset > span.start {
            break;
        }
        // What stands between two items belongs to neither.
        let end = content(&placed.item.text) as usize;
        let text = placed.item.text.get(..end).unwrap_or_default();
        let laid_out = format_item(text);
        edits.extend(differing_lines(text, laid_out.trim_end(), placed.start.offset));
    }
    edits
}

/// The edits that follow a character that was typed: a closing brace lays its item out, a line end indents the new line.
#[must_use]
pub fn on_type(project: &Project, file: FileId, offset: u32, typed: &str) -> Vec<Edit> {
    let Some(placed) = project.document(file).and_then(|document| document.items().at_offset(offset)) else {
        return Vec::new();
    };
    let at = offset - placed.start.offset;
    let text = &*placed.item.text;
    match typed {
        "}" => {
            let before = text.get(..at as usize).unwrap_or_default();
            let closes = before.ends_with('}') && depth(before) == 0;
            if closes { range(project, file, Span::empty(offset - 1)) } else { Vec::new() }
        }
        "\n" => {
            let Some(before) = text.get(..at as usize) else { return Vec::new() };
            let line = before.rfind('\n').map_or(0, |newline| newline + 1);
            let rest = text.get(line..).unwrap_or_default();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let closing = rest.trim_start_matches([' ', '\t']).starts_with(['}', ')', ']']);
            let depth = depth(text.get(..line).unwrap_or_default()).saturating_sub(usize::from(closing));
            let indent = "  ".repeat(depth);
            if rest.get(..blank) == Some(indent.as_str()) {
                return Vec::new();
            }
            let start = placed.start.offset + line as u32;
            vec![Edit { span: Span::new(start, start + blank as u32), text: indent }]
        }
        _ => Vec::new(),
    }
}

/// How many brackets are open at the end of a text.
pub(super) fn depth(text: &str) -> usize {
    lex(text).iter().fold(0_usize, |depth, token| match token.kind {
        TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen | TokenKind::Cidr => depth + 1,
        TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => depth.saturating_sub(1),
        _ => depth,
    })
}

/// One edit for each run of lines that differ; where line counts differ in between, one for all of them.
fn differing_lines(old: &str, new: &str, offset: u32) -> Vec<Edit> {
    let before: Vec<&str> = old.split_inclusive('\n').collect();
    let after: Vec<&str> = new.split_inclusive('\n').collect();
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let most = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let length = |lines: Option<&[&str]>| lines.unwrap_or_default().iter().map(|line| line.len() as u32).sum::<u32>();
    let mut at = offset + length(before.get(..head));
    let before = before.get(head..before.len() - tail).unwrap_or_default();
    let after = after.get(head..after.len() - tail).unwrap_or_default();
    if before.is_empty() && after.is_empty() {
        return Vec::new();
    }
    if before.len() != after.len() {
        return vec![Edit { span: Span::new(at, at + length(Some(before))), text: after.concat() }];
    }
    let mut edits = Vec::new();
    for (old, new) in before.iter().zip(after) {
        let end = at + old.len() as u32;
        if old != new {
            edits.push(Edit { span: Span::new(at, end), text: (*new).to_owned() });
        }
        at = end;
    }
    edits
}
