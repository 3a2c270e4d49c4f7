//! Conditions: one line where they fit and stood on one, else a term a line.

use crate::fmt::WIDTH;
use crate::fmt::cursor::Cursor;
use crate::syntax::TokenKind;

/// A condition as pieces that stay together.
pub(super) struct Query<'t> {
    entries: Vec<Entry<'t>>,
}

struct Entry<'t> {
    /// Line ends before it.
    newlines: u32,
    kind: EntryKind<'t>,
}

enum EntryKind<'t> {
    /// `# …`
    Comment(&'t str),
    /// `AND`, `OR` and their other spellings.
    Operator(&'t str, bool),
    Unit(Unit<'t>),
}

/// Signs, a key, a value: whatever a line break would take apart.
struct Unit<'t> {
    /// Everything before the group, or all of it.
    head: String,
    /// `( … )` at the end.
    group: Option<Query<'t>>,
}

impl<'t> Query<'t> {
    /// Reads a condition up to a closing bracket, which is left.
    pub(super) fn read(cursor: &mut Cursor<'t>) -> Option<Query<'t>> {
        let mut entries = Vec::new();
        while let Some(piece) = cursor.peek() {
            if piece.closes() {
                break;
            }
            let newlines = piece.newlines;
            let kind = match piece.kind {
                TokenKind::Comment | TokenKind::DocComment => {
                    cursor.next();
                    EntryKind::Comment(piece.text)
                }
                TokenKind::And | TokenKind::Or => {
                    cursor.next();
                    EntryKind::Operator(piece.text, piece.kind == TokenKind::Or)
                }
                _ => EntryKind::Unit(unit(cursor)?),
            };
            entries.push(Entry { newlines, kind });
        }
        Some(Query { entries })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of it on one line; nothing where a comment forbids it.
    pub(super) fn line(&self) -> Option<String> {
        let mut out = String::new();
        for entry in &self.entries {
            if !out.is_empty() {
                out.push(' ');
            }
            match &entry.kind {
                EntryKind::Comment(_) => return None,
                EntryKind::Operator(text, _) => out.push_str(text),
                EntryKind::Unit(unit) => out.push_str(&unit.line()?),
            }
            if out.len() > WIDTH * 4 {
                return None;
            }
        }
        Some(out)
    }

    /// A term a line, each indented by `indent` blanks and ended by a line end.
    pub(super) fn lines(&self, indent: usize, out: &mut String) {
        let alternatives = self.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Operator(_, true)));
        let start = out.len();
        let mut on_line = false;
        for (index, entry) in self.entries.iter().enumerate() {
            let first = out.len() == start;
            if entry.newlines > 1 && !first {
                end_line(out, &mut on_line);
                if !out.ends_with("\n\n") {
                    out.push('\n');
                }
            }
            match &entry.kind {
                EntryKind::Comment(text) => {
                    // Behind something on its line it stays there.
                    if entry.newlines == 0 && on_line {
                        out.push(' ');
                    } else {
                        end_line(out, &mut on_line);
                        pad(out, indent);
                    }
                    out.push_str(text);
                    on_line = true;
                    end_line(out, &mut on_line);
                }
                EntryKind::Operator(text, _) => {
                    end_line(out, &mut on_line);
                    pad(out, indent);
                    out.push_str(text);
                    on_line = true;
                }
                EntryKind::Unit(unit) => {
                    let after_operator = index
                        .checked_sub(1)
                        .and_then(|before| self.entries.get(before))
                        .is_some_and(|before| matches!(before.kind, EntryKind::Operator(..)));
                    // Where AND and OR mix, what AND joins shares a line, as it binds first.
                    let joins = on_line && (after_operator || (alternatives && unit.fits_behind(out)));
                    if joins {
                        out.push(' ');
                    } else {
                        end_line(out, &mut on_line);
                        pad(out, indent);
                    }
                    unit.write(indent, out);
                    on_line = true;
                }
            }
        }
        end_line(out, &mut on_line);
    }
}

impl Unit<'_> {
    fn line(&self) -> Option<String> {
        match &self.group {
            None => Some(self.head.clone()),
            Some(group) => Some(format!("{}({})", self.head, group.line()?)),
        }
    }

    fn fits_behind(&self, out: &str) -> bool {
        let start = out.rfind('\n').map_or(0, |newline| newline + 1);
        let used = out.get(start..).unwrap_or_default().chars().count();
        self.line().is_some_and(|line| used + 1 + line.chars().count() <= WIDTH)
    }

    fn write(&self, indent: usize, out: &mut String) {
        let start = out.rfind('\n').map_or(0, |newline| newline + 1);
        let used = out.get(start..).unwrap_or_default().chars().count();
        match (&self.group, self.line()) {
            (None, _) => out.push_str(&self.head),
            (Some(_), Some(line)) if used + line.chars().count() <= WIDTH => out.push_str(&line),
            (Some(group), _) => {
                out.push_str(&self.head);
                out.push_str("(\n");
                group.lines(indent + 2, out);
                pad(out, indent);
                out.push(')');
            }
        }
    }
}

fn unit<'t>(cursor: &mut Cursor<'t>) -> Option<Unit<'t>> {
    let mut head = String::new();
    // Signs.
    while let Some(piece) = cursor.peek() {
        match piece.kind {
            TokenKind::Not => {
                head.push_str(piece.text);
                head.push(' ');
            }
            TokenKind::Minus => head.push_str(piece.text),
            _ => break,
        }
        cursor.next();
    }
    let piece = cursor.next()?;
    match piece.kind {
        TokenKind::OpenParen => group(head, cursor),
        TokenKind::Cidr => {
            head.push_str(piece.text);
            flat(cursor, &mut head)?;
            Some(Unit { head, group: None })
        }
        TokenKind::Key => {
            head.push_str(piece.text);
            let Some(value) = cursor.peek().filter(|value| value.newlines == 0) else {
                return Some(Unit { head, group: None });
            };
            if !value.glued {
                // `key: value` is what Datadog reads as `key:value`; the blank is not for the layout to judge.
                let is_value = matches!(value.kind, TokenKind::Word | TokenKind::Digits | TokenKind::String | TokenKind::Reference);
                if is_value {
                    cursor.next();
                    head.push(' ');
                    head.push_str(value.text);
                }
                return Some(Unit { head, group: None });
            }
            match value.kind {
                TokenKind::OpenParen => {
                    cursor.next();
                    group(head, cursor)
                }
                TokenKind::OpenBracket | TokenKind::OpenBrace => {
                    cursor.next();
                    head.push_str(value.text);
                    flat(cursor, &mut head)?;
                    Some(Unit { head, group: None })
                }
                _ if value.closes() => Some(Unit { head, group: None }),
                _ => {
                    cursor.next();
                    head.push_str(value.text);
                    Some(Unit { head, group: None })
                }
            }
        }
        _ if piece.opens() || piece.closes() || piece.is_comment() => None,
        _ => {
            head.push_str(piece.text);
            Some(Unit { head, group: None })
        }
    }
}

fn group<'t>(head: String, cursor: &mut Cursor<'t>) -> Option<Unit<'t>> {
    let inner = Query::read(cursor)?;
    cursor.take(TokenKind::CloseParen)?;
    Some(Unit { head, group: Some(inner) })
}

/// Up to the closing bracket on one line, with one blank where there were some.
fn flat(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    let mut first = true;
    loop {
        let piece = cursor.next()?;
        if piece.is_comment() || piece.opens() {
            return None;
        }
        if piece.closes() {
            out.push_str(piece.text);
            return Some(());
        }
        if !first && !piece.glued {
            out.push(' ');
        }
        out.push_str(piece.text);
        first = false;
    }
}

fn end_line(out: &mut String, on_line: &mut bool) {
    if *on_line {
        out.push('\n');
        *on_line = false;
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}
