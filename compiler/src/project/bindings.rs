//! Puts `let`s into one another, in an order in which each finds its parts ready.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::Span;
use crate::config::Context;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::{Binding, LetSignature, Names, Query, lower_let};
use crate::project::resolve::File;
use crate::schema::Schema;

/// One `let` of the project.
struct Declared<'p> {
    file: usize,
    offset: u32,
    signature: &'p LetSignature,
    /// The `let`s it refers to, by the name it uses.
    uses: Vec<(&'p str, usize)>,
}

/// Lowers every `let` once and makes it visible where it may be seen. Iterative: chains may be long.
pub(super) fn bind(files: &[File], names: &mut [Names], cx: &Context<'_>, diagnostics: &mut Vec<(usize, Diagnostic)>) {
    let mut lets: Vec<Declared<'_>> = Vec::new();
    let mut by_name: Vec<FxHashMap<&str, usize>> = vec![FxHashMap::default(); files.len()];
    for (file, own) in files.iter().zip(0..) {
        for (offset, signature) in &file.items {
            for binding in &signature.lets {
                if let Some(table) = by_name.get_mut(own) {
                    table.entry(&binding.name.value).or_insert(lets.len());
                }
                lets.push(Declared { file: own, offset: *offset, signature: binding, uses: Vec::new() });
            }
        }
    }
    let visible = |file: usize, name: &str| -> Option<usize> {
        let imports = files.get(file).map(|file| file.imports.as_slice()).unwrap_or_default();
        std::iter::once(&file).chain(imports).find_map(|file| by_name.get(*file)?.get(name).copied())
    };
    for binding in &mut lets {
        let references = binding.signature.references.iter();
        binding.uses = references.filter_map(|name| Some((name.as_str(), visible(binding.file, name)?))).collect();
    }
    let (order, circular) = sorted(&lets);
    let mut bindings: Vec<Option<Arc<Binding>>> = vec![None; lets.len()];
    for index in order {
        let Some(binding) = lets.get(index) else { continue };
        let lowered = lower(files, binding, &bindings, names, cx);
        if let Some(place) = bindings.get_mut(index) {
            *place = Some(Arc::new(lowered));
        }
    }
    for index in circular {
        let Some(binding) = lets.get(index) else { continue };
        diagnostics.push((binding.file, circle(&lets, index)));
        let file = files.get(binding.file).map_or_else(|| Arc::from(""), |file| Arc::clone(&file.path));
        let broken = broken(file, binding.signature.name.span.shifted(binding.offset));
        if let Some(place) = bindings.get_mut(index) {
            *place = Some(Arc::new(broken));
        }
    }
    for (file, names) in names.iter_mut().enumerate() {
        let imports = files.get(file).map(|file| file.imports.as_slice()).unwrap_or_default();
        for seen in std::iter::once(&file).chain(imports) {
            for (name, index) in by_name.get(*seen).into_iter().flatten() {
                if let Some(Some(binding)) = bindings.get(*index) {
                    names.bind(name, Arc::clone(binding));
                }
            }
            let Some(file) = files.get(*seen) else { continue };
            for (offset, signature) in &file.items {
                for name in &signature.broken_lets {
                    names.bind(&name.value, Arc::new(broken(Arc::clone(&file.path), name.span.shifted(*offset))));
                }
            }
        }
    }
}

fn lower(
    files: &[File],
    binding: &Declared<'_>,
    bindings: &[Option<Arc<Binding>>],
    names: &[Names],
    cx: &Context<'_>,
) -> Binding {
    let schema: &Schema = names.get(binding.file).map_or(cx.schema, |names| names.schema(cx.schema));
    let mut local = Names::default();
    for (name, index) in &binding.uses {
        if let Some(Some(used)) = bindings.get(*index) {
            local.bind(name, Arc::clone(used));
        }
    }
    let path = files.get(binding.file).map_or_else(|| Arc::from(""), |file| Arc::clone(&file.path));
    lower_let(binding.signature, path, binding.offset, &local, &Context { schema, ..*cx })
}

/// A `let` that its users need not complain about.
fn broken(file: Arc<str>, span: Span) -> Binding {
    Binding { is_values: false, query: Query::default(), depth: 0, file, span, broken: true }
}

/// An order in which uses come before users, and those that lie on a circle or lead into one.
fn sorted(lets: &[Declared<'_>]) -> (Vec<usize>, Vec<usize>) {
    let mut missing: Vec<usize> = lets.iter().map(|binding| binding.uses.len()).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); lets.len()];
    for (index, binding) in lets.iter().enumerate() {
        for (_, used) in &binding.uses {
            if let Some(users) = users.get_mut(*used) {
                users.push(index);
            }
        }
    }
    let mut ready: Vec<usize> = (0..lets.len()).filter(|index| missing.get(*index) == Some(&0)).collect();
    let mut order = Vec::with_capacity(lets.len());
    while let Some(index) = ready.pop() {
        order.push(index);
        for user in users.get(index).into_iter().flatten() {
            if let Some(count) = missing.get_mut(*user) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*user);
                }
            }
        }
    }
    let circular = (0..lets.len()).filter(|index| missing.get(*index).is_some_and(|count| *count > 0)).collect();
    (order, circular)
}

fn circle(lets: &[Declared<'_>], start: usize) -> Diagnostic {
    let mut way = Vec::new();
    let mut at = start;
    // Every use of a `let` on a circle that is not ready is on it or leads into it; sixteen steps show the way.
    while way.len() < 16 && !way.contains(&at) {
        way.push(at);
        at = lets.get(at).and_then(|binding| binding.uses.last().map(|(_, used)| *used)).unwrap_or(start);
    }
    way.push(at);
    let shown: Vec<String> = way
        .iter()
        .filter_map(|index| lets.get(*index))
        .map(|binding| format!("`{}`", binding.signature.name.value))
        .collect();
    let (span, offset) =
        lets.get(start).map_or((Span::default(), 0), |binding| (binding.signature.name.span, binding.offset));
    Diagnostic::new(
        Code::RecursiveLet,
        span.shifted(offset),
        text!("the `let` is made of itself: {0}", shown.join(" → ")),
    )
    .label("never ends")
    .help("write one of them out")
}
