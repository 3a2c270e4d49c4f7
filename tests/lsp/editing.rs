//! What is done to a document on request: fixes, other changes, layout.

use serde_json::{Value, json};

use crate::program::{Program, URI};

/// The actions at the cursor, by title, with what each makes of the text.
fn actions(program: &mut Program, only: Option<&str>) -> Vec<(String, String)> {
    let range = json!({ "start": program.at, "end": program.at });
    actions_of(program, &range, only)
}

fn actions_of(program: &mut Program, range: &Value, only: Option<&str>) -> Vec<(String, String)> {
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let found = program.ask_with("textDocument/codeAction", json!({ "range": range, "context": context }));
    let actions = found.as_array().unwrap().clone();
    actions
        .into_iter()
        .map(|mut action| {
            if action.get("edit").is_none() {
                action = program.client.request("codeAction/resolve", action).unwrap();
            }
            let title = action["title"].as_str().unwrap().to_owned();
            (title, program.edited(&action["edit"]["changes"][URI]))
        })
        .collect()
}

#[track_caller]
fn does(marked: &str, title: &str, expected: &str) {
    let mut program = Program::open(marked);
    let actions = actions(&mut program, None);
    let found = actions.iter().find(|action| action.0 == title);
    assert_eq!(found.map(|action| action.1.as_str()), Some(expected), "{actions:#?}");
}

#[test]
fn every_fix_is_an_action() {
    does(
        "suppress a { when { @process.‸ancestors.executable.args:x } }\n",
        "use `@process.ancestors.args`",
        "suppress a { when { @process.ancestors.args:x } }\n",
    );
    does("let a = ‸(b\n", "add `)` at the end of the item", "let a = (b)\n");
    // Of the linker, too.
    let mut program = Program::open("import \"‸fleets.quell\"\n").and("file:///nowhere/fleet.quell", "let x = (y)\n");
    let found = actions(&mut program, Some("quickfix"));
    assert_eq!(found, [("import `fleet.quell`".to_owned(), "import \"fleet.quell\"\n".to_owned())]);
    // A fix says what it does away with, and which one most would choose.
    let mut program = Program::open("suppress a { when { @‸host:x } }\n");
    let range = json!({ "start": program.at, "end": program.at });
    let params = json!({ "range": range, "context": { "diagnostics": [], "only": ["quickfix"] } });
    let found = program.ask_with("textDocument/codeAction", params);
    let fix = found.as_array().unwrap().iter().find(|action| action["title"] == "remove the `@`").unwrap();
    assert_eq!((&fix["isPreferred"], &fix["diagnostics"][0]["code"]), (&json!(true), &json!("at-before-tag")));
}

#[test]
fn a_rule_can_be_changed_by_itself() {
    does("suppress a { when { host:we‸b } }\n", "quote this value", "suppress a { when { host:\"web\" } }\n");
    does(
        "suppress a { when { host:(a OR ‸b) } }\n",
        "extract to `let extracted`",
        "suppress a { when { host:$extracted } }\n\nlet extracted = (a OR b)\n",
    );
    does(
        "let b = (x OR y)\nsuppress a { when { host:$‸b } }\n",
        "inline `let b`",
        "suppress a { when { host:(x OR y) } }\n",
    );
    does(
        "suppress ‸a {\n  when { host:x }\n}\n",
        "add owner and expiry",
        "suppress a {\n  owner = \"team@example.com\"\n  expires = 2027-02-22\n  when { host:x }\n}\n",
    );
    // A selection of whole terms.
    let mut program = Program::open("suppress a { when { host:x env:y service:z } }\n");
    let range = program.range("host:x env:y");
    let found = actions_of(&mut program, &range, Some("refactor.extract"));
    let expected = "suppress a { when { $extracted service:z } }\n\nlet extracted = { host:x env:y }\n";
    assert_eq!(found, [("extract to `let extracted`".to_owned(), expected.to_owned())]);
}

#[test]
fn whole_documents_are_fixed_and_imports_sorted() {
    let text = "import \"b.quell\"\nimport \"a.quell\"\nimport \"b.quell\"\n\nsuppress a { when { @host:x @env:y } }\n";
    for capabilities in
        [json!({}), json!({ "textDocument": { "codeAction": { "resolveSupport": { "properties": ["edit"] } } } })]
    {
        let mut program = Program::open_as(text, capabilities)
            .and("file:///nowhere/a.quell2", "")
            .and("file:///nowhere/b.quell", "let x = (y)\n");
        let found = actions(&mut program, Some("source.organizeImports"));
        assert!(found[0].1.starts_with("import \"a.quell\"\nimport \"b.quell\"\n\nsuppress"), "{found:?}");
        let found = actions(&mut program, Some("source.fixAll"));
        assert!(found[0].1.ends_with("suppress a { when { host:x env:y } }\n"), "{found:?}");
    }
}

#[test]
fn a_document_is_laid_out_as_the_command_line_does() {
    let text = "suppress a{when{host:x}}\n\n\n\nlet   b=(c)\n";
    let mut program = Program::open(text);
    let options = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = program.ask_with("textDocument/formatting", options.clone());
    assert_eq!(program.edited(&edits), quell::fmt::format(text));
    assert_ne!(quell::fmt::format(text), text);
    // A part.
    let mut more = options;
    more["range"] = program.range("let   b");
    let edits = program.ask_with("textDocument/rangeFormatting", more);
    assert_eq!(program.edited(&edits), text.replace("let   b=(c)", "let b = (c)"));
}

#[test]
fn what_is_typed_is_laid_out() {
    let type_at = |marked: &str, ch: &str| {
        let mut program = Program::open(marked);
        let more = json!({ "ch": ch, "options": { "tabSize": 2, "insertSpaces": true } });
        let edits = program.ask_with("textDocument/onTypeFormatting", more);
        program.edited(&edits)
    };
    assert_eq!(type_at("suppress a{when{host:x}}‸\n", "}"), "suppress a {\n  when { host:x }\n}\n");
    assert_eq!(type_at("suppress a {\n  when { host:x }‸\n", "}"), "suppress a {\n  when { host:x }\n");
    assert_eq!(type_at("suppress a {\n‸\n}\n", "\n"), "suppress a {\n  \n}\n");
    assert_eq!(type_at("suppress a {\n  when {\n‸  }\n}\n", "\n"), "suppress a {\n  when {\n  }\n}\n");
}

#[test]
fn a_parent_is_added_where_one_is_missing() {
    let text = "suppress ‸nightly {\n  rules { ruleId:x }\n  when {\n    @process.executable.path:/usr/bin/restic\n    \
                @process.user:backup\n    host:web-1\n  }\n}\n";
    let mut program = Program::open(text);
    let missing = |program: &mut Program| {
        let found = program.ask_with(
            "textDocument/codeAction",
            json!({
                "range": { "start": program.at, "end": program.at }, "context": { "diagnostics": [] },
            }),
        );
        found.as_array().unwrap().iter().any(|action| action["title"] == "add the missing parent term")
    };
    assert!(missing(&mut program));
    let added = actions(&mut program, None).into_iter().find(|action| action.0 == "add the missing parent term");
    let added = added.unwrap().1;
    assert!(added.contains("when { @process.parent.executable.path:/path/to/parent\n    @process.exec"), "{added}");
    assert!(!missing(&mut Program::open(&added.replacen("nightly", "‸nightly", 1))), "{added}");
}

#[test]
fn a_rule_is_suggested_for_an_event_of_a_test() {
    let event = |name: &str| {
        let path = tests::workspace::root().join("grammar/examples/events").join(name);
        std::fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned()
    };
    let (noise, attack) = (event("backup.ndjson"), event("backup-attack.ndjson"));
    let title = "suggest a rule from this event";
    let mut program = Program::open(&format!(
        "test \"backups are quiet\" {{\n  sup‸pressed {noise} by backup\n  fires {attack}\n}}\n"
    ));
    let found = actions(&mut program, None).into_iter().find(|action| action.0 == title);
    let text = found.unwrap().1;
    assert!(text.starts_with(&format!("{}\n\nsuppress backup {{\n", program.text.trim_end())), "{text}");
    // It is a rule without a finding, under the name that the test asks for.
    let mut program = Program::open(&text);
    let published = program.client.published(URI, Some(1)).unwrap();
    assert_eq!(published, json!([]), "{text}");
    // Not of what has to fire, and not where nothing tells the two apart.
    for marked in [
        format!("test \"t\" {{\n  fi‸res {attack}\n}}\n"),
        format!("test \"t\" {{\n  sup‸pressed {noise}\n  fires {noise}\n}}\n"),
    ] {
        let found = actions(&mut Program::open(&marked), None);
        assert!(found.iter().all(|action| action.0 != title), "{found:?}");
    }
}
