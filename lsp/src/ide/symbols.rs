//! What there is to find by name: in a document, and in the project.

use quell::base::Span;
use quell::hir::Spanned;

use crate::ide::items::Placed;
use crate::ide::project::{FileId, Project};

/// What a symbol is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `suppress`
    Suppress,
    /// `require`
    Require,
    /// `let`
    Let,
    /// `attribute`
    Attribute,
    /// `tag`
    Tag,
    /// `test`
    Test,
    /// `import`
    Import,
}

impl Kind {
    /// The keyword.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Suppress => "suppress",
            Kind::Require => "require",
            Kind::Let => "let",
            Kind::Attribute => "attribute",
            Kind::Tag => "tag",
            Kind::Test => "test",
            Kind::Import => "import",
        }
    }
}

/// A named item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// All of it, its documentation included, what follows it left out.
    pub full: Span,
    /// Its name.
    pub span: Span,
}

/// Everything that a document declares, in order.
#[must_use]
pub fn document(project: &Project, file: FileId) -> Vec<Entry> {
    let items = project.document(file).into_iter().flat_map(|document| document.items().iter());
    items.flat_map(of_item).collect()
}

/// What an item declares.
pub(super) fn of_item(placed: Placed<'_>) -> Vec<Entry> {
    let text = &placed.item.text;
    let signature = &placed.item.facts.signature;
    let full = Span::new(0, content(text)).shifted(placed.start.offset);
    let entry = |kind, name: &Spanned<String>| Entry {
        name: name.value.clone(),
        kind,
        full,
        span: name.span.shifted(placed.start.offset),
    };
    let rule = |name: &Spanned<String>| {
        let before = text.get(..name.span.start as usize).unwrap_or_default();
        if before.trim_end().ends_with("require") { Kind::Require } else { Kind::Suppress }
    };
    let mut entries: Vec<Entry> = Vec::new();
    entries.extend(signature.imports.iter().map(|name| entry(Kind::Import, name)));
    entries.extend(signature.rules.iter().map(|name| entry(rule(name), name)));
    entries.extend(signature.lets.iter().map(|binding| entry(Kind::Let, &binding.name)));
    entries.extend(signature.broken_lets.iter().map(|name| entry(Kind::Let, name)));
    entries.extend(signature.attributes.iter().map(|(name, ..)| entry(Kind::Attribute, name)));
    entries.extend(signature.tags.iter().map(|name| entry(Kind::Tag, name)));
    entries.extend(signature.tests.iter().map(|name| entry(Kind::Test, name)));
    // A name may be empty, and editors refuse such.
    entries.retain(|entry| !entry.name.is_empty());
    entries.sort_by_key(|entry| entry.span);
    entries
}

/// How much of an item is not blank lines and comments below it.
pub(super) fn content(text: &str) -> u32 {
    let mut end = text.len();
    loop {
        let trimmed = text.get(..end).unwrap_or_default().trim_end();
        let line = trimmed.rfind('\n').map_or(0, |newline| newline + 1);
        if line == 0 || !trimmed.get(line..).is_some_and(|line| line.trim_start().starts_with('#')) {
            return trimmed.len() as u32;
        }
        end = line;
    }
}

/// What the project declares under names that hold the letters of `query` in their order; at most `most`.
#[must_use]
pub fn workspace(project: &Project, query: &str, most: usize) -> Vec<(FileId, Entry)> {
    let mut found = Vec::new();
    for file in project.file_ids() {
        let items = project.document(file).into_iter().flat_map(|document| document.items().iter());
        let fitting = items.flat_map(of_item).filter(|entry| entry.kind != Kind::Import && holds(&entry.name, query));
        found.extend(fitting.take(most - found.len()).map(|entry| (file, entry)));
        if found.len() >= most {
            break;
        }
    }
    found
}

/// Whether a name holds letters in their order, whatever their case.
#[must_use]
pub fn holds(name: &str, letters: &str) -> bool {
    let mut rest = name.chars().flat_map(char::to_lowercase);
    letters.chars().flat_map(char::to_lowercase).all(|wanted| rest.any(|found| found == wanted))
}
