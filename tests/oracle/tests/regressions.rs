//! What the fuzzer that asks the open grammar found once holds. It is kept as the text of a program.

use std::fs;
use std::path::Path;

use oracle::agrees;

#[test]
fn whatever_was_found_once_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions/vrl");
    let mut held = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let program = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        agrees(&program).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        held += 1;
    }
    assert!(held > 0, "{} is empty", folder.display());
}
