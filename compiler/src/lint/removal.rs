//! Taking a part out of a condition, with the operator that joins it.

use crate::base::Span;
use crate::diag::Diagnostic;

/// What to cut so that the part at `span` is gone; nothing where that is not plain to see. The part is one of several
/// with AND between them, or OR.
pub(super) fn removal(source: &str, span: Span, with_and: bool) -> Option<Span> {
    let (start, end) = with_parentheses(source, span.start as usize, span.end as usize)?;
    let before = source.get(..start)?;
    let after = source.get(end..)?;
    let head = without_blanks(before)?;
    let tail = after.trim_start();
    // A comment may end on the line above, and its text is no operator.
    let comment = |text: &str| text.contains('#');
    let gap_before = before.get(head.len()..)?;
    let gap_after = after.get(..after.len() - tail.len())?;
    if comment(head.rsplit('\n').next().unwrap_or_default()) && gap_before.contains('\n') {
        return None;
    }
    let operators: [&str; 2] = if with_and { ["AND", "&&"] } else { ["OR", "||"] };
    let denied = head.ends_with('-') || is_last_word(head, "NOT");
    if denied || head.ends_with(':') {
        return None;
    }
    if let Some(operator) = operators.iter().find(|operator| is_last_word(head, operator)) {
        let kept = without_blanks(head.get(..head.len() - operator.len())?)?;
        return (!comment(kept.rsplit('\n').next().unwrap_or_default())).then(|| span_of(kept.len(), end));
    }
    if let Some(operator) = operators.iter().find(|operator| is_first_word(tail, operator)) {
        let from = end + gap_after.len() + operator.len();
        let rest = source.get(from..)?;
        let blanks = rest.len() - rest.trim_start().len();
        return Some(span_of(start, from + blanks));
    }
    if !with_and {
        return None;
    }
    let follows = head.ends_with(['(', '{']) || ["OR", "||"].iter().any(|operator| is_last_word(head, operator));
    let blanks = |gap: &str| if gap.contains('\n') { 0 } else { gap.len() };
    Some(match (follows, gap_before.contains('\n'), gap_after.contains('\n')) {
        // Alone on its line: the line goes.
        (_, true, true) => span_of(head.len() + last_line(gap_before), end),
        (true, ..) | (_, true, _) => span_of(start, end + blanks(gap_after)),
        _ => span_of(head.len(), end),
    })
}

/// Offers to take out the part that a finding stands at, where the cut is plain to see.
pub(super) fn with_removal(found: Diagnostic, source: &str, with_and: bool) -> Diagnostic {
    match removal(source, found.span, with_and) {
        Some(cut) => found.safe_fix("remove it", cut, ""),
        None => found,
    }
}

/// A text without the blanks at its end; nothing where the first of them may be escaped, and so a part of a value.
fn without_blanks(text: &str) -> Option<&str> {
    let kept = text.trim_end();
    (kept.len() == text.len() || !kept.ends_with('\\')).then_some(kept)
}

fn span_of(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

/// Where the last line break of a gap is.
fn last_line(gap: &str) -> usize {
    gap.rfind('\n').unwrap_or(gap.len())
}

/// The part with every pair of parentheses that holds nothing else. One behind a colon belongs to its key.
fn with_parentheses(source: &str, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
    loop {
        let head = source.get(..start)?.trim_end();
        let tail = source.get(end..)?;
        let blanks = tail.len() - tail.trim_start().len();
        match head.strip_suffix('(') {
            Some(outside) if tail.trim_start().starts_with(')') => {
                if outside.trim_end().ends_with(':') {
                    return None;
                }
                (start, end) = (outside.len(), end + blanks + 1);
            }
            _ => return Some((start, end)),
        }
    }
}

fn is_last_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(is_inner) || word.starts_with(['&', '|']))
}

fn is_first_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|after| !after.starts_with(is_inner) || word.starts_with(['&', '|']))
}

/// Whether a character may stand inside of a value, so that it is no operator that ends or starts beside it.
fn is_inner(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '(' | ')' | '{' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cut(marked: &str, with_and: bool) -> Option<String> {
        let (before, rest) = marked.split_once('«').unwrap();
        let (part, after) = rest.split_once('»').unwrap();
        let mut text = format!("{before}{part}{after}");
        let span = span_of(before.len(), before.len() + part.len());
        let cut = removal(&text, span, with_and)?;
        text.replace_range(cut.range(), "");
        Some(text)
    }

    #[test]
    fn parts_go_with_their_operator() {
        for (marked, with_and, expected) in [
            ("{ a «b» c }", true, "{ a c }"),
            ("{ «a» b }", true, "{ b }"),
            ("{ a «b» }", true, "{ a }"),
            ("{ a AND «b» c }", true, "{ a c }"),
            ("{ «a» && b }", true, "{ b }"),
            ("{ a OR «b» }", false, "{ a }"),
            ("{ «a» OR b }", false, "{ b }"),
            ("{ a OR («b c») OR d }", false, "{ a OR d }"),
            ("{ x OR «a» b }", true, "{ x OR b }"),
            ("{ a «b» OR c }", true, "{ a OR c }"),
            ("{ k:(a OR «b») }", false, "{ k:(a) }"),
            ("{\n  a\n  «b»\n  c\n}", true, "{\n  a\n  c\n}"),
            ("{\n  «a»\n  b\n}", true, "{\n  b\n}"),
            ("{\n  a\n  OR «b»\n}", false, "{\n  a\n}"),
            ("{\n  «a»\n  OR b\n}", false, "{\n  b\n}"),
            ("{ (« a ») b }", true, "{ b }"),
        ] {
            assert_eq!(cut(marked, with_and).as_deref(), Some(expected), "{marked}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left() {
        for (marked, with_and) in [
            ("{ NOT («a» ) b }", true),
            ("{ k:(«a») b }", true),
            ("{ a «b» }", false),
            ("{ a # OR\n «b» OR c }", true),
            ("{ k:\\  «b» OR c }", true),
            ("{ k:\\  OR «b» }", false),
        ] {
            assert_eq!(cut(marked, with_and), None, "{marked}");
        }
    }
}
