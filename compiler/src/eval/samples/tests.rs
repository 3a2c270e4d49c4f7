use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::*;

/// A folder of its own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("quell-samples-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("samples/deep")).unwrap();
        Folder(fs::canonicalize(path).unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    fn gather(&self, patterns: &[&str], jobs: usize) -> Gathered {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let always: GoesOn = Arc::new(|| true);
        gather(&self.0, &patterns, &always, jobs, &|batches| batches.iter().map(Tally::of).collect()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn events(sample: &Sample, key: &str, value: &str) -> u64 {
    let key = sample.key(key).unwrap();
    key.position(value).map_or(0, |at| key.values()[at].events)
}

const EVENT: &str = r#"{"process":{"comm":"java","args":["-c","x","-c"]},"tags":["env:prod","env:dev","env:prod"]}"#;

#[test]
fn every_form_of_file_counts_alike() {
    let folder = Folder::new("forms");
    folder.write("samples/a.ndjson", format!("{EVENT}\n\n{EVENT}\n"));
    folder.write("samples/b.json", format!("[{EVENT}, {{}}]"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writeln!(gzip, "{EVENT}").unwrap();
    folder.write("samples/c.ndjson.gz", gzip.finish().unwrap());
    folder.write("samples/deep/d.zst", zstd::encode_all(EVENT.as_bytes(), 1).unwrap());
    let Gathered { sample, problems } = folder.gather(&["samples/**/*"], 1);
    assert_eq!(problems, []);
    assert_eq!(sample.events(), 6);
    for (key, value) in [("@process.comm", "java"), ("@process.args", "-c"), ("@process.args", "x"), ("env", "dev")] {
        assert_eq!(events(&sample, key, value), 5, "{key}:{value}");
    }
    assert_eq!(sample.key("@process.args").unwrap().carried(), 5);
    assert!(sample.key("@process.pid").is_none());
    // A file that several patterns name is read once, and a pattern stays within a folder.
    assert_eq!(folder.gather(&["samples/*.ndjson", "samples/a.ndjson", "./samples/a.ndjson"], 1).sample.events(), 2);
}

#[test]
fn neither_threads_nor_the_order_of_patterns_show() {
    let folder = Folder::new("order");
    for file in 0..4 {
        let line = |number: usize| {
            format!(
                "{{\"process\":{{\"pid\":{},\"comm\":\"c{}\",\"long\":\"{}\"}}}}\n",
                number * (file + 7),
                number % 50,
                "x".repeat(300)
            )
        };
        folder.write(&format!("samples/{file}.ndjson"), (0..6000).map(line).collect::<String>());
    }
    let one = folder.gather(&["samples/*"], 1).sample;
    assert_eq!(one.events(), 24_000);
    let other = folder.gather(&["samples/[23].ndjson", "samples/1.ndjson", "samples/*.ndjson"], 3).sample;
    assert!(one == other);
    let pids = one.key("@process.pid").unwrap();
    assert_eq!(pids.values().len(), 1024);
    assert_eq!(pids.values().iter().map(|value| value.events).sum::<u64>() + pids.other(), 24_000);
    assert_eq!(events(&one, "@process.comm", "c7"), 480);
}

#[test]
fn what_cannot_be_counted_is_told() {
    let folder = Folder::new("problems");
    folder.write("samples/bad.ndjson", format!("{EVENT}\nno event\n{EVENT}\n5\n"));
    folder.write("samples/cut.json", format!("[{EVENT}, {{"));
    let found =
        folder.gather(&["samples/bad.ndjson", "samples/c*", "gone.ndjson", "samples/deep", "no/*.json", "{"], 1);
    let told: Vec<(usize, &str)> =
        found.problems.iter().map(|problem| (problem.pattern, problem.message.as_str())).collect();
    assert_eq!(told[0], (2, "`gone.ndjson` cannot be read: there is no such file"));
    assert_eq!(told[1], (3, "`samples/deep` cannot be read: it is a folder"));
    assert_eq!(told[2], (4, "no file fits `no/*.json`"));
    assert!(told[3].0 == 5 && told[3].1.starts_with("`{` is no pattern: "), "{told:?}");
    assert!(told[4].0 == 0 && told[4].1.starts_with("`samples/bad.ndjson:2` is no event, nor are 1 more lines: "));
    assert!(told[5].0 == 1 && told[5].1.starts_with("`samples/cut.json` cannot be read to its end: "), "{told:?}");
    assert_eq!((told.len(), found.sample.events()), (6, 3));
}

#[test]
fn nothing_outside_of_the_folder_is_read() {
    let folder = Folder::new("outside");
    let inside = folder.0.join("samples/deep");
    folder.write("secret.ndjson", EVENT);
    let always: GoesOn = Arc::new(|| true);
    let count = |batches: &[Batch]| batches.iter().map(Tally::of).collect::<Vec<_>>();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../secret.ndjson", inside.join("link.ndjson")).unwrap();
    let absolute = folder.0.join("secret.ndjson").display().to_string();
    for pattern in ["../../secret.ndjson", "link.ndjson", "*.ndjson", &absolute, "x/../../secret.ndjson"] {
        if cfg!(not(unix)) && !pattern.contains("secret") {
            continue;
        }
        let found = gather(&inside, &[pattern.to_owned()], &always, 1, &count).unwrap();
        assert!(found.problems.iter().all(|problem| problem.is_outside), "{:?}", found.problems);
        assert_eq!((found.problems.len(), found.sample.events()), (1, 0), "{pattern}");
    }
}

#[test]
fn what_nobody_wants_any_more_is_given_up() {
    let folder = Folder::new("given-up");
    folder.write("samples/a.ndjson", EVENT);
    let never: GoesOn = Arc::new(|| false);
    assert!(gather(&folder.0, &["samples/*".to_owned()], &never, 1, &|_| Vec::new()).is_none());
}
