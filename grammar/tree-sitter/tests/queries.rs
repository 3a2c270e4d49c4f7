//! The queries are made of nodes that exist, and paint what they are meant to.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::{env, fs};

use streaming_iterator::StreamingIterator;
use tree_sitter::{Language, Parser, Query, QueryCursor};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn language() -> Language {
    tree_sitter_quell::LANGUAGE.into()
}

fn query(name: &str) -> Query {
    let text = fs::read_to_string(folder().join("queries").join(name)).unwrap();
    Query::new(&language(), &text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The captures of a query in a program, in order: text and name.
fn captures(name: &str, program: &str) -> Vec<(String, String)> {
    let query = query(name);
    let mut parser = Parser::new();
    parser.set_language(&language()).unwrap();
    let tree = parser.parse(program, None).unwrap();
    assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
    let mut cursor = QueryCursor::new();
    let mut found = cursor.captures(&query, tree.root_node(), program.as_bytes());
    let mut captures = Vec::new();
    while let Some((found, index)) = found.next() {
        let capture = found.captures[*index];
        let name = query.capture_names()[capture.index as usize].to_owned();
        captures.push((program[capture.node.byte_range()].to_owned(), name));
    }
    captures
}

#[test]
fn every_query_is_made_of_nodes_that_exist() {
    // Those of editors whose names for captures differ stand with the editor.
    let folders = [("queries", 6), ("../../editors/helix/queries", 4), ("../../editors/zed/languages/quell", 3)];
    for (queries, least) in folders {
        let entries = fs::read_dir(folder().join(queries)).unwrap().map(|entry| entry.unwrap().path());
        let queries: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "scm")).collect();
        for path in &queries {
            let text = fs::read_to_string(path).unwrap();
            Query::new(&language(), &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        assert!(queries.len() >= least, "{} queries", queries.len());
    }
}

/// What an editor calls the captures of `queries/highlights.scm`, where that differs.
struct Dialect {
    file: &'static str,
    first_line: &'static str,
    names: &'static [(&'static str, &'static str)],
}

const DIALECTS: [Dialect; 2] = [
    Dialect {
        file: "../../editors/helix/queries/highlights.scm",
        first_line: "; Made by the tests of grammar/tree-sitter from its highlights, with the names that Helix has for scopes.",
        names: &[
            ("comment.documentation", "comment.block.documentation"),
            ("keyword.import", "keyword.control.import"),
            ("keyword.modifier", "keyword.storage.modifier"),
            ("number", "constant.numeric"),
            ("property", "variable.other.member"),
            ("variable.member", "variable.other.member"),
            ("variable.parameter", "tag"),
        ],
    },
    Dialect {
        file: "../../editors/zed/languages/quell/highlights.scm",
        first_line: "; Made by the tests of grammar/tree-sitter from its highlights, with the names that Zed has for syntax.",
        names: &[
            ("comment.documentation", "comment.doc"),
            ("constant.builtin", "constant"),
            ("function.builtin", "function"),
            ("keyword.import", "keyword"),
            ("keyword.modifier", "keyword"),
            ("keyword.operator", "operator"),
            ("string.regexp", "string.regex"),
            ("string.special.path", "string.special"),
            ("variable.member", "property"),
            ("variable.parameter", "tag"),
        ],
    },
];

impl Dialect {
    /// The highlights in this dialect. A capture is a word that begins with `@`; the query has no others.
    fn translate(&self, highlights: &str) -> String {
        let (_, rules) = highlights.split_once('\n').unwrap();
        let mut parts = rules.split('@');
        let mut out = format!("{}\n{}", self.first_line, parts.next().unwrap());
        for part in parts {
            let end = part.find(|c: char| c != '.' && !c.is_ascii_lowercase()).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let known = self.names.iter().find(|(ours, _)| *ours == name);
            out.push('@');
            out.push_str(known.map_or(name, |(_, theirs)| theirs));
            out.push_str(rest);
        }
        out
    }
}

#[test]
fn the_highlights_of_other_editors_are_these() {
    let highlights = fs::read_to_string(folder().join("queries/highlights.scm")).unwrap();
    let ours = query("highlights.scm");
    let mut stale = Vec::new();
    for dialect in &DIALECTS {
        for (name, _) in dialect.names {
            assert!(ours.capture_names().contains(name), "{}: nothing is painted as {name}", dialect.file);
        }
        let path = folder().join(dialect.file);
        let translated = dialect.translate(&highlights);
        if fs::read_to_string(&path).ok().as_ref() != Some(&translated) {
            stale.push(dialect.file);
            if env::var_os("UPDATE_EXPECT").is_some() {
                fs::write(&path, translated).unwrap();
            }
        }
    }
    assert!(stale.is_empty() || env::var_os("UPDATE_EXPECT").is_some(), "run with UPDATE_EXPECT=1: {stale:?}");
}

#[test]
fn each_token_is_painted_once() {
    let program = r#"import "fleet.quell"
## Restores.
suppress restic {
  owner = "a" # who
  enabled = true
  expires = 2027-01-31
  tags = ["b"]
  allow expired = "known"
  rules { ruleId:def-000-krp }
  when event { @process.args:+x AND host:web-* OR NOT e:(f OR "g") @h.i:>=5 CIDR(@j.k, 10.0.0.0/8) $l }
}
let m = ("n" OR o)
attribute @p.q : int[]
tag r
test "s" { fires { "t": [1, true] } suppressed "u.json" by restic }
"#;
    let mut painted = String::new();
    let mut last = None;
    for (text, name) in captures("highlights.scm", program) {
        assert_ne!(last.as_ref(), Some(&text).filter(|text| text.len() > 1), "twice: {text} {name}");
        painted.push_str(&format!("{} {name}\n", text.trim_end()));
        last = Some(text);
    }
    let expected = folder().join("test/highlights.txt");
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&expected, &painted).unwrap();
    }
    assert_eq!(painted, fs::read_to_string(&expected).unwrap());
}

#[test]
fn an_event_is_json_and_documentation_is_markdown() {
    let program = "## Two *words*.\ntest \"s\" {\n  fires { \"t\": [1] }\n  fires \"u.json\"\n}\n";
    let content = |(text, name): (String, String)| (name == "injection.content").then_some(text);
    let found: Vec<String> = captures("injections.scm", program).into_iter().filter_map(content).collect();
    assert_eq!(found, ["## Two *words*.", "{ \"t\": [1] }"]);
}

#[test]
fn names_lead_to_where_they_are_used() {
    let program = "let a = (b)\nsuppress c { when { host:$a } }\ntest \"d\" { fires \"e\" by c }\n";
    let found = captures("locals.scm", program);
    let has = |text: &str, name: &str| found.iter().any(|(found, kind)| found == text && kind == name);
    assert!(has("a", "local.definition.var") && has("$a", "local.reference"), "{found:?}");
    assert!(has("c", "local.definition.function") && has("c", "local.reference"), "{found:?}");
}
