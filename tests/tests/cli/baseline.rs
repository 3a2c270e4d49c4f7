//! A baseline holds known findings back, however their lines move, and only shrinks.

use serde_json::Value;

use crate::project::Project;
use crate::{CLEAN, ERROR, WARNING};

const FILE: &str = "known.json";

/// A project whose one warning the baseline lists.
fn project() -> Project {
    let project = Project::new(&[("a.quell", WARNING), ("b.quell", CLEAN)]);
    let run = project.run(&["check", "--baseline", FILE, "--write-baseline", "--deny", "warnings"]).expect(0);
    run.says("`known.json` lists 1 finding, 1 of them new");
    project
}

fn check(more: &[&'static str]) -> Vec<&'static str> {
    [&["check", "--baseline", FILE, "--deny", "warnings"], more].concat()
}

#[test]
fn what_is_known_is_held_back_wherever_it_moves() {
    let project = project();
    project.run(&["check", "--deny", "warnings"]).expect(1);
    project.run(&check(&[])).expect(0).says("1 finding of `known.json` held back");
    assert!(project.run(&check(&["--format", "json"])).expect(0).codes().is_empty());
    let before = project.read(FILE);
    for text in [
        format!("# more\n\n\n{CLEAN}\n{}", WARNING.replace("nightly", "x"))
            .replace("nightly-backup", "other")
            .replace("/usr/sbin/cron", "/usr/sbin/crond"),
        WARNING.replace("when { ", "when {\n\n    ").replace(" @process.parent", "\n    @process.parent"),
        WARNING.replace('\n', "\r\n"),
    ] {
        project.write("a.quell", text);
        project.run(&check(&[])).expect(0);
        project.run(&check(&["--update-baseline"])).expect(0);
        assert_eq!(project.read(FILE), before);
    }
}

#[test]
fn what_is_new_is_told() {
    let project = project();
    let before = project.read(FILE);
    for new in [
        // The same in another rule, and once more in the same one.
        format!("{WARNING}{}", WARNING.replace("from-the-guide", "another")),
        WARNING.replace("env:prod", "@process.parent.executable.comm:cron"),
        WARNING.replace("executable.comm", "executable.args"),
    ] {
        project.write("a.quell", &new);
        let run = project.run(&check(&["--format", "json"])).expect(1);
        // What else is said of the rule is no matter here.
        let codes = run.codes();
        assert_eq!(codes.iter().filter(|code| *code == "never-emitted").count(), 1, "{codes:?} {new}");
        // Asked to forget what is gone, it learns nothing.
        project.run(&check(&["--update-baseline"])).expect(1);
        project.run(&check(&[])).expect(1);
    }
    assert_ne!(project.read(FILE), before);
    let run = project.run(&check(&["--write-baseline"])).expect(0);
    run.says(" of them new");
    project.run(&check(&[])).expect(0);
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let project = project();
    let before = project.read(FILE);
    project.write("a.quell", WARNING.replace("parent.executable.comm", "parent.comm"));
    let run = project.run(&check(&[])).expect(0);
    run.says("no longer there: a.quell never-emitted in `from-the-guide`: `@process.parent.executable.comm`")
        .says("take them out with `--update-baseline`");
    assert_eq!(project.read(FILE), before);
    // Of files that were not looked at, nothing is known.
    project.run(&check(&["--update-baseline", "b.quell"])).expect(0);
    assert_eq!(project.read(FILE), before);
    // Nor while there are errors, which hide warnings.
    project.write("c.quell", ERROR);
    project.run(&check(&["--update-baseline"])).expect(1).says("stays as it is while there are errors");
    project.run(&check(&["--write-baseline"])).expect(1).says("stays as it is while there are errors");
    assert_eq!(project.read(FILE), before);
    project.write("c.quell", "");
    project.run(&check(&["--update-baseline"])).expect(0).says("took 1 finding out of `known.json`");
    let after: Value = serde_json::from_str(&project.read(FILE)).unwrap();
    assert_eq!(after, serde_json::json!({"version": 1, "findings": []}));
    project.write("a.quell", WARNING);
    project.run(&check(&[])).expect(1);
}

#[test]
fn errors_are_never_held_back() {
    let project = Project::new(&[("a.quell", ERROR)]);
    project.run(&check(&["--write-baseline"])).expect(1);
    assert!(!project.path().join(FILE).exists());
    let entry = r#"{"file": "a.quell", "code": "unknown-attribute", "item": "wrong", "text": "@process.argz"}"#;
    project.write(FILE, format!("{{\"version\": 1, \"findings\": [{entry}]}}"));
    project.run(&check(&[])).expect(1);
    // Also a warning that the project makes an error.
    let project = self::project();
    project.write("quell.toml", "[lints]\nnever-emitted = \"deny\"\n");
    project.run(&check(&[])).expect(1);
}

#[test]
fn a_baseline_that_is_none_is_wrong_usage() {
    let project = Project::new(&[("a.quell", WARNING)]);
    project.run(&check(&[])).expect(3).says("`--write-baseline` makes it");
    for (text, why) in [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        (r#"{"version": 9, "findings": []}"#, "its version is 9"),
        (r#"{"version": 1, "findings": [{"file": "a", "code": "b", "line": 3}]}"#, "unknown field `line`"),
    ] {
        project.write(FILE, text);
        project.run(&check(&[])).expect(3).says(why);
        project.run(&check(&["--update-baseline"])).expect(3);
        assert_eq!(project.read(FILE), text);
    }
    project.run(&["check", "--update-baseline"]).expect(3);
    project.run(&["check", "--baseline", FILE, "--fix"]).expect(3);
    project.run(&["check", "--baseline", FILE, "--write-baseline", "a.quell"]).expect(3).says("give no paths");
}
