//! One item: its header, its fields, its blocks.

use crate::fmt::WIDTH;
use crate::fmt::cursor::{Cursor, Piece};
use crate::fmt::query::Query;
use crate::syntax::TokenKind;

/// Lays out the text of one range; nothing where it is too broken.
pub(super) fn format(text: &str) -> Option<String> {
    let mut cursor = Cursor::new(text)?;
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut first = true;
    while let Some(piece) = cursor.peek() {
        if !first && piece.newlines > 1 {
            out.push('\n');
        }
        if piece.is_comment() {
            cursor.next();
            // Behind an item on its line a comment stays there.
            if piece.newlines == 0 && !first {
                out.pop();
                out.push(' ');
            }
            out.push_str(piece.text);
            out.push('\n');
        } else {
            item(&mut cursor, &mut out)?;
            out.push('\n');
        }
        first = false;
    }
    // INVARIANT: the layout changes no token; where it would, the item stays as it is.
    cursor.same_as(&out).then_some(out)
}

fn item(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    let keyword = cursor.take(TokenKind::Word)?;
    out.push_str(keyword.text);
    match keyword.text {
        "suppress" | "require" => {
            word(cursor, out)?;
            out.push(' ');
            rule_body(cursor, out)
        }
        "let" => {
            word(cursor, out)?;
            out.push_str(" = ");
            cursor.take(TokenKind::Equals)?;
            let open = cursor.peek()?;
            match open.kind {
                TokenKind::OpenBrace => block(cursor, 0, out),
                TokenKind::OpenParen => list(cursor, out),
                _ => None,
            }
        }
        "import" => {
            let path = cursor.take(TokenKind::String)?;
            out.push(' ');
            out.push_str(path.text);
            Some(())
        }
        "tag" => word(cursor, out),
        "attribute" => attribute(cursor, out),
        "test" => test(cursor, out),
        _ => None,
    }
}

fn word(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    let name = cursor.take(TokenKind::Word)?;
    out.push(' ');
    out.push_str(name.text);
    Some(())
}

fn attribute(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    out.push(' ');
    let path = cursor.next()?;
    out.push_str(path.text);
    match path.kind {
        TokenKind::AtPath => {
            cursor.take(TokenKind::Colon)?;
            out.push_str(" : ");
            out.push_str(cursor.take(TokenKind::Word)?.text);
        }
        // `@path:type`: a blank would make other tokens.
        TokenKind::Key => {
            let ty = cursor.next()?;
            if !ty.glued {
                out.push(' ');
            }
            out.push_str(ty.text);
        }
        _ => return None,
    }
    if cursor.take(TokenKind::OpenBracket).is_some() {
        cursor.take(TokenKind::CloseBracket)?;
        out.push_str("[]");
    }
    Some(())
}

/// A field that waits for its run to end, so that the `=` can be aligned.
struct Field {
    name: String,
    value: String,
    comment: Option<String>,
}

fn rule_body(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    cursor.take(TokenKind::OpenBrace)?;
    out.push('{');
    let mut run: Vec<Field> = Vec::new();
    let mut empty = true;
    let mut started = false;
    loop {
        let piece = cursor.peek()?;
        if piece.kind == TokenKind::CloseBrace {
            cursor.next();
            flush(&mut run, out);
            out.push('}');
            if empty {
                // `{ }`
                out.truncate(out.len() - 1);
                out.push_str(" }");
            }
            return Some(());
        }
        if piece.is_comment() && piece.newlines == 0 {
            cursor.next();
            match run.last_mut() {
                Some(field) if field.comment.is_none() => field.comment = Some(piece.text.to_owned()),
                _ => {
                    if out.ends_with('\n') {
                        out.pop();
                    }
                    out.push(' ');
                    out.push_str(piece.text);
                    out.push('\n');
                    started = true;
                    empty = false;
                }
            }
            continue;
        }
        if !started && empty {
            out.push('\n');
        }
        if piece.newlines > 1 && !empty {
            flush(&mut run, out);
            out.push('\n');
        }
        empty = false;
        if piece.is_comment() {
            cursor.next();
            flush(&mut run, out);
            out.push_str("  ");
            out.push_str(piece.text);
            out.push('\n');
            continue;
        }
        statement(cursor, piece, &mut run, out)?;
    }
}

fn statement(cursor: &mut Cursor<'_>, name: Piece<'_>, run: &mut Vec<Field>, out: &mut String) -> Option<()> {
    cursor.take(TokenKind::Word)?;
    let next = cursor.peek()?;
    if next.kind == TokenKind::Equals {
        cursor.next();
        let value = value(cursor)?;
        run.push(Field { name: name.text.to_owned(), value, comment: None });
        return Some(());
    }
    flush(run, out);
    out.push_str("  ");
    out.push_str(name.text);
    if next.kind == TokenKind::Word {
        word(cursor, out)?;
        if name.text == "allow" {
            if cursor.take(TokenKind::Equals).is_some() {
                out.push_str(" = ");
                out.push_str(&value(cursor)?);
            }
            out.push('\n');
            return Some(());
        }
    }
    out.push(' ');
    block(cursor, 2, out)?;
    out.push('\n');
    Some(())
}

/// One token, or a list in brackets.
fn value(cursor: &mut Cursor<'_>) -> Option<String> {
    let first = cursor.next()?;
    match first.kind {
        TokenKind::String | TokenKind::Word | TokenKind::Digits => Some(first.text.to_owned()),
        TokenKind::OpenBracket => {
            let mut elements: Vec<&str> = Vec::new();
            let mut trailing = false;
            loop {
                let piece = cursor.next()?;
                match piece.kind {
                    TokenKind::CloseBracket => break,
                    TokenKind::Comma => trailing = true,
                    TokenKind::String | TokenKind::Word | TokenKind::Digits => {
                        trailing = false;
                        elements.push(piece.text);
                    }
                    _ => return None,
                }
            }
            let line = format!("[{}{}]", elements.join(", "), if trailing { "," } else { "" });
            if line.chars().count() + 12 <= WIDTH {
                return Some(line);
            }
            let lines: Vec<String> = elements.iter().map(|element| format!("    {element}")).collect();
            Some(format!("[\n{}{}\n  ]", lines.join(",\n"), if trailing { "," } else { "" }))
        }
        _ => None,
    }
}

/// Writes the fields of a run with their `=` below one another.
fn flush(run: &mut Vec<Field>, out: &mut String) {
    let widest = run.iter().map(|field| field.name.chars().count()).max().unwrap_or(0);
    for field in run.drain(..) {
        out.push_str("  ");
        out.push_str(&field.name);
        out.extend(std::iter::repeat_n(' ', widest - field.name.chars().count()));
        out.push_str(" = ");
        out.push_str(&field.value);
        if let Some(comment) = field.comment {
            out.push(' ');
            out.push_str(&comment);
        }
        out.push('\n');
    }
}

/// `{ query }`
fn block(cursor: &mut Cursor<'_>, indent: usize, out: &mut String) -> Option<()> {
    let on_one_line = cursor.one_line();
    cursor.take(TokenKind::OpenBrace)?;
    let query = Query::read(cursor)?;
    cursor.take(TokenKind::CloseBrace)?;
    if query.is_empty() {
        out.push_str("{ }");
        return Some(());
    }
    let start = out.rfind('\n').map_or(0, |newline| newline + 1);
    let used = out.get(start..).unwrap_or_default().chars().count();
    match on_one_line.then(|| query.line()).flatten() {
        Some(line) if used + line.chars().count() + 4 <= WIDTH => {
            out.push_str("{ ");
            out.push_str(&line);
            out.push_str(" }");
        }
        _ => {
            out.push_str("{\n");
            query.lines(indent + 2, out);
            out.extend(std::iter::repeat_n(' ', indent));
            out.push('}');
        }
    }
    Some(())
}

/// `( values )` of a `let`.
fn list(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    cursor.take(TokenKind::OpenParen)?;
    let query = Query::read(cursor)?;
    cursor.take(TokenKind::CloseParen)?;
    let start = out.rfind('\n').map_or(0, |newline| newline + 1);
    let used = out.get(start..).unwrap_or_default().chars().count();
    match query.line() {
        Some(line) if used + line.chars().count() + 2 <= WIDTH => {
            out.push('(');
            out.push_str(&line);
            out.push(')');
        }
        _ => {
            out.push_str("(\n");
            query.lines(2, out);
            out.push(')');
        }
    }
    Some(())
}

/// A verdict of a test.
struct Verdict {
    text: String,
    word: String,
}

fn test(cursor: &mut Cursor<'_>, out: &mut String) -> Option<()> {
    let title = cursor.take(TokenKind::String)?;
    out.push(' ');
    out.push_str(title.text);
    cursor.take(TokenKind::OpenBrace)?;
    let mut lines: Vec<(u32, Verdict)> = Vec::new();
    loop {
        let piece = cursor.next()?;
        match piece.kind {
            TokenKind::CloseBrace => break,
            _ if piece.is_comment() => {
                if piece.newlines == 0 {
                    match lines.last_mut() {
                        Some((_, last)) => {
                            last.text.push(' ');
                            last.text.push_str(piece.text);
                        }
                        None => lines.push((0, Verdict { text: piece.text.to_owned(), word: String::new() })),
                    }
                } else {
                    lines.push((piece.newlines, Verdict { text: piece.text.to_owned(), word: String::new() }));
                }
            }
            TokenKind::Word => {
                let mut text = String::new();
                let event = cursor.peek()?;
                match event.kind {
                    TokenKind::String => {
                        cursor.next();
                        text.push_str(event.text);
                    }
                    TokenKind::OpenBrace => json(cursor, 2, &mut text)?,
                    _ => return None,
                }
                if cursor.peek().is_some_and(|next| next.kind == TokenKind::Word && next.text == "by") {
                    cursor.next();
                    text.push_str(" by");
                    word(cursor, &mut text)?;
                }
                lines.push((piece.newlines, Verdict { text, word: piece.text.to_owned() }));
            }
            _ => return None,
        }
    }
    let widest = lines.iter().map(|(_, line)| line.word.chars().count()).max().unwrap_or(0);
    out.push_str(" {\n");
    for (index, (newlines, line)) in lines.into_iter().enumerate() {
        if index > 0 && newlines > 1 {
            out.push('\n');
        }
        out.push_str("  ");
        if !line.word.is_empty() {
            out.push_str(&line.word);
            out.extend(std::iter::repeat_n(' ', widest - line.word.chars().count() + 1));
        }
        out.push_str(&line.text);
        out.push('\n');
    }
    out.push('}');
    Some(())
}

/// A JSON value: on one line where it stood on one and fits, else a member a line.
fn json(cursor: &mut Cursor<'_>, indent: usize, out: &mut String) -> Option<()> {
    let flat = cursor.one_line();
    let mut line = String::new();
    let mut tall = String::new();
    let mut depth = 0_usize;
    let mut inner = indent;
    let mut before: Option<TokenKind> = None;
    loop {
        let piece = cursor.next()?;
        if piece.is_comment() {
            return None;
        }
        let open = matches!(before, Some(TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen));
        // A line holds what a reader expects: `{ "a": [1] }`.
        match piece.kind {
            TokenKind::CloseBrace if !open => line.push(' '),
            TokenKind::Comma | TokenKind::Colon | TokenKind::CloseBracket | TokenKind::CloseBrace => {}
            _ => match before {
                Some(TokenKind::OpenBrace | TokenKind::Comma | TokenKind::Colon) => line.push(' '),
                Some(TokenKind::OpenBracket) | None => {}
                _ if piece.glued => {}
                _ => line.push(' '),
            },
        }
        line.push_str(piece.text);
        if piece.closes() {
            depth -= 1;
            inner -= 2;
            if !open {
                break_line(&mut tall, inner);
            }
        } else if open || before == Some(TokenKind::Comma) {
            break_line(&mut tall, inner);
        } else if before.is_some_and(|before| {
            let glue = matches!(piece.kind, TokenKind::Comma | TokenKind::Colon);
            before == TokenKind::Colon || (!piece.glued && !glue)
        }) {
            tall.push(' ');
        }
        tall.push_str(piece.text);
        if piece.opens() {
            depth += 1;
            inner += 2;
        }
        before = Some(piece.kind);
        if depth == 0 {
            break;
        }
    }
    // The verdict before it and `by NAME` behind it want room too.
    let fits = flat && line.chars().count() + 16 <= WIDTH;
    out.push_str(if fits { &line } else { &tall });
    Some(())
}

fn break_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}
