use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::pattern;
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::spelling;

/// The variables that the Agent sends with their value; of all others it sends the name.
const WITH_VALUE: [&str; 6] = ["GLIBC_TUNABLES", "HISTFILESIZE", "HISTSIZE", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH"];

/// `NAME=value` of a variable that is sent by name alone, or the name alone of one that is sent with its value.
pub(super) fn check(term: &Term<'_>) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    match value.split_once('=') {
        Some((name, _)) => with_value(term, value, name, is_pattern),
        None => without_value(term, value),
    }
}

fn with_value(term: &Term<'_>, value: &str, name: &str, is_pattern: bool) -> Option<Diagnostic> {
    let sent = |known: &str| {
        if is_pattern { pattern::matches_some_after(value, &format!("{known}=")) } else { name == known }
    };
    if WITH_VALUE.into_iter().any(sent) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::EnvsWithValue,
        term.place(),
        text!("`{0}` never matches: the Agent sends the name of this variable, not its value", value),
    )
    .label("only the name is sent")
    .help(text!("compare the name; values are sent only of {0}", WITH_VALUE.join(", ")));
    if name.is_empty() {
        return Some(diagnostic);
    }
    let written = spelling::value(name, is_pattern);
    Some(with_fix(diagnostic, term.value_span(), Confidence::Guess, text!("write `{0}`", name), written))
}

fn without_value(term: &Term<'_>, value: &str) -> Option<Diagnostic> {
    let known = WITH_VALUE.iter().find(|known| value == **known)?;
    let diagnostic = Diagnostic::new(
        Code::EnvsWithValue,
        term.place(),
        text!("`{0}` alone never matches: the Agent sends this variable with its value", value),
    )
    .label("sent as `NAME=value`")
    .help(text!("write `{0}=*` for any value", known));
    let written = format!("{known}=*");
    Some(with_fix(diagnostic, term.value_span(), Confidence::Guess, text!("write `{0}`", written), written))
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::EnvsWithValue, at, fixed);
    }

    #[test]
    fn values_of_other_variables_are_not_sent() {
        wrong("@process.envs:DEBUG=1", "DEBUG=1", &["@process.envs:DEBUG"]);
        wrong("@process.envs:(\"A_B=x y\" OR TERM)", "\"A_B=x y\"", &["@process.envs:(A_B OR TERM)"]);
        wrong("@process.ancestors.envs:AWS_*=*", "AWS_*=*", &["@process.ancestors.envs:AWS_*"]);
        wrong("@process.envs:\"=x\"", "\"=x\"", &[]);
    }

    #[test]
    fn a_name_alone_is_not_sent_of_the_six() {
        wrong("@process.envs:LD_PRELOAD", "LD_PRELOAD", &["@process.envs:LD_PRELOAD=*"]);
    }

    #[test]
    fn what_can_match_is_left_alone() {
        clean(&[
            "@process.envs:DEBUG",
            "@process.envs:LD_PRELOAD=/tmp/x.so",
            "@process.envs:LD_*=*",
            "@process.envs:*=/tmp/*",
            "@process.envs:PATH=*",
            "@process.envs:L*=x",
            "@process.envs:LD_PRELOAD*",
        ]);
    }
}
