//! Declarations and imports that nothing uses.

use rustc_hash::FxHashSet;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::LetSignature;
use crate::project::resolve::File;

/// Reports imports of which nothing is used, and `let`s that no file uses. The files must be the whole project.
///
/// Whether an imported attribute or tag is used is not known here: an import that brings one counts as used. A `let` may
/// be what a name means that is nowhere declared, so that none is offered to be removed where one is missing.
pub(super) fn report(files: &[File], diagnostics: &mut Vec<(usize, Diagnostic)>) {
    let used: Vec<FxHashSet<&str>> = files
        .iter()
        .map(|file| file.items.iter().flat_map(|(_, signature)| &signature.used).map(String::as_str).collect())
        .collect();
    let mut importers: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    for (number, file) in files.iter().enumerate() {
        for imported in &file.imports {
            importers.get_mut(*imported).into_iter().for_each(|importers| importers.push(number));
        }
    }
    let uses = |number: usize, name: &str| used.get(number).is_some_and(|used| used.contains(name));
    let missing: Vec<bool> = files
        .iter()
        .zip(&used)
        .map(|(file, used)| {
            let imported = file.imports.iter().filter_map(|imported| files.get(*imported));
            let seen: FxHashSet<&str> = imported.chain([file]).flat_map(declared).collect();
            !used.is_subset(&seen)
        })
        .collect();
    let misses = |number: usize| missing.get(number).copied().unwrap_or_default();
    for (number, file) in files.iter().enumerate() {
        for (offset, signature) in &file.items {
            for import in &signature.imports {
                let target = super::resolve_import(&file.path, &import.value).ok();
                let target = target.and_then(|path| file.imports.iter().find(|file| is_at(files, **file, &path)));
                if let Some(target) = target.filter(|target| brings_nothing(files, **target, |name| uses(number, name)))
                {
                    let path = files.get(*target).map_or("", |file| &file.path);
                    diagnostics.push((number, unused_import(import.span.shifted(*offset), path)));
                }
            }
            for binding in &signature.lets {
                let name = binding.name.value.as_str();
                let seen_by = importers.get(number).map(Vec::as_slice).unwrap_or_default();
                if !uses(number, name) && !seen_by.iter().any(|importer| uses(*importer, name)) {
                    let may_be_meant = misses(number) || seen_by.iter().any(|importer| misses(*importer));
                    diagnostics.push((number, unused_let(binding, *offset, may_be_meant)));
                }
            }
        }
    }
}

/// The names of a file's `let`s, those included that cannot be read.
fn declared(file: &File) -> impl Iterator<Item = &str> {
    file.items.iter().flat_map(|(_, signature)| {
        let broken = signature.broken_lets.iter();
        signature.lets.iter().map(|binding| &binding.name).chain(broken).map(|name| name.value.as_str())
    })
}

fn is_at(files: &[File], number: usize, path: &str) -> bool {
    files.get(number).is_some_and(|file| &*file.path == path)
}

/// Whether a file declares nothing that is used.
fn brings_nothing(files: &[File], number: usize, uses: impl Fn(&str) -> bool) -> bool {
    files.get(number).is_some_and(|file| {
        file.items.iter().all(|(_, signature)| {
            signature.attributes.is_empty()
                && signature.tags.is_empty()
                && signature.broken_lets.is_empty()
                && !signature.lets.iter().any(|binding| uses(&binding.name.value))
        })
    })
}

fn unused_import(span: Span, path: &str) -> Diagnostic {
    Diagnostic::new(Code::UnusedImport, span, text!("nothing of `{0}` is used here", path))
        .label("brings nothing")
        .help("remove the import, or use a `let` that the file declares")
}

fn unused_let(binding: &LetSignature, offset: u32, may_be_meant: bool) -> Diagnostic {
    let name = &binding.name;
    let diagnostic =
        Diagnostic::new(Code::UnusedLet, name.span.shifted(offset), text!("nothing uses `{0}`", name.value))
            .label("declared, and used nowhere in the project")
            .help(text!("remove it, or use it as `${0}`", name.value));
    // With its documentation; where more stands in its range, what belongs to it is not plain.
    let (text, parsed) = &*binding.source;
    match parsed.items.as_slice() {
        [only] if !may_be_meant && (text.starts_with("##") || text.starts_with("let")) => {
            let behind = text.get(only.span.end as usize..).unwrap_or_default();
            let end = only.span.end + u32::from(behind.starts_with('\n'));
            diagnostic.safe_fix("remove it", Span::new(offset, offset + end), "")
        }
        _ => diagnostic,
    }
}
