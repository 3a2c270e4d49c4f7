//! The shape of a document: what can be folded, what surrounds a place, and which files are named.

use quell::base::Span;
use quell::parse_item;
use quell::project::resolve_import;
use quell::syntax::ast::{EventSource, ItemKind, LetBody, NodeKind, StatementKind};
use quell::syntax::{TokenKind, lex};

use crate::ide::project::{FileId, Project};
use crate::ide::symbols::content;

/// What a fold hides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoldKind {
    /// An item or a block.
    Region,
    /// Comments.
    Comment,
    /// Imports.
    Imports,
}

/// Bytes that can be folded to their first line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold {
    /// From where to where.
    pub span: Span,
    /// What it hides.
    pub kind: FoldKind,
}

/// Everything that can be folded and is on more than one line.
#[must_use]
pub fn folds(project: &Project, file: FileId) -> Vec<Fold> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let mut folds: Vec<Fold> = Vec::new();
    let mut imports: Option<Span> = None;
    for placed in document.items().iter() {
        let text = &*placed.item.text;
        let offset = placed.start.offset;
        let signature = &placed.item.facts.signature;
        let own = Span::new(offset, offset + content(text));
        if signature.imports.is_empty() {
            flush(&mut imports, &mut folds);
        } else {
            imports = Some(imports.map_or(own, |before| before.to(own)));
        }
        if placed.item.lines < 2 {
            continue;
        }
        let mut open: Vec<u32> = Vec::new();
        let mut comments: Option<Span> = None;
        for token in lex(text) {
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open.push(token.span.start),
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    let Some(start) = open.pop() else { continue };
                    let span = Span::new(start, token.span.end);
                    if span.of(text).contains('\n') {
                        folds.push(Fold { span: span.shifted(offset), kind: FoldKind::Region });
                    }
                }
                TokenKind::Comment | TokenKind::DocComment if token.first_on_line => {
                    comments = Some(comments.map_or(token.span, |before| before.to(token.span)));
                    continue;
                }
                TokenKind::Newline | TokenKind::Blank => continue,
                _ => {}
            }
            push_comments(comments.take(), text, offset, &mut folds);
        }
        push_comments(comments, text, offset, &mut folds);
    }
    flush(&mut imports, &mut folds);
    folds.sort_by_key(|fold| fold.span);
    folds
}

fn push_comments(comments: Option<Span>, text: &str, offset: u32, folds: &mut Vec<Fold>) {
    folds.extend(
        comments
            .filter(|span| span.of(text).contains('\n'))
            .map(|span| Fold { span: span.shifted(offset), kind: FoldKind::Comment }),
    );
}

fn flush(imports: &mut Option<Span>, folds: &mut Vec<Fold>) {
    folds.extend(imports.take().map(|span| Fold { span, kind: FoldKind::Imports }));
}

/// What surrounds a place, from the token to the document, each wider than the one before.
#[must_use]
pub fn around(project: &Project, file: FileId, offset: u32) -> Vec<Span> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let Some(placed) = document.items().at_offset(offset) else { return vec![Span::empty(0)] };
    let text = &*placed.item.text;
    let at = offset - placed.start.offset;
    let parsed = parse_item(text);
    let mut spans: Vec<Span> =
        lex(text).into_iter().filter(|token| !token.kind.is_trivia()).map(|token| token.span).collect();
    let mut nodes = Vec::new();
    for item in &parsed.items {
        spans.push(item.span);
        match &item.kind {
            ItemKind::Rule { statements, .. } => {
                for statement in statements {
                    spans.push(statement.span);
                    match &statement.kind {
                        StatementKind::Field { value, .. } => spans.push(value.span()),
                        StatementKind::Block { body, query, .. } => {
                            spans.push(*body);
                            nodes.extend(*query);
                        }
                        StatementKind::Allow { .. } => {}
                    }
                }
            }
            ItemKind::Let { body: LetBody::Values(root) | LetBody::Fragment(Some(root)), .. } => nodes.push(*root),
            ItemKind::Test { expectations, .. } => spans.extend(expectations.iter().map(|expected| expected.span)),
            _ => {}
        }
    }
    while let Some(id) = nodes.pop() {
        let node = parsed.node(id);
        spans.push(node.span);
        match node.kind {
            NodeKind::And(list) | NodeKind::Or(list) => nodes.extend(parsed.list(list)),
            NodeKind::Not { of, .. } | NodeKind::Group(of) => nodes.push(of),
            NodeKind::Term { value, .. } => nodes.push(value),
            _ => {}
        }
    }
    spans.push(Span::new(0, content(text)));
    spans.push(Span::new(0, text.len() as u32));
    spans.retain(|span| span.touches(at) && !span.is_empty());
    spans.sort_by_key(|span| (span.len(), span.start));
    let mut chain: Vec<Span> = Vec::new();
    for span in spans {
        if chain.last().is_none_or(|inner| span.contains(*inner) && span != *inner) {
            chain.push(span);
        }
    }
    let mut chain: Vec<Span> = chain.into_iter().map(|span| span.shifted(placed.start.offset)).collect();
    let all = Span::new(0, document.len());
    if chain.last() != Some(&all) {
        chain.push(all);
    }
    chain
}

/// A place that leads somewhere else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// A path, quotes left out, or a ticket.
    pub span: Span,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// To a file, by its name from the project root.
    File(String),
    /// To an address.
    Address(String),
}

/// Every file and every ticket that a document names.
#[must_use]
pub fn links(project: &Project, file: FileId) -> Vec<Link> {
    let Some(own) = project.file(file) else { return Vec::new() };
    let mut links = Vec::new();
    for placed in own.document.iter().flat_map(|document| document.items().iter()) {
        let text = &*placed.item.text;
        let signature = &placed.item.facts.signature;
        let mut paths: Vec<Span> = signature.imports.iter().map(|import| import.span).collect();
        if !signature.tests.is_empty() {
            for item in parse_item(text).items {
                if let ItemKind::Test { expectations, .. } = item.kind {
                    paths.extend(expectations.iter().filter_map(|expected| match expected.event {
                        EventSource::File(span) => Some(span),
                        EventSource::Inline(_) => None,
                    }));
                }
            }
        }
        for path in paths {
            let inside = Span::new(path.start + 1, path.end.saturating_sub(1));
            if let Ok(target) = resolve_import(&own.name, inside.of(text)) {
                links.push(Link { span: inside.shifted(placed.start.offset), target: Target::File(target) });
            }
        }
        if let Some(tickets) = project.settings().tickets.as_ref().filter(|_| placed.item.facts.has_rules()) {
            links.extend(tickets.of_item(text).into_iter().map(|(span, address)| Link {
                span: span.shifted(placed.start.offset),
                target: Target::Address(address),
            }));
        }
    }
    links
}
