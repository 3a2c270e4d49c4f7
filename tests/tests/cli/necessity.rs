//! Which parts of rules no test needs.

use crate::project::Project;

/// What no test needs of these rules and tests, each part with what it may become.
fn unneeded(config: &str, rules: &str) -> Vec<(String, String)> {
    let project = Project::new(&[("quell.toml", config), ("rules.quell", rules)]);
    project.write("attacks.ndjson", "{\"process\":{\"comm\":\"sh\",\"args\":[\"a\"],\"uid\":0}}\n");
    let run = project.run(&["test", "--necessity", "--format", "json"]);
    let json = run.json();
    let found = json["necessity"]["unneeded"].as_array().unwrap();
    let status = if found.is_empty() { 0 } else { 1 };
    let failed = json["tests"].as_array().unwrap().iter().any(|test| test["passed"] == false);
    assert_eq!(run.status, if failed { 1 } else { status }, "{}", run.stderr);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("nothing").to_owned();
    found.iter().map(|found| (text(&found["part"]), text(&found["wider"]))).collect()
}

#[track_caller]
fn expect(config: &str, rules: &str, parts: &[(&str, &str)]) {
    let found = unneeded(config, rules);
    let found: Vec<(&str, &str)> = found.iter().map(|(part, wider)| (&**part, &**wider)).collect();
    assert_eq!(found, parts, "{rules}");
}

/// A rule of that condition, and a test with events that it silences and events that fire.
fn tested(condition: &str, suppressed: &[&str], fires: &[&str]) -> String {
    let mut text = format!("suppress a {{ when event {{ {condition} }} }}\ntest \"t\" {{\n");
    for (what, events) in [("suppressed", suppressed), ("fires", fires)] {
        for event in events {
            text += &format!("  {what} {{\"process\":{{{event}}}}}\n");
        }
    }
    text + "}\n"
}

const SHELL: &str = r#""comm":"sh","args":["a"],"uid":1"#;

#[test]
fn a_term_is_needed_by_an_event_that_it_alone_keeps_from_being_silenced() {
    let condition = "@process.comm:sh @process.args:a";
    expect(
        "",
        &tested(condition, &[SHELL], &[r#""comm":"sh""#, r#""args":["a"]"#]),
        &[("@process.comm:\"sh\"", "@process.comm:*"), ("@process.args:\"a\"", "@process.args:*")],
    );
    let other = [r#""comm":"sh","args":["b"]"#, r#""comm":"ls","args":["a"]"#];
    expect("", &tested(condition, &[SHELL], &other), &[]);
    expect(
        "",
        &tested(condition, &[SHELL], &[]),
        &[("@process.comm:\"sh\"", "nothing"), ("@process.args:\"a\"", "nothing")],
    );
}

#[test]
fn what_is_denied_is_needed_the_other_way_round() {
    let condition = "@process.comm:sh -@process.args:(b OR c)";
    let fires = [r#""comm":"ls","args":["a"]"#, r#""comm":"sh","args":["b"]"#];
    expect("", &tested(condition, &[SHELL], &fires), &[("@process.args:\"c\"", "nothing")]);
    let fires = [&fires[..], &[r#""comm":"sh","args":["c"]"#]].concat();
    expect("", &tested(condition, &[SHELL], &fires), &[]);
    // Nothing is silenced that has another argument, so that it may as well be any.
    let silenced = [r#""comm":"sh""#];
    let found = unneeded("", &tested(condition, &silenced, &fires));
    assert!(found.contains(&("@process.args:\"b\"".to_owned(), "@process.args:*".to_owned())), "{found:?}");
}

#[test]
fn known_attacks_are_tests_too() {
    let rules = tested("@process.comm:sh @process.uid:>0", &[SHELL], &[r#""comm":"ls","uid":1"#]);
    expect("", &rules, &[("@process.uid:>0", "nothing")]);
    expect("must-fire = [\"attacks.ndjson\"]\n", &rules, &[]);
}

#[test]
fn a_test_that_fails_proves_nothing() {
    let fires = [SHELL, r#""comm":"ls""#];
    expect("", &tested("@process.comm:sh", &[SHELL], &fires), &[]);
    expect("", &tested("@process.comm:sh", &[SHELL], &fires[..1]), &[("@process.comm:\"sh\"", "@process.comm:*")]);
}

#[test]
fn a_require_is_needed_by_what_it_lets_through() {
    let signal = |comm: &str| {
        format!(
            "{{\"attributes\":{{\"workflow\":{{\"rule\":{{\"id\":\"def-000-krp\"}}}},\"process\":{{\"comm\":\"{comm}\",\"uid\":0}}}}}}"
        )
    };
    let rule = "require a {\n  rules { ruleId:def-000-krp }\n  when event { @process.comm:sh @process.uid:0 }\n}\n";
    let test = format!("test \"t\" {{ suppressed {} by a fires {} }}\n", signal("ls"), signal("sh"));
    expect("", &(rule.to_owned() + &test), &[("@process.uid:\"0\"", "nothing")]);
}
