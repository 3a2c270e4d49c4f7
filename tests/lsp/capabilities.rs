//! What the server says that it can do, each tied to requests: a feature that says nothing fails here, and so does one
//! that is declared and has no request.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::language_client::Client;
use tests::workspace;

use crate::program::{Program, URI};

/// A program with something in it for every feature. The line of the condition is not laid out.
const TEXT: &str = "import \"z.quell\"\nimport \"lib.quell\"\n\n## Rotates logs.\nsuppress a {\n  rules { ruleId:x }\n  \
                    when {\n      @process.executable.path:/usr/sbin/logrotate\n    host:$hosts\n    $part\n  }\n}\n\nlet \
                    hosts = (web-1 OR web-2)\nlet part = { service:shop }\n";

const LIB: &str = "file:///nowhere/lib.quell";

/// A request and what its answer must hold: nothing, a null and a list of nothing are no answer.
struct Asked {
    capability: &'static str,
    what: String,
    answer: Value,
}

/// Whether an answer says nothing: it and all that it is made of.
fn is_empty(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn open(mark_before: &str, capabilities: Value) -> Program {
    let marked = TEXT.replacen(mark_before, &format!("‸{mark_before}"), 1);
    Program::open_as(&marked, capabilities).and(LIB, "let more = (a)\n")
}

/// Answers without what is true of empty ones, too.
fn said(answer: &Value, field: &str) -> Value {
    answer.get(field).cloned().unwrap_or_default()
}

fn asked() -> Vec<Asked> {
    let mut found = Vec::new();
    let mut add = |capability, what: &str, answer| found.push(Asked { capability, what: what.to_owned(), answer });
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let options = json!({ "tabSize": 2, "insertSpaces": true });

    let mut program = open("suppress a", json!({}));
    let published = program.client.published(URI, Some(1)).unwrap();
    add("textDocumentSync", "openClose", published);
    program.client.change(URI, 2, json!([{ "range": whole, "text": "suppress {" }])).unwrap();
    add("textDocumentSync", "change", program.client.published(URI, Some(2)).unwrap());

    // At a place.
    for (capability, mark, method) in [
        ("hoverProvider", "@process", "textDocument/hover"),
        ("definitionProvider", "$hosts", "textDocument/definition"),
        ("documentHighlightProvider", "$hosts", "textDocument/documentHighlight"),
        ("renameProvider", "$hosts", "textDocument/prepareRename"),
        ("callHierarchyProvider", "part = ", "textDocument/prepareCallHierarchy"),
    ] {
        add(capability, method, open(mark, json!({})).ask(method));
    }
    // At a place, with more to say.
    let position = open("$hosts", json!({})).at;
    for (capability, mark, method, more) in [
        ("referencesProvider", "$hosts", "references", json!({ "context": { "includeDeclaration": true } })),
        ("renameProvider", "$hosts", "rename", json!({ "newName": "machines" })),
        ("selectionRangeProvider", "$hosts", "selectionRange", json!({ "positions": [position] })),
        ("documentFormattingProvider", "a", "formatting", json!({ "options": options })),
        ("documentRangeFormattingProvider", "a", "rangeFormatting", json!({ "options": options, "range": whole })),
        ("documentOnTypeFormattingProvider", "\n\nlet", "onTypeFormatting", json!({ "options": options, "ch": "}" })),
        ("documentSymbolProvider", "a", "documentSymbol", json!({})),
        ("foldingRangeProvider", "a", "foldingRange", json!({})),
        ("documentLinkProvider", "a", "documentLink", json!({})),
        ("codeLensProvider", "a", "codeLens", json!({})),
        ("inlayHintProvider", "a", "inlayHint", json!({ "range": whole })),
        ("semanticTokensProvider", "a", "semanticTokens/range", json!({ "range": whole })),
    ] {
        let answer = open(mark, json!({})).ask_with(&format!("textDocument/{method}"), more);
        // How a range is counted is said of an empty one, too.
        let answer = if method == "semanticTokens/range" { said(&answer, "data") } else { answer };
        add(capability, method, answer);
    }

    let mut program = open("part = ", json!({}));
    let item = program.ask("textDocument/prepareCallHierarchy")[0].clone();
    let calls = program.client.request("callHierarchy/incomingCalls", json!({ "item": item })).unwrap();
    add("callHierarchyProvider", "incoming", calls.clone());
    let caller = said(&calls[0], "from");
    let calls = program.client.request("callHierarchy/outgoingCalls", json!({ "item": caller })).unwrap();
    add("callHierarchyProvider", "outgoing", calls);
    add(
        "workspaceSymbolProvider",
        "symbol",
        program.client.request("workspace/symbol", json!({ "query": "a" })).unwrap(),
    );

    let mut program = open("      @process", json!({}));
    let items = said(&program.ask("textDocument/completion"), "items");
    add("completionProvider", "completion", items.clone());
    let documented = items.as_array().unwrap().iter().find(|item| item.get("data").is_some()).unwrap();
    let resolved = program.client.request("completionItem/resolve", documented.clone()).unwrap();
    add("completionProvider", "resolve", said(&resolved, "documentation"));

    let full = program.ask("textDocument/semanticTokens/full");
    add("semanticTokensProvider", "full", said(&full, "data"));
    program
        .client
        .change(URI, 2, json!([{ "text": format!("suppress first {{ when {{ host:x }} }}\n{TEXT}") }]))
        .unwrap();
    let more = json!({ "previousResultId": full["resultId"] });
    add(
        "semanticTokensProvider",
        "delta",
        said(&program.ask_with("textDocument/semanticTokens/full/delta", more), "edits"),
    );

    let lazily = json!({ "textDocument": { "codeAction": { "resolveSupport": { "properties": ["edit"] } } } });
    let mut program = open("suppress a", lazily);
    let at = json!({ "start": program.at, "end": program.at });
    let actions = program.ask_with("textDocument/codeAction", json!({ "range": at, "context": { "diagnostics": [] } }));
    add("codeActionProvider", "action", actions);
    let sorts = json!({ "diagnostics": [], "only": ["source.organizeImports"] });
    let sort = program.ask_with("textDocument/codeAction", json!({ "range": at, "context": sorts }))[0].clone();
    assert!(sort.get("edit").is_none(), "{sort}");
    add("codeActionProvider", "resolve", said(&program.client.request("codeAction/resolve", sort).unwrap(), "edit"));

    let mut program = open("suppress a", json!({ "textDocument": { "diagnostic": {} } }));
    add("diagnosticProvider", "document", said(&program.ask("textDocument/diagnostic"), "items"));
    let all = program.client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let of_document = all["items"].as_array().unwrap().iter().find(|report| report["uri"] == URI).unwrap();
    add("diagnosticProvider", "workspace", said(of_document, "items"));

    let renames = json!({ "files": [{ "oldUri": LIB, "newUri": "file:///nowhere/other.quell" }] });
    add("workspace", "willRename", program.client.request("workspace/willRenameFiles", renames).unwrap());
    let mut commands = Client::initialized(None, json!({})).unwrap();
    commands.open("file:///elsewhere/b.quell", 1, "let fine = (x)\n").unwrap();
    commands.open("file:///elsewhere/t.quell", 1, "test \"fires\" { fires { \"process\": {} } }\n").unwrap();
    let events = workspace::root().join("grammar/examples/events/backup.ndjson");
    for (command, argument) in [
        ("quell.compile", "file:///elsewhere/b.quell"),
        ("quell.explain", "match-all"),
        ("quell.suggest", &format!("file://{}", events.display())),
        ("quell.replay", &format!("file://{}", events.display())),
        ("quell.test", "file:///elsewhere/t.quell"),
    ] {
        let arguments = json!([argument]);
        let params = json!({ "command": command, "arguments": arguments });
        add("executeCommandProvider", command, commands.request("workspace/executeCommand", params).unwrap());
    }
    found
}

#[test]
fn what_is_declared_says_something() {
    let mut client = Client::start().unwrap();
    let encodings = json!({ "positionEncodings": ["utf-8"] });
    let result =
        client.initialize(None, json!({ "general": encodings, "textDocument": { "diagnostic": {} } })).unwrap();
    let declared = result["capabilities"].as_object().unwrap();
    assert_eq!(declared["positionEncoding"], "utf-8");
    let asked = asked();
    for Asked { capability, what, answer } in &asked {
        assert!(!is_empty(answer), "{capability}, {what}: {answer}");
    }
    let answered: BTreeSet<&str> = asked.iter().map(|asked| asked.capability).chain(["positionEncoding"]).collect();
    let names: BTreeSet<&str> = declared.keys().map(String::as_str).collect();
    assert_eq!(names, answered);
    let commands = |list: &Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let run = asked.iter().filter(|asked| asked.capability == "executeCommandProvider").map(|asked| asked.what.clone());
    assert_eq!(commands(&declared["executeCommandProvider"]["commands"]), run.collect());
}
