//! What is imported compiles to what it was imported from.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::project::Project;

/// Imports a text and compiles it for Datadog; gives the attributes of each body.
#[track_caller]
fn round(file: &str, text: &str) -> Vec<Value> {
    let project = Project::new(&[("quell.toml", ""), (file, text)]);
    project.run(&["import", file, "-o", "imported.quell"]).expect(0);
    let compiled = project.run(&["compile", "--target", "datadog", "--now", "2020-01-01", "imported.quell"]).expect(0);
    let bodies: Vec<Value> = serde_json::from_str(&compiled.stdout).unwrap();
    bodies.into_iter().map(|body| body["data"]["attributes"].clone()).collect()
}

/// The attributes that a body is made of, in one spelling: without what the server adds, without quotes in queries, which
/// Quell always writes, tags as a set, and what is empty as absent.
fn plain(attributes: &Value) -> Value {
    let mut plain = json!({"enabled": true, "rule_query": "type:workload_security"});
    for key in ["name", "description", "enabled", "start_date", "expiration_date"] {
        if let Some(value) = attributes.get(key).filter(|value| !value.is_null() && *value != "") {
            plain[key] = value.clone();
        }
    }
    for key in ["rule_query", "suppression_query", "data_exclusion_query"] {
        if let Some(query) = attributes.get(key).and_then(Value::as_str).filter(|query| !query.is_empty()) {
            plain[key] = query.replace('"', "").into();
        }
    }
    let tags: BTreeSet<&str> =
        attributes.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    plain["tags"] = json!(tags);
    plain
}

#[track_caller]
fn assert_gives_back(file: &str, text: &str, bodies: &[Value]) {
    let given: Vec<Value> = round(file, text).iter().map(plain).collect();
    let wanted: Vec<Value> = bodies.iter().map(plain).collect();
    assert_eq!(given, wanted, "{text}");
}

fn bodies() -> Vec<Value> {
    vec![
        json!({
            "name": "Nightly backup (prod)",
            "description": "Owner: platform@example.com\nTicket: SEC-7\n\nReads everything by design.\n\nSecond part.",
            "enabled": false,
            "rule_query": "type:workload_security ruleId:def-000-krp",
            "suppression_query": "@process.executable.path:/usr/bin/restic host:(a OR b)",
            "start_date": 1_790_000_000_000_i64,
            "expiration_date": 1_801_439_999_999_i64,
            "tags": ["owner:platform_example.com", "ticket:sec-7", "team:platform"],
        }),
        json!({
            "name": "own-attributes",
            "enabled": true,
            "rule_query": "type:workload_security",
            "data_exclusion_query": "@custom.stage:load-test our_tag:x",
        }),
        json!({"name": "own-attributes", "rule_query": "source:cloudtrail", "suppression_query": "env:test"}),
    ]
}

#[test]
fn answers_of_the_api_are_given_back() {
    let bodies = bodies();
    let data: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(number, body)| json!({"id": format!("abc-{number}"), "type": "suppressions", "attributes": body}))
        .collect();
    let mut wanted = bodies.clone();
    assert_gives_back("list.json", &json!({"data": data}).to_string(), &wanted);
    wanted.truncate(1);
    assert_gives_back("one.json", &json!({"data": data[0]}).to_string(), &wanted);
    assert_gives_back("bare.json", &bodies[0].to_string(), &wanted);
}

#[test]
fn the_id_stays_as_a_comment() {
    let answer = json!({"data": {"id": "abc-1", "type": "suppressions", "attributes": bodies()[0]}}).to_string();
    let project = Project::new(&[("quell.toml", ""), ("a.json", &answer)]);
    let imported = project.run(&["import", "a.json"]).expect(0).stdout;
    assert!(imported.starts_with("# Datadog's id: abc-1\n"), "{imported}");
    assert!(imported.contains("  expires = 2027-01-31\n"), "{imported}");
}

#[test]
fn what_is_compiled_for_terraform_is_given_back() {
    let bodies = bodies();
    let answer =
        json!(bodies.iter().map(|body| json!({"type": "suppressions", "attributes": body})).collect::<Vec<_>>());
    let project = Project::new(&[("quell.toml", ""), ("a.json", &answer.to_string())]);
    project.run(&["import", "a.json", "-o", "a.quell"]).expect(0);
    let terraform =
        project.run(&["compile", "--target", "terraform", "--now", "2020-01-01", "a.quell"]).expect(0).stdout;
    assert_gives_back("a.tf.json", &terraform, &bodies);
    let document = project.run(&["compile", "--now", "2020-01-01", "a.quell"]).expect(0).stdout;
    let again = Project::new(&[("quell.toml", ""), ("document.json", &document)]);
    again.run(&["import", "document.json", "-o", "b.quell"]).expect(0);
    // Declarations are not part of the document, and are found again.
    let compiled = again.run(&["compile", "--now", "2020-01-01", "b.quell"]).expect(0).stdout;
    let without_source = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        for rule in value["rules"].as_array_mut().unwrap() {
            rule.as_object_mut().unwrap().remove("source");
        }
        value
    };
    assert_eq!(without_source(&compiled), without_source(&document));
}

#[test]
fn terraform_is_read_with_its_comments() {
    let text = r#"
# Agreed in SEC-12.
resource "datadog_security_monitoring_suppression" "restic" {
  name              = "restic"
  enabled           = true
  rule_query        = "type:workload_security"
  suppression_query = "@process.executable.path:\"/usr/bin/restic\" @process.args:$${HOME}"
  tags              = ["team:platform"]
}
"#;
    let body = json!({
        "name": "restic",
        "suppression_query": "@process.executable.path:/usr/bin/restic @process.args:\"${HOME}\"",
        "tags": ["team:platform"],
    });
    // A bracket ends a bare value, in Datadog as in Quell: what Terraform holds must be quoted to be read.
    let text = text.replace("@process.args:$${HOME}", "@process.args:\\\"$${HOME}\\\"");
    assert_gives_back("main.tf", &text, &[body]);
    let project = Project::new(&[("quell.toml", ""), ("main.tf", &text)]);
    assert!(project.run(&["import", "main.tf"]).expect(0).stdout.starts_with("# Agreed in SEC-12.\n"));
}

#[test]
fn queries_as_they_are_typed_become_rules() {
    let text = "# the shell of the pen test\n@process.args:+x host:stg-1\n\n@process.args:-c env:dev\n";
    let found = round("queries.txt", text);
    assert_eq!(found[0]["suppression_query"], "@process.args:\"+x\" host:\"stg-1\"");
    assert_eq!(found[0]["description"], "the shell of the pen test");
    assert_eq!(found[1]["name"], "imported-2");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_overwritten() {
    let project = Project::new(&[
        ("quell.toml", ""),
        ("none.json", "{\"a\": 1}"),
        ("broken.json", "{"),
        ("trap.txt", "@process.args:x or @process.args:y\n"),
        ("there.quell", "# mine\n"),
    ]);
    assert!(project.run(&["import", "none.json"]).expect(2).stderr.contains("holds no suppression"));
    assert!(project.run(&["import", "broken.json"]).expect(2).stderr.contains("is not JSON"));
    assert!(project.run(&["import", "missing.json"]).expect(2).stderr.contains("cannot be read"));
    assert!(project.run(&["import", "trap.txt"]).expect(1).stderr.contains("1 errors"));
    assert!(project.run(&["import", "trap.txt", "-o", "there.quell"]).expect(2).stderr.contains("is there already"));
    assert_eq!(project.read("there.quell"), "# mine\n");
}

/// The examples of the published API description, where they are there.
#[test]
fn published_examples_are_given_back() {
    let Some(folder) = std::env::var_os("QUELL_SHARED") else { return };
    let path = std::path::Path::new(&folder).join("datadog/api_examples.jsonl");
    let mut seen = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let example: Value = serde_json::from_str(line).unwrap();
        for part in ["request", "response"] {
            let data = &example[part]["data"];
            let all = data.as_array().cloned().unwrap_or_else(|| vec![data.clone()]);
            let bodies: Vec<Value> = all
                .iter()
                .filter(|one| one["type"] == "suppressions")
                .map(|one| one["attributes"].clone())
                // A change of one field is no body to create from.
                .filter(|attributes| attributes.get("name").is_some())
                .collect();
            if !bodies.is_empty() {
                seen += bodies.len();
                assert_gives_back("example.json", &example[part].to_string(), &bodies);
            }
        }
    }
    assert!(seen >= 10, "{seen}");
}
