use crate::diag::{Code, Diagnostic, text};
use crate::hir::Bound;
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::check::{empty_range, range_on_text};
use crate::schema::{Attribute, Type};

/// The file-type bits of a mode, and those of the two types that are meant when nothing is said.
const TYPE_BITS: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;

/// A file mode as people write it, where the Agent sends a decimal number that holds the file type.
///
/// The mode that `chmod`, `mkdir` and `open` ask for is sent as it was asked, without a file type: there only the
/// octal notation is wrong.
pub(super) fn check(term: &Term<'_>, attribute: &Attribute) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    if is_pattern {
        return None;
    }
    let requested = is_requested(attribute);
    let readings = Readings::of(value, requested)?;
    let mut diagnostic = explain(Diagnostic::new(
        Code::OctalMode,
        term.place(),
        text!("`{0}` is a decimal number with the file type in it, and `{1}` is not", term.key_text(), value),
    ));
    for (mode, what) in readings.modes(requested) {
        let confidence = if readings.exact.is_some() { Confidence::Plain } else { Confidence::Guess };
        let title = text!("write `{0}`, which is `{1}` {2}", mode, format!("0{:o}", mode & 0o7777), what);
        diagnostic = with_fix(diagnostic, term.value_span(), confidence, title, mode.to_string());
    }
    Some(diagnostic)
}

/// The same for the ends of a range.
pub(super) fn check_range(term: &Term<'_>, low: Option<Bound>, high: Option<Bound>) -> Option<Diagnostic> {
    let attribute = term.attribute().filter(|attribute| attribute.ty == Type::Mode)?;
    let requested = is_requested(attribute);
    let meant = |bound: Option<Bound>| {
        let bound = bound?;
        let (mode, _) = Readings::of(term.text(bound.text), requested)?.modes(requested).into_iter().next()?;
        Some((bound, mode))
    };
    let (low_meant, high_meant) = (meant(low), meant(high));
    let (wrong, _) = low_meant.or(high_meant)?;
    let diagnostic = explain(Diagnostic::new(
        Code::OctalMode,
        term.place(),
        text!(
            "`{0}` is a decimal number with the file type in it, and `{1}` is not",
            term.key_text(),
            term.text(wrong.text)
        ),
    ));
    let end = |bound: Option<Bound>, meant: Option<(Bound, u32)>| {
        bound.map(|bound| {
            (meant.map_or_else(|| term.text(bound.text).to_owned(), |(_, mode)| mode.to_string()), bound.inclusive)
        })
    };
    let moved = |bound: Option<Bound>, meant: Option<(Bound, u32)>| {
        bound.map(|bound| meant.map_or(bound, |(_, mode)| Bound { value: f64::from(mode), ..bound }))
    };
    let holds_any = match (moved(low, low_meant), moved(high, high_meant)) {
        (Some(low), Some(high)) => empty_range::holds_any(low, high, true),
        _ => true,
    };
    match range_on_text::written(end(low, low_meant), end(high, high_meant)).filter(|_| holds_any) {
        Some(written) => {
            let title = text!("write `{0}`", written);
            Some(with_fix(diagnostic, term.value_span(), Confidence::Guess, title, written))
        }
        None => Some(diagnostic),
    }
}

fn explain(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .label("compared as a decimal number")
        .help("`0644` is 33188 for a regular file and 16804 for a directory")
}

/// Whether the attribute holds the mode that a system call asked for, rather than the mode of a file.
fn is_requested(attribute: &Attribute) -> bool {
    attribute.path == "file.destination.mode"
}

/// What a number can have meant.
struct Readings {
    /// With its file type: nothing to guess.
    exact: Option<u32>,
    /// Permissions, the likeliest reading first.
    permissions: [Option<u32>; 2],
}

impl Readings {
    /// Nothing where the value is a mode as the Agent sends it, or no number at all.
    fn of(value: &str, requested: bool) -> Option<Readings> {
        let exact = |mode| Some(Readings { exact: Some(mode), permissions: [None, None] });
        let guess = |first, second| Some(Readings { exact: None, permissions: [first, second] });
        if let Some(mode) = symbolic(value) {
            return if mode & TYPE_BITS == 0 { guess(Some(mode), None) } else { exact(mode) };
        }
        let marked = value.strip_prefix("0o").or_else(|| value.strip_prefix('0').filter(|rest| !rest.is_empty()));
        if let Some(digits) = marked {
            let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o177_777)?;
            return if mode <= 0o7777 { guess(Some(mode), None) } else { exact(mode) };
        }
        if value.bytes().any(|byte| !byte.is_ascii_digit()) {
            return None;
        }
        let decimal = value.parse::<u32>().ok()?;
        let octal = u32::from_str_radix(value, 8).ok();
        // A pipe in decimal, or permissions with a special bit in octal: whichever is in use.
        let special = octal.filter(|mode| is_usual(*mode) && !is_usual(decimal & 0o7777));
        if has_type(decimal) {
            return special.and_then(|mode| guess(Some(mode), None));
        }
        if let Some(mode) = octal.filter(|mode| has_type(*mode)) {
            return exact(mode);
        }
        let octal = octal.filter(|mode| *mode <= 0o7777);
        let decimal = Some(decimal).filter(|mode| *mode <= 0o7777);
        match (octal.filter(|mode| is_usual(*mode)), decimal) {
            (Some(octal), Some(decimal)) if requested && !is_usual(decimal) => guess(Some(octal), None),
            (_, Some(_)) if requested => None,
            (Some(octal), decimal) => guess(Some(octal), decimal.filter(|mode| *mode != octal && is_usual(*mode))),
            (None, Some(decimal)) => guess(Some(decimal), None),
            (None, None) => None,
        }
    }

    /// What to offer, with what it stands for, the best first.
    fn modes(&self, requested: bool) -> Vec<(u32, &'static str)> {
        if let Some(exact) = self.exact {
            return vec![(exact, "with its type")];
        }
        let mut modes = Vec::with_capacity(4);
        for permissions in self.permissions.into_iter().flatten() {
            if requested {
                modes.push((permissions, "as a system call asks for it"));
            }
            modes.push((permissions | REGULAR, "of a regular file"));
            if !requested {
                modes.push((permissions | DIRECTORY, "of a directory"));
            }
        }
        modes
    }
}

/// Whether a number holds one of the seven file types and nothing above.
fn has_type(mode: u32) -> bool {
    mode <= 0o177_777
        && matches!(mode & TYPE_BITS, 0o010_000 | 0o020_000 | 0o040_000 | 0o060_000 | 0o100_000 | 0o120_000 | 0o140_000)
}

/// Whether group and others may do nothing that the owner may not: true of nearly every mode in use.
fn is_usual(mode: u32) -> bool {
    let (owner, group, others) = (mode >> 6 & 7, mode >> 3 & 7, mode & 7);
    mode <= 0o7777 && group & !owner == 0 && others & !owner == 0
}

/// Reads `rw-r--r--`, or with the type in front `-rw-r--r--`.
fn symbolic(value: &str) -> Option<u32> {
    let (kind, letters) = match value.len() {
        9 => (0, value),
        10 => {
            let kind = match value.chars().next()? {
                '-' => REGULAR,
                'd' => DIRECTORY,
                'l' => 0o120_000,
                's' => 0o140_000,
                'b' => 0o060_000,
                'c' => 0o020_000,
                'p' => 0o010_000,
                _ => return None,
            };
            (kind, value.get(1..)?)
        }
        _ => return None,
    };
    let mut mode = 0;
    for (at, letter) in letters.chars().enumerate() {
        let bit = 0o400 >> at;
        // The special bits stand in the place of the three execute bits: user, group, sticky.
        let special = 0o4000 >> (at / 3);
        mode |= match (at % 3, letter) {
            (_, '-') => 0,
            (0, 'r') | (1, 'w') | (2, 'x') => bit,
            (2, 's') if at < 8 => bit | special,
            (2, 'S') if at < 8 => special,
            (2, 't') if at == 8 => bit | special,
            (2, 'T') if at == 8 => special,
            _ => return None,
        };
    }
    Some(kind | mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::OctalMode, at, fixed);
    }

    #[test]
    fn octal_gets_its_file_type() {
        for (value, regular, directory) in
            [("0644", 33188, 16804), ("644", 33188, 16804), ("0755", 33261, 16877), ("4755", 35309, 18925)]
        {
            let fixed = [format!("@file.mode:{regular}"), format!("@file.mode:{directory}")];
            wrong(&format!("@file.mode:{value}"), value, &[&fixed[0], &fixed[1]]);
        }
        wrong("@file.mode:(0644 OR 33261)", "0644", &["@file.mode:(33188 OR 33261)", "@file.mode:(16804 OR 33261)"]);
    }

    #[test]
    fn a_decimal_without_type_gets_one() {
        wrong("@file.mode:420", "420", &["@file.mode:33188", "@file.mode:16804"]);
        wrong("@file.mode:493", "493", &["@file.mode:33261", "@file.mode:16877"]);
        // 0511, or 0777 in decimal.
        let both = ["@file.mode:33097", "@file.mode:16713", "@file.mode:33279", "@file.mode:16895"];
        wrong("@file.mode:511", "511", &both);
    }

    #[test]
    fn octal_with_its_type_is_only_rewritten() {
        wrong("@file.mode:0100644", "0100644", &["@file.mode:33188"]);
        wrong("@file.mode:100755", "100755", &["@file.mode:33261"]);
        wrong("@file.mode:\"-rw-r--r--\"", "\"-rw-r--r--\"", &["@file.mode:33188"]);
        wrong("@file.mode:rw-r--r--", "rw-r--r--", &["@file.mode:33188", "@file.mode:16804"]);
        wrong("@file.mode:drwxr-xr-x", "drwxr-xr-x", &["@file.mode:16877"]);
    }

    #[test]
    fn a_mode_that_was_asked_for_has_no_type() {
        wrong("@file.destination.mode:0755", "0755", &["@file.destination.mode:493", "@file.destination.mode:33261"]);
        wrong("@file.destination.mode:755", "755", &["@file.destination.mode:493", "@file.destination.mode:33261"]);
        clean(&["@file.destination.mode:493", "@file.destination.mode:33261", "@file.destination.mode:0"]);
    }

    #[test]
    fn ranges() {
        wrong("@file.mode:[0644 TO 0755]", "[0644 TO 0755]", &["@file.mode:[33188 TO 33261]"]);
        wrong("@file.mode:>=420", ">=420", &["@file.mode:>=33188"]);
        wrong("@file.mode:<0755", "<0755", &["@file.mode:<33261"]);
        wrong("@file.mode:[33188 TO 0755]", "[33188 TO 0755]", &["@file.mode:[33188 TO 33261]"]);
        wrong("@file.mode:[0755 TO 0644]", "[0755 TO 0644]", &[]);
    }

    #[test]
    fn modes_of_the_agent_are_left_alone() {
        clean(&[
            "@file.mode:33188",
            "@file.mode:16877",
            "@file.mode:331*",
            "@file.mode:[33188 TO 33279]",
            "@file.mode:41471",
            // A pipe with usual permissions, although they would be usual in octal too.
            "@file.mode:4544",
        ]);
        finds("@file.mode:rwx", Code::TypeMismatch, "rwx", &[]);
        finds("@file.mode:0888", Code::TypeMismatch, "0888", &[]);
    }

    #[test]
    fn letters_are_read() {
        for (letters, mode) in [
            ("rwsr-xr-t", Some(0o5755)),
            ("-rwxr-Sr--", Some(0o102_744)),
            ("rw-r--r-x", Some(0o645)),
            ("rw-r--r-T", Some(0o1644)),
            ("lrwxrwxrwx", Some(0o120_777)),
            ("srwxr-xr-x", Some(0o140_755)),
            ("brw-rw----", Some(0o060_660)),
            ("crw-rw-rw-", Some(0o020_666)),
            ("prw-r--r--", Some(0o010_644)),
            ("backwards", None),
            // The sticky bit has the last place, and the others have the two before it.
            ("rwxr-xr-s", None),
            ("rwxr-xr-S", None),
            ("rwtr-xr-x", None),
            ("rwTr-xr-x", None),
        ] {
            assert_eq!(symbolic(letters), mode, "{letters}");
        }
    }
}
