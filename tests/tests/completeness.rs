//! Each diagnostic has its page, its test and a place that reports it.

use std::collections::BTreeSet;
use std::fs;

use quell::diag::Code;
use tests::markdown::{self, BlockKind};
use tests::{expectation, rust_source, workspace};

fn names() -> BTreeSet<String> {
    Code::ALL.iter().map(|code| code.name().to_owned()).collect()
}

/// Fails with the members of each set that the other lacks.
fn same(codes: &BTreeSet<String>, others: &BTreeSet<String>, without: &str, unknown: &str) {
    let without_it: Vec<_> = codes.difference(others).collect();
    let not_a_code: Vec<_> = others.difference(codes).collect();
    assert!(without_it.is_empty(), "{without}: {without_it:?}");
    assert!(not_a_code.is_empty(), "{unknown}: {not_a_code:?}");
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages = workspace::files(&workspace::root().join("compiler/docs/lints"), "md");
    let found = pages.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    same(&names(), &found, "codes without a page", "pages without a code");
}

#[test]
fn every_page_has_its_parts() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let name = code.name();
        let page = code.page();
        if page.lines().next() != Some(&format!("# {name}")) {
            wrong.push(format!("{name}: does not start with `# {name}`"));
        }
        for part in ["## Why it matters", "## Example", "## Instead"] {
            if !page.lines().any(|line| line == part) {
                wrong.push(format!("{name}: has no `{part}`"));
            }
        }
        let lines = page.lines().count();
        if !(15..=60).contains(&lines) {
            wrong.push(format!("{name}: has {lines} lines"));
        }
        // The example shows this code, at the weight it has by default, and no other.
        let marks = marks(page, "Example");
        let own = format!("{}[{name}]", code.severity().name());
        if !marks.contains(&own) || marks.len() != 1 {
            wrong.push(format!("{name}: the example shows {marks:?}, not {own}"));
        }
        if !self::marks(page, "Instead").is_empty() {
            wrong.push(format!("{name}: what it recommends is not clean"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_asserted_by_a_page() {
    let mut asserted = BTreeSet::new();
    for path in workspace::pages() {
        let page = fs::read_to_string(&path).unwrap();
        for section in markdown::sections(&page) {
            asserted.extend(section_marks(&section).into_iter().filter_map(|mark| {
                let (_, code) = mark.split_once('[')?;
                Some(code.trim_end_matches(']').to_owned())
            }));
        }
    }
    same(&names(), &asserted, "codes that no page asserts", "assertions of what is no code");
}

#[test]
fn every_code_is_reported_somewhere() {
    let root = workspace::root();
    let mut code = String::new();
    for path in workspace::files(&root.join("compiler/src"), "rs") {
        if !path.ends_with("diag/code.rs") {
            code.push_str(&rust_source::code(&fs::read_to_string(&path).unwrap()));
        }
    }
    let silent: Vec<_> = Code::ALL
        .iter()
        .filter(|variant| rust_source::lines_with(&code, &format!("Code::{variant:?}")).is_empty())
        .collect();
    assert!(silent.is_empty(), "nothing reports: {silent:?}");
}

/// All `severity[code]` of the sections of a page with that name.
fn marks(page: &str, name: &str) -> BTreeSet<String> {
    markdown::sections(page).iter().filter(|section| section.name == name).flat_map(section_marks).collect()
}

/// What a section asserts, in comments, info strings and the output of commands.
fn section_marks(section: &markdown::Section) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    for block in &section.blocks {
        match &block.kind {
            BlockKind::File { expected, .. } => {
                marks.extend(expected.iter().map(|expected| format!("{}[{}]", expected.severity, expected.code)));
            }
            BlockKind::Console => {
                for severity in expectation::SEVERITIES {
                    let open = format!("{severity}[");
                    let codes = block.text.split(&open).skip(1).filter_map(|rest| rest.split_once(']'));
                    marks.extend(codes.map(|(code, _)| format!("{severity}[{code}]")));
                }
            }
        }
    }
    marks
}
