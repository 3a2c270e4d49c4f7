//! What a project compiles to.

use quell::diag::Severity;
use quell::emit::{CheckedRule, Target, emit};

use crate::ide::position::{Encoding, position_of};
use crate::ide::project::Project;
use crate::ide::rules;

/// The output of all rules that have not expired, by file and place; the number of errors where there are some.
///
/// # Errors
///
/// How many errors forbid output.
pub fn compile(project: &Project, target: Target) -> Result<String, usize> {
    let mut files: Vec<_> = project.file_ids().filter_map(|id| Some((id, project.file(id)?))).collect();
    files.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    let mut errors = 0;
    let mut found = Vec::new();
    for (id, file) in files {
        let findings = project.findings(id);
        errors += findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        for placed in file.document.iter().flat_map(|document| document.items().iter()) {
            for rule in rules::of_item(project, id, placed) {
                if rule.rule.is_expired(project.settings().now) {
                    continue;
                }
                let start = rule.rule.span.start;
                let place = position_of(&placed.item.text, start as usize, Encoding::Utf32);
                found.push((
                    id,
                    rule,
                    placed.start.line + place.line + 1,
                    place.column + 1,
                    placed.start.offset + start,
                ));
            }
        }
    }
    if errors > 0 {
        return Err(errors);
    }
    let checked = found.iter().filter_map(|(id, rule, line, column, offset)| {
        Some(CheckedRule {
            rule: &rule.rule,
            specificity: rule.specificity.as_ref(),
            schema: project.schema(*id),
            file: &project.file(*id)?.name,
            line: *line,
            column: *column,
            offset: *offset,
        })
    });
    let mut out = Vec::new();
    // Writing to memory does not fail, and what is written is UTF-8.
    let _ = emit(checked, target, &mut out);
    Ok(String::from_utf8(out).unwrap_or_default())
}
