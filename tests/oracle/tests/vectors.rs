//! Queries that people have typed, from a file of vectors: whatever the open grammar takes, Quell takes and means the
//! same by it, or refuses by the name of a trap.
//!
//! The file is no part of the project. It is `datadog/search_syntax_vectors.tsv` in the folder that `QUELL_SHARED`
//! names; without the variable there is nothing to compare and the test passes, with it the file must be there.

use std::path::PathBuf;

use oracle::{datadog, quell};

/// Where the two part, each with what Quell says: the codes of its errors, or that it takes what the open grammar
/// refuses, or that it means something else.
const DIFFERENCES: &[(&str, &str)] = &[
    // Refused by the open grammar, plain in sense: taken, and emitted in quotes.
    ("@process.args:+x", r#"taken as @process.args:"+x""#),
    // The second word is searched for in messages.
    ("@process.args:hello world", "blank-in-value"),
    // A gap of the open grammar, which reads two words.
    ("CIDR(@network.destination.ip,10.0.0.0/8)", "read as CIDR(@network.destination.ip,10.0.0.0/8)"),
    // An operator without its left side is a word.
    ("OR @a:b", "bare-word"),
    ("@process.args:a!b", r#"taken as @process.args:"a!b""#),
    ("@process.args:a<b", r#"taken as @process.args:"a<b""#),
    // In small letters it is a word.
    ("not @a:b", "lowercase-operator"),
    // The open grammar denies the word `NOT`; two denials are none.
    ("NOT NOT @a:b", r#"read as @a:"b""#),
    ("*", "match-all"),
];

/// One row of the file.
struct Vector {
    accepted: bool,
    query: String,
}

fn vectors() -> Option<Vec<Vector>> {
    let folder = PathBuf::from(std::env::var_os("QUELL_SHARED")?);
    let file = folder.join("datadog/search_syntax_vectors.tsv");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("QUELL_SHARED is set, and {} cannot be read: {error}", file.display()));
    let vector = |line: &str| {
        let mut fields = line.split('\t');
        let accepted = fields.next() == Some("OK");
        Vector { accepted, query: unquoted(fields.next().unwrap_or_default()) }
    };
    Some(text.lines().skip(1).map(vector).collect())
}

/// A field of the file: quotes around it where there are quotes in it, and those doubled.
fn unquoted(field: &str) -> String {
    match field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

/// What is to be said about a vector; nothing where both mean the same by it, or refuse it.
fn difference(query: &str) -> Option<String> {
    match (datadog::read(query), quell::read(query)) {
        (Ok(read), Ok(tree)) => match quell::form(&tree) {
            Some(form) if form == read => None,
            _ => Some(format!("read as {}", quell::emitted(&tree))),
        },
        (Ok(_), Err(codes)) => Some(codes.join(" ")),
        (Err(_), Ok(tree)) => Some(format!("taken as {}", quell::emitted(&tree))),
        (Err(_), Err(_)) => None,
    }
}

#[test]
fn vectors_are_taken_or_refused_by_name() {
    let Some(vectors) = vectors() else {
        eprintln!("QUELL_SHARED is not set: no vectors to compare");
        return;
    };
    assert!(vectors.len() >= 73, "only {} vectors", vectors.len());
    let found: Vec<(String, String)> =
        vectors.iter().filter_map(|vector| Some((vector.query.clone(), difference(&vector.query)?))).collect();
    let expected: Vec<(String, String)> =
        DIFFERENCES.iter().map(|(query, says)| ((*query).to_owned(), (*says).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_file_and_the_grammar_agree() {
    for vector in vectors().unwrap_or_default() {
        assert_eq!(datadog::read(&vector.query).is_ok(), vector.accepted, "{}", vector.query);
    }
}

/// What Quell takes beyond the open grammar is emitted in a form that the open grammar takes.
#[test]
fn what_is_taken_can_be_sent() {
    for (query, says) in DIFFERENCES.iter().filter(|(_, says)| says.starts_with("taken as ")) {
        let tree = quell::read(query).unwrap_or_else(|codes| panic!("{query}: {codes:?}"));
        let emitted = quell::emitted(&tree);
        assert_eq!(Some(emitted.as_str()), says.strip_prefix("taken as "));
        assert_eq!(datadog::read(&emitted).ok(), quell::form(&tree), "{query}");
    }
}
