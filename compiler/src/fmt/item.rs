//! One range: its items and comments, each with its header, its fields, its blocks.

use std::ops::Range;

use crate::fmt::cursor::{Cursor, Piece};
use crate::fmt::literal;
use crate::fmt::page::{Page, width};
use crate::fmt::query::Query;
use crate::syntax::TokenKind;

/// A range, laid out.
pub(super) struct LaidOut {
    /// All of it. Without empty lines at its end.
    pub(super) text: String,
    /// What stands in it at column 0, in order.
    pub(super) parts: Vec<Part>,
}

/// An item, or a comment on a line of its own; comments behind it on its line are part of it.
pub(super) struct Part {
    /// Bytes of the text, without the line end.
    pub(super) at: Range<usize>,
    /// Line ends before it in the source.
    pub(super) newlines: u32,
    pub(super) kind: PartKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Comment {
        /// Whether it is documentation.
        doc: bool,
    },
    Import,
    /// With the column of its `=` in characters and in bytes.
    Let {
        column: usize,
        byte: usize,
    },
    Declaration,
    Rule,
    Test,
}

/// Lays out the text of one range; nothing where it is too broken.
pub(super) fn format(source: &str) -> Option<LaidOut> {
    let mut cursor = Cursor::new(source)?;
    let mut page = Page::with_capacity(source.len() + source.len() / 8);
    let mut parts: Vec<Part> = Vec::with_capacity(4);
    while let Some(piece) = cursor.peek() {
        if piece.is_comment()
            && piece.newlines == 0
            && let Some(last) = parts.last_mut()
        {
            cursor.next();
            page.trailing_comment(piece.text);
            last.at.end = page.len() - 1;
            continue;
        }
        if piece.newlines > 1 {
            page.blank_line();
        }
        page.start_line(0);
        let start = page.len();
        let kind = if piece.is_comment() {
            cursor.next();
            page.write(piece.text);
            PartKind::Comment { doc: piece.kind == TokenKind::DocComment }
        } else {
            item(&mut cursor, &mut page)?
        };
        parts.push(Part { at: start..page.len(), newlines: piece.newlines, kind });
    }
    page.end_line();
    let text = page.into_text();
    let unchanged = source.strip_prefix(text.as_str()).is_some_and(|rest| rest.trim_ascii().is_empty());
    // INVARIANT: the layout changes no token; where it would, the range stays as it is. What it does not change at all
    // needs no look.
    (unchanged || cursor.same_as(&text)).then_some(LaidOut { text, parts })
}

fn item(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<PartKind> {
    let keyword = cursor.take(TokenKind::Word)?;
    page.write(keyword.text);
    Some(match keyword.text {
        "suppress" | "require" => {
            word(cursor, page)?;
            rule_body(cursor, page)?;
            PartKind::Rule
        }
        "let" => {
            let name = word(cursor, page)?;
            cursor.take(TokenKind::Equals)?;
            page.write(" = ");
            match cursor.peek()?.kind {
                TokenKind::OpenBrace => block(cursor, page)?,
                TokenKind::OpenParen => list(cursor, page)?,
                _ => return None,
            }
            PartKind::Let { column: "let ".len() + width(name.text), byte: "let ".len() + name.text.len() }
        }
        "import" => {
            let path = cursor.take(TokenKind::String)?;
            page.write(" ");
            page.write(path.text);
            PartKind::Import
        }
        "tag" => {
            word(cursor, page)?;
            PartKind::Declaration
        }
        "attribute" => {
            attribute(cursor, page)?;
            PartKind::Declaration
        }
        "test" => {
            test(cursor, page)?;
            PartKind::Test
        }
        _ => return None,
    })
}

fn word<'t>(cursor: &mut Cursor<'t>, page: &mut Page) -> Option<Piece<'t>> {
    let name = cursor.take(TokenKind::Word)?;
    page.write(" ");
    page.write(name.text);
    Some(name)
}

fn attribute(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<()> {
    let path = cursor.next()?;
    page.write(" ");
    page.write(path.text);
    match path.kind {
        TokenKind::AtPath => {
            cursor.take(TokenKind::Colon)?;
            page.write(" : ");
            page.write(cursor.take(TokenKind::Word)?.text);
        }
        // `@path:type`: a blank would make other tokens.
        TokenKind::Key => {
            let ty = cursor.next().filter(|ty| matches!(ty.kind, TokenKind::Word | TokenKind::Bare))?;
            if !ty.glued {
                page.write(" ");
            }
            page.write(ty.text);
        }
        _ => return None,
    }
    if cursor.take(TokenKind::OpenBracket).is_some() {
        cursor.take(TokenKind::CloseBracket)?;
        page.write("[]");
    }
    Some(())
}

/// A field that waits for its run to end, so that the `=` can be aligned.
struct Field<'t> {
    name: &'t str,
    value: Value<'t>,
    comment: Option<&'t str>,
}

enum Value<'t> {
    One(&'t str),
    /// The pieces of `[ … ]`.
    List(Range<usize>),
}

fn rule_body(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<()> {
    cursor.take(TokenKind::OpenBrace)?;
    page.write(" {");
    let mut run: Vec<Field<'_>> = Vec::with_capacity(8);
    let mut first = true;
    loop {
        let piece = cursor.peek()?;
        if piece.kind == TokenKind::CloseBrace {
            cursor.next();
            flush(&mut run, cursor, page)?;
            close(first, page);
            return Some(());
        }
        if piece.is_comment() && piece.newlines == 0 {
            cursor.next();
            match run.last_mut() {
                Some(field) => field.comment = Some(piece.text),
                None => page.trailing_comment(piece.text),
            }
            continue;
        }
        if piece.newlines > 1 && !first {
            flush(&mut run, cursor, page)?;
            page.blank_line();
        }
        first = false;
        if piece.is_comment() {
            cursor.next();
            flush(&mut run, cursor, page)?;
            page.comment(piece.text, 2);
        } else {
            statement(cursor, &mut run, page)?;
        }
    }
}

/// `}`, on the line of its partner where nothing stands between them.
fn close(empty: bool, page: &mut Page) {
    if empty && page.on_line() {
        page.write(" }");
    } else {
        page.start_line(0);
        page.write("}");
    }
}

fn statement<'t>(cursor: &mut Cursor<'t>, run: &mut Vec<Field<'t>>, page: &mut Page) -> Option<()> {
    let name = cursor.take(TokenKind::Word)?.text;
    let next = cursor.peek()?.kind;
    if next == TokenKind::Equals {
        cursor.next();
        let value = value(cursor)?;
        run.push(Field { name, value, comment: None });
        return Some(());
    }
    flush(run, cursor, page)?;
    page.start_line(2);
    page.write(name);
    if next == TokenKind::Word {
        word(cursor, page)?;
        if name == "allow" {
            if cursor.take(TokenKind::Equals).is_some() {
                page.write(" = ");
                page.write(cursor.take(TokenKind::String)?.text);
            }
            return Some(());
        }
    }
    page.write(" ");
    block(cursor, page)
}

fn value<'t>(cursor: &mut Cursor<'t>) -> Option<Value<'t>> {
    if cursor.peek()?.kind == TokenKind::OpenBracket {
        return Some(Value::List(cursor.take_brackets()?));
    }
    let value = cursor.next()?;
    matches!(value.kind, TokenKind::String | TokenKind::Word | TokenKind::Digits).then_some(Value::One(value.text))
}

/// Writes the fields of a run with their `=` below one another.
fn flush(run: &mut Vec<Field<'_>>, cursor: &Cursor<'_>, page: &mut Page) -> Option<()> {
    let widest = run.iter().map(|field| width(field.name)).max().unwrap_or(0);
    for field in run.drain(..) {
        page.start_line(2);
        page.write(field.name);
        page.blanks(widest - width(field.name));
        page.write(" = ");
        match field.value {
            Value::One(value) => page.write(value),
            Value::List(pieces) => literal::write(cursor.pieces(pieces), 0, page)?,
        }
        if let Some(comment) = field.comment {
            page.trailing_comment(comment);
        }
    }
    Some(())
}

/// `{ query }`, on one line where it stood on one and fits.
fn block(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<()> {
    let on_one_line = cursor.one_line();
    cursor.take(TokenKind::OpenBrace)?;
    let query = Query::read(cursor)?;
    cursor.take(TokenKind::CloseBrace)?;
    let indent = page.indent();
    if query.is_empty() {
        page.write("{ }");
    } else if on_one_line && query.width().is_some_and(|width| page.fits(width + 4)) {
        page.write("{ ");
        query.write_line(page);
        page.write(" }");
    } else {
        page.write("{");
        query.write_lines(indent + 2, page);
        page.start_line(indent);
        page.write("}");
    }
    Some(())
}

/// `( values )` of a `let`, on one line where it fits.
fn list(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<()> {
    cursor.take(TokenKind::OpenParen)?;
    let query = Query::read(cursor)?;
    cursor.take(TokenKind::CloseParen)?;
    page.write("(");
    if query.width().is_some_and(|width| page.fits(width + 1)) {
        query.write_line(page);
    } else {
        query.write_lines(2, page);
        page.start_line(0);
    }
    page.write(")");
    Some(())
}

/// A line of a test, with the line ends before it.
struct Line<'t> {
    newlines: u32,
    kind: LineKind<'t>,
}

enum LineKind<'t> {
    Comment(&'t str),
    Verdict { word: &'t str, event: Value<'t>, by: Option<&'t str> },
}

fn test(cursor: &mut Cursor<'_>, page: &mut Page) -> Option<()> {
    let title = cursor.take(TokenKind::String)?;
    page.write(" ");
    page.write(title.text);
    cursor.take(TokenKind::OpenBrace)?;
    page.write(" {");
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut widest = 0;
    loop {
        let piece = cursor.next()?;
        let kind = match piece.kind {
            TokenKind::CloseBrace => break,
            TokenKind::Comment | TokenKind::DocComment => LineKind::Comment(piece.text),
            TokenKind::Word => {
                widest = widest.max(width(piece.text));
                verdict(piece.text, cursor)?
            }
            _ => return None,
        };
        lines.push(Line { newlines: piece.newlines, kind });
    }
    let mut first = true;
    for line in lines {
        if line.newlines > 1 && !first {
            page.blank_line();
        }
        match line.kind {
            LineKind::Comment(text) if line.newlines == 0 => {
                page.trailing_comment(text);
                continue;
            }
            LineKind::Comment(text) => page.comment(text, 2),
            LineKind::Verdict { word, event, by } => {
                page.start_line(2);
                page.write(word);
                page.blanks(widest - width(word) + 1);
                match event {
                    Value::One(file) => page.write(file),
                    Value::List(pieces) => {
                        let reserve = by.map_or(0, |by| " by ".len() + width(by));
                        literal::write(cursor.pieces(pieces), reserve, page)?;
                    }
                }
                if let Some(by) = by {
                    page.write(" by ");
                    page.write(by);
                }
            }
        }
        first = false;
    }
    close(first, page);
    Some(())
}

fn verdict<'t>(word: &'t str, cursor: &mut Cursor<'t>) -> Option<LineKind<'t>> {
    let event = match cursor.peek()?.kind {
        TokenKind::OpenBrace | TokenKind::OpenBracket => Value::List(cursor.take_brackets()?),
        _ => Value::One(cursor.take(TokenKind::String)?.text),
    };
    let mut by = None;
    if cursor.peek()?.text == "by" {
        cursor.next();
        by = Some(cursor.take(TokenKind::Word)?.text);
    }
    Some(LineKind::Verdict { word, event, by })
}
