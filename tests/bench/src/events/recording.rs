//! A recording of any length, made from the example events: as long as those, each with numbers and a host of its own,
//! and every fourth about a job of the generated rules.

use std::fs;
use std::io::Result;

use serde_json::{Value, json};
use tests::workspace;

use crate::generate::Job;

/// Every so many events, one is of a job.
const JOB_EVERY: usize = 4;

/// How many jobs there are events of.
const JOBS: usize = 100;

/// Where the examples hold an event of the Agent.
const PLACES: [&str; 4] = ["/attributes/custom", "/attributes/attributes", "/custom", ""];

/// That many events, one a line.
pub(super) fn recorded(events: usize) -> Result<Vec<u8>> {
    let mut examples = Vec::new();
    for path in workspace::files(&workspace::root().join("grammar/examples/events"), "ndjson") {
        for line in fs::read_to_string(path)?.lines() {
            examples.push(serde_json::from_str::<Value>(line)?);
        }
    }
    let mut text = Vec::new();
    for (number, example) in (0..events).zip(examples.iter().cycle()) {
        let mut event = example.clone();
        vary(&mut event, number);
        serde_json::to_writer(&mut text, &event)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn vary(event: &mut Value, number: usize) {
    let is_event = |place: &&str| event.pointer(place).is_some_and(|inner| inner.get("process").is_some());
    let place = PLACES.into_iter().find(is_event).unwrap_or_default();
    let Some(inner) = event.pointer_mut(place).and_then(Value::as_object_mut) else { return };
    let Some(process) = inner.get_mut("process").and_then(Value::as_object_mut) else { return };
    process.insert("pid".into(), json!(1_000 + number * 7 % 60_000));
    if number.is_multiple_of(JOB_EVERY) {
        let job = Job::of(number / JOB_EVERY % JOBS);
        process.insert("args".into(), json!(["--quiet", job.argument()]));
        process.insert("executable".into(), json!({"path": job.program, "user": "root", "mode": 33_261}));
        process.insert("parent".into(), json!({"comm": "cron", "executable": {"path": job.parent}}));
        process.insert("user".into(), json!(job.user));
        let tags =
            [format!("kube_service:{}", job.service), format!("host:web-{}", number % 50), "env:prod".to_owned()];
        inner.insert("tags".into(), json!(tags));
    }
}
