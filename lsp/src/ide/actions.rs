//! What can be done about a place: every fix of what is found there, and changes that keep or complete what is written.

use quell::base::Span;
use quell::diag::{Code, Edit};
use quell::parse_item;
use quell::syntax::ast::{ItemKind, StatementKind};
use quell::syntax::{TokenKind, lex};

use crate::ide::items::Placed;
use crate::ide::names::{Symbol, occurrences, symbol_at, token_at};
use crate::ide::project::{FileId, Finding, Project};
use crate::ide::suggested;
use crate::ide::symbols::content;

/// What an action is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It does away with a finding.
    QuickFix,
    /// It takes something out into a `let`.
    Extract,
    /// It puts a `let` in where it is used.
    Inline,
    /// It writes something another way.
    Rewrite,
}

/// Something that can be done.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// What it does, as a command.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// The edits, by file.
    pub edits: Vec<(FileId, Edit)>,
    /// What it does away with.
    pub fixes: Option<Finding>,
    /// Whether it is what most would choose.
    pub preferred: bool,
}

/// What can be done about a span.
#[must_use]
pub fn actions(project: &Project, file: FileId, span: Span) -> Vec<Action> {
    let mut actions = quick_fixes(project, file, span);
    actions.extend(quote(project, file, span));
    actions.extend(extract(project, file, span));
    actions.extend(inline(project, file, span));
    actions.extend(answer_for(project, file, span));
    actions.extend(add_parent(project, file, span));
    actions.extend(suggested::action(project, file, span));
    actions
}

/// The findings that a span touches.
fn findings(project: &Project, file: FileId, span: Span) -> Vec<Finding> {
    let Some(document) = project.document(file) else { return Vec::new() };
    let Some(own) = project.file(file) else { return Vec::new() };
    let Some(first) = document.items().at_offset(span.start) else { return Vec::new() };
    let mut findings = Vec::new();
    for placed in document.items().from(first.cursor, first.start).take_while(|placed| placed.start.offset <= span.end)
    {
        let linked = own.linked().filter(|(item, _)| *item == placed.item.id).map(|(_, finding)| finding);
        let all = placed.item.findings.iter().chain(linked);
        findings.extend(all.map(|finding| project.at_place(file, finding.clone(), placed)));
    }
    findings.extend(project.related(file));
    findings.retain(|finding| finding.span.start <= span.end && span.start <= finding.span.end);
    findings
}

fn quick_fixes(project: &Project, file: FileId, span: Span) -> Vec<Action> {
    let mut actions = Vec::new();
    for finding in findings(project, file, span) {
        for (number, fix) in finding.fixes.iter().enumerate() {
            actions.push(Action {
                title: fix.title.to_string(),
                kind: Kind::QuickFix,
                edits: fix.edits.iter().map(|edit| (file, edit.clone())).collect(),
                fixes: Some(finding.clone()),
                preferred: number == 0 && fix.safe,
            });
        }
    }
    actions
}

/// Every safe fix of a document that does not touch another one.
#[must_use]
pub fn fix_all(project: &Project, file: FileId) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for finding in project.findings(file) {
        let Some(fix) = finding.fixes.first().filter(|fix| fix.safe) else { continue };
        let apart = |edit: &Edit| {
            edits.iter().all(|other| edit.span.end < other.span.start || other.span.end < edit.span.start)
        };
        if fix.edits.iter().all(apart) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits.sort();
    edits
}

/// Imports sorted, each once, at the place of the first.
#[must_use]
pub fn organise_imports(project: &Project, file: FileId) -> Vec<Edit> {
    let Some(document) = project.document(file) else { return Vec::new() };
    // A run of imports that nothing else stands between: what a comment belongs to is not for a sort to know.
    let mut run: Vec<Placed<'_>> = Vec::new();
    for placed in document.items().iter() {
        let is_import = !placed.item.facts.signature.imports.is_empty() && !placed.item.text.contains('#');
        match (is_import, run.is_empty()) {
            (true, _) => run.push(placed),
            (false, true) => {}
            (false, false) => break,
        }
    }
    let Some((first, last)) = run.first().zip(run.last()) else { return Vec::new() };
    let mut lines: Vec<&str> = run
        .iter()
        .map(|placed| placed.item.text.get(..content(&placed.item.text) as usize).unwrap_or_default())
        .collect();
    let before = lines.clone();
    lines.sort_unstable();
    lines.dedup();
    if lines == before {
        return Vec::new();
    }
    let end = last.start.offset + content(&last.item.text);
    vec![Edit { span: Span::new(first.start.offset, end), text: lines.join("\n") }]
}

/// Puts a bare value in quotes, where that means the same.
fn quote(project: &Project, file: FileId, span: Span) -> Option<Action> {
    let (placed, token) = token_at(project, file, span.start)?;
    let text = token.span.of(&placed.item.text);
    let literal = !text.contains(['*', '?', '\\', '"']) && !text.starts_with(['>', '<']);
    if token.kind != TokenKind::Bare || !literal {
        return None;
    }
    let span = token.span.shifted(placed.start.offset);
    Some(Action {
        title: "quote this value".to_owned(),
        kind: Kind::Rewrite,
        edits: vec![(file, Edit { span, text: format!("\"{text}\"") })],
        fixes: None,
        preferred: false,
    })
}

/// Takes the values of a group, or the terms that are selected, out into a `let`.
fn extract(project: &Project, file: FileId, span: Span) -> Option<Action> {
    let document = project.document(file)?;
    let placed = document.items().at_offset(span.start)?;
    let offset = placed.start.offset;
    if span.end > offset + placed.item.len() || !placed.item.facts.has_rules() {
        return None;
    }
    let text = &*placed.item.text;
    let tokens = lex(text);
    let at = Span::new(span.start - offset, span.end - offset);
    let names = &project.file(file)?.names;
    let name = (1..).map(|number| if number == 1 { "extracted".to_owned() } else { format!("extracted-{number}") });
    let name = name.take(1000).find(|name| names.binding(name).is_none())?;
    let (taken, body) = if at.is_empty() {
        // The group of values around the place.
        let open = tokens.iter().rposition(|token| token.kind == TokenKind::OpenParen && token.span.end <= at.start)?;
        let behind_key = open.checked_sub(1).and_then(|before| tokens.get(before))?.kind == TokenKind::Key;
        let start = tokens.get(open)?.span.start;
        let close = tokens.iter().find(|token| token.kind == TokenKind::CloseParen && token.span.start >= at.start)?;
        let inside = Span::new(start, close.span.end);
        if !behind_key || inside.of(text).contains(['\n', '#']) || inside.of(text).matches('(').count() != 1 {
            return None;
        }
        (inside, inside.of(text).to_owned())
    } else {
        let first = tokens.iter().find(|token| token.span.start == at.start)?;
        let last = tokens.iter().find(|token| token.span.end == at.end)?;
        let whole_terms = matches!(first.kind, TokenKind::Key)
            && matches!(last.kind, TokenKind::Bare | TokenKind::String | TokenKind::Reference | TokenKind::CloseParen);
        if !whole_terms || at.of(text).contains('#') || !balanced(at.of(text)) {
            return None;
        }
        (at, format!("{{ {} }}", at.of(text)))
    };
    let end = offset + content(text);
    Some(Action {
        title: format!("extract to `let {name}`"),
        kind: Kind::Extract,
        edits: vec![
            (file, Edit { span: taken.shifted(offset), text: format!("${name}") }),
            (file, Edit { span: Span::empty(end), text: format!("\n\nlet {name} = {body}") }),
        ],
        fixes: None,
        preferred: false,
    })
}

/// Whether every bracket has its partner.
fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for token in lex(text) {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::Cidr => depth += 1,
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Puts a `let` in wherever it is used, and takes it out.
fn inline(project: &Project, file: FileId, span: Span) -> Option<Action> {
    let found = symbol_at(project, file, span.start)?;
    let Symbol::Let(home, name) = &found.symbol else { return None };
    let placed = project
        .document(*home)?
        .items()
        .iter()
        .find(|placed| placed.item.facts.signature.lets.iter().any(|binding| *binding.name.value == **name))?;
    let text = &*placed.item.text;
    let parsed = parse_item(text);
    let [item] = parsed.items.as_slice() else { return None };
    if !matches!(item.kind, ItemKind::Let { .. }) || !parsed.is_ok() {
        return None;
    }
    let equals = lex(text).into_iter().find(|token| token.kind == TokenKind::Equals)?;
    let body = Span::new(equals.span.end, item.span.end).of(text).trim();
    let body = match body.strip_prefix('{').and_then(|body| body.strip_suffix('}')) {
        Some(inside) => format!("({})", inside.trim()),
        None => body.to_owned(),
    };
    if body.contains('#') {
        return None;
    }
    let uses = occurrences(project, &found.symbol, file);
    let mut edits: Vec<(FileId, Edit)> = uses
        .iter()
        .filter(|used| !used.declares)
        .map(|used| (used.file, Edit { span: Span::new(used.span.start - 1, used.span.end), text: body.clone() }))
        .collect();
    let whole = Span::new(0, placed.item.len()).shifted(placed.start.offset);
    edits.push((*home, Edit { span: whole, text: String::new() }));
    Some(Action { title: format!("inline `let {name}`"), kind: Kind::Inline, edits, fixes: None, preferred: false })
}

/// Where a field may be put into the rule at a span: the end of the line with its opening brace, and its fields.
fn rule_at(project: &Project, file: FileId, span: Span) -> Option<(Placed<'_>, u32, Vec<String>, Vec<Span>)> {
    let placed = project.document(file)?.items().at_offset(span.start)?;
    let text = &*placed.item.text;
    let at = span.start - placed.start.offset;
    let parsed = parse_item(text);
    let item = parsed.items.iter().find(|item| item.span.touches(at))?;
    let ItemKind::Rule { name, statements, .. } = &item.kind else { return None };
    let brace = text.get(name.end as usize..)?.find('{')? as u32 + name.end + 1;
    let mut fields = Vec::new();
    let mut conditions = Vec::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Field { name, .. } => fields.push(name.of(text).to_owned()),
            StatementKind::Block { name, body, .. } if name.of(text) == "when" => conditions.push(*body),
            _ => {}
        }
    }
    Some((placed, brace, fields, conditions))
}

/// Adds who answers for the rule and until when, where both are missing.
fn answer_for(project: &Project, file: FileId, span: Span) -> Option<Action> {
    const DAY: i64 = 86_400_000;
    let (placed, brace, fields, _) = rule_at(project, file, span)?;
    let lacks = |field: &str| !fields.iter().any(|known| known == field);
    if !lacks("owner") && !lacks("expires") {
        return None;
    }
    let mut text = String::new();
    if lacks("owner") {
        text.push_str("\n  owner = \"team@example.com\"");
    }
    if lacks("expires") {
        let day = quell::hir::date::rfc3339(project.settings().now.saturating_add(90 * DAY));
        text.push_str("\n  expires = ");
        text.push_str(day.get(..10).unwrap_or_default());
    }
    let rest = placed.item.text.get(brace as usize..).unwrap_or_default();
    if !rest.starts_with(['\n', '\r']) {
        text.push_str("\n ");
    }
    let title = match (lacks("owner"), lacks("expires")) {
        (true, true) => "add owner and expiry",
        (true, false) => "add owner",
        _ => "add expiry",
    };
    Some(Action {
        title: title.to_owned(),
        kind: Kind::Rewrite,
        edits: vec![(file, Edit { span: Span::empty(brace + placed.start.offset), text })],
        fixes: None,
        preferred: false,
    })
}

/// Adds a term on the parent where the rule is said to lack one.
fn add_parent(project: &Project, file: FileId, span: Span) -> Option<Action> {
    let (placed, _, _, conditions) = rule_at(project, file, span)?;
    let lacks = placed.item.findings.iter().any(|finding| finding.code.name() == "missing-parent");
    let body = conditions.first()?;
    if !lacks {
        return None;
    }
    let at = placed.start.offset + body.start + 1;
    Some(Action {
        title: "add the missing parent term".to_owned(),
        kind: Kind::Rewrite,
        edits: vec![(
            file,
            Edit { span: Span::empty(at), text: " @process.parent.executable.path:/path/to/parent".to_owned() },
        )],
        fixes: None,
        preferred: false,
    })
}

/// The page of a code.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    Code::from_name(code).map(Code::page)
}
