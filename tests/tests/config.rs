//! `quell.toml`: its published schema is that of the types, and both take and refuse the same.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, fs};

use jsonschema::Validator;
use quell::{Config, config};
use serde_json::Value;
use tests::workspace;

/// As JSON, which is what editors hold against the schema.
fn json(toml: &str) -> Value {
    toml::from_str(toml).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&config::json_schema()).unwrap()).unwrap()
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let file = workspace::root().join("grammar/quell.schema.json");
    let text = config::json_schema();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(file, text).unwrap();
        return;
    }
    let published = fs::read_to_string(file).unwrap_or_default();
    assert!(published == text, "grammar/quell.schema.json is not that of the types; UPDATE_EXPECT=1 writes it");
}

#[test]
fn the_files_of_the_repository_fit() {
    let validator = validator();
    for path in ["grammar/examples/shop/quell.toml", "compiler/src/cli/command/init/quell.toml"] {
        let value = json(&fs::read_to_string(workspace::root().join(path)).unwrap());
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
        serde_json::from_value::<Config>(value).unwrap();
    }
}

#[test]
fn schema_and_types_take_and_refuse_the_same() {
    let validator = validator();
    let table = [
        ("", true),
        ("[policy]\nrequired = [\"owner\", \"reason\", \"expires\"]\nmax-lifetime-days = 400", true),
        ("[policy.minimum-level]\nkernel = \"specific\"", true),
        ("[policy]\nexpires-soon-days = 0\nephemeral-days = 7\nmax-branches = 64", true),
        ("[lints]\nexpired = \"deny\"\ngovernance = \"hint\"", true),
        ("[schema]\nunknown = \"warn\"\nallow-prefixes = [\"@own.\"]", true),
        ("[tickets]\npattern = 'SEC-\\d+'\nurl = \"https://t.example/{ticket}\"", true),
        ("[tickets]\npattern = 'SEC-\\d+'", false),
        ("[tickets]\nurl = \"https://t.example/{ticket}\"", false),
        ("[policy]\nrequired = [\"expiry\"]", false),
        ("[policy]\nmax-lifetime-days = 0", false),
        ("[policy]\nmax-branches = 0", false),
        ("[policy]\nmax-branches = 65536", false),
        ("[policy]\nephemeral-days = -1", false),
        ("[policy.minimum-level]\nkernel = \"narrow\"", false),
        ("[policy.minimum-level]\ndns = \"broad\"", false),
        ("[policies]", false),
        ("[lints]\nexpired = \"error\"", false),
        ("[paths]\nexclude = \"drafts\"", false),
        ("[samples]\nfiles = [\"samples/*.ndjson\"]", true),
        ("[samples]\nfiles = \"samples/*.ndjson\"", false),
        ("[samples]\nfile = []", false),
    ];
    for (toml, good) in table {
        let value = json(toml);
        assert_eq!(validator.is_valid(&value), good, "schema: {toml}");
        assert_eq!(serde_json::from_value::<Config>(value).is_ok(), good, "types: {toml}");
    }
    // Which lints there are is for the command line to check: the types take any name.
    for name in ["unknown-field", "no-such-lint"] {
        assert!(!validator.is_valid(&json(&format!("[lints]\n{name} = \"warn\""))), "{name}");
    }
}
