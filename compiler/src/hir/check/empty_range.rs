use crate::diag::{Code, Diagnostic, text};
use crate::hir::Bound;
use crate::hir::check::range_on_text::written;
use crate::hir::check::term::{Confidence, Term, with_fix};

/// A range that holds no value.
pub(super) fn check(term: &Term<'_>, low: Option<Bound>, high: Option<Bound>) -> Option<Diagnostic> {
    let (low, high) = (low?, high?);
    let whole = term.attribute().is_some_and(|attribute| attribute.ty.is_number());
    if holds_any(low, high, whole) {
        return None;
    }
    let end = |bound: Bound, inclusive: bool| Some((term.text(bound.text).to_owned(), inclusive));
    let swapped = low.value > high.value;
    let diagnostic = Diagnostic::new(Code::EmptyRange, term.place(), "no number lies in this range: it never matches")
        .label(if swapped { "ends before it starts" } else { "nothing between its ends" });
    let meant = if swapped {
        written(end(high, high.inclusive), end(low, low.inclusive))
    } else {
        written(end(low, true), end(high, true))
    };
    let Some(meant) = meant else { return Some(diagnostic.help("write the lower end first")) };
    let confidence = if swapped { Confidence::Plain } else { Confidence::Guess };
    let diagnostic = diagnostic.help(if swapped {
        text!("write the lower end first: `{0}`", meant)
    } else {
        text!("braces leave the ends out; to take them in, write `{0}`", meant)
    });
    Some(with_fix(diagnostic, term.value_span(), confidence, text!("write `{0}`", meant), meant))
}

/// Whether a number lies between the ends, a whole one if only those count.
pub(super) fn holds_any(low: Bound, high: Bound, whole: bool) -> bool {
    if !whole {
        return low.value < high.value || (low.value == high.value && low.inclusive && high.inclusive);
    }
    let first = low.value.ceil();
    let first = if first == low.value && !low.inclusive { first + 1.0 } else { first };
    let last = high.value.floor();
    let last = if last == high.value && !high.inclusive { last - 1.0 } else { last };
    first <= last
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::EmptyRange, at, fixed);
    }

    #[test]
    fn ends_are_put_in_order() {
        wrong("@process.uid:[9 TO 1]", "[9 TO 1]", &["@process.uid:[1 TO 9]"]);
        wrong("@process.uid:{9 TO 1}", "{9 TO 1}", &["@process.uid:{1 TO 9}"]);
        wrong("@container.created_at:[9 TO 1]", "[9 TO 1]", &["@container.created_at:[1 TO 9]"]);
    }

    #[test]
    fn ends_are_taken_in() {
        wrong("@process.uid:{5 TO 5}", "{5 TO 5}", &["@process.uid:[5 TO 5]"]);
        wrong("@process.uid:{5 TO 6}", "{5 TO 6}", &["@process.uid:[5 TO 6]"]);
        wrong("@container.created_at:{5 TO 5}", "{5 TO 5}", &["@container.created_at:[5 TO 5]"]);
    }

    #[test]
    fn ranges_that_hold_something_are_left_alone() {
        clean(&["@process.uid:[5 TO 5]", "@process.uid:{5 TO 7}", "@process.uid:[-5 TO 5]", "@own.size:[* TO 5]"]);
        clean(&["@container.created_at:[5 TO 5]", "@container.created_at:{5 TO 6}"]);
    }
}
