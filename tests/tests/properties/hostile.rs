//! Inputs made to hurt: each ends soon, with a finding where it is wrong.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use quell::config::Config;
use quell::diag::Code;

use tests::property::analysis::{Analysis, analyse, lenient};

/// What each may take in a debug build on a loaded machine; a program that grows too fast takes minutes.
const LIMIT: Duration = Duration::from_secs(120);

/// Analyses and lays out a text within the limit.
#[track_caller]
fn timed(text: &str, config: &Config) -> Analysis {
    let start = Instant::now();
    let analysis = analyse(text, config);
    let took = start.elapsed();
    let shown: String = text.chars().take(80).collect();
    assert!(took < LIMIT, "analysis took {took:?}: {shown}");
    let laid_out = quell::fmt::format(text);
    assert!(!laid_out.is_empty() || text.trim().is_empty());
    assert!(start.elapsed() < LIMIT * 2, "with the layout it took {:?}: {shown}", start.elapsed());
    analysis
}

#[track_caller]
fn assert_finds(text: &str, code: Code) {
    let analysis = timed(text, &Config::default());
    let names: Vec<&str> = analysis.diagnostics.iter().take(5).map(|found| found.code.name()).collect();
    assert!(analysis.diagnostics.iter().any(|found| found.code == code), "{names:?}");
}

fn rule(condition: &str) -> String {
    format!("suppress a {{\n  when event {{ {condition} }}\n}}\n")
}

#[test]
fn ten_thousand_brackets() {
    for (open, close) in
        [("(", ")"), ("-(", ")"), ("host:(", ")"), ("NOT (", ")"), ("{", "}"), ("[", "]"), ("CIDR(", ")")]
    {
        let deep = format!("{}host:a{}", open.repeat(10_000), close.repeat(10_000));
        assert_finds(&rule(&deep), Code::NestingTooDeep);
    }
    for text in [rule(&"(".repeat(10_000)), "suppress a {".repeat(10_000), "test \"t\" { fires [".repeat(10_000)] {
        assert_finds(&text, Code::NestingTooDeep);
    }
    for text in [rule(&")".repeat(10_000)), rule(&"}".repeat(10_000)), rule(&"]".repeat(10_000))] {
        assert!(!timed(&text, &Config::default()).errors().is_empty());
    }
    let json = format!("test \"t\" {{\n  fires {}{}\n}}\n", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    assert_finds(&json, Code::NestingTooDeep);
}

/// As deep as brackets may nest, nothing overflows: neither here nor in what is written.
#[test]
fn brackets_up_to_the_cap() {
    for depth in [60, 62] {
        let mut condition = "host:a".to_owned();
        for level in 0..depth {
            condition =
                if level % 2 == 0 { format!("({condition} OR env:b)") } else { format!("-({condition} host:c)") };
        }
        let analysis = timed(&rule(&condition), &Config::default());
        let errors = analysis.errors();
        assert!(errors.is_empty() || errors.iter().all(|error| error.starts_with("too-complex")), "{errors:?}");
    }
}

#[test]
fn ten_thousand_signs() {
    for (sign, denied) in [("NOT ", false), ("-", false), ("NOT -", false), ("!", false)] {
        let text = rule(&format!("{}host:a", sign.repeat(10_000)));
        let analysis = timed(&text, &Config::default());
        assert!(analysis.errors().is_empty(), "{:?}", analysis.errors());
        let query = analysis.rules[0].0.rule.when_event.as_ref().unwrap();
        assert_eq!(tests::property::analysis::emitted(query), if denied { "-host:\"a\"" } else { "host:\"a\"" });
    }
    assert!(!timed(&rule(&"NOT ".repeat(10_000)), &Config::default()).errors().is_empty());
    assert!(!timed(&rule(&"OR ".repeat(10_000)), &Config::default()).errors().is_empty());
}

#[test]
fn a_line_of_a_megabyte() {
    let long = "x".repeat(1 << 20);
    for text in [
        long.clone(),
        rule(&format!("host:{long}")),
        rule(&format!("host:\"{long}\"")),
        rule(&format!("host:({long} OR {long})")),
        rule(&format!("@process.args:{}*", "\\*".repeat(1 << 19))),
        format!("suppress {long} {{\n  when {{ host:a }}\n}}\n"),
        format!("# {long}\nsuppress a {{\n  when {{ host:a }}\n}}\n"),
        format!("## {long}\nsuppress a {{\n  owner = \"{long}\"\n  when {{ host:a }}\n}}\n"),
    ] {
        timed(&text, &Config::default());
    }
    for text in [rule(&format!("@{long}:a")), rule(&format!("{long}:a")), rule(&long), rule(&format!("host:${long}"))] {
        assert!(!timed(&text, &Config::default()).errors().is_empty());
    }
    for (piece, times) in [
        ("\"", 1 << 18),
        ("\\", 1 << 18),
        ("\"\\", 1 << 17),
        ("a\"b\"", 1 << 16),
        ("*", 1 << 20),
        ("\u{202e}", 1 << 15),
        ("“", 1 << 15),
        ("host:a ", 1 << 15),
        ("host:a OR ", 1 << 15),
        ("@x:a ", 1 << 9),
        ("word ", 1 << 14),
        (": ", 1 << 16),
        ("= ", 1 << 16),
        ("#", 1 << 20),
    ] {
        timed(&piece.repeat(times), &Config::default());
        timed(&rule(&piece.repeat(times)), &Config::default());
        timed(&rule(&format!("host:({})", piece.repeat(times))), &Config::default());
        timed(&format!("suppress a {{\n  owner = {}\n}}\n", piece.repeat(times)), &Config::default());
    }
}

#[test]
fn bytes_of_zero() {
    for text in ["\0", "\0\0\0", "suppress a\0 {\n  when { host:a }\n}\n", "sup\0press a {\n  when { host:a }\n}\n"] {
        assert!(!timed(text, &Config::default()).diagnostics.is_empty(), "{text:?}");
    }
    for condition in ["host:\0", "host:a\0b", "host:\"\0\"", "ho\0st:a", "\0", "host:(\0 OR a)", "host:a\\\0"] {
        timed(&rule(condition), &Config::default());
        timed(&rule(condition), &lenient());
    }
}

#[test]
fn chains_and_circles_of_lets() {
    let mut chain = String::from("let n0 = { host:a }\n");
    let mut lists = String::from("let n0 = (a)\n");
    for number in 1..10_000 {
        let _ = writeln!(chain, "let n{number} = {{ $n{} }}", number - 1);
        let _ = writeln!(lists, "let n{number} = ($n{} OR b{number})", number - 1);
    }
    assert_finds(&format!("{chain}{}", rule("$n9999")), Code::TooComplex);
    assert_finds(&format!("{lists}{}", rule("host:$n9999")), Code::TooComplex);
    let mut circle = String::new();
    for number in 0..10_000 {
        let _ = writeln!(circle, "let n{number} = {{ $n{} }}", (number + 1) % 10_000);
    }
    assert_finds(&format!("{circle}{}", rule("$n7")), Code::RecursiveLet);
    // Every one refers to every other.
    let all: String = (0..150).fold(String::new(), |all, number| all + &format!("$n{number} "));
    let dense: String = (0..150).fold(String::new(), |dense, number| dense + &format!("let n{number} = {{ {all}}}\n"));
    assert_finds(&dense, Code::RecursiveLet);
}

#[test]
fn lets_that_double() {
    let mut fragments = String::from("let n0 = { host:a }\n");
    let mut lists = String::from("let n0 = (a OR b)\n");
    for number in 1..60 {
        let _ = writeln!(fragments, "let n{number} = {{ $n{0} OR $n{0} }}", number - 1);
        let _ = writeln!(lists, "let n{number} = ($n{0} OR $n{0})", number - 1);
    }
    assert_finds(&format!("{fragments}{}", rule("$n59")), Code::TooComplex);
    assert_finds(&format!("{lists}{}", rule("host:$n59")), Code::TooComplex);
}

/// Many of everything: what is done for each must not look at all the others.
#[test]
fn many_of_each() {
    let times = |count: usize, one: &str| {
        (0..count).fold(String::new(), |all, number| all + &one.replace('N', &number.to_string()))
    };
    for text in [
        times(3_000, "suppress aN {\n  when { host:a }\n}\n"),
        times(3_000, "suppress a {\n  when { host:a }\n}\n"),
        times(3_000, "let a = (b)\n"),
        times(3_000, "attribute @custom.aN : string\n"),
        times(3_000, "tag custom_N\n"),
        times(500, "import \"fN.quell\"\n"),
        times(3_000, "test \"N\" {\n  fires { \"a\": N } by rN\n}\n"),
        format!("suppress a {{\n{}}}\n", times(3_000, "  owner = \"N\"\n")),
        format!("suppress a {{\n{}  when {{ host:a }}\n}}\n", times(2_000, "  fieldN = \"N\"\n")),
        format!("suppress a {{\n{}  when {{ host:a }}\n}}\n", times(2_000, "  allow wildcard-key = \"N\"\n")),
        format!("suppress a {{\n  tags = [{}]\n  when {{ host:a }}\n}}\n", times(5_000, "\"a:N\", ")),
        format!("suppress a {{\n{}}}\n", times(1_000, "  when {{ host:N }}\n")),
        rule(&times(300, "@process.executabel.pathN:x ")),
        rule(&times(20_000, "host:\"N*\" ")),
        rule(&format!("host:({})", times(20_000, "hN OR ") + "z")),
        rule(&format!("host:({})", times(5_000, "hN ") + "z")),
        rule(&times(200, "@process.*:vN ")),
        rule(&format!("CIDR(@network.destination.ip{})", times(20_000, ",10.0.0.N/32"))),
    ] {
        timed(&text, &Config::default());
    }
}
