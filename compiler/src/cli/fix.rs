//! Applying fixes to a text.

use crate::diag::{Diagnostic, Edit};

/// The text with the best fix of each diagnostic that may be applied; edits that would touch one another wait for the
/// next round. Nothing where there is nothing to apply.
pub(super) fn apply<'d>(text: &str, found: impl Iterator<Item = &'d Diagnostic>, also_unsafe: bool) -> Option<String> {
    let mut chosen: Vec<&Edit> = Vec::new();
    for diagnostic in found {
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safe || also_unsafe) else { continue };
        let fits = fix
            .edits
            .iter()
            .all(|edit| text.get(edit.span.range()).is_some() && !chosen.iter().any(|other| touch(edit, other)));
        if fits {
            chosen.extend(&fix.edits);
        }
    }
    if chosen.is_empty() {
        return None;
    }
    chosen.sort();
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for edit in chosen {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start)?);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    (out != text).then_some(out)
}

fn touch(a: &Edit, b: &Edit) -> bool {
    a.span.start <= b.span.end && b.span.start <= a.span.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::{Code, Diagnostic};

    #[test]
    fn edits_that_touch_wait() {
        let finding = |start, end, text: &str| {
            Diagnostic::new(Code::NeverEmitted, Span::new(start, end), "x").safe_fix("y", Span::new(start, end), text)
        };
        let found = [finding(4, 6, "DE"), finding(0, 2, "AB"), finding(5, 7, "no")];
        assert_eq!(apply("ab cdef gh", found.iter(), false).as_deref(), Some("AB cDEf gh"));
        assert_eq!(apply("ab", [].iter(), true), None);
    }
}
