//! What the grammar's rich errors say to a person.

use chumsky::error::{Rich, RichPattern, RichReason};

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::syntax::grammar::Terminal;
use crate::syntax::keyword::FIELDS;
use crate::syntax::token::TokenKind;

/// Turns an error of the second tier into a diagnostic.
pub(super) fn syntax_error(text: &str, terminals: &[Terminal], error: &Rich<'_, Terminal>) -> Diagnostic {
    let range = error.span().into_range();
    let found = terminals.get(range.start).copied();
    let before = range.start.checked_sub(1).and_then(|at| terminals.get(at)).copied();
    let expected = expected(error);
    let Some(found) = found else {
        let at = text.trim_end().len() as u32;
        let last = before.map_or(Span::empty(at), |token| token.span);
        return Diagnostic::new(Code::SyntaxError, last, text!("expected {0}, and the item ends", expected))
            .label("nothing follows")
            .help(text!("add {0}", expected));
    };
    // What is missing at the end of a line is missing there, not where the next line starts.
    if let Some(before) = before.filter(|before| found.first_on_line && before.kind == TokenKind::Equals) {
        return Diagnostic::new(Code::SyntaxError, before.span, text!("expected {0} behind `=`", expected))
            .label("nothing follows on this line")
            .help(text!("add {0}, or remove the line", expected));
    }
    let shown = found.span.of(text);
    let two_words =
        terminals.get(range.start + 1).is_some_and(|next| next.kind == TokenKind::Word && !next.first_on_line);
    // `owner: "x"`: the colon of YAML and JSON.
    let name = shown.trim_end_matches(':');
    if found.kind == TokenKind::Key && FIELDS.contains(&name) && expected.contains("a field") {
        let colon = Span::new(found.span.end.saturating_sub(1), found.span.end);
        return Diagnostic::new(Code::SyntaxError, found.span, text!("a field is written `{0} = …`", name))
            .label("a colon belongs to conditions, inside `when { }`")
            .help("write `=`")
            .safe_fix("write `=`", colon, " =");
    }
    if found.kind == TokenKind::Key && expected.contains("a field") {
        return Diagnostic::new(
            Code::SyntaxError,
            found.span,
            text!("the condition `{0}` stands outside of `when { }`", shown),
        )
        .label("not inside a block")
        .help("put conditions inside `when { … }`");
    }
    if expected.contains("a condition")
        && let Some(slip) = condition_slip(text, terminals, range.start, found)
    {
        return slip;
    }
    if expected == "an item" && found.kind == TokenKind::Word {
        let nearest = nearest_item(shown);
        let diagnostic = Diagnostic::new(Code::SyntaxError, found.span, text!("`{0}` does not start an item", shown))
            .label("expected an item")
            .help("items are `import`, `suppress`, `require`, `let`, `attribute`, `tag` and `test`");
        return match nearest {
            Some(nearest) if two_words || terminals.len() > 1 => {
                diagnostic.unsafe_fix(text!("write `{0}`", nearest), found.span, nearest)
            }
            _ => diagnostic,
        };
    }
    if matches!(found.kind, TokenKind::And | TokenKind::Or) && expected.contains("a condition") {
        return stray_operator(shown, found, terminals.get(range.start + 1).copied());
    }
    Diagnostic::new(Code::SyntaxError, found.span, text!("expected {0}, found `{1}`", expected, shown))
        .label(text!("expected {0}", expected))
        .help(match found.kind {
            TokenKind::And | TokenKind::Or | TokenKind::Not => {
                text!(
                    "`{0}` joins or denies conditions and needs one beside it; the word itself is written `\"{0}\"`",
                    shown
                )
            }
            _ => text!("write {0} here, or remove `{1}`", expected, shown),
        })
}

/// Ways to write a condition that other languages have.
fn condition_slip(text: &str, terminals: &[Terminal], at: usize, found: Terminal) -> Option<Diagnostic> {
    let back = |steps: usize| at.checked_sub(steps).and_then(|at| terminals.get(at)).copied();
    let before = back(1)?;
    let is_key = matches!(before.kind, TokenKind::AtPath | TokenKind::Word);
    let next = terminals.get(at + 1).filter(|next| !next.first_on_line);
    match found.kind {
        TokenKind::Colon | TokenKind::Equals if is_key => {
            // `key!=value` denies, and `key==value` is no value that starts with `=`.
            let written = before.span.of(text);
            let (key, sign) = written.strip_suffix('!').map_or((written, ""), |key| (key, "-"));
            let doubled = next.filter(|next| next.kind == TokenKind::Equals && next.span.start == found.span.end);
            let value = if doubled.is_some() { terminals.get(at + 2) } else { next };
            let message = if found.kind == TokenKind::Colon {
                text!("a colon stands right behind its key: `{0}:`", key)
            } else {
                text!("a condition is written with a colon: `{0}{1}:`", sign, key)
            };
            let diagnostic = Diagnostic::new(Code::SyntaxError, found.span, message)
                .label("not read as a condition")
                .help("write `key:value`, without a blank on either side of the colon");
            let title = text!("write `{0}{1}:`", sign, key);
            Some(match value.filter(|value| !value.first_on_line) {
                Some(value) => diagnostic.unsafe_fix(
                    title,
                    Span::new(before.span.start, value.span.start),
                    format!("{sign}{key}:"),
                ),
                None => diagnostic,
            })
        }
        TokenKind::Comma => {
            let (open, name) = (back(2)?, back(3)?);
            let is_call = open.kind == TokenKind::OpenParen && name.span.end == open.span.start;
            if !is_call || !name.span.of(text).eq_ignore_ascii_case("CIDR") {
                return None;
            }
            let key = back(4).filter(|key| key.kind == TokenKind::Key && key.span.end == name.span.start);
            Some(match key {
                Some(key) => call_as_value(text, key, open, before),
                None => {
                    Diagnostic::new(Code::SyntaxError, name.span, "the function `CIDR` is written in capital letters")
                        .label("read as a word")
                        .help("write `CIDR(@network.destination.ip,10.0.0.0/8)`")
                        .unsafe_fix("write `CIDR`", name.span, "CIDR")
                }
            })
        }
        _ if matches!(before.kind, TokenKind::And | TokenKind::Or | TokenKind::Not) => {
            let key = back(2).filter(|key| key.kind == TokenKind::Key && key.span.end == before.span.start)?;
            let word = before.span.of(text);
            Some(
                Diagnostic::new(Code::SyntaxError, before.span, text!("`{0}` is an operator, and no value", word))
                    .label("joins or denies conditions")
                    .help(text!("quote the word where it is the value: `{0}\"{1}\"`", key.span.of(text), word))
                    .unsafe_fix(text!("compare with the text `{0}`", word), before.span, format!("\"{word}\"")),
            )
        }
        _ => None,
    }
}

/// `key:CIDR(first,`: the function is no value.
fn call_as_value(text: &str, key: Terminal, open: Terminal, first: Terminal) -> Diagnostic {
    let name = key.span.of(text).trim_end_matches(':');
    let call = if first.kind == TokenKind::AtPath { "CIDR(".to_owned() } else { format!("CIDR({name},") };
    let span = key.span.to(open.span);
    Diagnostic::new(Code::NetworkAsValue, span, text!("`CIDR` is a function, and no value of `{0}`", name))
        .label("the key stands inside of it")
        .help(text!("write `CIDR({0},10.0.0.0/8)`", name))
        .unsafe_fix("move the key inside", span, call)
}

fn expected(error: &Rich<'_, Terminal>) -> String {
    let RichReason::ExpectedFound { expected, .. } = error.reason() else { return "something else".to_owned() };
    let mut names: Vec<String> = Vec::new();
    for pattern in expected {
        let name = match pattern {
            RichPattern::Label(label) => label.to_string(),
            RichPattern::EndOfInput => "the end of the item".to_owned(),
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // The end is always an alternative to more; only where it is the only one does it help.
    if names.len() > 1 {
        names.retain(|name| name != "the end of the item");
    }
    names.sort();
    match names.split_last() {
        None => "something else".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn nearest_item(word: &str) -> Option<&'static str> {
    let slip = |keyword: &&&str| {
        let common = keyword.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        common >= 2 && keyword.len().abs_diff(word.len()) <= 4
    };
    match word {
        "ignore" | "exclude" | "mute" | "silence" | "suppression" => Some("suppress"),
        "only" | "include" | "requires" => Some("require"),
        "const" | "var" | "set" | "define" => Some("let"),
        _ => crate::syntax::split::ITEM_KEYWORDS.iter().find(|keyword| slip(keyword)).copied(),
    }
}

/// An operator with nothing on one side: Datadog takes it for a word.
fn stray_operator(shown: &str, found: Terminal, next: Option<Terminal>) -> Diagnostic {
    let end = next.map_or(found.span.end, |next| next.span.start);
    Diagnostic::new(
        Code::BareWord,
        found.span,
        text!("`{0}` has no condition before it: Datadog searches messages for the word", shown),
    )
    .label("joins nothing")
    .help("remove it, or add the condition that it was to join")
    .unsafe_fix("remove it", Span::new(found.span.start, end), "")
}
