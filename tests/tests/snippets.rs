//! The snippets of the editors are programs: each is checked with what stands at its places.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde::Deserialize;
use tests::{binary, workspace};

#[derive(Deserialize)]
struct Snippet {
    prefix: serde_json::Value,
    description: String,
    body: Vec<String>,
}

/// A snippet's text with the first choice at each place.
fn expanded(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body.replace("$CURRENT_YEAR", "2030").replace("$0", "");
    while let Some((before, after)) = rest.clone().split_once("${") {
        out.push_str(before);
        let (place, tail) = after.split_once('}').unwrap();
        let number = place.trim_start_matches(|character: char| character.is_ascii_digit());
        let text = match number.strip_prefix('|') {
            Some(choices) => choices.trim_end_matches('|').split(',').next().unwrap(),
            None => number.strip_prefix(':').unwrap(),
        };
        out.push_str(text);
        rest = tail.to_owned();
    }
    out.push_str(&rest);
    out
}

#[test]
fn each_is_a_clean_program() {
    let quell = binary::quell().unwrap();
    let text = fs::read_to_string(workspace::root().join("editors/vscode/snippets/quell.json")).unwrap();
    let snippets: BTreeMap<String, Snippet> = serde_json::from_str(&text).unwrap();
    assert!(snippets.len() >= 8);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fleet.quell"), "tag team\n").unwrap();
    for (name, snippet) in snippets {
        assert!(!snippet.description.is_empty() && !snippet.prefix.is_null(), "{name}");
        let mut program = expanded(&snippet.body.join("\n"));
        // A line of a rule needs the rule around it.
        if program.starts_with("allow") {
            let when = "@process.args:\"*\" @process.executable.path:/usr/bin/restic \
                        @process.parent.executable.path:/usr/sbin/cron host:web-1";
            program =
                format!("suppress a {{\n  {program}\n  rules {{ ruleId:def-000-krp }}\n  when {{ {when} }}\n}}\n");
        }
        let file = folder.path().join("snippet.quell");
        fs::write(&file, &program).unwrap();
        let run = Command::new(quell.as_path())
            .args(["check", "--deny", "warnings", "--format", "short", "--now", "2026-11-24"])
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{name}:\n{program}\n{said}");
    }
}
