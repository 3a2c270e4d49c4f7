//! An `allow` that silences nothing.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::Allow;

/// Says that `allow` silences nothing, and takes it out: what is written changes, what matches does not.
pub(super) fn report(source: &str, allow: &Allow) -> Diagnostic {
    Diagnostic::new(
        Code::UnusedAllow,
        allow.span,
        text!("`allow {0}` silences nothing: the lint finds nothing in this rule", allow.code.name()),
    )
    .label("not needed")
    .help("remove it: left where it is, it would silence what comes later")
    .safe_fix("remove it", statement(source, allow.span), "")
}

/// The statement with its line where it stands alone on it, else with the blanks behind it.
fn statement(source: &str, span: Span) -> Span {
    let before = source.get(..span.start as usize).unwrap_or_default();
    let after = source.get(span.end as usize..).unwrap_or_default();
    let line = before.trim_end_matches([' ', '\t']);
    let rest = after.trim_start_matches([' ', '\t']);
    let next = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
    match next {
        Some(next) if line.is_empty() || line.ends_with('\n') => {
            Span::new(line.len() as u32, (source.len() - next.len()) as u32)
        }
        _ => Span::new(span.start, (source.len() - rest.len()) as u32),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Level};
    use crate::diag::{Code, Severity};
    use crate::lint::testing::{fixed, of, of_with, places};

    const BARE: &str = "suppress x {\n  when { @process.comm:a }\n}\n";

    #[test]
    fn what_silences_nothing_goes() {
        let table = [
            ("suppress x {\n  allow expired = \"later\"\n  when { @process.comm:a }\n}\n", BARE),
            ("suppress x {\r\n\tallow expired = \"later\" \r\n  when { @process.comm:a }\n}\n", BARE),
            (
                "suppress x { allow expired = \"later\"  when { @process.comm:a } }",
                "suppress x { when { @process.comm:a } }",
            ),
        ];
        for (text, without) in table {
            let found = of(text, Code::UnusedAllow);
            assert_eq!(places(text, &found), ["allow expired = \"later\""]);
            let fix = found.first().and_then(|one| one.fixes.first()).unwrap();
            assert!(fix.safe);
            assert_eq!(fixed(text, fix).replace('\r', ""), without);
        }
    }

    #[test]
    fn what_silences_something_stays() {
        let text = "suppress x {\n  allow missing-owner = \"all of us\"\n  when { @process.comm:a }\n}\n";
        assert!(of(text, Code::UnusedAllow).is_empty() && of(text, Code::MissingOwner).is_empty());
        // Also where the project has switched the lint off: another project may have not.
        let mut config = Config::default();
        config.lints.insert("missing-owner".to_owned(), Level::Allow);
        assert!(of_with(text, Code::UnusedAllow, &config).is_empty());
    }

    #[test]
    fn the_second_of_two_is_one_too_many() {
        let text =
            "suppress x { allow missing-owner = \"a\"\n allow missing-owner = \"b\"\n when { @process.comm:a } }";
        assert_eq!(places(text, &of(text, Code::UnusedAllow)), ["allow missing-owner = \"b\""]);
    }

    #[test]
    fn beside_an_error_nothing_is_known() {
        let text = "suppress x { allow expired = \"a\"\n when { @process.executable.uid:x } }";
        assert_eq!(of(text, Code::TypeMismatch).len(), 1);
        assert!(of(text, Code::UnusedAllow).is_empty());
        let own = "suppress x { allow expired = \"a\"\n allow unused-allow = \"b\"\n when { @process.comm:a } }";
        assert!(of(own, Code::UnusedAllow).is_empty());
        assert_eq!(
            of("suppress x { allow expired = \"a\"\n when { @process.comm:a } }", Code::UnusedAllow)[0].severity,
            Severity::Warning
        );
    }
}
