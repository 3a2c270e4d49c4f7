//! Conditions and lists of values: one line where they fit and may stand on one, else a term a line.
//!
//! A condition is one row of entries; a group knows where it ends and how wide it is, so that nothing is measured twice
//! and nothing recurses.

use std::borrow::Cow;

use crate::base::Span;
use crate::fmt::WIDTH;
use crate::fmt::cursor::{Cursor, Piece};
use crate::fmt::page::{Page, width};
use crate::syntax::TokenKind;

/// A condition as parts that stay together.
pub(super) struct Query<'t> {
    entries: Vec<Entry<'t>>,
    /// The width of all of it on one line; nothing where it cannot stand on one.
    width: Option<usize>,
    /// Whether it has an `OR` outside of groups.
    has_or: bool,
}

struct Entry<'t> {
    /// Line ends before it.
    newlines: u32,
    kind: EntryKind<'t>,
    /// Its width on one line, a group's with all up to its end.
    width: Option<usize>,
}

enum EntryKind<'t> {
    /// `# …`
    Comment(&'t str),
    /// `AND`, `&&`
    And(&'t str),
    /// `OR`, `||`
    Or(&'t str),
    /// Signs, a key, a value: whatever a line break would take apart.
    Unit {
        text: Cow<'t, str>,
        /// Whether it is a key whose value is missing: what comes next must not become that value.
        missing: bool,
    },
    /// Everything up to the parenthesis, and what that holds.
    Open { head: Cow<'t, str>, end: usize, has_or: bool },
    /// `)`
    Close,
}

/// A group while it is read.
struct Level {
    /// The index of its [`EntryKind::Open`].
    open: usize,
    width: Option<usize>,
    empty: bool,
    has_or: bool,
    /// Whether the last entry is a key whose value is missing.
    missing: bool,
    /// `CIDR( … )`: no signs, no operators.
    cidr: bool,
}

impl Level {
    fn new(open: usize, cidr: bool) -> Level {
        Level { open, width: Some(0), empty: true, has_or: false, missing: false, cidr }
    }

    fn add(&mut self, width: Option<usize>) {
        let blank = usize::from(!self.empty);
        self.width = self.width.zip(width).map(|(before, width)| before + blank + width);
        self.empty = false;
    }

    fn add_term(&mut self, width: Option<usize>, missing: bool) {
        self.add(width.filter(|_| !self.missing));
        self.missing = missing;
    }
}

impl<'t> Query<'t> {
    /// Reads a condition up to a closing bracket, which is left; nothing where it is too broken.
    pub(super) fn read(cursor: &mut Cursor<'t>) -> Option<Query<'t>> {
        let mut entries: Vec<Entry<'t>> = Vec::with_capacity(16);
        let mut level = Level::new(0, false);
        let mut outer: Vec<Level> = Vec::new();
        while let Some(piece) = cursor.peek() {
            let newlines = piece.newlines;
            if piece.closes() {
                let Some(around) = outer.pop() else { break };
                cursor.take(TokenKind::CloseParen)?;
                let inner = std::mem::replace(&mut level, around);
                let close = entries.len();
                entries.push(Entry { newlines, kind: EntryKind::Close, width: Some(1) });
                let opening = entries.get_mut(inner.open)?;
                opening.width = opening.width.zip(inner.width).map(|(head, inner)| head + inner + 1);
                if let EntryKind::Open { end, has_or, .. } = &mut opening.kind {
                    (*end, *has_or) = (close, inner.has_or);
                }
                level.add_term(opening.width, false);
                continue;
            }
            let entry = match piece.kind {
                TokenKind::Comment | TokenKind::DocComment => {
                    cursor.next();
                    level.width = None;
                    Entry { newlines, kind: EntryKind::Comment(piece.text), width: None }
                }
                TokenKind::And | TokenKind::Or if !level.cidr => {
                    cursor.next();
                    let or = piece.kind == TokenKind::Or;
                    level.has_or |= or;
                    level.missing = false;
                    let width = Some(width(piece.text));
                    level.add(width);
                    let kind = if or { EntryKind::Or(piece.text) } else { EntryKind::And(piece.text) };
                    Entry { newlines, kind, width }
                }
                _ => {
                    let part = if level.cidr { argument(cursor)? } else { part(cursor)? };
                    let width = Some(width(&part.text));
                    match part.kind {
                        PartKind::Unit { missing } => {
                            level.add_term(width, missing);
                            Entry { newlines, kind: EntryKind::Unit { text: part.text, missing }, width }
                        }
                        PartKind::Open { cidr } => {
                            let open = entries.len();
                            outer.push(std::mem::replace(&mut level, Level::new(open, cidr)));
                            let kind = EntryKind::Open { head: part.text, end: open, has_or: false };
                            Entry { newlines, kind, width }
                        }
                    }
                }
            };
            entries.push(entry);
        }
        Some(Query { entries, width: level.width, has_or: level.has_or })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The width on one line; nothing where a comment, or a value that is missing, forbids one line.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes all of it on the line.
    pub(super) fn write_line(&self, page: &mut Page) {
        self.write_flat(0, self.entries.len(), page);
    }

    /// Entries from `start` up to `end` on the line.
    fn write_flat(&self, start: usize, end: usize, page: &mut Page) {
        let mut tight = true;
        for entry in self.entries.get(start..end).unwrap_or_default() {
            if !tight && !matches!(entry.kind, EntryKind::Close) {
                page.blanks(1);
            }
            tight = false;
            match &entry.kind {
                EntryKind::Comment(text) | EntryKind::And(text) | EntryKind::Or(text) => page.write(text),
                EntryKind::Unit { text, .. } => page.write_wide(text, entry.width.unwrap_or_default()),
                EntryKind::Open { head, .. } => {
                    page.write(head);
                    tight = true;
                }
                EntryKind::Close => page.write(")"),
            }
        }
    }

    /// Writes a term a line, each indented by `indent` blanks; what `OR` joins begins with it. The page is on the line
    /// of the opening bracket and is left on the last line.
    pub(super) fn write_lines(&self, indent: usize, page: &mut Page) {
        let mut frame = self.frame(0, indent, self.has_or);
        let mut outer: Vec<Frame> = Vec::new();
        let mut index = 0;
        while let Some(entry) = self.entries.get(index) {
            index += 1;
            let closes = matches!(entry.kind, EntryKind::Close);
            if entry.newlines > 1 && !frame.first && !frame.after_operator && !closes {
                page.blank_line();
            }
            match &entry.kind {
                EntryKind::Comment(text) => {
                    if entry.newlines == 0 {
                        page.trailing_comment(text);
                    } else {
                        page.comment(text, frame.indent);
                        frame.first = false;
                    }
                }
                EntryKind::Or(text) => {
                    page.start_line(frame.indent);
                    page.write(text);
                    frame.joined = self.branch_fits(index, page);
                    (frame.first, frame.after_operator, frame.branch_empty) = (false, true, false);
                }
                EntryKind::And(text) => {
                    if frame.joined && page.on_line() {
                        page.blanks(1);
                    } else {
                        page.start_line(frame.next_indent());
                    }
                    page.write(text);
                    (frame.first, frame.after_operator, frame.branch_empty) = (false, true, false);
                }
                EntryKind::Unit { text, .. } => {
                    frame.place(page);
                    page.write_wide(text, entry.width.unwrap_or_default());
                }
                EntryKind::Open { head, end, has_or } => {
                    frame.place(page);
                    if *end == index || entry.width.is_some_and(|width| page.fits(width)) {
                        self.write_flat(index - 1, end + 1, page);
                        index = end + 1;
                    } else {
                        page.write(head);
                        let inner = self.frame(index, page.indent() + 2, *has_or);
                        outer.push(std::mem::replace(&mut frame, inner));
                    }
                }
                EntryKind::Close => {
                    page.start_line(frame.indent.saturating_sub(2));
                    page.write(")");
                    let Some(around) = outer.pop() else { return };
                    frame = around;
                }
            }
        }
    }

    /// Whether the terms from `start` up to the next `OR` or the end of the group fit behind what is on the line.
    fn branch_fits(&self, start: usize, page: &Page) -> bool {
        self.branch_width(start).is_some_and(|width| page.fits(width + 1))
    }

    fn branch_width(&self, start: usize) -> Option<usize> {
        let mut branch = Level::new(0, false);
        let mut index = start;
        let (mut commented, mut after_operator) = (false, false);
        while let Some(entry) = self.entries.get(index) {
            index += 1;
            // A comment or an empty line within the branch stays, so that the branch has several lines.
            let parted = !branch.empty && (commented || (entry.newlines > 1 && !after_operator));
            let width = entry.width.filter(|_| !parted);
            match &entry.kind {
                EntryKind::Or(_) | EntryKind::Close => break,
                EntryKind::Comment(_) => {
                    commented = !branch.empty;
                    continue;
                }
                EntryKind::And(_) => branch.add(width),
                EntryKind::Unit { missing, .. } => branch.add_term(width, *missing),
                EntryKind::Open { end, .. } => {
                    branch.add_term(width, false);
                    index = end + 1;
                }
            }
            after_operator = matches!(entry.kind, EntryKind::And(_));
        }
        branch.width
    }

    fn frame(&self, start: usize, indent: usize, has_or: bool) -> Frame {
        let joined = has_or && self.branch_width(start).is_some_and(|width| indent + width <= WIDTH);
        Frame { indent, has_or, joined, first: true, branch_empty: true, after_operator: false }
    }
}

/// A group while it is written.
struct Frame {
    indent: usize,
    has_or: bool,
    /// Whether the current branch of the `OR` is on one line.
    joined: bool,
    /// Whether nothing of it is written, a comment behind the bracket aside.
    first: bool,
    /// Whether nothing of the first branch is written.
    branch_empty: bool,
    after_operator: bool,
}

impl Frame {
    /// How far a line is indented that goes on with a branch.
    fn next_indent(&self) -> usize {
        self.indent + if self.has_or && !self.branch_empty { 2 } else { 0 }
    }

    /// Goes to where the next term stands.
    fn place(&mut self, page: &mut Page) {
        if page.on_line() && (self.after_operator || (self.joined && !self.branch_empty)) {
            page.blanks(1);
        } else {
            page.start_line(self.next_indent());
        }
        (self.first, self.after_operator, self.branch_empty) = (false, false, false);
    }
}

/// Tokens that stay together.
struct Part<'t> {
    text: Cow<'t, str>,
    kind: PartKind,
}

enum PartKind {
    Unit {
        missing: bool,
    },
    /// Up to the parenthesis that opens a group.
    Open {
        cidr: bool,
    },
}

/// The tokens of a part so far: a slice of the source as long as nothing stands between them.
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

    fn finish<'t>(self, kind: PartKind, cursor: &Cursor<'t>) -> Part<'t> {
        let text = match self.glued {
            Some(span) if self.built.is_empty() => Cow::Borrowed(cursor.between(span, span)),
            _ => Cow::Owned(self.built),
        };
        Part { text, kind }
    }
}

/// Signs and a term, or signs and the parenthesis of a group.
fn part<'t>(cursor: &mut Cursor<'t>) -> Option<Part<'t>> {
    let mut head = Head::new();
    // `NOT` and what follows it stand apart.
    let mut blank = false;
    while let Some(sign) = cursor.peek().filter(|sign| matches!(sign.kind, TokenKind::Not | TokenKind::Minus)) {
        cursor.next();
        head.push(sign, blank, cursor);
        blank = sign.kind == TokenKind::Not;
    }
    let piece = cursor.peek()?;
    if piece.closes() || piece.is_comment() {
        return None;
    }
    cursor.next();
    head.push(piece, blank, cursor);
    match piece.kind {
        TokenKind::OpenBrace | TokenKind::OpenBracket => {
            range(cursor, &mut head)?;
            return Some(head.finish(PartKind::Unit { missing: false }, cursor));
        }
        TokenKind::OpenParen => return Some(head.finish(PartKind::Open { cidr: false }, cursor)),
        TokenKind::Cidr => return Some(head.finish(PartKind::Open { cidr: true }, cursor)),
        TokenKind::Key => {}
        _ => return Some(head.finish(PartKind::Unit { missing: false }, cursor)),
    }
    let value =
        cursor.peek().filter(|value| value.newlines == 0 && !value.closes() && !value.is_comment()).filter(|value| {
            // `key: value` is read as `key:value`; the blank is not for the layout to judge.
            value.glued
                || matches!(
                    value.kind,
                    TokenKind::Word
                        | TokenKind::Digits
                        | TokenKind::String
                        | TokenKind::Reference
                        | TokenKind::OpenParen
                        | TokenKind::OpenBracket
                        | TokenKind::OpenBrace
                )
        });
    let Some(value) = value else { return Some(head.finish(PartKind::Unit { missing: true }, cursor)) };
    cursor.next();
    head.push(value, !value.glued, cursor);
    if value.kind == TokenKind::OpenParen {
        return Some(head.finish(PartKind::Open { cidr: false }, cursor));
    }
    if value.opens() {
        range(cursor, &mut head)?;
    }
    Some(head.finish(PartKind::Unit { missing: false }, cursor))
}

/// The rest of `[1 TO 5]` on one line, with one blank where there were some; nothing where it is no range.
fn range(cursor: &mut Cursor<'_>, head: &mut Head) -> Option<()> {
    for index in 0..4 {
        let piece = cursor.next()?;
        let fits = match index {
            1 => piece.text == "TO",
            3 => piece.closes(),
            _ => !piece.closes() && !piece.opens() && !piece.is_comment(),
        };
        if !fits {
            return None;
        }
        head.push(piece, index > 0 && !piece.glued && !piece.closes(), cursor);
    }
    Some(())
}

/// An argument of `CIDR( … )`: tokens without a blank between them.
fn argument<'t>(cursor: &mut Cursor<'t>) -> Option<Part<'t>> {
    let mut head = Head::new();
    let mut first = true;
    while let Some(piece) = cursor.peek().filter(|piece| first || (piece.glued && !piece.closes())) {
        if piece.is_comment() || piece.opens() {
            return None;
        }
        cursor.next();
        head.push(piece, false, cursor);
        first = false;
    }
    Some(head.finish(PartKind::Unit { missing: false }, cursor))
}
