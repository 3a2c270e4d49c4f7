//! What a name at a place means, where it is declared, and everywhere it is used: definition, references, highlights,
//! renaming, and which `let` is used by what.

use memchr::memmem;
use quell::base::Span;
use quell::diag::Edit;
use quell::hir::Spanned;
use quell::project::resolve_import;
use quell::syntax::{Token, TokenKind, lex};

use crate::ide::item::ItemId;
use crate::ide::items::Placed;
use crate::ide::project::{FileId, Project};

/// Something that has a name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Symbol {
    /// A `let`, by the file that declares it.
    Let(FileId, Box<str>),
    /// A rule.
    Rule(Box<str>),
    /// An attribute, without `@`.
    Attribute(Box<str>),
    /// A tag or a key of detection rules.
    Tag(Box<str>),
    /// A file.
    File(FileId),
}

/// A symbol and where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Which.
    pub symbol: Symbol,
    /// Its name there, signs like `$`, `@` and quotes left out.
    pub span: Span,
}

/// A place where a symbol is named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Occurrence {
    /// The file.
    pub file: FileId,
    /// The name.
    pub span: Span,
    /// Whether it is declared here.
    pub declares: bool,
}

/// Why something is not renamed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RenameError {
    /// There is no name at the place, or not one of the program's own.
    NotAName,
    /// The new name is not one that can be written.
    Invalid,
    /// The new name is taken.
    Taken,
}

/// The item that holds a byte and the token that touches it: of two, the one that is no trivia, or else the later one.
pub(super) fn token_at(project: &Project, file: FileId, offset: u32) -> Option<(Placed<'_>, Token)> {
    let document = project.document(file)?;
    let mut placed = document.items().at_offset(offset)?;
    // At the start of an item the end of the one before may be meant: an item ends with a line end, so it is not.
    if offset > placed.start.offset + placed.item.len() {
        placed = document.items().at_offset(offset)?;
    }
    let at = offset - placed.start.offset;
    let touching = lex(&placed.item.text).into_iter().filter(|token| token.span.touches(at));
    let token = touching.max_by_key(|token| (weight(token.kind), token.span.start))?;
    Some((placed, token))
}

/// How likely a token is meant where two touch a place.
fn weight(kind: TokenKind) -> u8 {
    match kind {
        TokenKind::Newline | TokenKind::Blank => 0,
        TokenKind::Word
        | TokenKind::Key
        | TokenKind::Reference
        | TokenKind::AtPath
        | TokenKind::String
        | TokenKind::Bare => 2,
        _ => 1,
    }
}

/// The symbol named at a byte.
#[must_use]
pub fn symbol_at(project: &Project, file: FileId, offset: u32) -> Option<Found> {
    let (placed, token) = token_at(project, file, offset)?;
    let text = token.span.of(&placed.item.text);
    let signature = &placed.item.facts.signature;
    let found = |symbol, span: Span| Some(Found { symbol, span: span.shifted(placed.start.offset) });
    let named = |names: &[Spanned<String>]| names.iter().any(|name| name.span.contains(token.span));
    match token.kind {
        TokenKind::Reference => {
            let name = text.trim_start_matches('$');
            let declared = declaration_of_let(project, file, name)?;
            found(Symbol::Let(declared.file, name.into()), Span::new(token.span.start + 1, token.span.end))
        }
        TokenKind::Key => {
            let key = text.trim_end_matches(':');
            let end = token.span.end - 1;
            match key.strip_prefix('@') {
                Some(path) => found(Symbol::Attribute(path.into()), Span::new(token.span.start + 1, end)),
                None => found(Symbol::Tag(key.into()), Span::new(token.span.start, end)),
            }
        }
        TokenKind::AtPath => found(
            Symbol::Attribute(text.trim_start_matches('@').into()),
            Span::new(token.span.start + 1, token.span.end),
        ),
        TokenKind::Word if named(&signature.rules) || named(&signature.test_rules) => {
            found(Symbol::Rule(text.into()), token.span)
        }
        TokenKind::Word
            if signature.lets.iter().any(|binding| binding.name.span == token.span)
                || named(&signature.broken_lets) =>
        {
            found(Symbol::Let(file, text.into()), token.span)
        }
        TokenKind::Word if named(&signature.tags) => found(Symbol::Tag(text.into()), token.span),
        TokenKind::String => {
            let import = signature.imports.iter().find(|import| import.span == token.span)?;
            let name = resolve_import(&project.file(file)?.name, &import.value).ok()?;
            found(
                Symbol::File(project.file_id(&name)?),
                Span::new(token.span.start + 1, token.span.end.saturating_sub(1)),
            )
        }
        _ => None,
    }
}

/// Where a `let` that a file can see is declared.
pub(super) fn declaration_of_let(project: &Project, file: FileId, name: &str) -> Option<Occurrence> {
    let binding = project.file(file)?.names.binding(name)?;
    let (file, span) = project.place(binding.span)?;
    Some(Occurrence { file, span, declares: true })
}

/// Where a symbol is declared.
#[must_use]
pub fn declarations(project: &Project, symbol: &Symbol, from: FileId) -> Vec<Occurrence> {
    let mut found = Vec::new();
    match symbol {
        Symbol::Let(file, name) => found.extend(declaration_of_let(project, *file, name)),
        Symbol::File(file) => found.push(Occurrence { file: *file, span: Span::empty(0), declares: true }),
        Symbol::Rule(name) => {
            for (file, item) in project.links.rules_of(name) {
                each_name(project, *file, *item, |signature| &signature.rules, name, true, &mut found);
            }
        }
        Symbol::Attribute(_) | Symbol::Tag(_) => {
            for file in visible(project, from) {
                let Some(document) = project.document(file) else { continue };
                for placed in document.items().declaring() {
                    let signature = &placed.item.facts.signature;
                    let span = match symbol {
                        Symbol::Attribute(path) => {
                            let declared = signature.attributes.iter().find(|(name, ..)| *name.value == **path);
                            declared.map(|(name, ..)| Span::new(name.span.start + 1, name.span.end))
                        }
                        Symbol::Tag(tag) => {
                            signature.tags.iter().find(|name| *name.value == **tag).map(|name| name.span)
                        }
                        _ => None,
                    };
                    let place = |span: Span| span.shifted(placed.start.offset);
                    found.extend(span.map(|span| Occurrence { file, span: place(span), declares: true }));
                }
            }
        }
    }
    found
}

/// Everywhere a symbol is named, declarations included: by file and place.
#[must_use]
pub fn occurrences(project: &Project, symbol: &Symbol, from: FileId) -> Vec<Occurrence> {
    let mut found = declarations(project, symbol, from);
    match symbol {
        Symbol::Let(declaring, name) => {
            let declared = found.first().map(|found| (found.file, found.span));
            let Some(home) = project.file(*declaring) else { return found };
            let files = std::iter::once(*declaring).chain(project.links.importers(&home.name));
            for file in files {
                let seen = declaration_of_let(project, file, name).map(|seen| (seen.file, seen.span));
                if seen != declared {
                    continue;
                }
                for item in project.dependents(file, name) {
                    uses_in_item(project, file, item, name, &mut found);
                }
            }
        }
        Symbol::Rule(name) => {
            for (file, item) in project.links.tests() {
                each_name(project, file, item, |signature| &signature.test_rules, name, false, &mut found);
            }
        }
        Symbol::File(file) => {
            found.clear();
            let Some(home) = project.file(*file) else { return found };
            for importer in project.links.importers(&home.name) {
                imports_of(project, importer, &home.name, &mut found);
            }
        }
        Symbol::Attribute(path) => keys(project, &format!("@{path}"), 1, &mut found),
        Symbol::Tag(tag) => keys(project, tag, 0, &mut found),
    }
    found.sort_unstable();
    found.dedup_by_key(|found| (found.file, found.span));
    found
}

/// The uses of a `let` in an item.
fn uses_in_item(project: &Project, file: FileId, item: ItemId, name: &str, found: &mut Vec<Occurrence>) {
    let Some(placed) = project.document(file).and_then(|document| document.items().by_id(item)) else { return };
    for token in lex(&placed.item.text) {
        if token.kind == TokenKind::Reference && token.span.of(&placed.item.text).get(1..) == Some(name) {
            let span = Span::new(token.span.start + 1, token.span.end).shifted(placed.start.offset);
            found.push(Occurrence { file, span, declares: false });
        }
    }
}

fn each_name(
    project: &Project,
    file: FileId,
    item: ItemId,
    names: impl Fn(&quell::hir::Signature) -> &Vec<Spanned<String>>,
    wanted: &str,
    declares: bool,
    found: &mut Vec<Occurrence>,
) {
    let Some(placed) = project.document(file).and_then(|document| document.items().by_id(item)) else { return };
    for name in names(&placed.item.facts.signature).iter().filter(|name| name.value == wanted) {
        found.push(Occurrence { file, span: name.span.shifted(placed.start.offset), declares });
    }
}

/// The imports of a file that name another.
pub(super) fn imports_of(project: &Project, importer: FileId, name: &str, found: &mut Vec<Occurrence>) {
    let Some(file) = project.file(importer) else { return };
    let Some(document) = &file.document else { return };
    for placed in document.items().declaring() {
        for import in &placed.item.facts.signature.imports {
            if resolve_import(&file.name, &import.value).is_ok_and(|target| target == name) {
                let inside = Span::new(import.span.start + 1, import.span.end.saturating_sub(1));
                let span = inside.shifted(placed.start.offset);
                found.push(Occurrence { file: importer, span, declares: false });
            }
        }
    }
}

/// Every term on a key in the project; `skip` bytes of it are a sign.
fn keys(project: &Project, key: &str, skip: u32, found: &mut Vec<Occurrence>) {
    let wanted = format!("{key}:");
    let finder = memmem::Finder::new(&wanted);
    for file in project.file_ids() {
        let Some(document) = project.document(file) else { continue };
        for placed in document.items().iter().filter(|placed| finder.find(placed.item.text.as_bytes()).is_some()) {
            for token in lex(&placed.item.text) {
                if token.kind == TokenKind::Key && token.span.of(&placed.item.text) == wanted {
                    let span = Span::new(token.span.start + skip, token.span.end - 1).shifted(placed.start.offset);
                    found.push(Occurrence { file, span, declares: false });
                }
            }
        }
    }
}

/// A file and those that it imports.
fn visible(project: &Project, file: FileId) -> Vec<FileId> {
    let mut files = vec![file];
    let Some(own) = project.file(file) else { return files };
    for placed in own.document.iter().flat_map(|document| document.items().declaring()) {
        for import in &placed.item.facts.signature.imports {
            let target = resolve_import(&own.name, &import.value).ok();
            files.extend(target.and_then(|target| project.file_id(&target)).filter(|file| !files.contains(file)));
        }
    }
    files
}

/// The name at a place, if it is one that can be renamed.
///
/// # Errors
///
/// Where it is none, or the Agent's rather than the program's.
pub fn prepare_rename(project: &Project, file: FileId, offset: u32) -> Result<Found, RenameError> {
    let found = symbol_at(project, file, offset).ok_or(RenameError::NotAName)?;
    match &found.symbol {
        Symbol::File(_) => Err(RenameError::NotAName),
        symbol if declarations(project, symbol, file).is_empty() => Err(RenameError::NotAName),
        _ => Ok(found),
    }
}

/// The places to write another name at.
///
/// # Errors
///
/// As [`prepare_rename`], and where the new name cannot be written or is taken.
pub fn rename(project: &Project, file: FileId, offset: u32, new: &str) -> Result<Vec<Occurrence>, RenameError> {
    let found = prepare_rename(project, file, offset)?;
    let places = occurrences(project, &found.symbol, file);
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_path = |path: &str| !path.is_empty() && path.split('.').all(is_name);
    let (valid, taken) = match &found.symbol {
        Symbol::Let(_, old) => {
            let takes = |file: FileId| project.file(file).is_some_and(|file| file.names.binding(new).is_some());
            (is_name(new), **old != *new && places.iter().any(|place| takes(place.file)))
        }
        Symbol::Rule(old) => (is_name(new), **old != *new && !project.links.rules_of(new).is_empty()),
        Symbol::Attribute(old) => {
            let schema = project.schema(file);
            (is_path(new), **old != *new && schema.attribute_id(new).is_some())
        }
        Symbol::Tag(old) => (is_name(new), **old != *new && project.schema(file).tag(new).is_some()),
        Symbol::File(_) => (false, false),
    };
    match (valid, taken) {
        (false, _) => Err(RenameError::Invalid),
        (true, true) => Err(RenameError::Taken),
        (true, false) => Ok(places),
    }
}

/// The edits to imports that follow when files get other names, all from the project root.
#[must_use]
pub fn moved(project: &Project, moves: &[(String, String)]) -> Vec<(FileId, Edit)> {
    let new_name = |name: &str| {
        let moved = moves.iter().find(|(old, _)| old == name);
        moved.map_or_else(|| name.to_owned(), |(_, new)| new.clone())
    };
    let mut files: Vec<FileId> = Vec::new();
    for (old, _) in moves {
        files.extend(project.links.importers(old).chain(project.file_id(old)));
    }
    files.sort_unstable();
    files.dedup();
    let mut edits = Vec::new();
    for id in files {
        let Some(file) = project.file(id) else { continue };
        let own = new_name(&file.name);
        for placed in file.document.iter().flat_map(|document| document.items().declaring()) {
            for import in &placed.item.facts.signature.imports {
                let Ok(target) = resolve_import(&file.name, &import.value) else { continue };
                let path = relative(&own, &new_name(&target));
                // What leads to the same file as it is written stays so.
                if resolve_import(&own, &import.value).is_ok_and(|reached| reached == new_name(&target)) {
                    continue;
                }
                let inside = Span::new(import.span.start + 1, import.span.end.saturating_sub(1));
                edits.push((id, Edit { span: inside.shifted(placed.start.offset), text: path }));
            }
        }
    }
    edits
}

/// A path as a file names another, both from the project root.
#[must_use]
pub fn relative(own: &str, other: &str) -> String {
    let from: Vec<&str> = own.split('/').collect();
    let to: Vec<&str> = other.split('/').collect();
    let folders = from.get(..from.len().saturating_sub(1)).unwrap_or_default();
    let common = folders.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut path = "../".repeat(folders.len() - common);
    path.push_str(&to.get(common..).unwrap_or_default().join("/"));
    path
}
