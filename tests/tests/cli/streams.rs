//! Recordings that are long, cut off, no recordings, or that nobody reads to their end.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Project, Run, quell};

const RULES: &str = "suppress shells {\n  when event { @process.comm:sh @process.args:a }\n}\n";

const EVENT: &str = "{\"process\":{\"comm\":\"sh\",\"args\":[\"a\"],\"pid\":123456}}\n";

fn project() -> Project {
    Project::new(&[("quell.toml", ""), ("rules.quell", RULES)])
}

/// Events, silenced events and bad lines.
fn counts(run: &Run) -> [u64; 3] {
    let json = run.json();
    ["events", "suppressed", "bad_lines"].map(|name| json[name].as_u64().unwrap())
}

const REPLAY: [&str; 3] = ["replay", "--format", "json"];

fn replay(project: &Project, file: &str) -> Run {
    project.run(&[&REPLAY[..], &[file]].concat())
}

#[test]
fn what_is_compressed_and_cut_off_is_counted_up_to_there() {
    let project = project();
    let mut text = String::new();
    for number in 0..20_000 {
        text += &EVENT.replace("123456", &(number * 7919 % 65_536).to_string());
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    project.write("events.gz", &gzip);
    assert_eq!(counts(&replay(&project, "events.gz").expect(0)), [20_000, 20_000, 0]);
    project.write("half.gz", &gzip[..gzip.len() / 2]);
    let run = replay(&project, "half.gz").expect(2).says("`half.gz` cannot be read to its end");
    let [events, silenced, bad] = counts(&run);
    assert!((1..20_000).contains(&events) && silenced == events && bad == 0, "{events} {silenced} {bad}");
    // The next file is read all the same.
    project.write("one.ndjson", EVENT);
    let run = project.run(&[&REPLAY[..], &["half.gz", "one.ndjson"]].concat()).expect(2);
    assert_eq!(counts(&run), [events + 1, events + 1, 0]);
}

#[test]
fn what_is_no_recording_is_said_to_be_none() {
    let project = project();
    project.write("binary", b"\x7fELF\x02\x01\x01\0\0\0\x0a\0\0");
    let run = replay(&project, "binary").expect(2).says("it is binary");
    assert_eq!(counts(&run), [0, 0, 0]);
    project.write("text", "just\nsome text\n");
    let run = replay(&project, "text").expect(1).says("text:1: no event").says("text:2: no event");
    assert_eq!(counts(&run), [0, 0, 2]);
}

#[test]
fn a_long_line_is_an_event_and_one_past_the_bound_is_told() {
    let project = project();
    let long = EVENT.replace("123456", &format!("1,\"more\":\"{}\"", "x".repeat(50_000_000)));
    project.write("events.ndjson", long + EVENT);
    assert_eq!(counts(&replay(&project, "events.ndjson").expect(0)), [2, 2, 0]);
    let too_long = EVENT.replace("123456", &format!("1,\"more\":\"{}\"", "x".repeat(70_000_000)));
    project.write("events.ndjson", too_long + EVENT);
    let run = replay(&project, "events.ndjson").expect(1).says("events.ndjson:1: no event: it is longer than 64 MiB");
    assert_eq!(counts(&run), [1, 1, 1]);
}

#[cfg(unix)]
#[test]
fn whoever_has_seen_enough_ends_it_quietly() {
    let project = project();
    project.write("events.ndjson", EVENT.repeat(50_000));
    for command in ["replay events.ndjson", "replay - --rules rules.quell < events.ndjson", "test --format json"] {
        let script = format!("{} {command} | true", quell().display());
        let run = Command::new("sh").arg("-c").arg(script).current_dir(project.path()).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!said.contains("error") && !said.contains("panicked"), "{command}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_replay_with_what_was_counted() {
    let project = project();
    let mut command = project.command(&[&REPLAY[..], &["-", "--rules", "rules.quell"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds, so that it is known to read; then nothing more comes, and the last line has no end.
    input.write_all(EVENT.repeat(50_000).as_bytes()).unwrap();
    input.write_all(b"{\"process\":").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let interrupted = Instant::now();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    assert!(interrupted.elapsed() < Duration::from_secs(20), "it waited for more");
    drop(input);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let run = Run { status: status.code().unwrap_or(-1), stdout, stderr };
    let run = run.expect(130).says("error: interrupted in `-`; what was read until then is counted");
    assert_eq!(counts(&run), [50_000, 50_000, 0]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_tests_after_those_that_were_run() {
    let project = project();
    // Long enough to take until the interrupt.
    project.write("slow.ndjson", EVENT.repeat(400_000));
    let tests = format!("test \"quick\" {{ suppressed {} by shells }}\n", EVENT.trim())
        + "test \"slow\" { suppressed \"slow.ndjson\" by shells }\n";
    project.write("rules.quell", RULES.to_owned() + &tests);
    let mut command = project.command(&["test"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = Run::of(child.wait_with_output().unwrap()).expect(130).says("error: interrupted after 1 of 2 tests");
    assert!(run.stdout.contains("ok    quick") && !run.stdout.contains("slow"), "{}", run.stdout);
}
