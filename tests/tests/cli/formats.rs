//! The formats for machines, each against what its readers say they take.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use jsonschema::Validator;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::project::Project;

/// A warning with a safe fix, a hint, an error of meaning, an error of syntax; names that every format must escape.
fn hostile() -> Project {
    Project::new(&[
        (
            "quell.toml",
            "[lints]\nexpired = \"hint\"\nspecificity = \"allow\"\nmissing-owner = \"allow\"\nmissing-reason = \"allow\"\nmissing-expiry = \"allow\"\n",
        ),
        (
            "a b&<c>'\",%.quell",
            "suppress x {\n  rules { ruleId:def-000-krp }\n  when { @process.args:ß€ @process.parent.executable.comm:cron env:prod }\n}\n",
        ),
        ("clean.quell", crate::CLEAN),
        (
            "error.quell",
            "suppress wrong {\n  rules { ruleId:def-000-krp }\n  when { @process.argz:\"<]]>&\u{1}\" @process.argz:x @process.argz:x }\n}\n",
        ),
        ("syntax.quell", "suppress <script>alert(\"x\")</script> {\n"),
        (
            "old.quell",
            "suppress old {\n  expires = 2026-01-31\n  rules { ruleId:def-000-krp }\n  when { @process.executable.path:/usr/bin/restic @process.parent.executable.path:/usr/sbin/cron env:prod }\n}\n",
        ),
    ])
}

/// What every format must tell: file, line, code, severity, in the order of the findings.
fn told(project: &Project) -> Vec<(String, u64, String, String)> {
    let json = project.run(&["check", "--format", "json"]).json();
    let found = json["diagnostics"].as_array().unwrap();
    assert!(["error", "warning", "hint"].iter().all(|severity| found.iter().any(|one| one["severity"] == **severity)));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found
        .iter()
        .map(|one| {
            (text(&one["file"]), one["start"]["line"].as_u64().unwrap(), text(&one["code"]), text(&one["severity"]))
        })
        .collect()
}

#[track_caller]
fn validates(schema: &Value, document: &Value) {
    let validator: Validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The official JSON Schema of SARIF 2.1.0, as the crate `serde-sarif` carries it to make its types from.
fn sarif_schema() -> Value {
    let rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // What is built is there; packages for other systems need not be.
    let metadata = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(tests::workspace::root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif");
    let manifest = PathBuf::from(package.unwrap()["manifest_path"].as_str().unwrap());
    let mut schema: Value =
        serde_json::from_str(&fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap()).unwrap();
    assert_eq!(schema["properties"]["version"]["enum"], json!(["2.1.0"]));
    // One pattern has a bracket too many, which the validator refuses. No language is written.
    for of in ["run", "toolComponent"] {
        let pattern = &mut schema["definitions"][of]["properties"]["language"]["pattern"];
        *pattern = json!(pattern.as_str().unwrap().replace("]?$", "?$"));
    }
    schema
}

#[test]
fn sarif_is_what_its_schema_says() {
    let project = hostile();
    let schema = sarif_schema();
    let document = project.run(&["check", "--format", "sarif"]).expect(2).json();
    validates(&schema, &document);
    // The schema does refuse something.
    let mut wrong = document.clone();
    wrong["runs"][0]["results"][0]["level"] = json!("hint");
    assert!(!jsonschema::is_valid(&schema, &wrong));

    let log: serde_sarif::sarif::Sarif = serde_json::from_value(document).unwrap();
    let run = &log.runs[0];
    let seen: Vec<(String, u64, String, String)> = run
        .results
        .as_ref()
        .unwrap()
        .iter()
        .map(|result| {
            let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
            let uri = place.artifact_location.as_ref().unwrap().uri.as_ref().unwrap();
            let line = place.region.as_ref().unwrap().start_line.unwrap();
            let level = serde_json::to_value(result.level).unwrap().as_str().unwrap().replace("note", "hint");
            (decoded(uri), line as u64, result.rule_id.clone().unwrap(), level)
        })
        .collect();
    assert_eq!(seen, told(&project));
}

/// A URI with its escapes read.
fn decoded(uri: &str) -> String {
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn gitlab_is_what_it_reads() {
    let project = hostile();
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": { "type": "string", "pattern": "^[^/.]" },
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {
                                "begin": { "type": "integer", "minimum": 1 },
                                "end": { "type": "integer", "minimum": 1 }
                            }
                        }
                    }
                }
            }
        }
    });
    let report = |project: &Project| project.run(&["check", "--format", "gitlab"]).json();
    let document = report(&project);
    validates(&schema, &document);
    let entries = document.as_array().unwrap();
    let seen: Vec<(String, u64, String, String)> = entries
        .iter()
        .map(|entry| {
            let severity = match entry["severity"].as_str().unwrap() {
                "critical" => "error",
                "minor" => "warning",
                _ => "hint",
            };
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let line = entry["location"]["lines"]["begin"].as_u64().unwrap();
            (text(&entry["location"]["path"]), line, text(&entry["check_name"]), severity.to_owned())
        })
        .collect();
    assert_eq!(seen, told(&project));

    // GitLab takes two findings with one fingerprint for one, and a finding that moves must stay the same.
    let fingerprints = |document: &Value| -> Vec<String> {
        document.as_array().unwrap().iter().map(|entry| entry["fingerprint"].to_string()).collect()
    };
    let before = fingerprints(&document);
    let mut once = before.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), before.len());
    for file in ["error.quell", "old.quell"] {
        let text = project.read(file);
        project.write(file, format!("# more\n\n\nlet unused = (x)\n{}", text.replace("  when {", "\n    when {\n")));
    }
    let after = report(&project);
    assert_ne!(after, document);
    let after = fingerprints(&after);
    assert!(before.iter().all(|fingerprint| after.contains(fingerprint)), "{before:?} {after:?}");
    project.write("error.quell", project.read("error.quell").replace("@process.argz:x @", "@process.argy:x @"));
    assert_ne!(fingerprints(&report(&project)), after);
}

#[test]
fn rdjson_is_what_reviewdog_reads() {
    let project = hostile();
    let range = json!({
        "type": "object",
        "required": ["start", "end"],
        "additionalProperties": false,
        "properties": { "start": { "$ref": "#/$defs/position" }, "end": { "$ref": "#/$defs/position" } }
    });
    let schema = json!({
        "$defs": {
            "position": {
                "type": "object",
                "required": ["line", "column"],
                "additionalProperties": false,
                "properties": {
                    "line": { "type": "integer", "minimum": 1 },
                    "column": { "type": "integer", "minimum": 1 }
                }
            },
            "range": range
        },
        "type": "object",
        "required": ["source", "diagnostics"],
        "additionalProperties": false,
        "properties": {
            "source": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } },
            "diagnostics": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["message", "location", "severity", "code"],
                    "additionalProperties": false,
                    "properties": {
                        "message": { "type": "string", "minLength": 1 },
                        "severity": { "enum": ["ERROR", "WARNING", "INFO"] },
                        "code": {
                            "type": "object",
                            "required": ["value"],
                            "properties": { "value": { "type": "string" } }
                        },
                        "location": {
                            "type": "object",
                            "required": ["path", "range"],
                            "additionalProperties": false,
                            "properties": { "path": { "type": "string" }, "range": { "$ref": "#/$defs/range" } }
                        },
                        "suggestions": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["range", "text"],
                                "additionalProperties": false,
                                "properties": { "range": { "$ref": "#/$defs/range" }, "text": { "type": "string" } }
                            }
                        }
                    }
                }
            }
        }
    });
    let document = project.run(&["check", "--format", "rdjson"]).expect(2).json();
    validates(&schema, &document);
    let found = document["diagnostics"].as_array().unwrap();
    let seen: Vec<(String, u64, String, String)> = found
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let severity = text(&one["severity"]).to_lowercase().replace("info", "hint");
            let line = one["location"]["range"]["start"]["line"].as_u64().unwrap();
            (text(&one["location"]["path"]), line, text(&one["code"]["value"]), severity)
        })
        .collect();
    assert_eq!(seen, told(&project));

    // The suggestion, applied by its bytes, is what `--fix` makes of the file.
    let of = found.iter().position(|one| one["code"]["value"] == "never-emitted").unwrap();
    let path = seen[of].0.as_str();
    let text = project.read(path);
    let suggestion = &found[of]["suggestions"][0];
    let at = |position: &Value| {
        let [line, column] = ["line", "column"].map(|part| position[part].as_u64().unwrap() as usize);
        text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>() + column - 1
    };
    let (start, end) = (at(&suggestion["range"]["start"]), at(&suggestion["range"]["end"]));
    let fixed = format!("{}{}{}", &text[..start], suggestion["text"].as_str().unwrap(), &text[end..]);
    project.run(&["check", "--fix", path]).expect(0);
    assert_eq!(project.read(path), fixed);
}

fn attribute<'d>(node: &Node<'d, '_>, name: &str) -> &'d str {
    node.attribute(name).unwrap_or_else(|| panic!("no `{name}` in {node:?}"))
}

fn number(node: &Node<'_, '_>, name: &str) -> u64 {
    attribute(node, name).parse().unwrap()
}

#[test]
fn checkstyle_is_well_formed_and_tells_everything() {
    let project = hostile();
    let text = project.run(&["check", "--format", "checkstyle"]).expect(2).stdout;
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "checkstyle");
    attribute(&document.root_element(), "version");
    let mut seen = Vec::new();
    for file in document.root_element().children().filter(Node::is_element) {
        assert_eq!(file.tag_name().name(), "file");
        for error in file.children().filter(Node::is_element) {
            assert_eq!(error.tag_name().name(), "error");
            assert!(number(&error, "column") > 0 && !attribute(&error, "message").is_empty());
            let code = attribute(&error, "source").strip_prefix("quell.").unwrap();
            let severity = attribute(&error, "severity").replace("info", "hint");
            seen.push((attribute(&file, "name").to_owned(), number(&error, "line"), code.to_owned(), severity));
        }
    }
    assert_eq!(seen, told(&project));
}

#[test]
fn junit_is_well_formed_and_counts_right() {
    let project = hostile();
    let text = project.run(&["check", "--format", "junit"]).expect(2).stdout;
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let told = told(&project);
    let mut seen = Vec::new();
    let (mut cases, mut failures) = (0, 0);
    for suite in root.children().filter(Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let own: Vec<Node<'_, '_>> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let failed = own.iter().filter(|case| case.children().any(|node| node.has_tag_name("failure"))).count() as u64;
        assert_eq!((number(&suite, "tests"), number(&suite, "failures")), (own.len() as u64, failed));
        (cases, failures) = (cases + own.len() as u64, failures + failed);
        for case in &own {
            assert_eq!(attribute(case, "classname"), attribute(&suite, "name"));
            let Some(inner) = case.children().find(Node::is_element) else {
                assert_eq!((attribute(case, "name"), own.len()), ("no findings", 1));
                continue;
            };
            let severity = if inner.has_tag_name("failure") { attribute(&inner, "type") } else { "hint" };
            let code = attribute(case, "name").split(' ').next().unwrap();
            seen.push((
                attribute(case, "classname").to_owned(),
                number(case, "line"),
                code.to_owned(),
                severity.to_owned(),
            ));
            assert!(inner.text().unwrap().starts_with(attribute(&suite, "name")));
        }
    }
    assert_eq!((number(&root, "tests"), number(&root, "failures")), (cases, failures));
    assert_eq!(seen, told);
    assert!(text.contains("no findings"));
}

#[test]
fn nothing_to_tell_is_still_a_document() {
    let project = Project::new(&[("clean.quell", crate::CLEAN)]);
    let run = |format| project.run(&["check", "--format", format]).expect(0).stdout;
    validates(&sarif_schema(), &serde_json::from_str(&run("sarif")).unwrap());
    assert_eq!(run("gitlab"), "[]\n");
    assert_eq!(serde_json::from_str::<Value>(&run("rdjson")).unwrap()["diagnostics"], json!([]));
    for format in ["checkstyle", "junit"] {
        let text = run(format);
        let document = Document::parse(&text).unwrap();
        assert!(!document.descendants().any(|node| node.has_tag_name("error") || node.has_tag_name("failure")));
    }
}
