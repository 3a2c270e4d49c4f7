use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::base::{Span, nearest};
use crate::config::Context;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::{Names, Signature, Spanned};
use crate::project::{bindings, imports, unused};

/// The signatures of all files, before they are put together.
#[derive(Debug, Default)]
pub struct Project {
    pub(super) files: Vec<File>,
    /// Whether no other file can use what these declare.
    whole: bool,
    by_path: FxHashMap<Arc<str>, usize>,
}

/// One file's part.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: Arc<str>,
    /// Where each range starts in the file, and what it declares.
    pub(super) items: Vec<(u32, Signature)>,
    /// Files whose declarations it sees, in order of import.
    pub(super) imports: Vec<usize>,
}

/// Everything that was decided over many items.
#[derive(Debug, Default)]
pub struct Linked {
    names: Vec<Names>,
    /// Findings: the file's number and the diagnostic, with spans from the start of that file, in order.
    pub diagnostics: Vec<(usize, Diagnostic)>,
}

impl Linked {
    /// What the file of that number can see.
    #[must_use]
    pub fn names(&self, file: usize) -> Option<&Names> {
        self.names.get(file)
    }
}

impl Project {
    /// A project to which every file that there is will be added, so that what nothing uses is used nowhere.
    #[must_use]
    pub fn whole() -> Project {
        Project { whole: true, ..Project::default() }
    }

    /// Adds a file by its path from the project root, with `/`; gives its number. Ranges that declare nothing may be
    /// left out.
    pub fn add_file(&mut self, path: &str, items: impl IntoIterator<Item = (u32, Signature)>) -> usize {
        let path: Arc<str> = Arc::from(path);
        let number = self.files.len();
        self.by_path.insert(Arc::clone(&path), number);
        self.files.push(File { path, items: items.into_iter().collect(), imports: Vec::new() });
        number
    }

    /// Resolves imports, declarations and `let`s. The result does not depend on the order in which files were added,
    /// but for their numbers.
    #[must_use]
    pub fn resolve(mut self, cx: &Context<'_>) -> Linked {
        let mut diagnostics = Vec::new();
        self.resolve_imports(&mut diagnostics);
        self.report_cycles(&mut diagnostics);
        self.report_duplicates(&mut diagnostics);
        self.report_shadowed(&mut diagnostics);
        self.report_unknown_rules(&mut diagnostics);
        if self.whole {
            unused::report(&self.files, &mut diagnostics);
        }
        let mut names = self.declare(cx);
        bindings::bind(&self.files, &mut names, cx, &mut diagnostics);
        let order = |file: usize| self.files.get(file).map(|file| Arc::clone(&file.path));
        diagnostics.sort_by_key(|(file, diagnostic)| (order(*file), diagnostic.span, diagnostic.code));
        diagnostics.retain_mut(|(_, diagnostic)| match cx.config.severity(diagnostic.code) {
            Some(severity) => {
                diagnostic.severity = severity;
                true
            }
            None => false,
        });
        Linked { names, diagnostics }
    }

    fn resolve_imports(&mut self, diagnostics: &mut Vec<(usize, Diagnostic)>) {
        let mut resolved: Vec<Vec<usize>> = Vec::with_capacity(self.files.len());
        for (number, file) in self.files.iter().enumerate() {
            let mut seen = Vec::new();
            for (offset, signature) in &file.items {
                for import in &signature.imports {
                    let span = import.span.shifted(*offset);
                    match imports::resolve_import(&file.path, &import.value) {
                        Err(error) => diagnostics.push((number, imports::unresolved(span, &import.value, error))),
                        Ok(target) => match self.by_path.get(target.as_str()) {
                            Some(target) => {
                                if !seen.contains(target) {
                                    seen.push(*target);
                                }
                            }
                            None => {
                                let files = self.files.iter().map(|file| &*file.path);
                                diagnostics.push((number, imports::missing(span, &import.value, &target, files)));
                            }
                        },
                    }
                }
            }
            resolved.push(seen);
        }
        for (file, imports) in self.files.iter_mut().zip(resolved) {
            file.imports = imports;
        }
    }

    /// Reports each import that lies on a cycle, with the cycle. Iterative: chains of imports may be long.
    fn report_cycles(&self, diagnostics: &mut Vec<(usize, Diagnostic)>) {
        for start in 0..self.files.len() {
            let Some(cycle) = self.cycle_from(start) else { continue };
            // One report a cycle: at the file of the first path.
            let first = cycle.iter().copied().min_by_key(|file| self.path(*file)).unwrap_or(start);
            if first != start {
                continue;
            }
            let next = cycle.get(1).copied().unwrap_or(start);
            let mut shown: Vec<String> = cycle.iter().map(|file| format!("`{}`", self.path(*file))).collect();
            shown.push(format!("`{}`", self.path(start)));
            let span = self.import_span(start, next);
            diagnostics.push((
                start,
                Diagnostic::new(Code::ImportCycle, span, text!("the imports run in a circle: {0}", shown.join(" → ")))
                    .label("leads back here")
                    .help("move what both files need into a third one"),
            ));
        }
    }

    /// The shortest way from a file back to itself.
    fn cycle_from(&self, start: usize) -> Option<Vec<usize>> {
        let imports = |file: usize| self.files.get(file).map(|file| file.imports.as_slice()).unwrap_or_default();
        if imports(start).is_empty() {
            return None;
        }
        let mut came_from: FxHashMap<usize, usize> = FxHashMap::default();
        let mut waiting = std::collections::VecDeque::from([start]);
        while let Some(file) = waiting.pop_front() {
            for next in imports(file) {
                if *next == start {
                    let mut way = vec![file];
                    let mut at = file;
                    while at != start {
                        at = came_from.get(&at).copied().unwrap_or(start);
                        way.push(at);
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(next) {
                    came_from.insert(*next, file);
                    waiting.push_back(*next);
                }
            }
        }
        None
    }

    fn path(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.path)
    }

    fn import_span(&self, file: usize, target: usize) -> Span {
        let Some(file) = self.files.get(file) else { return Span::default() };
        let target = self.path(target);
        for (offset, signature) in &file.items {
            for import in &signature.imports {
                if imports::resolve_import(&file.path, &import.value).is_ok_and(|path| path == target) {
                    return import.span.shifted(*offset);
                }
            }
        }
        Span::default()
    }

    /// Rules and tests are unique in the project, `let`s, attributes and tags in their file.
    fn report_duplicates(&self, diagnostics: &mut Vec<(usize, Diagnostic)>) {
        let mut order: Vec<usize> = (0..self.files.len()).collect();
        order.sort_by_key(|file| self.path(*file));
        let all = self.files.iter().flat_map(|file| &file.items).map(|(_, signature)| signature.rules.len()).sum();
        let mut rules: FxHashMap<&str, (usize, Span)> = FxHashMap::with_capacity_and_hasher(all, FxBuildHasher);
        for number in order {
            let Some(file) = self.files.get(number) else { continue };
            let mut local: FxHashMap<(&str, &str), (usize, Span)> = FxHashMap::default();
            for (offset, signature) in &file.items {
                for name in &signature.rules {
                    let span = name.span.shifted(*offset);
                    if let Some(first) = rules.get(name.value.as_str()) {
                        diagnostics.push((number, self.duplicate("rule", &name.value, number, span, *first)));
                    } else {
                        rules.insert(&name.value, (number, span));
                    }
                }
                let lets = signature.lets.iter().map(|binding| ("let", &binding.name));
                let attributes = signature.attributes.iter().map(|(name, ..)| ("attribute", name));
                let tags = signature.tags.iter().map(|name| ("tag", name));
                for (what, name) in lets.chain(attributes).chain(tags) {
                    let span = name.span.shifted(*offset);
                    match local.get(&(what, name.value.as_str())) {
                        Some(first) => {
                            diagnostics.push((number, self.duplicate(what, &name.value, number, span, *first)))
                        }
                        None => {
                            local.insert((what, name.value.as_str()), (number, span));
                        }
                    }
                }
            }
        }
    }

    /// A `let` of a file and of one that it imports, or of two that it imports: which one is meant cannot be seen.
    fn report_shadowed(&self, diagnostics: &mut Vec<(usize, Diagnostic)>) {
        let lets = |number: usize| {
            let items = self.files.get(number).into_iter().flat_map(|file| &file.items);
            items.flat_map(|(offset, signature)| signature.lets.iter().map(move |binding| (&binding.name, *offset)))
        };
        for (number, file) in self.files.iter().enumerate().filter(|(_, file)| !file.imports.is_empty()) {
            let mut known: FxHashMap<&str, (usize, Span)> = FxHashMap::default();
            for imported in file.imports.iter().filter(|imported| **imported != number) {
                for (name, offset) in lets(*imported) {
                    let place = (*imported, name.span.shifted(offset));
                    match known.get(name.value.as_str()) {
                        Some(first) if first.0 != *imported => {
                            let span = self.import_span(number, *imported);
                            diagnostics.push((number, self.duplicate("let", &name.value, number, span, *first)));
                        }
                        Some(_) => {}
                        None => {
                            known.insert(&name.value, place);
                        }
                    }
                }
            }
            for (name, offset) in lets(number) {
                if let Some(first) = known.get(name.value.as_str()) {
                    let span = name.span.shifted(offset);
                    diagnostics.push((number, self.duplicate("let", &name.value, number, span, *first)));
                }
            }
        }
    }

    fn duplicate(&self, what: &str, name: &str, file: usize, span: Span, first: (usize, Span)) -> Diagnostic {
        let diagnostic = Diagnostic::new(Code::DuplicateName, span, text!("there is another {0} `{1}`", what, name))
            .label("the second of its name")
            .help("give it a name of its own");
        if first.0 == file {
            diagnostic.also(first.1, "the first")
        } else {
            diagnostic.elsewhere(self.path(first.0).to_owned(), first.1, "the first")
        }
    }

    /// Names behind `by` in tests.
    fn report_unknown_rules(&self, diagnostics: &mut Vec<(usize, Diagnostic)>) {
        let names = |file: &File| -> Vec<Spanned<String>> {
            file.items.iter().flat_map(|(_, signature)| signature.rules.iter().cloned()).collect()
        };
        if self.files.iter().all(|file| file.items.iter().all(|(_, signature)| signature.test_rules.is_empty())) {
            return;
        }
        let rules: Vec<String> = self.files.iter().flat_map(names).map(|name| name.value).collect();
        let known: FxHashSet<&str> = rules.iter().map(String::as_str).collect();
        for (number, file) in self.files.iter().enumerate() {
            for (offset, signature) in &file.items {
                for by in signature.test_rules.iter().filter(|by| !known.contains(by.value.as_str())) {
                    let span = by.span.shifted(*offset);
                    let diagnostic =
                        Diagnostic::new(Code::UnknownRule, span, text!("there is no rule `{0}`", by.value))
                            .label("unknown rule");
                    let mut sorted: Vec<&str> = known.iter().copied().collect();
                    sorted.sort_unstable();
                    diagnostics.push((
                        number,
                        match nearest(&by.value, sorted) {
                            Some(near) => diagnostic.help(text!("did you mean `{0}`?", near)).unsafe_fix(
                                text!("write `{0}`", near),
                                span,
                                near,
                            ),
                            None => diagnostic.help("`by` names a `suppress` or `require` of the project"),
                        },
                    ));
                }
            }
        }
    }

    /// Names with declared attributes and tags in place.
    fn declare(&self, cx: &Context<'_>) -> Vec<Names> {
        let declarations = |number: usize| self.files.get(number).into_iter().flat_map(|file| &file.items);
        (0..self.files.len())
            .map(|number| {
                let visible: Vec<usize> = std::iter::once(number)
                    .chain(self.files.get(number).into_iter().flat_map(|file| file.imports.iter().copied()))
                    .collect();
                let mut attributes = Vec::new();
                let mut tags = Vec::new();
                for (_, signature) in visible.iter().flat_map(|file| declarations(*file)) {
                    attributes
                        .extend(signature.attributes.iter().map(|(name, ty, multi)| (name.value.clone(), *ty, *multi)));
                    tags.extend(signature.tags.iter().map(|name| name.value.clone()));
                }
                let mut names = Names::default();
                if !attributes.is_empty() || !tags.is_empty() {
                    names.declare(Arc::new(cx.schema.with_declared(attributes, tags)));
                }
                names
            })
            .collect()
    }
}
