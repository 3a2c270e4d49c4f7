//! The grammar, with chumsky. One grammar serves two tiers: without error values first, and only where that fails
//! again with rich ones and recovery.
//!
//! INVARIANT: the caller has capped the nesting of brackets, the only thing the grammar recurses on.

use chumsky::error::Error;
use chumsky::extra::Full;
use chumsky::inspector::SimpleState;
use chumsky::prelude::*;

use crate::base::Span;
use crate::syntax::ast::{
    EventSource, Expectation, FieldValue, Item, ItemKind, LetBody, List, Node, NodeId, NodeKind, Statement,
    StatementKind,
};
use crate::syntax::keyword::Keyword;
use crate::syntax::token::TokenKind;

/// A token as the grammar sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Terminal {
    pub(super) kind: TokenKind,
    pub(super) keyword: Keyword,
    pub(super) first_on_line: bool,
    pub(super) span: Span,
}

/// Where the nodes of queries are collected.
#[derive(Default, Debug)]
pub(super) struct Arena(pub(super) Vec<Node>);

impl Arena {
    fn push(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.0.push(Node { kind, span, next: None });
        NodeId(self.0.len() as u32 - 1)
    }

    fn span(&self, id: NodeId) -> Span {
        self.0.get(id.0 as usize).map_or(Span::default(), |node| node.span)
    }

    /// Adds `next` to the list `left`, which becomes one if it is not.
    fn join(&mut self, left: NodeId, next: NodeId, and: bool) -> NodeId {
        let end = self.span(next).end;
        let list = match self.0.get(left.0 as usize).map(|node| node.kind) {
            Some(NodeKind::And(list)) if and => Some(list),
            Some(NodeKind::Or(list)) if !and => Some(list),
            _ => None,
        };
        let wrap = |list| if and { NodeKind::And(list) } else { NodeKind::Or(list) };
        match list {
            Some(list) => {
                self.link(list.last, next);
                if let Some(node) = self.0.get_mut(left.0 as usize) {
                    node.kind = wrap(List { first: list.first, last: next });
                    node.span.end = end;
                }
                left
            }
            None => {
                self.link(left, next);
                let span = self.span(left).to(self.span(next));
                self.push(wrap(List { first: left, last: next }), span)
            }
        }
    }

    fn link(&mut self, before: NodeId, after: NodeId) {
        if let Some(node) = self.0.get_mut(before.0 as usize) {
            node.next = Some(after);
        }
    }
}

pub(super) type Tokens<'t> = &'t [Terminal];
type At<'t, 'b, E> = chumsky::input::MapExtra<'t, 'b, Tokens<'t>, Extra<E>>;
type Extra<E> = Full<E, SimpleState<Arena>, ()>;

/// What a tier's errors must be able to do.
pub(super) trait Tier<'t>:
    Error<'t, Tokens<'t>> + chumsky::label::LabelError<'t, Tokens<'t>, &'static str> + 't
{
}
impl<'t, E> Tier<'t> for E where E: Error<'t, Tokens<'t>> + chumsky::label::LabelError<'t, Tokens<'t>, &'static str> + 't
{}

/// All items of one range.
pub(super) fn items<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, Vec<Item>, Extra<E>> {
    let query = query();
    choice((rule(query.clone()), binding(query), import(), declaration(), test()))
        .labelled("an item")
        .repeated()
        .collect()
        .then_ignore(end())
}

fn token<'t, E: Tier<'t>>(
    wanted: TokenKind,
    label: &'static str,
) -> impl Parser<'t, Tokens<'t>, Span, Extra<E>> + Copy {
    select! { Terminal { kind, span, .. } if kind == wanted => span }.labelled(label)
}

fn keyword<'t, E: Tier<'t>>(
    wanted: Keyword,
    label: &'static str,
) -> impl Parser<'t, Tokens<'t>, Span, Extra<E>> + Copy {
    select! { Terminal { keyword, span, .. } if keyword == wanted => span }.labelled(label)
}

fn string<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, Span, Extra<E>> + Copy {
    select! { Terminal { kind: TokenKind::String | TokenKind::OpenString, span, .. } => span }
        .labelled("a string in quotes")
}

/// A condition: `OR` of `AND`s of signed terms. Inside `key:( … )` the same shape over values: the lexer has told the
/// two apart already.
fn query<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, NodeId, Extra<E>> + Clone {
    recursive(|query| {
        let group = token(TokenKind::OpenParen, "`(`")
            .then(query)
            .then(token(TokenKind::CloseParen, "`)`"))
            .map_with(|((open, inner), close), e| e.state().push(NodeKind::Group(inner), open.to(close)));
        let value = select! {
            Terminal { kind: TokenKind::Bare | TokenKind::To, span, .. } => (NodeKind::Bare, span),
            Terminal { kind: TokenKind::Word | TokenKind::Digits, first_on_line: false, span, .. } => (NodeKind::Bare, span),
            Terminal { kind: TokenKind::String | TokenKind::OpenString, first_on_line: false, span, .. } => (NodeKind::Quoted, span),
            Terminal { kind: TokenKind::Mixed, span, .. } => (NodeKind::Mixed, span),
            Terminal { kind: TokenKind::Reference, first_on_line: false, span, .. } => (NodeKind::Reference, span),
        }
        .labelled("a value")
        .map_with(|(kind, span), e: &mut At<'t, '_, E>| e.state().push(kind, span));
        let bound = select! {
            Terminal { kind: TokenKind::Bare | TokenKind::Digits | TokenKind::Word | TokenKind::String, span, .. } => span,
        }
        .labelled("a number");
        let open = select! {
            Terminal { kind: TokenKind::OpenBracket, span, .. } => (span, true),
            Terminal { kind: TokenKind::OpenBrace, span, .. } => (span, false),
        };
        let close = select! {
            Terminal { kind: TokenKind::CloseBracket, span, .. } => (span, true),
            Terminal { kind: TokenKind::CloseBrace, span, .. } => (span, false),
        }
        .labelled("`]`");
        let to = select! {
            Terminal { kind: TokenKind::To, .. } => (),
            Terminal { keyword: Keyword::To, .. } => (),
        }
        .labelled("`TO`");
        let range = open.then(bound).then_ignore(to).then(bound).then(close).map_with(
            |((((from, open_inclusive), low), high), (to, close_inclusive)), e: &mut At<'t, '_, E>| {
                e.state().push(NodeKind::Range { low, high, open_inclusive, close_inclusive }, from.to(to))
            },
        );
        let term = token::<E>(TokenKind::Key, "an attribute or tag, such as `@process.args:`")
            .then(choice((value, group.clone(), range)).or_not())
            .map_with(|(key, value), e| {
                let name = Span::new(key.start, key.end.saturating_sub(1));
                match value {
                    Some(value) => {
                        let span = key.to(e.state().span(value));
                        e.state().push(NodeKind::Term { key: name, value }, span)
                    }
                    None => e.state().push(NodeKind::MissingValue { key: name }, key),
                }
            });
        let loose = select! {
            Terminal { kind: TokenKind::Bare, span, .. } => (NodeKind::Bare, span),
            Terminal { kind: TokenKind::Mixed, span, .. } => (NodeKind::Mixed, span),
            Terminal { kind: TokenKind::String | TokenKind::OpenString, span, .. } => (NodeKind::Quoted, span),
            Terminal { kind: TokenKind::Reference, span, .. } => (NodeKind::Reference, span),
            Terminal { kind: TokenKind::Word | TokenKind::Digits | TokenKind::AtPath, span, .. } => (NodeKind::Word, span),
        }
        .labelled("a condition")
        .map_with(|(kind, span), e: &mut At<'t, '_, E>| e.state().push(kind, span));
        let argument = select! { Terminal { kind: TokenKind::Bare | TokenKind::String, span, .. } => span };
        let cidr = token(TokenKind::Cidr, "`CIDR(`")
            .then(argument.repeated())
            .then(token(TokenKind::CloseParen, "`)`"))
            .map_with(|((open, ()), close), e| {
                let arguments = Span::new(open.end, close.start);
                e.state().push(NodeKind::Cidr { arguments }, open.to(close))
            });
        // Any number of signs: an odd number denies.
        let sign = select! {
            Terminal { kind: TokenKind::Not, span, .. } => (span, false),
            Terminal { kind: TokenKind::Minus, span, .. } => (span, true),
        };
        let signed = sign
            .map(|(span, dash)| (span, 1_u32, dash))
            .foldl(sign.repeated(), |(first, count, dash), (_, _)| (first, count + 1, dash))
            .or_not()
            .then(choice((term, group, cidr, loose, range)))
            .map_with(|(signs, of), e| match signs {
                Some((first, count, dash)) if count % 2 == 1 => {
                    let span = first.to(e.state().span(of));
                    e.state().push(NodeKind::Not { of, dash }, span)
                }
                _ => of,
            });
        let and = signed
            .clone()
            .foldl_with(token(TokenKind::And, "`AND`").or_not().ignore_then(signed).repeated(), |left, right, e| {
                e.state().join(left, right, true)
            });
        and.clone().foldl_with(token(TokenKind::Or, "`OR`").ignore_then(and).repeated(), |left, right, e| {
            e.state().join(left, right, false)
        })
    })
}

fn rule<'t, E: Tier<'t>>(
    query: impl Parser<'t, Tokens<'t>, NodeId, Extra<E>> + Clone,
) -> impl Parser<'t, Tokens<'t>, Item, Extra<E>> {
    let polarity = select! {
        Terminal { keyword: Keyword::Suppress, span, .. } => (false, span),
        Terminal { keyword: Keyword::Require, span, .. } => (true, span),
    };
    polarity
        .then(token(TokenKind::Word, "a name"))
        .then_ignore(token(TokenKind::OpenBrace, "`{`"))
        .then(statement(query).repeated().collect::<Vec<_>>())
        .then(token(TokenKind::CloseBrace, "`}`"))
        .map(|((((require, from), name), statements), to)| Item {
            span: from.to(to),
            kind: ItemKind::Rule { require, name, statements },
        })
}

fn statement<'t, E: Tier<'t>>(
    query: impl Parser<'t, Tokens<'t>, NodeId, Extra<E>> + Clone,
) -> impl Parser<'t, Tokens<'t>, Statement, Extra<E>> {
    let simple = select! {
        Terminal { kind: TokenKind::String | TokenKind::OpenString, span, .. } => FieldValue::String(span),
        Terminal { kind: TokenKind::Word, span, .. } => FieldValue::Word(span),
        Terminal { kind: TokenKind::Digits, span, .. } => FieldValue::Digits(span),
    };
    // A word on the next line is the next field, not the value that is missing here.
    let beside = select! {
        Terminal { kind: TokenKind::String | TokenKind::OpenString, span, .. } => FieldValue::String(span),
        Terminal { kind: TokenKind::Word, first_on_line: false, span, .. } => FieldValue::Word(span),
        Terminal { kind: TokenKind::Digits, span, .. } => FieldValue::Digits(span),
    };
    let list = token(TokenKind::OpenBracket, "`[`")
        .then(simple.separated_by(token(TokenKind::Comma, "`,`")).allow_trailing().collect::<Vec<_>>())
        .then(token(TokenKind::CloseBracket, "`]`"))
        .map(|((from, elements), to)| FieldValue::List { span: from.to(to), elements });
    let value = beside.or(list).labelled("a value");
    let allow = keyword(Keyword::Allow, "`allow`")
        .then(token(TokenKind::Word, "the name of a lint"))
        .then(token(TokenKind::Equals, "`=`").ignore_then(string()).or_not())
        .map(|((from, lint), reason)| Statement {
            span: from.to(reason.unwrap_or(lint)),
            kind: StatementKind::Allow { lint, reason },
        });
    let named = token(TokenKind::Word, "a field");
    let field = token(TokenKind::Equals, "`=`").ignore_then(value).map(Rest::Value);
    let block = token(TokenKind::Word, "`signal` or `event`")
        .or_not()
        .then(token(TokenKind::OpenBrace, "`{`"))
        .then(query.or_not())
        .then(token(TokenKind::CloseBrace, "`}`"))
        .map(|(((qualifier, open), query), close)| Rest::Block(qualifier, open.to(close), query));
    let other = named.then(field.or(block)).map(|(name, rest)| match rest {
        Rest::Value(value) => Statement { span: name.to(value.span()), kind: StatementKind::Field { name, value } },
        Rest::Block(qualifier, body, query) => {
            Statement { span: name.to(body), kind: StatementKind::Block { name, qualifier, body, query } }
        }
    });
    // A broken statement gives way to the next line that can start one; blocks in it are passed over whole.
    let begins = |t: &Terminal| t.first_on_line && matches!(t.kind, TokenKind::Word | TokenKind::CloseBrace);
    let opens = |t: &Terminal| t.kind == TokenKind::OpenBrace;
    let closes = |t: &Terminal| t.kind == TokenKind::CloseBrace;
    let block = recursive(move |block| {
        let inner = any().filter(move |t: &Terminal| !opens(t) && !closes(t)).map(|t: Terminal| t.span).or(block);
        any()
            .filter(opens)
            .map(|t: Terminal| t.span)
            .foldl(inner.repeated(), Span::to)
            .then(any().filter(closes))
            .map(|(span, t): (Span, Terminal)| span.to(t.span))
    });
    let first = any().filter(move |t: &Terminal| !opens(t) && !closes(t)).map(|t: Terminal| t.span).or(block.clone());
    let more =
        any().filter(move |t: &Terminal| !opens(t) && !closes(t) && !begins(t)).map(|t: Terminal| t.span).or(block);
    let skipped = first.foldl(more.repeated(), Span::to).map(|span| Statement {
        span,
        kind: StatementKind::Field { name: Span::empty(span.start), value: FieldValue::Word(Span::empty(span.start)) },
    });
    allow.or(other).labelled("a field").recover_with(via_parser(skipped))
}

enum Rest {
    Value(FieldValue),
    Block(Option<Span>, Span, Option<NodeId>),
}

fn binding<'t, E: Tier<'t>>(
    query: impl Parser<'t, Tokens<'t>, NodeId, Extra<E>> + Clone,
) -> impl Parser<'t, Tokens<'t>, Item, Extra<E>> {
    let values = token(TokenKind::OpenParen, "`(`")
        .then(query.clone())
        .then(token(TokenKind::CloseParen, "`)`"))
        .map(|((_, values), to)| (LetBody::Values(values), to));
    let fragment = token(TokenKind::OpenBrace, "`{`")
        .ignore_then(query.or_not())
        .then(token(TokenKind::CloseBrace, "`}`"))
        .map(|(query, to)| (LetBody::Fragment(query), to));
    keyword(Keyword::Let, "`let`")
        .then(token(TokenKind::Word, "a name"))
        .then_ignore(token(TokenKind::Equals, "`=`"))
        .then(values.or(fragment))
        .map(|((from, name), (body, to))| Item { span: from.to(to), kind: ItemKind::Let { name, body } })
}

fn import<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, Item, Extra<E>> {
    keyword(Keyword::Import, "`import`")
        .then(string())
        .map(|(from, path)| Item { span: from.to(path), kind: ItemKind::Import { path } })
}

fn declaration<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, Item, Extra<E>> {
    let spaced = token(TokenKind::AtPath, "`@` and a path").then_ignore(token(TokenKind::Colon, "`:`"));
    let glued = token(TokenKind::Key, "`@` and a path").map(|key| Span::new(key.start, key.end.saturating_sub(1)));
    let ty = select! { Terminal { kind: TokenKind::Word | TokenKind::Bare, span, .. } => span }.labelled("a type");
    let multi =
        token(TokenKind::OpenBracket, "`[`").then(token(TokenKind::CloseBracket, "`]`")).map(|(_, to)| to).or_not();
    let attribute = keyword(Keyword::Attribute, "`attribute`").then(spaced.or(glued)).then(ty).then(multi).map(
        |(((from, path), ty), multi)| Item {
            span: from.to(multi.unwrap_or(ty)),
            kind: ItemKind::Attribute { path, ty, multi: multi.is_some() },
        },
    );
    let tag = keyword(Keyword::Tag, "`tag`")
        .then(token(TokenKind::Word, "the name of a tag"))
        .map(|(from, name)| Item { span: from.to(name), kind: ItemKind::Tag { name } });
    attribute.or(tag)
}

fn test<'t, E: Tier<'t>>() -> impl Parser<'t, Tokens<'t>, Item, Extra<E>> {
    let json = recursive(|json| {
        let open = select! { Terminal { kind: TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen, span, .. } => span };
        let close = select! { Terminal { kind: TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen, span, .. } => span };
        let plain = select! { Terminal { kind, .. } if !matches!(
            kind,
            TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen
                | TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen
        ) => () };
        let nested = json.map(|_: Span| ());
        open.then_ignore(plain.or(nested).repeated()).then(close).map(|(from, to): (Span, Span)| from.to(to))
    });
    let verdict = select! {
        Terminal { keyword: Keyword::Suppressed, span, .. } => (true, span),
        Terminal { keyword: Keyword::Fires, span, .. } => (false, span),
    }
    .labelled("`suppressed` or `fires`");
    let expectation = verdict
        .then(
            string()
                .map(EventSource::File)
                .or(json.map(EventSource::Inline))
                .labelled("an event file or a JSON object"),
        )
        .then(keyword(Keyword::By, "`by`").ignore_then(token(TokenKind::Word, "the name of a rule")).or_not())
        .map(|(((suppressed, from), event), by)| {
            let (EventSource::File(source) | EventSource::Inline(source)) = event;
            Expectation { suppressed, event, by, span: from.to(by.unwrap_or(source)) }
        });
    keyword(Keyword::Test, "`test`")
        .then(string())
        .then_ignore(token(TokenKind::OpenBrace, "`{`"))
        .then(expectation.repeated().collect::<Vec<_>>())
        .then(token(TokenKind::CloseBrace, "`}`"))
        .map(|(((from, title), expectations), to)| Item {
            span: from.to(to),
            kind: ItemKind::Test { title, expectations },
        })
}
