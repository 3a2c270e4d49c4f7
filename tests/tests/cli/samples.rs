//! `[samples]`: counts of recorded events in place of estimates, wherever a rule is judged.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::project::Project;

const SETTINGS: &str = "[samples]\nfiles = [\"samples/*\"]\n";

/// Each of one term, so that what the term is counted as is what the rule silences.
const TERMS: [&str; 9] = [
    "@process.executable.path:/usr/bin/java",
    "@process.executable.path:/usr/*",
    "@process.args:(\"-c\" OR \"-x\")",
    "@process.args:-?",
    "@process.uid:[1 TO 400]",
    "@process.ancestors.comm:sh",
    "CIDR(@network.destination.ip,10.0.0.0/8)",
    "env:(prod OR dev)",
    "@process.pid:1*",
];

fn rules() -> String {
    TERMS.iter().enumerate().fold(String::new(), |mut text, (number, term)| {
        let _ = writeln!(text, "suppress r{number} {{ rules {{ ruleId:def-000-krp }} when event {{ {term} }} }}");
        text
    })
}

fn events() -> String {
    (0..3000_u32).fold(String::new(), |mut text, number| {
        let event = json!({
            "process": {
                "executable": {"path": if number % 7 == 0 { "/usr/bin/java" } else { "/usr/sbin/x" }},
                "args": ["-c", if number % 5 == 0 { "-x" } else { "-y" }, format!("{}", number % 50)],
                "uid": number % 900,
                "pid": number,
                "ancestors": [{"comm": if number % 3 == 0 { "sh" } else { "init" }}, {"comm": "sh"}],
            },
            "network": {"destination": {"ip": if number % 11 == 0 { "10.1.2.3" } else { "192.168.0.1" }}},
            "tags": [if number % 2 == 0 { "env:prod" } else { "env:dev" }, "env:all"],
        });
        let _ = writeln!(text, "{event}");
        text
    })
}

fn project() -> Project {
    Project::new(&[("quell.toml", SETTINGS), ("rules.quell", &rules()), ("samples/all.ndjson", &events())])
}

fn judged(project: &Project) -> Vec<Value> {
    let run = project.run(&["check", "--format", "json"]);
    run.json()["rules"].as_array().unwrap().clone()
}

#[test]
fn what_a_term_is_counted_as_is_what_replay_finds() {
    let project = project();
    let replayed = project.run(&["replay", "samples/all.ndjson", "--format", "json"]).json();
    let rules = judged(&project);
    assert_eq!(rules.len(), TERMS.len());
    for (rule, replayed) in rules.iter().zip(replayed["rules"].as_array().unwrap()) {
        let counted = &rule["specificity"]["branches"][0]["terms"][0]["counted"];
        let name = &rule["name"];
        assert_eq!(*name, replayed["name"]);
        assert_eq!(counted["of"], 3000, "{name}");
        // Of the numbers of processes, no two alike, only some are told apart.
        if name == "r8" {
            assert_eq!(counted["unknown"], 3000 - 1024);
            assert!(counted["matched"].as_u64() <= replayed["matched"].as_u64());
        } else {
            assert_eq!(counted["matched"], replayed["matched"], "{name}");
            assert!(counted.get("unknown").is_none(), "{name}");
        }
    }
}

#[test]
fn every_surface_tells_the_same() {
    let project = project();
    let rules = judged(&project);
    let listed = project.run(&["list", "--format", "json"]).json();
    let compiled = project.run(&["compile", "--target", "rules"]).json();
    for (number, rule) in rules.iter().enumerate() {
        assert_eq!(rule["bits"], listed[number]["bits"]);
        assert_eq!(rule["level"], listed[number]["level"]);
        assert_eq!(rule["bits"], compiled["rules"][number]["specificity"]["bits"], "{rule}");
        let page = project.run(&["explain", rule["name"].as_str().unwrap()]).stdout;
        assert!(
            page.contains(&format!(
                "{} bits: as narrow",
                rule["bits"].as_f64().map_or(String::new(), |bits| format!("{bits:.1}"))
            )),
            "{page}"
        );
    }
    let page = project.run(&["explain", "r0"]).stdout;
    assert!(
        page.contains("  2.8  @process.executable.path:\"/usr/bin/java\"  (429 of 3,000 sampled events)\n"),
        "{page}"
    );
    let page = project.run(&["explain", "r8"]).stdout;
    assert!(page.contains(" of 3,000 sampled events)\n") && page.contains("(at least "), "{page}");
}

#[test]
fn the_same_bytes_whatever_the_threads_and_the_files() {
    let project = project();
    let compiled = |project: &Project, jobs| project.run(&["compile", "--target", "rules", "--jobs", jobs]).stdout;
    let once = compiled(&project, "1");
    assert!(!once.is_empty());
    assert_eq!(compiled(&project, "4"), once);
    // The same events in two files, named in another order.
    let events = events();
    let (first, second) = events.split_at(events[..events.len() / 2].rfind('\n').unwrap() + 1);
    let other = Project::new(&[
        ("quell.toml", "[samples]\nfiles = [\"samples/b.json\", \"samples/*.ndjson\"]\n"),
        ("rules.quell", &rules()),
        ("samples/a.ndjson", first),
        ("samples/b.json", second),
    ]);
    assert_eq!(compiled(&other, "2"), once);
    // Without a sample there are estimates.
    let none = Project::new(&[("quell.toml", ""), ("rules.quell", &rules())]);
    assert_ne!(compiled(&none, "2"), once);
    assert!(judged(&none)[0]["specificity"]["branches"][0]["terms"][0].get("counted").is_none());
}

#[test]
fn samples_that_cannot_be_read_fail_every_run_at_their_place() {
    let settings = "[samples]\nfiles = [\n  \"samples/*.ndjson\",\n  \"gone.json\",\n  \"../x.json\",\n]\n";
    let project =
        Project::new(&[("quell.toml", settings), ("rules.quell", crate::CLEAN), ("samples/a.ndjson", "{}\n{\n5\n")]);
    let expected = [
        "quell.toml:3:3: error[unreadable-file]: `samples/a.ndjson:2` is no event, nor are 1 more lines: it is not JSON: ",
        "quell.toml:4:3: error[unreadable-file]: `gone.json` cannot be read: there is no such file",
        "quell.toml:5:3: error[outside-project]: `../x.json` is outside of the project",
    ];
    let run = project.run(&["check", "--format", "short"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{}", run.stdout);
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
    for args in [&["check"][..], &["compile"], &["list"], &["replay", "samples/a.ndjson"], &["test"]] {
        let run = project.run(args);
        assert_ne!(run.status, 0, "{args:?}");
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(args == ["list"] || told.contains("`gone.json` cannot be read"), "{args:?}: {told}");
    }
    assert!(project.run(&["compile"]).stdout.is_empty());
    let run = project.run(&["suggest", "samples/a.ndjson"]);
    assert_ne!(run.status, 0);
}
