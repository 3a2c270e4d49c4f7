//! What helps to read: hovers, notes, colours, folds, selections.

use serde_json::{Value, json};

use crate::program::{Program, URI, place};

const RULE: &str = "## Rotates logs.\nsuppress a {\n  owner = \"o\"\n  reason = \"r\"\n  expires = 2027-01-31\n  rules { \
                    ruleId:x }\n  when {\n    @process.executable.path:/usr/sbin/logrotate\n    host:$hosts\n  \
                    }\n}\n\nlet hosts = (web-1 OR web-2)\n";

fn at(mark_before: &str) -> Program {
    Program::open(&RULE.replacen(mark_before, &format!("‸{mark_before}"), 1))
}

#[test]
fn a_hover_tells_what_is_known() {
    for (mark, wanted) in [
        ("@process.exec", "**@process.executable.path**: path"),
        ("host:", "**host**: tag"),
        ("$hosts", "let hosts = (web-1 OR web-2)\n```\n\n2 values"),
        ("a {", "bits"),
        ("a {", "68 days left"),
        ("a {", "`@process.executable.path:\"/usr/sbin/logrotate\"`"),
        ("a {", "Rotates logs."),
        ("owner", "who answers"),
        ("suppress", "never triggers"),
        ("ruleId", "key of detection rules"),
    ] {
        let found = at(mark).ask("textDocument/hover");
        let text = found["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(wanted), "{mark}: {text}");
    }
    let mut program =
        Program::open("suppress a { when { @process.executable.path:‸/opt/render-2.4.17/bin/server } }\n");
    let found = program.ask("textDocument/hover");
    assert!(found["contents"]["value"].as_str().unwrap_or_default().contains("**ephemeral-value**"), "{found}");
    assert_eq!(program.under(&found["range"]), "/opt/render-2.4.17/bin/server");
}

#[test]
fn rules_and_lists_carry_notes() {
    let mut program = at("let");
    let whole = json!({ "start": place(RULE, 0), "end": place(RULE, RULE.len()) });
    let found = program.ask_with("textDocument/inlayHint", json!({ "range": whole }));
    let labels: Vec<&str> = found.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(labels.len(), 3, "{labels:?}");
    assert!(labels[0].contains(" bits, "), "{labels:?}");
    assert_eq!(labels[1..], ["68 days left", "2 values"]);
    // Only what is asked for.
    let range = program.range("let hosts = (web-1 OR web-2)");
    let found = program.ask_with("textDocument/inlayHint", json!({ "range": range }));
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[test]
fn an_editor_without_markdown_is_told_in_plain_text() {
    let mut client = tests::language_client::Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, RULE).unwrap();
    let at = place(RULE, RULE.find("$hosts").unwrap());
    let found =
        client.request("textDocument/hover", json!({ "textDocument": { "uri": URI }, "position": at })).unwrap();
    assert_eq!(found["contents"], json!({ "kind": "plaintext", "value": "let hosts = (web-1 OR web-2)\n\n2 values" }));
}

/// Tokens with their texts, from numbers that count from one to the next.
fn decoded(text: &str, data: &Value) -> Vec<(String, u64, u64)> {
    let numbers: Vec<u64> = data.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    let (mut line, mut column) = (0, 0);
    numbers
        .chunks(5)
        .map(|token| {
            line += token[0];
            column = if token[0] == 0 { column + token[1] } else { token[1] };
            let found = text.split_inclusive('\n').nth(line as usize).unwrap();
            (found[column as usize..(column + token[2]) as usize].to_owned(), token[3], token[4])
        })
        .collect()
}

#[test]
fn every_token_has_its_colour() {
    let mut program = at("let");
    let result = program.ask("textDocument/semanticTokens/full");
    let found = decoded(RULE, &result["data"]);
    let kind = |text: &str| found.iter().find(|token| token.0 == text).unwrap_or_else(|| panic!("{text}: {found:?}")).1;
    let names = program.client.log.iter().find_map(|(_, message)| {
        let legend = &message["result"]["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
        legend.as_array().cloned()
    });
    let names = names.unwrap();
    for (text, expected) in [
        ("suppress", "keyword"),
        ("a", "class"),
        ("owner", "property"),
        ("\"o\"", "string"),
        ("2027-01-31", "number"),
        ("when", "keyword"),
        ("@process.executable.path", "parameter"),
        ("/usr/sbin/logrotate", "string"),
        ("host", "enumMember"),
        ("$hosts", "variable"),
        ("OR", "operator"),
        ("## Rotates logs.", "comment"),
    ] {
        assert_eq!(names[kind(text) as usize], expected, "{text}");
    }
    let range = program.range("host:$hosts");
    let result = program.ask_with("textDocument/semanticTokens/range", json!({ "range": range }));
    let texts: Vec<String> = decoded(RULE, &result["data"]).into_iter().map(|token| token.0).collect();
    assert_eq!(texts, ["host", "$hosts"]);
}

#[test]
fn a_change_of_colours_is_told_as_a_change() {
    let mut program = at("let");
    let full = program.ask("textDocument/semanticTokens/full");
    let mut data = full["data"].as_array().unwrap().clone();
    let mut id = full["resultId"].clone();
    let mut text = RULE.to_owned();
    let edits = [
        ("web-1", "web-11"),
        ("## Rotates", "# head\n\n## Rotates"),
        ("let hosts", "\n\nlet hosts"),
        ("suppress a {\n", "suppress b { "),
        ("let hosts = (web-11 OR web-2)\n", ""),
    ];
    for (version, (old, new)) in (2..).zip(edits) {
        let start = text.find(old).unwrap();
        let range = json!({ "start": place(&text, start), "end": place(&text, start + old.len()) });
        program.client.change(URI, version, json!([{ "range": range, "text": new }])).unwrap();
        text.replace_range(start..start + old.len(), new);
        // The name `hosts` may be gone: then everything is told anew.
        let changed = program.ask_with("textDocument/semanticTokens/full/delta", json!({ "previousResultId": id }));
        match changed.get("edits") {
            Some(edits) => {
                for edit in edits.as_array().unwrap() {
                    let start = edit["start"].as_u64().unwrap() as usize;
                    let end = start + edit["deleteCount"].as_u64().unwrap() as usize;
                    assert!(end - start < data.len(), "nothing was kept");
                    data.splice(start..end, edit["data"].as_array().unwrap().iter().cloned());
                }
            }
            None => data = changed["data"].as_array().unwrap().clone(),
        }
        id = changed["resultId"].clone();
        let fresh = program.ask("textDocument/semanticTokens/full");
        assert_eq!(json!(data), fresh["data"], "{old} {new}");
        assert_eq!(decoded(&text, &json!(data)).len(), data.len() / 5);
        id = fresh["resultId"].clone().as_str().map_or(id, |id| json!(id));
    }
    let changed = program.ask_with("textDocument/semanticTokens/full/delta", json!({ "previousResultId": id }));
    assert_eq!(changed["edits"], json!([]));
}

#[test]
fn blocks_fold_and_selections_grow() {
    let mut program = at("logrotate\n");
    let folds = program.ask("textDocument/foldingRange");
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(1, 10), (6, 9)]);
    let positions = json!({ "positions": [program.at] });
    let found = program.ask_with("textDocument/selectionRange", positions);
    let mut range = &found[0];
    let mut texts = Vec::new();
    while range.is_object() {
        texts.push(program.under(&range["range"]).to_owned());
        range = &range["parent"];
    }
    assert_eq!(texts[0], "/usr/sbin/logrotate");
    assert_eq!(texts[1], "@process.executable.path:/usr/sbin/logrotate");
    assert!(texts.iter().any(|text| text.starts_with("when {")), "{texts:?}");
    assert_eq!(texts.last().unwrap(), RULE);
}
