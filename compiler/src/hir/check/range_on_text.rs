use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::term::Term;
use crate::hir::spelling;
use crate::hir::{Bound, KeyKind};
use crate::schema::Type;

/// A range or comparison on a key whose values are not numbers.
pub(super) fn check(term: &Term<'_>, low: Option<Bound>, high: Option<Bound>) -> Option<Diagnostic> {
    let (what, is_free) = match term.key.kind {
        KeyKind::Attribute(_) => match term.attribute()?.ty {
            Type::Int | Type::Port | Type::Mode | Type::Timestamp | Type::Any => return None,
            // Of a name of a variable the sign would be a part of the name.
            ty => (ty.name(), matches!(ty, Type::String | Type::Path) && !term.key_text().ends_with(".envs")),
        },
        KeyKind::Tag(_) => ("tag", true),
        KeyKind::RuleKey => ("key of rules", false),
        KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::UnknownTag => return None,
    };
    let diagnostic = Diagnostic::new(
        Code::RangeOnText,
        term.place(),
        text!("`{0}` is no number ({1}): it has no order to compare by", term.key_text(), what),
    )
    .label("compares numbers");
    let Some(value) = term.value_span().filter(|_| is_free) else {
        return Some(diagnostic.help("write the value itself, as in `key:value`"));
    };
    if low.is_some() && high.is_some() {
        return Some(diagnostic.help("list the values, as in `key:(a OR b)`, or use wildcards"));
    }
    Some(diagnostic.help("put the value in quotes to compare it as text, the `<` or `>` included").unsafe_fix(
        "compare it as text",
        value,
        as_text(term, value),
    ))
}

/// The value as it is written, as a text.
fn as_text(term: &Term<'_>, value: Span) -> String {
    spelling::literal(value.of(term.ctx.source))
}

/// A range as it is written, each end with whether it is inside; nothing where there is no end.
pub(super) fn written(low: Option<(String, bool)>, high: Option<(String, bool)>) -> Option<String> {
    let sign = |inclusive: bool| if inclusive { "=" } else { "" };
    match (low, high) {
        (Some((low, true)), Some((high, true))) => Some(format!("[{low} TO {high}]")),
        (Some((low, false)), Some((high, false))) => Some(format!("{{{low} TO {high}}}")),
        (Some((low, inclusive)), None) => Some(format!(">{}{low}", sign(inclusive))),
        (None, Some((high, inclusive))) => Some(format!("<{}{high}", sign(inclusive))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::RangeOnText, at, fixed);
    }

    #[test]
    fn text_has_no_order() {
        wrong("@process.args:>5", ">5", &["@process.args:\">5\""]);
        wrong("@network.source.ip:[1 TO 2]", "[1 TO 2]", &[]);
        wrong("@process.is_thread:>=1", ">=1", &[]);
        wrong("service:<3", "<3", &["service:\"<3\""]);
        wrong("@process.executable.path:[1 TO 2]", "[1 TO 2]", &[]);
    }

    #[test]
    fn numbers_have_one() {
        clean(&["@process.uid:>=1000", "@network.source.port:[1 TO 1024]", "@own.size:<0"]);
    }
}
