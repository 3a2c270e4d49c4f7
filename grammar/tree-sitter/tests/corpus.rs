//! The trees of `test/corpus`, in the format of `tree-sitter test`. `UPDATE_EXPECT=1` writes them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tree_sitter::{Node, Parser};

/// A tree as `tree-sitter test` prints it: a node a line, two blanks a level, fields before their nodes.
fn show(node: Node<'_>, field: Option<&str>, depth: usize, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = write!(out, "{:1$}", "", depth * 2);
    if let Some(field) = field {
        let _ = write!(out, "{field}: ");
    }
    if node.is_missing() {
        let quote = if node.is_named() { "" } else { "\"" };
        let _ = write!(out, "(MISSING {quote}{}{quote})", node.kind());
        return;
    }
    let _ = write!(out, "({}", node.kind());
    let mut cursor = node.walk();
    let mut more = cursor.goto_first_child();
    while more {
        let child = cursor.node();
        if child.is_named() || child.is_missing() {
            show(child, cursor.field_name(), depth + 1, out);
        }
        more = cursor.goto_next_sibling();
    }
    out.push(')');
}

fn tree(parser: &mut Parser, text: &str) -> String {
    let tree = parser.parse(text, None).unwrap();
    let mut shown = String::new();
    show(tree.root_node(), None, 0, &mut shown);
    shown
}

/// The tests of a page: title, program, tree.
fn cases(page: &str) -> Vec<(&str, &str, &str)> {
    let bar = format!("{}\n", "=".repeat(18));
    let mut parts = page.split(&bar).skip(1);
    let mut cases = Vec::new();
    while let (Some(title), Some(body)) = (parts.next(), parts.next()) {
        let (program, tree) = body.split_once("\n---\n").unwrap();
        cases.push((title.trim(), program.strip_prefix('\n').unwrap(), tree.trim()));
    }
    cases
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let mut pages: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

#[test]
fn trees() {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_quell::LANGUAGE.into()).unwrap();
    let mut wrong = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let mut updated = String::new();
        let cases = cases(&page);
        assert!(!cases.is_empty(), "{}: no test", path.display());
        for (title, program, expected) in cases {
            let found = tree(&mut parser, program);
            if found != expected {
                wrong.push(format!("{}, {title}:\n{found}", path.display()));
            }
            let bar = "=".repeat(18);
            let _ = write!(updated, "{bar}\n{title}\n{bar}\n\n{program}\n---\n\n{found}\n\n");
        }
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, format!("{}\n", updated.trim_end())).unwrap();
        }
    }
    assert!(wrong.is_empty() || env::var_os("UPDATE_EXPECT").is_some(), "{}", wrong.join("\n\n"));
}
