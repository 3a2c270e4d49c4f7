//! The layers of the compiler: no arrow runs back, and each outside thing is named in its one place.

use std::{fs, io};

use tests::{rust_source, workspace};

/// What each module may use: those before it in the list, unless `ON` says otherwise.
const ORDER: [&str; 13] = [
    "base", "diag", "syntax", "schema", "config", "hir", "logic", "lint", "project", "emit", "event", "eval", "suggest",
];

/// Modules beside the order, and all that they may use.
const BESIDE: [(&str, &[&str]); 1] = [("fmt", &["base", "diag", "syntax"])];

/// Modules on top of all.
const TOP: [&str; 3] = ["cli", "lib", "main"];

/// Neither of the two uses the other.
const APART: [&str; 2] = ["emit", "event"];

/// A crate and the only files that name it: paths from the root, up to a `*`.
const NAMED_IN: [(&str, &str); 4] = [
    ("logos", "compiler/src/syntax/lexer.rs"),
    ("chumsky", "compiler/src/syntax/"),
    ("ariadne", "compiler/src/cli/render.rs"),
    ("tower_lsp", "lsp/src/server/"),
];

/// Files of `syntax` that may name `chumsky`: the grammar, who calls it, and who words its errors.
const CHUMSKY: [&str; 3] = ["grammar", "parse", "message"];

/// The one folder of the library that reads files: recorded events, which the command line and the server count alike.
const READS_FILES: &str = "compiler/src/eval/samples/";

/// What the library does not know: files, the clock, the process and its streams.
const OUTSIDE: [&str; 14] = [
    "std::fs",
    "std::time",
    "std::env",
    "std::process",
    "TcpStream",
    "std::thread",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "stdout",
];

/// A file of the compiler or the server: its path from the root and its code.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), code: rust_source::code(text) }
    }

    /// Path below `compiler/src/`, without extension.
    fn module_path(&self) -> Option<&str> {
        self.path.strip_prefix("compiler/src/")?.strip_suffix(".rs")
    }

    /// The module at the root of the crate that it belongs to.
    fn module(&self) -> Option<&str> {
        self.module_path()?.split('/').next()
    }

    /// How many modules deep it is.
    fn depth(&self) -> usize {
        let path = self.module_path().unwrap_or_default();
        path.trim_end_matches("/mod").split('/').count()
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

fn sources() -> io::Result<Vec<Source>> {
    let root = workspace::root();
    let mut sources = Vec::new();
    for folder in ["compiler/src", "lsp/src"] {
        for path in workspace::files(&root.join(folder), "rs") {
            sources.push(Source::new(&workspace::shown(&path), &fs::read_to_string(&path)?));
        }
    }
    assert!(sources.len() > 20, "the sources were not found");
    sources.retain(|source| !source.is_test());
    Ok(sources)
}

fn may_use(from: &str, to: &str) -> bool {
    let rank = |module| ORDER.iter().position(|name| *name == module);
    if from == to || TOP.contains(&from) {
        return true;
    }
    if APART.contains(&from) && APART.contains(&to) {
        return false;
    }
    // What is suggested is laid out.
    if (from, to) == ("suggest", "fmt") {
        return true;
    }
    if let Some((_, allowed)) = BESIDE.iter().find(|(name, _)| *name == from) {
        return allowed.contains(&to);
    }
    rank(from).zip(rank(to)).is_some_and(|(from, to)| to < from)
}

fn is_module(name: &str) -> bool {
    ORDER.contains(&name) || TOP.contains(&name) || BESIDE.iter().any(|(beside, _)| *beside == name)
}

fn wrong_arrows(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let Some(from) = source.module() else { continue };
        for (line, to) in rust_source::crate_names(&source.code, source.depth()) {
            if is_module(&to) && !may_use(from, &to) {
                wrong.push(format!("{}:{line}: `{from}` uses `{to}`", source.path));
            }
        }
    }
    wrong
}

fn named_elsewhere(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        for (name, place) in NAMED_IN {
            let allowed = source.path.starts_with(place)
                && (name != "chumsky"
                    || CHUMSKY
                        .iter()
                        .any(|file| source.path.strip_prefix(place).is_some_and(|rest| rest.starts_with(file))));
            if !allowed {
                wrong.extend(
                    rust_source::lines_with(&source.code, name)
                        .into_iter()
                        .map(|line| format!("{}:{line}: names `{name}`", source.path)),
                );
            }
        }
    }
    wrong
}

fn outside_things(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.path.starts_with(READS_FILES)) {
        let Some(module) = source.module().filter(|module| !matches!(*module, "cli" | "event" | "main")) else {
            continue;
        };
        for thing in OUTSIDE {
            let lines = rust_source::lines_with(&source.code, thing);
            wrong.extend(lines.into_iter().map(|line| format!("{}:{line}: `{module}` uses `{thing}`", source.path)));
        }
    }
    wrong
}

#[test]
fn arrows_point_one_way() {
    let wrong = wrong_arrows(&sources().unwrap());
    assert!(wrong.is_empty(), "arrows that run back:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    let sources = sources().unwrap();
    let unknown: Vec<&str> = sources
        .iter()
        .filter(|source| source.module().is_some_and(|module| !is_module(module)))
        .map(|source| source.path.as_str())
        .collect();
    assert!(unknown.is_empty(), "give these modules a place in the order: {unknown:?}");
}

#[test]
fn outside_crates_are_named_in_one_place() {
    let wrong = named_elsewhere(&sources().unwrap());
    assert!(wrong.is_empty(), "named outside of their place:\n{}", wrong.join("\n"));
}

#[test]
fn the_library_knows_no_outside() {
    let wrong = outside_things(&sources().unwrap());
    assert!(wrong.is_empty(), "only `cli` and `event` may touch these:\n{}", wrong.join("\n"));
}

#[test]
fn what_the_server_answers_knows_no_outside() {
    let mut wrong = Vec::new();
    for source in sources().unwrap().iter().filter(|source| source.path.starts_with("lsp/src/ide/")) {
        for thing in OUTSIDE.iter().chain(&["crate::server", "tokio"]) {
            let lines = rust_source::lines_with(&source.code, thing);
            wrong.extend(lines.into_iter().map(|line| format!("{}:{line}: names `{thing}`", source.path)));
        }
    }
    assert!(wrong.is_empty(), "only `server` may touch these:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_is_found() {
    let source = |path, text| [Source::new(path, text)];
    assert_eq!(
        wrong_arrows(&source("compiler/src/syntax/parse.rs", "use crate::base::Span;\nuse crate::hir::Query;\n")),
        ["compiler/src/syntax/parse.rs:2: `syntax` uses `hir`"]
    );
    for (path, text) in [
        ("compiler/src/base/mod.rs", "fn x() -> crate::diag::Code {}"),
        ("compiler/src/config.rs", "use crate::{schema, hir::Instant};"),
        ("compiler/src/hir/lower/mod.rs", "use super::super::emit::Target;"),
        ("compiler/src/fmt/mod.rs", "use crate::hir::Rule;"),
        ("compiler/src/event/mod.rs", "use crate::emit::emit;"),
        ("compiler/src/emit/json.rs", "use crate::cli::args;"),
    ] {
        assert_eq!(wrong_arrows(&source(path, text)).len(), 1, "{path}");
    }
    for (path, text) in [
        (
            "compiler/src/emit/json.rs",
            "use crate::hir::Rule;\n// crate::cli\n#[cfg(test)]\nmod tests { use crate::cli; }",
        ),
        ("compiler/src/cli/mod.rs", "use crate::{base, emit, event, fmt};"),
        ("compiler/src/hir/lower/mod.rs", "use super::names::Names;"),
    ] {
        assert!(wrong_arrows(&source(path, text)).is_empty(), "{path}");
    }
    assert_eq!(
        named_elsewhere(&source("compiler/src/syntax/split.rs", "use logos::Logos;\nuse chumsky::prelude::*;")).len(),
        2
    );
    assert!(named_elsewhere(&source("compiler/src/syntax/grammar.rs", "use chumsky::prelude::*;")).is_empty());
    assert_eq!(named_elsewhere(&source("lsp/src/ide/hover.rs", "use tower_lsp::lsp_types::Hover;")).len(), 1);
    assert_eq!(outside_things(&source("compiler/src/hir/mod.rs", "use std::fs;\nprintln!(\"x\");")).len(), 2);
    assert!(outside_things(&source("compiler/src/cli/mod.rs", "use std::fs;")).is_empty());
}
