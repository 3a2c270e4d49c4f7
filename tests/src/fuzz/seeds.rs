//! What the fuzzers start from: everything that the repository has of it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};

use super::{PROGRAM, SOUP, queries};
use crate::property::analysis::{analyse, lenient};
use crate::property::messages;
use crate::{corpus, generate, workspace};

/// Inputs, or why the corpus cannot be read.
pub(super) type Seeds = io::Result<Vec<Vec<u8>>>;

/// Every program of the repository, and choices.
pub(super) fn texts() -> Seeds {
    let programs = corpus::programs()?.into_iter().map(|program| program.text.into_bytes());
    let made =
        (0..64).map(|seed| [&[if seed % 4 == 0 { SOUP } else { PROGRAM }], &*generate::bytes(seed, 160)].concat());
    Ok(programs.chain(made).collect())
}

pub(super) fn choices() -> Seeds {
    Ok((0..128).map(|seed| generate::bytes(seed, 16 + (seed as usize % 16) * 16)).collect())
}

pub(super) fn conversations() -> Seeds {
    let open = |text: &str| {
        let document = json!({ "uri": "file:///nowhere/a.quell", "languageId": "quell", "version": 1, "text": text });
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } })
            .to_string()
    };
    let made = |seed: u64| [&[messages::SEPARATOR, messages::MADE], &*generate::bytes(seed, 40)].concat();
    let programs = corpus::programs()?;
    let opened = programs.iter().step_by(8).zip(0..).map(|(program, seed)| {
        [open(&program.text).into_bytes(), made(seed), made(seed + 1000), made(seed + 2000)].concat()
    });
    let talk = (0..64).map(|seed| (0..6).flat_map(|turn| made(seed * 6 + turn)).collect());
    Ok(opened.chain(talk).collect())
}

fn read_all(paths: Vec<PathBuf>) -> Seeds {
    paths.iter().map(fs::read).collect()
}

fn folder(path: &str) -> PathBuf {
    workspace::root().join(Path::new(path))
}

/// The recordings, one event of each, and each event in every form.
pub(super) fn recordings() -> Seeds {
    let mut seeds = read_all(workspace::files(&folder("grammar/examples"), "json"))?;
    for file in read_all(workspace::files(&folder("grammar/examples/events"), "ndjson"))? {
        for line in file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            seeds.push(line.to_vec());
            seeds.push([b"[", line, b",\n", line, b"]"].concat());
            seeds.push(zstd::encode_all(line, 1)?);
        }
    }
    Ok(seeds)
}

/// What every target writes of the examples, and conditions alone.
pub(super) fn dumps() -> Seeds {
    let mut seeds = read_all(workspace::files(&folder("tests/emit"), "json"))?;
    for program in corpus::programs()? {
        for query in queries(&analyse(&program.text, &lenient())).into_iter().filter(|query| !query.is_empty()) {
            let body = json!({
                "name": "A", "description": "Owner: a\n\nb", "enabled": true, "rule_query": "type:workload_security",
                "suppression_query": query, "expiration_date": 1_801_439_999_999_i64, "tags": ["a:b"],
            });
            seeds.push(format!(
                "# c\nresource \"datadog_security_monitoring_suppression\" \"a\" {{\n  name = \"A\"\n  suppression_query = {}\n}}\n",
                Value::from(query.as_str())
            ).into_bytes());
            seeds.push(
                json!({ "data": [{ "id": "a", "type": "suppressions", "attributes": body }] }).to_string().into_bytes(),
            );
            seeds.push(query.into_bytes());
        }
    }
    Ok(seeds)
}

pub(super) fn schemas() -> Seeds {
    let mut seeds = read_all(workspace::files(&folder("grammar"), "json"))?;
    let small = json!({
        "$id": "a", "properties": {
            "process": { "$ref": "#/$defs/process" },
            "file": { "properties": { "path": { "type": "string" }, "mode": { "type": "integer" } } },
            "list": { "items": { "type": "string" }, "type": "array" },
            "usr.id": { "oneOf": [{ "type": "string" }, { "type": "boolean" }] },
        },
        "$defs": { "process": { "type": "object", "properties": {
            "parent": { "$ref": "#/$defs/process" }, "ancestors": { "type": "array", "items": { "$ref": "#/$defs/process" } },
            "pid": { "type": "integer" }, "started": { "type": "string", "format": "date-time" },
        } } },
    });
    seeds.push(small.to_string().into_bytes());
    Ok(seeds)
}
