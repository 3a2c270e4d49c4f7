//! The committed parser is the one that `grammar.js` gives. Needs Node. `UPDATE_EXPECT=1` writes it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::{env, fs};

use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

/// Of the generated parser; what Neovim 0.9 and newer, Helix and Zed load.
const ABI: usize = 14;

const GENERATED: [&str; 6] = [
    "grammar.json",
    "node-types.json",
    "parser.c",
    "tree_sitter/alloc.h",
    "tree_sitter/array.h",
    "tree_sitter/parser.h",
];

#[test]
fn the_parser_is_up_to_date() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for file in ["grammar.js", "package.json", "tree-sitter.json"] {
        fs::copy(here.join(file), folder.path().join(file)).unwrap();
    }
    let none = None::<&Path>;
    generate_parser_in_directory(folder.path(), none, none, ABI, None, Some("node"), true, OptLevel::default())
        .unwrap_or_else(|error| panic!("{error}"));
    let mut stale = Vec::new();
    for file in GENERATED {
        let fresh = fs::read_to_string(folder.path().join("src").join(file)).unwrap();
        let committed = here.join("src").join(file);
        if fs::read_to_string(&committed).ok().as_ref() != Some(&fresh) {
            stale.push(file);
            if env::var_os("UPDATE_EXPECT").is_some() {
                fs::create_dir_all(committed.parent().unwrap()).unwrap();
                fs::write(&committed, fresh).unwrap();
            }
        }
    }
    assert!(
        stale.is_empty() || env::var_os("UPDATE_EXPECT").is_some(),
        "run with UPDATE_EXPECT=1, what is stale is {stale:?}"
    );
}
