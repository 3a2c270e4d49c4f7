use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::pattern::{self, Piece, pieces};
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::spelling;

/// What the kernel keeps of a command name.
const MAX: usize = 15;

/// A command name longer than the kernel keeps: nothing can equal it.
pub(super) fn check(term: &Term<'_>) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    let length = if is_pattern { pattern::least_bytes(value) } else { value.len() };
    if length <= MAX {
        return None;
    }
    let mut diagnostic = Diagnostic::new(
        Code::CommTooLong,
        term.place(),
        text!("a command name has at most {0} bytes, and this asks for {1}: it never matches", MAX, length),
    )
    .label("longer than the kernel keeps")
    .help(text!("write the first {0} bytes, or compare the name of the executable", MAX));
    let head = head(value, is_pattern);
    let cut = cut(&head);
    diagnostic = if !is_pattern || head.len() >= MAX {
        if cut.len() == MAX {
            with_fix(
                diagnostic,
                term.value_span(),
                Confidence::Plain,
                text!("write `{0}`", cut),
                spelling::literal(cut),
            )
        } else {
            // The kernel cuts inside a character, and no value can hold half of one.
            let any = spelling::starting_with(cut);
            with_fix(diagnostic, term.value_span(), Confidence::Guess, text!("write `{0}`", any), any)
        }
    } else if head.is_empty() {
        diagnostic
    } else {
        let any = spelling::starting_with(&head);
        with_fix(diagnostic, term.value_span(), Confidence::Guess, text!("write `{0}`", any), any)
    };
    if !is_pattern && let Some(name) = term.sibling("executable.name") {
        let written = format!("{name}:{}", spelling::literal(value));
        diagnostic =
            with_fix(diagnostic, term.whole_span(), Confidence::Guess, text!("compare `{0}` with it", name), written);
    }
    Some(diagnostic)
}

/// What stands before the first wildcard.
fn head(value: &str, is_pattern: bool) -> String {
    if !is_pattern {
        return value.to_owned();
    }
    pieces(value)
        .map_while(|piece| match piece {
            Piece::Literal(character) => Some(character),
            Piece::Run | Piece::One => None,
        })
        .collect()
}

/// What the kernel keeps, up to the last whole character.
fn cut(value: &str) -> &str {
    let end = (0..=MAX).rev().find(|end| value.is_char_boundary(*end)).unwrap_or(0);
    value.get(..end).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::CommTooLong, at, fixed);
    }

    #[test]
    fn what_the_kernel_keeps_is_offered() {
        wrong(
            "@process.comm:systemd-resolved",
            "systemd-resolved",
            &["@process.comm:systemd-resolve", "@process.executable.name:systemd-resolved"],
        );
        wrong(
            "@process.ancestors.comm:(containerd-shim-runc-v2 OR sh)",
            "containerd-shim-runc-v2",
            &["@process.ancestors.comm:(containerd-shim OR sh)"],
        );
        wrong(
            "@process.parent.comm:\"a name with blanks\"",
            "\"a name with blanks\"",
            &["@process.parent.comm:\"a name with bla\"", "@process.parent.executable.name:\"a name with blanks\""],
        );
        wrong(
            "@process.comm:aaaaaaaaaaaaaaäb",
            "aaaaaaaaaaaaaaäb",
            &["@process.comm:aaaaaaaaaaaaaa*", "@process.executable.name:\"aaaaaaaaaaaaaaäb\""],
        );
    }

    #[test]
    fn patterns_count_what_they_ask_for() {
        wrong("@process.comm:systemd-resolved*", "systemd-resolved*", &["@process.comm:systemd-resolve"]);
        wrong("@process.comm:kube*controller-manager", "kube*controller-manager", &["@process.comm:kube*"]);
        wrong("@process.comm:*controller-manager", "*controller-manager", &[]);
        wrong("@process.comm:????????????????", "????????????????", &[]);
        clean(&["@process.comm:*-controller*", "@process.comm:systemd-resolve", "@process.comm:???????????????"]);
    }
}
