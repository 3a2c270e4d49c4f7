//! Whether a fix mends what it is offered for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::finding::{self, Finding, Fix};

/// Codes of a text that is no program: no fix may leave one behind.
const SYNTAX: [&str; 7] = [
    "syntax-error",
    "unclosed-delimiter",
    "unterminated-string",
    "invalid-escape",
    "missing-value",
    "byte-order-mark",
    "confusable-character",
];

/// Applies each fix of each finding of the project in `folder`, one at a time, and says what is wrong with it.
///
/// The files are put back afterwards.
///
/// # Errors
///
/// Says which file cannot be read or written, or that the project cannot be checked.
pub fn check(quell: &Path, folder: &Path, findings: &[Finding]) -> Result<Vec<(Finding, String)>, String> {
    let mut wrong = Vec::new();
    for finding in findings {
        let path = folder.join(&finding.file);
        let Ok(before) = fs::read_to_string(&path) else { continue };
        for fix in &finding.fixes {
            let say = |what: &str| format!("the fix `{}` of {}[{}] {what}", fix.title, finding.severity, finding.code);
            let Some(after) = applied(&before, fix) else {
                wrong.push((finding.clone(), say("has edits that do not fit the file")));
                continue;
            };
            let write = |text: &str| fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
            write(&after)?;
            let left = finding::check(quell, folder);
            write(&before)?;
            let left = left?;
            if left.contains(finding) {
                wrong.push((finding.clone(), say("does not mend it")));
            }
            for new in came(findings, &left, fix.safe) {
                wrong
                    .push((finding.clone(), say(&format!("leads to {}[{}]: {}", new.severity, new.code, new.message))));
            }
        }
    }
    Ok(wrong)
}

/// The text with all edits made; nothing where they overlap or do not fit.
fn applied(text: &str, fix: &Fix) -> Option<String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start.offset, edit.end.offset));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.start.offset)?);
        out.push_str(&edit.text);
        text.get(edit.start.offset..edit.end.offset)?;
        at = edit.end.offset;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Errors that were not there: of any kind behind a safe fix, of syntax behind any.
///
/// Where there was an error of syntax before, anything may come to light once it is gone.
fn came<'f>(before: &[Finding], after: &'f [Finding], safe: bool) -> Vec<&'f Finding> {
    let codes: BTreeSet<&str> = before.iter().map(|finding| finding.code.as_str()).collect();
    if codes.iter().any(|code| SYNTAX.contains(code)) {
        return Vec::new();
    }
    let is_new = |finding: &&Finding| {
        finding.severity == "error"
            && !codes.contains(finding.code.as_str())
            && (safe || SYNTAX.contains(&finding.code.as_str()))
    };
    after.iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Edit, Place};

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        let place = |offset| Place { line: 1, column: 1, offset };
        Edit { start: place(start), end: place(end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_made_from_front_to_back() {
        let fix = |edits| Fix { title: String::new(), safe: true, edits };
        assert_eq!(applied("abcd", &fix(vec![edit(3, 4, "x"), edit(0, 1, "yy")])).as_deref(), Some("yybcx"));
        assert_eq!(applied("abcd", &fix(vec![edit(0, 3, ""), edit(2, 4, "")])), None);
        assert_eq!(applied("abcd", &fix(vec![edit(4, 9, "")])), None);
    }
}
