//! Conditions: one line where they fit and stood on one, else a term a line.

use std::borrow::Cow;

use crate::base::Span;
use crate::fmt::WIDTH;
use crate::fmt::cursor::{Cursor, Piece};
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
    head: Cow<'t, str>,
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
                EntryKind::Unit(unit) => unit.write_line(&mut out)?,
            }
            // Nothing that long is wanted on a line.
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
        let mut line = String::new();
        self.write_line(&mut line)?;
        Some(line)
    }

    fn write_line(&self, out: &mut String) -> Option<()> {
        out.push_str(&self.head);
        if let Some(group) = &self.group {
            out.push('(');
            out.push_str(&group.line()?);
            out.push(')');
        }
        Some(())
    }

    fn fits_behind(&self, out: &str) -> bool {
        let start = out.rfind('\n').map_or(0, |newline| newline + 1);
        let used = out.get(start..).unwrap_or_default().chars().count();
        self.line().is_some_and(|line| used + 1 + line.chars().count() <= WIDTH)
    }

    fn write(&self, indent: usize, out: &mut String) {
        let Some(group) = &self.group else { return out.push_str(&self.head) };
        let start = out.rfind('\n').map_or(0, |newline| newline + 1);
        let used = out.get(start..).unwrap_or_default().chars().count();
        match self.line() {
            Some(line) if used + line.chars().count() <= WIDTH => out.push_str(&line),
            _ => {
                out.push_str(&self.head);
                out.push_str("(\n");
                group.lines(indent + 2, out);
                pad(out, indent);
                out.push(')');
            }
        }
    }
}

/// The tokens of a unit so far: a slice of the source as long as nothing stands between them.
struct Head {
    glued: Option<Span>,
    built: String,
}

impl Head {
    fn new() -> Head {
        Head { glued: None, built: String::new() }
    }

    /// Adds a token, behind one blank where `blank` says so.
    fn push(&mut self, piece: Piece<'_>, blank: bool, cursor: &Cursor<'_>) {
        if self.built.is_empty() {
            match self.glued {
                None => {
                    self.glued = Some(piece.span);
                    return;
                }
                Some(span) if piece.glued && !blank => {
                    self.glued = Some(span.to(piece.span));
                    return;
                }
                Some(span) => self.built.push_str(cursor.between(span, span)),
            }
        }
        if blank {
            self.built.push(' ');
        }
        self.built.push_str(piece.text);
    }

    fn finish<'t>(self, cursor: &Cursor<'t>) -> Cow<'t, str> {
        match self.glued {
            Some(span) if self.built.is_empty() => Cow::Borrowed(cursor.between(span, span)),
            _ => Cow::Owned(self.built),
        }
    }
}

fn unit<'t>(cursor: &mut Cursor<'t>) -> Option<Unit<'t>> {
    let mut head = Head::new();
    // A word and what follows it stand apart.
    let mut blank = false;
    while let Some(sign) = cursor.peek().filter(|sign| matches!(sign.kind, TokenKind::Not | TokenKind::Minus)) {
        cursor.next();
        head.push(sign, blank, cursor);
        blank = sign.kind == TokenKind::Not;
    }
    let piece = cursor.peek()?;
    if piece.kind == TokenKind::OpenParen {
        cursor.next();
        let mut head = head.finish(cursor);
        if blank {
            head.to_mut().push(' ');
        }
        return group(head, cursor);
    }
    if piece.closes() || piece.is_comment() || matches!(piece.kind, TokenKind::OpenBrace | TokenKind::OpenBracket) {
        return None;
    }
    cursor.next();
    head.push(piece, blank, cursor);
    if piece.kind == TokenKind::Cidr {
        flat(cursor, &mut head)?;
    } else if piece.kind == TokenKind::Key
        && let Some(value) = cursor.peek().filter(|value| value.newlines == 0 && !value.closes() && !value.is_comment())
    {
        // `key: value` is what Datadog reads as `key:value`; the blank is not for the layout to judge.
        let loose =
            matches!(value.kind, TokenKind::Word | TokenKind::Digits | TokenKind::String | TokenKind::Reference);
        if value.glued && value.kind == TokenKind::OpenParen {
            cursor.next();
            return group(head.finish(cursor), cursor);
        }
        if value.glued || loose {
            cursor.next();
            head.push(value, !value.glued, cursor);
            if value.opens() {
                flat(cursor, &mut head)?;
            }
        }
    }
    Some(Unit { head: head.finish(cursor), group: None })
}

fn group<'t>(head: Cow<'t, str>, cursor: &mut Cursor<'t>) -> Option<Unit<'t>> {
    let inner = Query::read(cursor)?;
    cursor.take(TokenKind::CloseParen)?;
    Some(Unit { head, group: Some(inner) })
}

/// Up to the closing bracket on one line, with one blank where there were some.
fn flat(cursor: &mut Cursor<'_>, head: &mut Head) -> Option<()> {
    let mut first = true;
    loop {
        let piece = cursor.next()?;
        if piece.is_comment() || piece.opens() {
            return None;
        }
        head.push(piece, !first && !piece.glued && !piece.closes(), cursor);
        if piece.closes() {
            return Some(());
        }
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
