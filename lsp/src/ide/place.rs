//! What could be written at a place, by the tokens before it.

use quell::base::Span;
use quell::syntax::{Token, TokenKind, lex};

/// What surrounds a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Block {
    /// `suppress NAME {` or `require NAME {`
    Rule,
    /// `rules {`
    Rules,
    /// `when {`, `when signal {`
    Signal,
    /// `when event {`
    Event,
    /// `let NAME = {`
    Fragment,
    /// `let NAME = (`
    List,
    /// `test "…" {`
    Test,
    /// `[` behind a field.
    Elements,
    /// `(` in a query.
    Group,
    /// `(` behind a key.
    Values,
    /// A range, the arguments of `CIDR`, an event.
    Other,
}

/// What is expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Expected {
    /// An item.
    Item,
    /// The name of something new.
    NewName,
    /// A path in quotes behind `import`.
    Import,
    /// A type behind `attribute @path :`.
    Type,
    /// A field or a block of a rule.
    Field,
    /// What stands behind `FIELD =`.
    FieldValue(Box<str>),
    /// `signal`, `event` or a brace, behind `when`.
    Qualifier,
    /// The name of a lint.
    Lint,
    /// A term of a query.
    Term,
    /// A value of a key.
    Value(Box<str>),
    /// A value of a list.
    ListValue,
    /// `suppressed` or `fires`.
    Expectation,
    /// A path in quotes in a test.
    Event,
    /// `by`, behind an event.
    By,
    /// A rule, behind `by`.
    Rule,
    /// Nothing that can be told.
    Nothing,
}

/// A place in an item.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// What is expected there.
    pub(super) expected: Expected,
    /// The blocks around it, the innermost last.
    pub(super) blocks: Vec<Block>,
    /// What is typed of it so far, up to the place.
    pub(super) typed: Span,
    /// The same with what stands behind the place and belongs to it.
    pub(super) whole: Span,
}

impl Place {
    /// The block of a rule or `let` that a query stands in.
    pub(super) fn query_block(&self) -> Option<Block> {
        let is_query = |block: &&Block| matches!(block, Block::Rules | Block::Signal | Block::Event | Block::Fragment);
        self.blocks.iter().rev().find(is_query).copied()
    }

    /// What closes the blocks.
    pub(super) fn closers(&self) -> String {
        let closer = |block: &Block| match block {
            Block::List | Block::Group | Block::Values => ")",
            Block::Elements | Block::Other => "]",
            _ => "}",
        };
        self.blocks.iter().rev().map(closer).collect()
    }
}

/// Reads the tokens up to a byte of an item.
pub(super) fn of(text: &str, at: u32) -> Place {
    let before = text.get(..at as usize).unwrap_or_default();
    let tokens = lex(before);
    // What is being typed: the token that ends here, if it is one that a letter more makes longer.
    let last = tokens.last().filter(|token| is_open_ended(token.kind)).copied();
    let mut typed = last.map_or(Span::empty(at), |token| token.span);
    let comment = tokens.last().is_some_and(|token| matches!(token.kind, TokenKind::Comment | TokenKind::DocComment));
    let done = tokens.get(..tokens.len() - usize::from(last.is_some())).unwrap_or_default();
    let done: Vec<Token> = done.iter().copied().filter(|token| !token.kind.is_trivia()).collect();
    let mut blocks = Vec::new();
    for (index, token) in done.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::Cidr => {
                blocks.push(block(before, done.get(..index).unwrap_or_default(), *token, &blocks));
            }
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                blocks.pop();
            }
            _ => {}
        }
    }
    let expected = if comment { Expected::Nothing } else { expected(before, &done, &mut blocks, last, &mut typed) };
    let rest = text.get(at as usize..).unwrap_or_default();
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let longer = if typed.is_empty() { 0 } else { rest.find(|c| !belongs(c)).unwrap_or(rest.len()) };
    let whole = Span::new(typed.start, at + longer as u32);
    Place { expected, blocks, typed, whole }
}

fn is_open_ended(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word
            | TokenKind::Digits
            | TokenKind::AtPath
            | TokenKind::Reference
            | TokenKind::Bare
            | TokenKind::Mixed
            | TokenKind::OpenString
            | TokenKind::Stray
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Not
            | TokenKind::To
    )
}

/// What a bracket opens.
fn block(text: &str, before: &[Token], open: Token, outer: &[Block]) -> Block {
    let word = |back: usize| -> &str {
        let token = before.len().checked_sub(back).and_then(|at| before.get(at));
        token.map_or("", |token| token.span.of(text))
    };
    let kind = before.last().map(|token| token.kind);
    match (outer.last(), open.kind) {
        (_, TokenKind::Cidr) => Block::Values,
        (None, TokenKind::OpenBrace) => match (word(2), word(1)) {
            ("suppress" | "require", _) => Block::Rule,
            (_, "=") => Block::Fragment,
            ("test", _) => Block::Test,
            _ => Block::Rule,
        },
        (None, TokenKind::OpenParen) if word(1) == "=" => Block::List,
        (Some(Block::Rule), TokenKind::OpenBrace) => match (word(2), word(1)) {
            (_, "rules") => Block::Rules,
            ("when", "event") => Block::Event,
            _ => Block::Signal,
        },
        (Some(Block::Rule), TokenKind::OpenBracket) => Block::Elements,
        (_, TokenKind::OpenParen) if kind == Some(TokenKind::Key) => Block::Values,
        (Some(Block::List | Block::Values), TokenKind::OpenParen) => Block::Values,
        (_, TokenKind::OpenParen) => Block::Group,
        _ => Block::Other,
    }
}

fn expected(text: &str, done: &[Token], blocks: &mut Vec<Block>, last: Option<Token>, typed: &mut Span) -> Expected {
    let word = |back: usize| -> &str {
        let token = done.len().checked_sub(back).and_then(|at| done.get(at));
        token.map_or("", |token| token.span.of(text))
    };
    let kind = done.last().map(|token| token.kind);
    let in_string = last.is_some_and(|last| last.kind == TokenKind::OpenString);
    // A word at the start of a line begins an item, whatever the item above lacks.
    let line = text.rfind('\n').map_or(0, |newline| newline + 1) as u32;
    let starts_line = typed.start == line && last.is_none_or(|last| last.kind == TokenKind::Word);
    if starts_line && !typed.is_empty() && !matches!(blocks.last(), Some(Block::Values | Block::List)) {
        blocks.clear();
    }
    match blocks.last() {
        None => match (word(2), word(1)) {
            (_, "import") => {
                trim_quote(in_string, typed);
                Expected::Import
            }
            (_, "suppress" | "require" | "let" | "tag" | "test") if !starts_line => Expected::NewName,
            (_, ":") => Expected::Type,
            (_, "attribute") if !starts_line => Expected::NewName,
            _ if in_string || last.is_some_and(|last| last.kind != TokenKind::Word) => Expected::Nothing,
            _ => Expected::Item,
        },
        Some(Block::Rule) => match (word(2), word(1)) {
            (_, "allow") => Expected::Lint,
            (_, "when") => Expected::Qualifier,
            ("", _) => Expected::Field,
            (field, "=") => Expected::FieldValue(field.into()),
            _ if in_string => Expected::Nothing,
            _ => Expected::Field,
        },
        Some(Block::Elements) => {
            // `tags = [`
            let field = done.iter().rposition(|token| token.kind == TokenKind::Equals);
            let field = field.and_then(|at| done.get(at.checked_sub(1)?));
            field.map_or(Expected::Nothing, |field| Expected::FieldValue(field.span.of(text).into()))
        }
        Some(Block::Rules | Block::Signal | Block::Event | Block::Fragment | Block::Group) => {
            match done.last().filter(|token| token.kind == TokenKind::Key) {
                // A blank ends an empty value: the next thing is a term.
                Some(key) if key.span.end == typed.start => {
                    trim_quote(in_string, typed);
                    Expected::Value(key.span.of(text).trim_end_matches(':').into())
                }
                _ if in_string => Expected::Nothing,
                _ => Expected::Term,
            }
        }
        Some(Block::Values) => {
            trim_quote(in_string, typed);
            // The key before the group that is open; in `CIDR(`, its first argument is none.
            let mut depth = 0;
            for token in done.iter().rev() {
                match token.kind {
                    TokenKind::CloseParen => depth += 1,
                    TokenKind::OpenParen => depth -= 1,
                    TokenKind::Key if depth < 0 => {
                        return Expected::Value(token.span.of(text).trim_end_matches(':').into());
                    }
                    TokenKind::Cidr if depth == 0 => return Expected::Nothing,
                    TokenKind::Equals if depth < 0 => return Expected::ListValue,
                    _ => {}
                }
            }
            Expected::Nothing
        }
        Some(Block::List) => {
            trim_quote(in_string, typed);
            Expected::ListValue
        }
        Some(Block::Test) => match (kind, word(1)) {
            (_, "by") => Expected::Rule,
            (_, "suppressed" | "fires") => {
                trim_quote(in_string, typed);
                Expected::Event
            }
            _ if in_string => Expected::Nothing,
            (Some(TokenKind::String | TokenKind::CloseBrace), _) => Expected::By,
            _ => Expected::Expectation,
        },
        Some(Block::Other) => Expected::Nothing,
    }
}

/// What is typed of a text starts behind its quote.
fn trim_quote(in_string: bool, typed: &mut Span) {
    if in_string {
        typed.start += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expected, typed: &str) {
        let at = text.find('‸').unwrap();
        let whole = text.replace('‸', "");
        let place = of(&whole, at as u32);
        assert_eq!(place.expected, expected, "{text}");
        assert_eq!(place.typed.of(&whole), typed, "{text}");
    }

    #[test]
    fn every_place_knows_what_is_expected() {
        let value = |key: &str| Expected::Value(key.into());
        for (text, expected, typed) in [
            ("‸", Expected::Item, ""),
            ("sup‸", Expected::Item, "sup"),
            ("suppress a { }\n\nsu‸", Expected::Item, "su"),
            ("suppress a {\n  when {\nsu‸", Expected::Item, "su"),
            ("suppress ‸", Expected::NewName, ""),
            ("import \"fl‸", Expected::Import, "fl"),
            ("attribute @a : i‸", Expected::Type, "i"),
            ("suppress a {\n  ‸\n}", Expected::Field, ""),
            ("suppress a {\n  ow‸\n}", Expected::Field, "ow"),
            ("suppress a {\n  owner = \"x\"\n  ex‸\n}", Expected::Field, "ex"),
            ("suppress a {\n  expires = ‸\n}", Expected::FieldValue("expires".into()), ""),
            ("suppress a {\n  enabled = t‸", Expected::FieldValue("enabled".into()), "t"),
            ("suppress a {\n  allow ep‸", Expected::Lint, "ep"),
            ("suppress a {\n  when ‸", Expected::Qualifier, ""),
            ("suppress a { when { ‸ } }", Expected::Term, ""),
            ("suppress a { when { @pro‸ } }", Expected::Term, "@pro"),
            ("suppress a { when { @‸ } }", Expected::Term, "@"),
            ("suppress a { when { $‸ } }", Expected::Term, "$"),
            ("suppress a { when { host:a (‸ } }", Expected::Term, ""),
            ("suppress a { when { @process.args:‸ } }", value("@process.args"), ""),
            ("suppress a { when { @process.args:+x‸ } }", value("@process.args"), "+x"),
            ("suppress a { when { @process.args:\"a b‸\" } }", value("@process.args"), "a b"),
            ("suppress a { when { host:(a OR b‸) } }", value("host"), "b"),
            ("suppress a { when { host:(a OR ‸ } }", value("host"), ""),
            ("suppress a { when { host:$h‸ } }", value("host"), "$h"),
            ("suppress a { rules { ruleId:‸ } }", value("ruleId"), ""),
            ("let a = (x OR ‸)", Expected::ListValue, ""),
            ("let a = { ho‸ }", Expected::Term, "ho"),
            ("test \"t\" {\n  ‸", Expected::Expectation, ""),
            ("test \"t\" {\n  fires \"ev‸", Expected::Event, "ev"),
            ("test \"t\" {\n  suppressed \"e.json\" b‸", Expected::By, "b"),
            ("test \"t\" {\n  suppressed \"e.json\" by a‸", Expected::Rule, "a"),
            ("suppress a { # when ‸", Expected::Nothing, ""),
        ] {
            check(text, expected, typed);
        }
    }

    #[test]
    fn what_is_open_can_be_closed() {
        let text = "suppress a { when event { host:(a OR ";
        let place = of(text, text.len() as u32);
        assert_eq!(place.closers(), ")}}");
        assert_eq!(place.query_block(), Some(Block::Event));
    }
}
