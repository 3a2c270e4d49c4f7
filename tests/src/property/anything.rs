//! Any input at all.

use quell::config::Config;

use crate::property::analysis::{Analysis, analyse, applied, lenient};
use crate::workspace;

/// Every example of the pages and every program of the tests.
///
/// # Panics
///
/// Where a file cannot be read.
#[must_use]
pub fn examples() -> Vec<String> {
    let root = workspace::root();
    let mut examples: Vec<String> = Vec::new();
    for page in workspace::pages() {
        let text = std::fs::read_to_string(page).unwrap();
        examples.extend(code_blocks(&text));
    }
    for folder in ["grammar/examples", "tests/emit"] {
        examples.extend(
            workspace::files(&root.join(folder), "quell").iter().map(|file| std::fs::read_to_string(file).unwrap()),
        );
    }
    assert!(examples.len() > 50, "{}", examples.len());
    examples
}

/// The blocks of Quell in a page.
fn code_blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find("```quell") {
        let body = &rest[start..];
        let Some(line) = body.find('\n') else { break };
        let body = &body[line + 1..];
        let Some(end) = body.find("\n```") else { break };
        blocks.push(body[..=end].to_owned());
        rest = &body[end + 4..];
    }
    blocks
}

/// A fix that is called safe keeps a program that parses one that does.
fn assert_safe_fixes_parse(text: &str, analysis: &Analysis) {
    let parses =
        |text: &str| quell::syntax::split(text).iter().all(|range| quell::syntax::parse_item(range.of(text)).is_ok());
    if !parses(text) {
        return;
    }
    for diagnostic in &analysis.diagnostics {
        for fix in diagnostic.fixes.iter().filter(|fix| fix.safe) {
            let fixed = applied(text, fix);
            let code = diagnostic.code.name();
            assert!(parses(&fixed), "`{}` of {code} breaks the program\n{text}\n---\n{fixed}", fix.title);
        }
    }
}

/// Holds every step on a text to what it promises, judged and unjudged.
///
/// # Panics
///
/// Where something does not hold.
pub fn hold(text: &str) {
    for config in [Config::default(), lenient()] {
        let analysis = analyse(text, &config);
        assert_safe_fixes_parse(text, &analysis);
    }
}
