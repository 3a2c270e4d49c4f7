use serde_json::json;

use super::*;
use crate::config::Config;
use crate::hir::date;
use crate::schema::Schema;

fn of(events: &[Value], must_fire: &[Value]) -> Result<Suggestion, Refusal> {
    let config = Config::default();
    let now = date::parse("2026-11-24", date::Edge::First).unwrap();
    let cx = Context::new(Schema::embedded(), &config, now);
    let events: Vec<Recorded<'_>> = events.iter().map(|value| Recorded { value, file: Some("noise.ndjson") }).collect();
    let must_fire: Vec<Recorded<'_>> = must_fire.iter().map(|value| Recorded { value, file: None }).collect();
    suggest(&events, &must_fire, &Options::default(), &cx)
}

fn open(file: &str, args: &[&str]) -> Value {
    json!({
        "evt": {"name": "open"},
        "process": {
            "pid": 22083, "user": "root", "args": args,
            "executable": {"path": "/usr/bin/restic", "inode": 1754881},
            "parent": {"executable": {"path": "/usr/lib/systemd/systemd"}},
        },
        "file": {"path": file, "inode": 77},
        "tags": ["host:web-1", "service:mail", "container_id:4f66ad9a0b2e"],
    })
}

/// The condition, a line each.
#[track_caller]
fn condition(events: &[Value], must_fire: &[Value]) -> Vec<String> {
    let text = of(events, must_fire).unwrap().text;
    let lines = text.lines().skip_while(|line| !line.starts_with("  when")).skip(1);
    lines.take_while(|line| !line.starts_with("  }")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn parent_program_user_object_and_workload_in_that_order() {
    let events = [open("/srv/mail/a", &["backup"]), open("/srv/mail/b", &["backup"])];
    assert_eq!(
        condition(&events, &[open("/etc/shadow", &["backup"])]),
        [
            "@process.parent.executable.path:/usr/lib/systemd/systemd",
            "@process.executable.path:/usr/bin/restic",
            "@process.user:root",
            "@file.path:/srv/mail/*",
            "service:mail",
            "@evt.name:open",
        ]
    );
    // Where the folder would hold an attack, the files are listed.
    let near = condition(&events, &[open("/srv/mail/keys", &["backup"])]);
    assert!(near.contains(&"@file.path:(/srv/mail/a OR /srv/mail/b)".to_owned()), "{near:#?}");
}

#[test]
fn what_only_an_attack_has_is_denied() {
    let denied = condition(&[open("/srv/mail/a", &["backup"])], &[open("/srv/mail/a", &["backup", "/root"])]);
    assert!(denied.contains(&"-@process.args:/root".to_owned()), "{denied:#?}");
}

#[test]
fn events_without_a_difference_that_lasts_are_named() {
    let mut foe = open("/srv/mail/a", &["backup"]);
    foe["process"]["pid"] = 4.into();
    foe["tags"][2] = "container_id:00112233aabb".into();
    let events = [open("/srv/mail/b", &["backup"]), open("/srv/mail/a", &["backup"])];
    let other = open("/etc/passwd", &[]);
    assert_eq!(of(&events, &[other, foe]), Err(Refusal::Alike { event: 1, must_fire: 1 }));
}

#[test]
fn an_event_that_says_next_to_nothing_makes_no_rule() {
    assert_eq!(of(&[], &[]), Err(Refusal::NoEvent));
    let Err(Refusal::TooLittle { event: 0, why }) = of(&[json!({"process": {"comm": "x"}})], &[]) else { panic!() };
    assert!(!why.is_empty());
}

#[test]
fn what_was_recorded_of_two_stories_has_two_branches() {
    let mut other = open("/var/lib/puppet/state", &["agent"]);
    other["process"]["executable"]["path"] = "/usr/bin/puppet".into();
    let both = of(&[open("/srv/mail/a", &[]), other], &[]).unwrap();
    assert_eq!((both.branches, both.name.as_str()), (2, "quiet-open"));
}

#[test]
fn a_signal_names_its_detection_rule() {
    let mut signal = open("/srv/mail/a", &["backup"]);
    signal["workflow"] = json!({"rule": {"id": "def-000-krp"}});
    let text = of(&[signal.clone()], &[]).unwrap().text;
    assert!(text.contains("rules { ruleId:def-000-krp }") && text.contains("  when {"), "{text}");
    // What is like it and of another rule is out of reach.
    let mut other = signal.clone();
    other["workflow"]["rule"]["id"] = "def-000-9x2".into();
    assert!(of(&[signal.clone()], &[other]).is_ok());
    assert_eq!(of(&[signal.clone()], &[signal]), Err(Refusal::Alike { event: 0, must_fire: 0 }));
}
