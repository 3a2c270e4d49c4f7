//! Applying fixes to a text.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Edit, Fix};

/// The fix of a diagnostic that is applied.
pub(super) fn best(diagnostic: &Diagnostic, also_unsafe: bool) -> Option<&Fix> {
    diagnostic.fixes.iter().find(|fix| fix.safe || also_unsafe)
}

/// The text with the best fix of each diagnostic that may be applied; edits that would touch one another wait for the
/// next round. Nothing where there is nothing to apply.
pub(super) fn apply<'d>(text: &str, found: impl Iterator<Item = &'d Diagnostic>, also_unsafe: bool) -> Option<String> {
    // By start, then as the fix has them; edits of different fixes never touch.
    let mut chosen: BTreeMap<(u32, usize), &Edit> = BTreeMap::new();
    for diagnostic in found {
        let Some(fix) = best(diagnostic, also_unsafe) else { continue };
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let in_order = edits.is_sorted_by(|a, b| a.span.end <= b.span.start);
        let fits = |edit: &&Edit| text.get(edit.span.range()).is_some() && !touches(&chosen, edit);
        if in_order && edits.iter().all(fits) {
            chosen.extend(edits.into_iter().enumerate().map(|(number, edit)| ((edit.span.start, number), edit)));
        }
    }
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for edit in chosen.values() {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start)?);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    (out != text).then_some(out)
}

fn touches(chosen: &BTreeMap<(u32, usize), &Edit>, edit: &Edit) -> bool {
    let before = chosen.range(..=(edit.span.end, usize::MAX)).next_back();
    before.is_some_and(|(_, before)| before.span.end >= edit.span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::Code;

    #[test]
    fn edits_that_touch_wait() {
        let finding = |start, end, text: &str| {
            Diagnostic::new(Code::NeverEmitted, Span::new(start, end), "x").safe_fix("y", Span::new(start, end), text)
        };
        let found = [finding(4, 6, "DE"), finding(0, 2, "AB"), finding(5, 7, "no")];
        assert_eq!(apply("ab cdef gh", found.iter(), false).as_deref(), Some("AB cDEf gh"));
        assert_eq!(apply("ab", [].iter(), true), None);
    }

    #[test]
    fn edits_of_one_fix_stay_together() {
        let fix = |spans: &[(u32, u32)]| {
            let edits = spans.iter().map(|(start, end)| Edit { span: Span::new(*start, *end), text: "(".to_owned() });
            let fix = Fix { title: "y".into(), safe: true, edits: edits.collect() };
            [Diagnostic::new(Code::MixedAndOr, Span::new(0, 1), "x").fix(fix)]
        };
        assert_eq!(apply("abc", fix(&[(1, 1), (0, 0), (0, 0)]).iter(), false).as_deref(), Some("((a(bc"));
        assert_eq!(apply("abc", fix(&[(0, 2), (1, 3)]).iter(), false), None);
        assert_eq!(apply("abc", fix(&[(2, 9)]).iter(), false), None);
    }
}
