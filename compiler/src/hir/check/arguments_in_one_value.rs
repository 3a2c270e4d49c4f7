use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::spelling;
use crate::hir::{KeyKind, NodeKind, Test};

/// Several arguments in one value, where the Agent sends one element per argument.
///
/// A blank alone proves nothing: an argument may hold a sentence or a script. What counts is an option, `-x` or
/// `--word`, at the start with more behind it, or after a blank. Not counted are an option with a value of its own
/// (`--message=two words`), a value with the syntax of a shell, and one beside an option that takes a script, such as
/// `@process.args:-c` in the same block.
pub(super) fn check(term: &Term<'_>) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    if !value.contains(' ') || !looks_like_several(value) || takes_script(term) {
        return None;
    }
    let arguments = split(value);
    let mut diagnostic = Diagnostic::new(
        Code::ArgumentsInOneValue,
        term.place(),
        text!("this asks for one argument that reads `{0}`, and each argument is a value of its own", value),
    )
    .label(text!("{0} arguments in one value", arguments.len()))
    .help("write one term per argument; the name of the program is not among them");
    let written = |argument: &String| spelling::value(argument, is_pattern);
    if let Some(span) = term.whole_span() {
        let terms: Vec<String> =
            arguments.iter().map(|argument| format!("{}:{}", term.key_text(), written(argument))).collect();
        let terms = terms.join(" ");
        let terms = if is_among_all(term) { terms } else { format!("({terms})") };
        diagnostic = with_fix(diagnostic, Some(span), Confidence::Guess, "write one term per argument", terms);
    } else if let Some(span) = term.value_span() {
        let values: Vec<String> = arguments.iter().map(written).collect();
        let values = format!("({})", values.join(" AND "));
        diagnostic = with_fix(diagnostic, Some(span), Confidence::Guess, "write one value per argument", values);
    }
    Some(diagnostic)
}

fn looks_like_several(value: &str) -> bool {
    if value.contains(['|', ';', '&', '<', '>', '$', '`', '\n', '(', '{']) {
        return false;
    }
    let mut words = value.split_whitespace();
    let Some(first) = words.next() else { return false };
    let first_bare = first.trim_start_matches('*');
    if first_bare.starts_with('-') && first_bare.contains('=') {
        // `-Dkey=two words` is one argument, unless another option follows.
        return words.any(is_option);
    }
    (is_option(first_bare) && words.clone().next().is_some()) || words.any(is_option)
}

/// `-x`, `--word`, `--word=value`.
fn is_option(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    let dashes = word.len() - name.len();
    (1..=2).contains(&dashes) && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether the block asks the same attribute for an option that makes the next argument a script.
fn takes_script(term: &Term<'_>) -> bool {
    let ctx = term.ctx;
    let with_script = ctx.with_script.get_or_init(|| {
        let mut ids = Vec::new();
        for (_, _, key, test) in ctx.query.terms() {
            if let (KeyKind::Attribute(id), Test::Exact(text)) = (key.kind, test)
                && is_script_option(ctx.query.text(text))
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        ids
    });
    matches!(term.key.kind, KeyKind::Attribute(id) if with_script.contains(&id))
}

/// An option of a shell or an interpreter, such as `-c`, `-lc`, `-e`.
fn is_script_option(option: &str) -> bool {
    matches!(option, "/c" | "/C" | "/k" | "--eval" | "--command" | "--execute")
        || option.eq_ignore_ascii_case("-command")
        || (option.len() <= 4 && is_option(option) && option.ends_with(['c', 'e']))
}

/// Whether its neighbours are joined to it by AND, so that more of them need no parentheses. Looks at the first ones
/// only: parentheses are never wrong.
fn is_among_all(term: &Term<'_>) -> bool {
    let query = term.ctx.query;
    let is_term = |id| query.node(id).span == term.span && matches!(query.node(id).kind, NodeKind::Term { .. });
    match query.node(query.root()).kind {
        NodeKind::Term { .. } => true,
        NodeKind::And(list) => query.children(list).iter().take(64).any(|id| is_term(*id)),
        _ => false,
    }
}

/// The arguments as a shell would part them.
fn split(value: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    for character in value.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                current.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => arguments.extend(current.take()),
            _ => current.get_or_insert_default().push(character),
        }
    }
    arguments.extend(current);
    // A wildcard that stood between blanks asks for nothing.
    arguments.retain(|argument| argument != "*");
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::ArgumentsInOneValue, at, fixed);
    }

    #[test]
    fn arguments_are_parted() {
        wrong("@process.args:\"-c whoami\"", "\"-c whoami\"", &["@process.args:\"-c\" @process.args:whoami"]);
        wrong(
            "@process.parent.args:\"install -y 'a b'\" @process.user:root",
            "\"install -y 'a b'\"",
            &[
                "@process.parent.args:install @process.parent.args:\"-y\" @process.parent.args:\"a b\" @process.user:root",
            ],
        );
        wrong("-@process.args:\"-c whoami\"", "\"-c whoami\"", &["-(@process.args:\"-c\" @process.args:whoami)"]);
        wrong(
            "-@process.args:\"-c whoami\" @process.user:root",
            "\"-c whoami\"",
            &["-(@process.args:\"-c\" @process.args:whoami) @process.user:root"],
        );
        wrong(
            "(@process.args:\"-x y\" OR @process.user:root)",
            "\"-x y\"",
            &["((@process.args:\"-x\" @process.args:y) OR @process.user:root)"],
        );
        wrong("@process.args:(\"--port 80\" OR x)", "\"--port 80\"", &["@process.args:((\"--port\" AND 80) OR x)"]);
        wrong(
            "@process.args:nice @process.args:\"--port 80\"",
            "\"--port 80\"",
            &["@process.args:nice @process.args:\"--port\" @process.args:80"],
        );
    }

    #[test]
    fn patterns_are_parted() {
        wrong("@process.args:*-jar\\ app*", "*-jar\\ app*", &["@process.args:*-jar @process.args:app*"]);
        wrong("@process.args:run\\ *\\ -d", "run\\ *\\ -d", &["@process.args:run @process.args:\\-d"]);
    }

    #[test]
    fn one_argument_may_hold_blanks() {
        clean(&[
            "@process.args:\"a commit message\"",
            "@process.args:\"--message=two words\"",
            "@process.args:\"apt-get update && apt-get install -y curl\"",
            "@process.args:-c @process.args:\"curl -s https://example.com\"",
            "@process.args:--eval @process.args:\"curl -s https://example.com\"",
            "@process.args:-Command @process.args:\"curl -s https://example.com\"",
            "@process.args:\"- item\"",
            "@process.args:\"-1 and -2\"",
            "@process.comm:\"a -b\"",
        ]);
    }

    #[test]
    fn arguments_are_parted_as_in_a_shell() {
        assert_eq!(split("-c  'a b'\"c\" ''"), ["-c", "a bc", ""]);
        assert!(looks_like_several("--a=b -c"));
        assert!(!looks_like_several("-c"));
    }
}
