//! The command line as scripts meet it: exit statuses, what is written and what is not, the same bytes every time.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod baseline;
mod formats;
mod import;
mod list;
mod necessity;
mod project;
mod samples;
mod streams;
mod watch;

use std::fs;
use std::process::Command;

use project::{Project, quell};
use serde_json::Value;
use tests::case::{Case, Updates};
use tests::{markdown, workspace};

const CLEAN: &str = r#"suppress nightly-backup {
  owner   = "platform@example.com"
  reason  = "restic reads every file by design"
  expires = 2027-01-31
  rules { ruleId:def-000-krp }
  when {
    @process.executable.path:/usr/bin/restic
    @process.parent.executable.path:/usr/sbin/cron
    env:prod
  }
}
"#;

/// One warning, with a safe fix.
const WARNING: &str = r#"suppress from-the-guide {
  owner   = "platform@example.com"
  reason  = "restic reads every file by design"
  expires = 2027-01-31
  rules { ruleId:def-000-krp }
  when { @process.executable.path:/usr/bin/restic @process.parent.executable.comm:cron env:prod }
}
"#;

/// One error that is none of syntax.
const ERROR: &str = "suppress wrong {\n  rules { ruleId:def-000-krp }\n  when { @process.argz:x }\n}\n";

const BROKEN: &str = "suppress broken {\n  when { ( @process.args:x }\n}\n";

#[test]
fn the_status_says_what_was_found() {
    let project = Project::new(&[
        ("clean.quell", CLEAN),
        ("warning.quell", WARNING),
        ("error.quell", ERROR),
        ("broken.quell", BROKEN),
    ]);
    for (args, status) in [
        (&["check", "clean.quell"][..], 0),
        (&["check", "warning.quell"], 0),
        (&["check", "--deny", "warnings", "warning.quell"], 1),
        (&["check", "error.quell"], 1),
        (&["check", "broken.quell"], 2),
        (&["check", "error.quell", "broken.quell"], 2),
        (&["check", "none.quell"], 2),
        (&["compile", "error.quell"], 1),
        (&["compile", "broken.quell"], 2),
        (&["compile", "--deny", "warnings", "warning.quell"], 1),
        (&["fmt", "--check", "broken.quell"], 2),
        (&["list", "broken.quell"], 2),
        (&["check", "--no-such-option"], 3),
        (&["no-such-command"], 3),
        (&[], 3),
        (&["check", "--format", "xml"], 3),
        (&["check", "--jobs", "0"], 3),
        (&["check", "--now", "tomorrow"], 3),
        (&["explain", "no-such-thing"], 3),
        (&["--help"], 0),
        (&["check", "--help"], 0),
        (&["--version"], 0),
    ] {
        let run = project.run(args);
        assert_eq!(run.status, status, "{args:?}: {}", run.stderr);
    }
}

#[test]
fn errors_of_usage_name_what_was_meant() {
    let project = Project::new(&[]);
    project.run(&["chekc"]).expect(3).says("'check'");
    project.run(&["check", "--fixx"]).expect(3).says("'--fix'");
    project.run(&["explain", "never-emited"]).expect(3).says("did you mean `never-emitted`?");
    project.run(&["explain", "@process.arg"]).expect(3).says("did you mean `@process.args`?");
    project.run(&["schema", "show", "kube_servce"]).expect(3).says("did you mean `kube_service`?");
}

#[test]
fn wrong_settings_are_named_with_their_place() {
    for (toml, message) in [
        ("[schem]\n", "quell.toml:1:2: unknown field `schem`"),
        ("[schema]\nunknwon = \"deny\"\n", "did you mean `unknown`?"),
        (
            "[lints]\n\nexpird = \"warn\"\n",
            "quell.toml:3:1: there is no lint or group `expird`; did you mean `expired`?",
        ),
        ("[lints]\nexpired = \"wran\"\n", "quell.toml:2:11: unknown variant `wran`"),
        ("[lints]\nduplicate-name = \"allow\"\n", "its level is fixed"),
        ("[lints]\nfiles = \"allow\"\n", "its level is fixed"),
        ("[paths]\nexclude = [\"a[\"]\n", "[paths] has a bad pattern"),
        ("[schema]\nfile = \"none.tsv\"\n", "`none.tsv` cannot be read"),
        ("[schema]\nversion = \"0\"\n", "expects schema version `0`"),
        ("not toml", "quell.toml:1:"),
    ] {
        let project = Project::new(&[("quell.toml", toml), ("a.quell", CLEAN)]);
        let run = project.run(&["check"]).expect(3).says(message);
        assert_eq!(run.stdout, "");
        project.run(&["compile", "-o", "out.json"]).expect(3);
        assert!(!project.path().join("out.json").exists());
    }
}

#[test]
fn the_settings_count() {
    let project = Project::new(&[("quell.toml", "[lints]\nnever-emitted = \"deny\"\n"), ("rules/a.quell", WARNING)]);
    project.run(&["check"]).expect(1);
    // They are searched for upwards, and the names of files start at their folder.
    let run = project.run(&["check", "--format", "json", "rules/a.quell"]).expect(1);
    assert_eq!(run.json()["diagnostics"][0]["file"], "rules/a.quell");
    project.write("quell.toml", "[paths]\nexclude = [\"rules/**\"]\n");
    project.run(&["check", "--deny", "warnings"]).expect(0);
    // A file that is named itself is not left out.
    project.run(&["check", "--deny", "warnings", "rules/a.quell"]).expect(1);
    project.write("quell.toml", "[paths]\ninclude = [\"*.quell\"]\n");
    project.run(&["check", "--deny", "warnings"]).expect(0);
}

#[test]
fn what_cannot_be_read_says_why() {
    let project = Project::new(&[("good.quell", CLEAN)]);
    project.write("latin.quell", b"suppress a {\n  owner = \"M\xfcller\"\n}\n");
    project.write("nul.quell", b"suppress a {\0}\n");
    project.write("wide.quell", b"\xff\xfes\0u\0");
    project.write("mark.quell", format!("\u{feff}{CLEAN}"));
    fs::create_dir(project.path().join("folder.quell")).unwrap();
    for (file, code, words) in [
        ("latin.quell", "not-text", "not UTF-8 at offset 25"),
        ("nul.quell", "not-text", "NUL"),
        ("wide.quell", "not-text", "UTF-16"),
        ("mark.quell", "byte-order-mark", ""),
        ("none.quell", "unreadable-file", "no such file"),
        ("folder.quell", "unreadable-file", "folder"),
    ] {
        let before = project.snapshot();
        let run = project.run(&["check", "--format", "json", file]).expect(2);
        assert_eq!(run.codes(), [code], "{file}");
        assert!(run.json()["diagnostics"][0]["message"].as_str().unwrap().contains(words), "{}", run.stdout);
        project.run(&["compile", file, "good.quell", "-o", "out.json"]).expect(2);
        project.run(&["fmt", file]).expect(2);
        assert!(before == project.snapshot(), "{file}: something was written");
    }
    let run = project.run(&["check", "--format", "json", "latin.quell"]);
    assert_eq!(run.json()["diagnostics"][0]["start"]["line"], 2);
}

#[test]
fn a_file_larger_than_the_cap_is_not_read() {
    let project = Project::new(&[]);
    let file = fs::File::create(project.path().join("big.quell")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let run = project.run(&["check", "--format", "json", "big.quell"]).expect(2);
    assert_eq!(run.codes(), ["file-too-large"]);
}

#[test]
fn a_file_on_one_long_line_is_worked_on() {
    let rule = CLEAN.replace('\n', " ");
    let line: String =
        (0..3000).map(|number| rule.replace("nightly-backup", &format!("rule-{number}"))).collect::<Vec<_>>().join(" ");
    // The rules are the same but for their names.
    let project = Project::new(&[("quell.toml", "[lints]\nduplicate-rule = \"allow\"\n")]);
    project.write("line.quell", &line);
    let run = project.run(&["list", "--format", "json"]).expect(0);
    assert_eq!(run.json().as_array().unwrap().len(), 3000);
    // A finding far to the right is told without drawing the line.
    project.write("line.quell", line.replace("rule-2999 ", "rule-2998 "));
    let run = project.run(&["check"]).expect(1).says("line.quell:1:");
    assert!(run.stderr.len() < 2000, "{}", run.stderr.len());
}

#[test]
fn line_ends_stay_as_they_are() {
    let project = Project::new(&[]);
    project.write("a.quell", WARNING.replace('\n', "\r\n"));
    project.run(&["check", "--fix", "a.quell"]).expect(0);
    let fixed = project.read("a.quell");
    assert_eq!(fixed, WARNING.replace("@process.parent.executable.comm", "@process.parent.comm").replace('\n', "\r\n"));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let outside = Project::new(&[("secret.quell", CLEAN), ("names.quell", "let a = (x)\n")]);
    let project = Project::new(&[("quell.toml", ""), ("a.quell", "import \"names.quell\"\n")]);
    symlink(outside.path().join("names.quell"), project.path().join("names.quell")).unwrap();
    for args in [&["check", "--format", "json"][..], &["check", "--format", "json", "names.quell"]] {
        let codes = project.run(args).expect(2).codes();
        assert!(!codes.is_empty() && codes.iter().all(|code| code == "outside-project"), "{codes:?}");
    }
    fs::remove_file(project.path().join("names.quell")).unwrap();
    symlink(outside.path(), project.path().join("linked")).unwrap();
    project.write("a.quell", CLEAN);
    let run = project.run(&["check", "--format", "json"]).expect(2);
    assert_eq!(run.codes(), ["outside-project", "outside-project"]);
    let run =
        project.run(&["check", "--format", "json", outside.path().join("secret.quell").to_str().unwrap(), "a.quell"]);
    assert_eq!(run.expect(2).codes().first().map(String::as_str), Some("outside-project"));
    project.write("a.quell", "import \"../x.quell\"\n");
    fs::remove_file(project.path().join("linked")).unwrap();
    assert_eq!(project.run(&["check", "--format", "json"]).expect(2).codes(), ["outside-project"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_one_file() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("b.quell", CLEAN)]);
    symlink("b.quell", project.path().join("a.quell")).unwrap();
    symlink(".", project.path().join("loop")).unwrap();
    symlink("nowhere", project.path().join("broken-link")).unwrap();
    let run = project.run(&["list", "--format", "json"]).expect(0);
    assert_eq!(run.json().as_array().unwrap().len(), 1);
    assert_eq!(run.json()[0]["file"], "b.quell");
    // Written through a link, the link stays and what it leads to changes.
    symlink("real.json", project.path().join("out.json")).unwrap();
    project.run(&["compile", "-o", "out.json"]).expect(0);
    assert!(project.path().join("out.json").is_symlink());
    assert!(project.read("real.json").contains("nightly-backup"));
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_waited_for_nor_replaced() {
    let project = Project::new(&[("a.quell", CLEAN)]);
    let made = Command::new("mkfifo").arg(project.path().join("pipe.quell")).status();
    if made.is_ok_and(|status| status.success()) {
        project.run(&["check", "pipe.quell"]).expect(2).says("it is no regular file");
    }
    project.run(&["compile", "a.quell", "-o", "/dev/null"]).expect(0);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    assert!(project.run(&["compile", "a.quell", "-o", "-"]).expect(0).stdout.contains("nightly-backup"));
}

#[test]
fn a_failed_compile_leaves_the_old_file() {
    let project = Project::new(&[("a.quell", CLEAN)]);
    for target in ["rules", "datadog", "terraform", "filters"] {
        project.run(&["compile", "--target", target, "-o", "out.json"]).expect(0);
        let old = project.read("out.json");
        serde_json::from_str::<Value>(&old).unwrap();
        for bad in [ERROR, BROKEN] {
            project.write("b.quell", bad);
            let before = project.snapshot();
            let run = project.run(&["compile", "--target", target, "-o", "out.json"]);
            assert!(run.status > 0 && run.stdout.is_empty());
            assert!(project.run(&["compile", "--target", target]).stdout.is_empty());
            assert!(before == project.snapshot());
        }
        fs::remove_file(project.path().join("b.quell")).unwrap();
    }
    project.run(&["compile", "-o", "none/out.json"]).expect(2).says("cannot be written");
    project.run(&["compile", "-o", "."]).expect(2).says("is a folder");
}

#[test]
fn nothing_to_compile_is_no_empty_document() {
    let project = Project::new(&[]);
    project.run(&["compile", "-o", "out.json"]).expect(2).says("there is no `.quell` file");
    assert!(!project.path().join("out.json").exists());
    project.run(&["check"]).expect(0);
    project.write("empty.quell", "");
    project.run(&["compile", "-o", "out.json"]).expect(0);
    serde_json::from_str::<Value>(&project.read("out.json")).unwrap();
}

#[test]
fn compile_check_compares() {
    let project = Project::new(&[("a.quell", CLEAN)]);
    let run = project.run(&["compile", "-o", "out.json", "--check"]).expect(1);
    assert!(run.stdout.contains("+      \"name\": \"nightly-backup\""), "{}", run.stdout);
    assert!(!project.path().join("out.json").exists());
    project.run(&["compile", "-o", "out.json"]).expect(0);
    assert_eq!(project.run(&["compile", "-o", "out.json", "--check"]).expect(0).stdout, "");
    project.run(&["compile", "--check"]).expect(3);
}

#[test]
fn expired_rules_are_left_out_and_listed() {
    let project = Project::new(&[("a.quell", CLEAN)]);
    let at = |now| project.run(&["compile", "--target", "datadog", "--now", now]);
    assert!(at("2027-01-31").expect(0).stdout.contains("nightly-backup"));
    assert!(at("2027-01-31T23:59:59Z").expect(0).stdout.contains("nightly-backup"));
    for now in ["2027-02-01", "2027-02-01T02:00:00+01:00"] {
        // Said once: by the finding.
        let run = at(now).expect(0).says("`nightly-backup` has expired and is left out");
        assert!(!run.stderr.contains("left out: "), "{}", run.stderr);
        assert_eq!(run.json(), Value::Array(Vec::new()));
    }
    // Where the lint is switched off it is still said.
    let silent = Project::new(&[("quell.toml", "[lints]\nexpired = \"allow\"\n"), ("a.quell", CLEAN)]);
    silent.run(&["compile", "--now", "2027-02-01"]).expect(0).says("left out: `nightly-backup` (a.quell:1)");
    let listed = project.run(&["list", "--format", "json", "--now", "2027-01-21"]).expect(0).json();
    assert_eq!(
        (&listed[0]["days_left"], &listed[0]["owner"]),
        (&Value::from(11), &Value::from("platform@example.com"))
    );
    assert!(project.run(&["list", "--now", "2028-01-01"]).expect(0).stdout.contains("expired"));
}

#[test]
fn every_rule_of_the_shop_expires_at_last() {
    let shop = tests::workspace::root().join("grammar/examples/shop");
    let shop = shop.to_str().unwrap();
    let project = Project::new(&[]);
    let checked = project.run(&["check", "--now", "2030-01-01", "--format", "json", shop]).json();
    let names: Vec<&str> =
        checked["rules"].as_array().unwrap().iter().filter_map(|rule| rule["name"].as_str()).collect();
    assert!(names.len() > 40, "{}", names.len());
    let expired: Vec<&str> = checked["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["code"] == "expired")
        .filter_map(|found| found["message"].as_str())
        .collect();
    for name in &names {
        let said = format!("`{name}` has expired and is left out");
        assert_eq!(expired.iter().filter(|message| **message == said).count(), 1, "{name}");
    }
    let compiled = project.run(&["compile", "--target", "datadog", "--now", "2030-01-01", shop]);
    assert_eq!(compiled.stderr.matches("has expired and is left out").count(), names.len());
    assert_eq!(compiled.json(), Value::Array(Vec::new()));
}

#[test]
fn any_number_of_threads_and_any_order_give_the_same_bytes() {
    let project = Project::new(&[("quell.toml", ""), ("lib/names.quell", "let services = (web OR checkout)\n")]);
    let mut names = Vec::new();
    // The first file is longer than what one thread takes at once.
    for (file, rules) in [(0, 2600), (1, 30), (2, 1), (3, 60), (10, 30)] {
        let mut text = String::from("import \"../lib/names.quell\"\n");
        for rule in 0..rules {
            let name = format!("rule-{file}-{rule}");
            let of = [CLEAN, WARNING][rule % 2];
            let of = of.replace("nightly-backup", &name).replace("from-the-guide", &name);
            text.push_str(&of.replace("env:prod", "kube_service:$services"));
        }
        names.push(format!("rules/{file}.quell"));
        project.write(names.last().unwrap(), text);
    }
    let forwards: Vec<&str> = names.iter().map(String::as_str).collect();
    let backwards: Vec<&str> = forwards.iter().rev().copied().collect();
    for command in [&["compile", "--format", "short"][..], &["check", "--format", "json"]] {
        let mut seen: Option<(String, String)> = None;
        let mixed = vec!["rules", "lib", "rules/3.quell"];
        for (jobs, files) in [("1", &forwards), ("2", &backwards), ("7", &vec!["."]), ("3", &mixed)] {
            let run = project.run(&[command, &["--jobs", jobs], files].concat()).expect(0);
            let this = (run.stdout, run.stderr);
            assert!(!this.0.is_empty() || !this.1.is_empty());
            assert!(seen.get_or_insert_with(|| this.clone()) == &this, "{command:?} --jobs {jobs} {files:?}");
        }
    }
}

#[test]
fn what_an_import_breaks_is_an_error_of_the_run() {
    let user = "import \"names.quell\"\nsuppress a {\n  rules { ruleId:def-000-krp }\n  when { $base env:prod }\n}\n";
    let project = Project::new(&[("user.quell", user), ("names.quell", "let base = { @process.argz:x }\n")]);
    let run = project.run(&["compile", "user.quell"]);
    assert!(run.status == 1 && run.stdout.is_empty(), "{}", run.stderr);
    // Rules of an imported file are not compiled, and their errors are not told.
    project.write("names.quell", format!("let base = {{ @process.args:x @process.executable.path:/a }}\n{ERROR}"));
    let run = project.run(&["compile", "user.quell"]).expect(0);
    assert!(!run.stdout.contains("wrong"), "{}", run.stdout);
    project.run(&["compile"]).expect(1);
    project.write("names.quell", b"let \xff");
    project.run(&["compile", "user.quell"]).expect(2).says("not-text");
}

#[test]
fn fixes_change_what_they_must_and_nothing_else() {
    let project = Project::new(&[("a.quell", &format!("# ünïcode\n\n\n{WARNING}   # tail")), ("b.quell", CLEAN)]);
    let before = project.snapshot();
    let run = project.run(&["check", "--fix", "--diff"]).expect(1);
    assert!(run.stdout.contains("-  when { @process.executable.path:/usr/bin/restic @process.parent.executable.comm"));
    assert!(run.stdout.contains("+  when { @process.executable.path:/usr/bin/restic @process.parent.comm:cron"));
    assert!(before == project.snapshot());
    project.run(&["check", "--fix", "--deny", "warnings"]).expect(0).says("fixed 1 file");
    let expected = format!("# ünïcode\n\n\n{}   # tail", WARNING.replace("parent.executable.comm", "parent.comm"));
    assert_eq!(project.read("a.quell"), expected);
    let after = project.snapshot();
    let run = project.run(&["check", "--fix", "--deny", "warnings"]).expect(0);
    assert!(!run.stderr.contains("fixed") && after == project.snapshot());
    assert_eq!(project.run(&["check", "--diff"]).expect(0).stdout, "");
}

#[test]
fn findings_are_counted() {
    let twice = format!("{WARNING}{}", WARNING.replace("from-the-guide", "again").replace("restic", "borg"));
    let project = Project::new(&[("a.quell", &twice), ("b.quell", ERROR), ("c.quell", CLEAN)]);
    let run = project.run(&["check", "--statistics"]).expect(1);
    let lines: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["code", "severity", "count", "fixes"]);
    assert_eq!(lines[1], ["never-emitted", "warning", "2", "2", "safe"]);
    assert_eq!(lines[2], ["unknown-attribute", "error", "1", "1", "unsafe"]);
    assert_eq!(lines.len(), 3);
    assert!(run.stderr.starts_with("1 error, 2 warnings in 2 files"), "{}", run.stderr);
    let json = project.run(&["check", "--statistics", "--format", "json"]).expect(1).json();
    let first = serde_json::json!(
        {"code": "never-emitted", "severity": "warning", "count": 2, "safe_fixes": 2, "unsafe_fixes": 0}
    );
    assert_eq!((&json["statistics"][0], &json["total"], &json["files"]), (&first, &Value::from(3), &Value::from(2)));
    assert_eq!(project.run(&["check", "--statistics", "c.quell"]).expect(0).stdout, "");
    assert_eq!(project.run(&["check", "--statistics", "--fix", "a.quell"]).expect(0).stdout, "");
    project.run(&["check", "--statistics", "--format", "sarif"]).expect(3).says("`--format json`");
    project.run(&["check", "--statistics", "--diff"]).expect(3);
}

#[test]
fn git_takes_what_diff_shows() {
    let project =
        Project::new(&[("a.quell", WARNING), ("rules/größe \"b\".quell", &WARNING.replace("from", "not-from"))]);
    let diff = project.run(&["check", "--diff"]).expect(1).stdout;
    project.write("fixes.patch", &diff);
    for args in [&["apply", "--check", "fixes.patch"][..], &["apply", "fixes.patch"]] {
        let git = Command::new("git").args(args).current_dir(project.path()).output().unwrap();
        assert!(git.status.success(), "{}\n{diff}", String::from_utf8_lossy(&git.stderr));
    }
    assert_eq!(project.run(&["check", "--diff"]).expect(0).stdout, "");
    assert_eq!(project.read("a.quell"), WARNING.replace("parent.executable.comm", "parent.comm"));
}

#[test]
fn hints_have_one_name() {
    // Drawn, and not drawn since the line is too long.
    let expired = CLEAN.replace("2027-01-31", "2026-01-31");
    let long = format!("{} # {}", expired.replace('\n', " "), "x".repeat(5000));
    let project = Project::new(&[("quell.toml", "[lints]\nexpired = \"hint\"\n"), ("a.quell", ""), ("b.quell", "")]);
    for text in [expired, long] {
        project.write("a.quell", text);
        for colour in ["never", "always"] {
            let run = project.run(&["check", "--color", colour]).expect(0).says("[expired] Hint:");
            assert!(!run.stderr.contains("Advice"), "{}", run.stderr);
        }
    }
}

#[test]
fn paths_of_two_projects_are_refused() {
    let project =
        Project::new(&[("a/quell.toml", ""), ("a/a.quell", CLEAN), ("b/quell.toml", ""), ("b/b.quell", CLEAN)]);
    for paths in [["a", "b"], ["b/b.quell", "a/a.quell"]] {
        for command in ["check", "compile", "list", "fmt"] {
            project.run(&[&[command][..], &paths].concat()).expect(3).says("the paths lie in two projects");
        }
    }
    project.run(&["check", "a", "a/a.quell"]).expect(0);
}

#[test]
fn fixes_are_repeated_until_there_is_nothing_to_fix() {
    // Several traps in one value: one fix brings the next to light.
    let text = "suppress a {\n  rules { ruleId:def-000-krp }\n  when { @process.executable.path:/bin/a or @host:x and @process.parent.executable.comm:cron }\n}\n";
    let project = Project::new(&[("a.quell", text)]);
    project.run(&["check", "--unsafe-fixes"]).expect(0);
    let fixed = project.read("a.quell");
    for wrong in ["@host", " or ", " and ", "executable.comm"] {
        assert!(!fixed.contains(wrong), "{fixed}");
    }
    assert_eq!(project.run(&["check", "--diff", "--unsafe-fixes"]).expect(0).stdout, "");
}

#[test]
fn standard_input_is_a_file() {
    let project = Project::new(&[("names.quell", "let base = { @process.args:x }\n")]);
    let run = project.pipe(&["check", "--format", "json", "-"], ERROR.as_bytes()).expect(1);
    assert_eq!(run.json()["diagnostics"][0]["file"], "<stdin>");
    project.pipe(&["check", "-"], BROKEN.as_bytes()).expect(2).says("<stdin>");
    project.pipe(&["check", "-"], b"\xff").expect(2).says("not-text");
    let run = project.pipe(&["compile", "-"], CLEAN.as_bytes()).expect(0);
    assert_eq!(run.json()["rules"][0]["name"], "nightly-backup");
    // With `--fix` it is passed on, changed or not.
    assert_eq!(project.pipe(&["check", "--fix", "-"], CLEAN.as_bytes()).expect(0).stdout, CLEAN);
    let fixed = project.pipe(&["check", "--fix", "--deny", "warnings", "-"], WARNING.as_bytes()).expect(0).stdout;
    assert_eq!(fixed, WARNING.replace("parent.executable.comm", "parent.comm"));
    let user = "import \"names.quell\"\nsuppress a { rules { ruleId:def-000-krp } when { $base env:prod } }\n";
    project.pipe(&["check", "-"], user.as_bytes()).expect(0);
}

#[test]
fn layout_is_checked_shown_or_made() {
    let ugly = CLEAN.replace("  owner", "owner").replace("when {", "when   {");
    let project = Project::new(&[("a.quell", &ugly), ("b.quell", CLEAN), ("c.quell", BROKEN)]);
    let before = project.snapshot();
    assert_eq!(project.run(&["fmt", "--check", "a.quell", "b.quell"]).expect(1).stdout, "a.quell\n");
    let run = project.run(&["fmt", "--diff", "a.quell"]).expect(1);
    assert!(run.stdout.contains("+  owner"), "{}", run.stdout);
    project.run(&["fmt", "c.quell"]).expect(2);
    assert_eq!(project.pipe(&["fmt", "-"], BROKEN.as_bytes()).expect(2).stdout, "");
    assert!(before == project.snapshot());
    let piped = project.pipe(&["fmt", "-"], ugly.as_bytes()).expect(0).stdout;
    // A broken file keeps no other one back.
    project.run(&["fmt"]).expect(2);
    assert_eq!(project.read("a.quell"), piped);
    assert_eq!(project.read("c.quell"), BROKEN);
    project.run(&["fmt", "--check", "a.quell", "b.quell"]).expect(0);
}

#[test]
fn json_says_everything_of_a_finding() {
    let project = Project::new(&[("a.quell", &format!("# ü\n{WARNING}"))]);
    let json = project.run(&["check", "--format", "json"]).expect(0).json();
    let found = &json["diagnostics"][0];
    assert_eq!((&found["code"], &found["severity"]), (&Value::from("never-emitted"), &Value::from("warning")));
    let offset = project.read("a.quell").find("@process.parent").unwrap();
    assert_eq!(found["start"]["offset"], offset);
    assert_eq!((&found["start"]["line"], &found["start"]["column"]), (&Value::from(7), &Value::from(51)));
    assert_eq!(found["fixes"][0]["safe"], true);
    assert_eq!(found["fixes"][0]["edits"][0]["text"], "@process.parent.comm");
    for key in ["message", "file", "end", "help", "labels"] {
        assert!(!found[key].is_null(), "{key}");
    }
    let rule = &json["rules"][0];
    assert_eq!((&rule["name"], &rule["line"]), (&Value::from("from-the-guide"), &Value::from(2)));
    let lines = project.run(&["check", "--format", "ndjson"]).expect(0).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), json["diagnostics"]);
}

#[test]
fn formats_for_machines_stand_on_their_own() {
    let project = Project::new(&[("a b,c.quell", WARNING), ("d.quell", BROKEN)]);
    let sarif = project.run(&["check", "--format", "sarif"]).expect(2).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    for result in run["results"].as_array().unwrap() {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].as_str().unwrap().len() > 100);
    }
    let first = &run["results"][0];
    assert_eq!(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b%2Cc.quell");
    assert_eq!(
        first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "@process.parent.comm"
    );
    let github = project.run(&["check", "--format", "github"]).expect(2).stdout;
    assert!(github.starts_with("::warning file=a b%2Cc.quell,line=6,endLine=6,col="), "{github}");
    let short = project.run(&["check", "--format", "short"]).expect(2).stdout;
    assert!(short.starts_with("a b,c.quell:6:51: warning[never-emitted]: "), "{short}");
}

#[test]
fn nothing_in_a_file_steers_the_terminal() {
    let project = Project::new(&[("a.quell", "suppress a {\n  when { @process.args:\u{1b}[31m\u{202e}x \u{7} }\n}\n")]);
    for format in ["human", "short"] {
        let run = project.run(&["check", "--format", format]);
        let printed = run.stdout + &run.stderr;
        assert!(!printed.is_empty() && !printed.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{printed:?}");
    }
}

#[test]
fn colour_is_asked_for_or_not() {
    let project = Project::new(&[("a.quell", WARNING)]);
    assert!(!project.run(&["check"]).expect(0).stderr.contains('\u{1b}'));
    assert!(project.run(&["check", "--color", "always"]).expect(0).stderr.contains('\u{1b}'));
    assert!(!project.run(&["check", "--color", "never"]).expect(0).stderr.contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let project = Project::new(&[("a.quell", WARNING)]);
    for command in ["schema list --format json", "check --format json", "explain expired", "completions bash"] {
        let script = format!("{} {command} | head -c 1 >/dev/null", quell().display());
        let run = Command::new("sh").arg("-c").arg(script).current_dir(project.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{command}");
    }
    // Also where standard error is what closes.
    let script = format!("{} check 2>&1 | head -c 1 >/dev/null", quell().display());
    let run = Command::new("sh").arg("-c").arg(script).current_dir(project.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
}

#[test]
fn a_new_project_is_clean_and_nothing_is_overwritten() {
    let project = Project::new(&[("new/quell.toml", "# mine\n")]);
    project.run(&["init", "new"]).expect(0).says("kept").says("wrote");
    assert_eq!(project.read("new/quell.toml"), "# mine\n");
    let settings = [".editorconfig", ".pre-commit-config.yaml", ".vscode/settings.json", ".vscode/tasks.json"];
    for file in ["rules/example.quell", ".github/workflows/quell.yml"].into_iter().chain(settings) {
        assert!(!project.read(&format!("new/{file}")).is_empty(), "{file}");
    }
    let before = project.snapshot();
    project.run(&["init", "new"]).expect(0);
    assert!(before == project.snapshot());
    project.run(&["init", "other", "--now", "2031-05-05"]).expect(0);
    for folder in ["new", "other"] {
        let now = if folder == "new" { "2026-09-01" } else { "2031-05-05" };
        let run = project.run(&["check", "--deny", "warnings", "--now", now, folder]).expect(0);
        assert_eq!(run.stderr, "");
        project.run(&["fmt", "--check", folder]).expect(0);
        project.run(&["compile", "--now", now, folder]).expect(0);
    }
    project.write("file", "");
    project.run(&["init", "file"]).expect(2);
}

#[test]
fn the_schema_can_be_read_shown_and_compared() {
    let project = Project::new(&[]);
    let list = project.run(&["schema", "list", "--format", "json"]).expect(0).json();
    let list = list.as_array().unwrap();
    for entry in list {
        for key in
            ["path", "type", "multi_valued", "event_kinds", "scope", "family", "stability", "trust", "documentation"]
        {
            assert!(!entry[key].is_null(), "{key} of {}", entry["path"]);
        }
        assert!(!entry["path"].as_str().unwrap().starts_with('@'));
    }
    let find = |path: &str| list.iter().find(|entry| entry["path"] == path).unwrap();
    assert_eq!(find("process.args")["multi_valued"], true);
    assert_eq!(find("process.parent.executable.comm")["instead"][0], "@process.parent.comm");
    assert!(find("process.args")["instead"].is_null());
    assert!(project.run(&["schema", "show", "@process.args"]).expect(0).stdout.contains("string"));
    assert!(project.run(&["schema", "show", "kube_service"]).expect(0).stdout.contains("workload"));
    project.write("agent.json", r#"{"type": "object", "properties": {"process": {"type": "object", "properties": {"args": {"type": "array", "items": {"type": "string"}}}}}}"#);
    project.run(&["schema", "import", "agent.json", "-o", "agent.tsv"]).expect(0);
    let diff = project.run(&["schema", "diff", "builtin", "agent.tsv", "--format", "json"]).expect(0).json();
    assert!(diff["removed"].as_array().unwrap().len() > 1000);
    assert!(project.run(&["schema", "diff", "agent.json", "agent.tsv"]).expect(0).stdout.contains("no difference"));
    project.write("quell.toml", "[schema]\nfile = \"agent.tsv\"\n");
    project.write("a.quell", WARNING);
    project.run(&["check"]).expect(1).says("unknown attribute");
    project.write("bad.json", "{\"properties\": 3");
    project.run(&["schema", "import", "bad.json"]).expect(2);
    project.run(&["schema", "import", "none.json"]).expect(2);
}

#[test]
fn everything_can_be_explained() {
    let project = Project::new(&[]);
    for code in quell::diag::Code::ALL {
        assert!(project.run(&["explain", code.name()]).expect(0).stdout.starts_with(&format!("# {}", code.name())));
    }
    for topic in ["@process.args", "process.args", "kube_service", "@network.ip", "ruleId"] {
        assert!(!project.run(&["explain", topic]).expect(0).stdout.is_empty(), "{topic}");
    }
}

#[test]
fn shells_and_manuals_are_served() {
    let project = Project::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(project.run(&["completions", shell]).expect(0).stdout.contains("unsafe-fixes"), "{shell}");
    }
    assert!(project.run(&["man"]).expect(0).stdout.starts_with(".ie"));
}

/// Pages under `tests/ui`: commands and what they print, run as those of the specification are.
#[test]
fn pages_show_what_is_printed() {
    let updates = std::env::var_os("UPDATE_EXPECT").map(|_| Updates::default());
    let mut failed = String::new();
    let pages = workspace::files(&workspace::root().join("tests/ui"), "md");
    assert!(!pages.is_empty());
    for path in pages {
        let page = workspace::shown(&path);
        for section in markdown::sections(&fs::read_to_string(&path).unwrap()) {
            let case = Case::new(&page, section);
            if let Err(report) = case.run(quell(), updates.as_ref()) {
                failed.push_str(&report);
            }
        }
    }
    if let Some(updates) = updates {
        updates.write().unwrap();
    }
    assert!(failed.is_empty(), "{failed}");
}
