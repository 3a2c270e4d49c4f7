//! A pattern that leaves nearly everything open.

use crate::diag::{Code, Diagnostic, text};
use crate::hir::{KeyKind, Test};
use crate::lint::branch::{Traits, key_of, tests_of};
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::lint::glob;
use crate::logic::specificity::SPECIFIC;
use crate::schema::{Attribute, Type};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::WideGlob, check };

/// Folders of which a pattern for all that is in them says as little as one for a top folder.
const CROWDED: &[&str] = &[
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/lib/",
    "/usr/lib64/",
    "/usr/libexec/",
    "/usr/share/",
    "/usr/local/",
    "/usr/local/bin/",
    "/usr/local/sbin/",
    "/usr/local/lib/",
    "/var/lib/",
    "/var/log/",
    "/var/run/",
    "/var/cache/",
    r"C:\Windows\",
    r"C:\Windows\System32\",
    r"C:\Program Files\",
    r"C:\Program Files (x86)\",
    r"C:\Users\",
];

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let query = ctx.condition.query;
    let is_specific = ctx.specificity().is_some_and(|specificity| specificity.bits >= SPECIFIC);
    let processes = ctx.narrowing().filter(|term| term.traits.has(Traits::PROCESS)).count();
    ctx.narrowing().find_map(|term| {
        // Where the rest tells it well enough, a wide pattern does no harm, unless it stands for the program itself.
        if is_specific && !(term.traits.has(Traits::PROCESS) && processes == 1) {
            return None;
        }
        let KeyKind::Attribute(id) = key_of(query, term.node)?.kind else { return None };
        let attribute = ctx.lint.cx.schema.attribute(id);
        let (pattern, what) = tests_of(query, term.node).find_map(|test| match test {
            Test::Glob(pattern) => wide(attribute, query.text(pattern)).map(|what| (query.text(pattern), what)),
            _ => None,
        })?;
        Some(
            Diagnostic::new(Code::WideGlob, ctx.span_of(term), text!("`{0}` says little: it takes {1}", pattern, what))
                .label("wide")
                .help("write out as much of the value as stays the same, and leave the wildcard to the rest"),
        )
    })
}

/// Whether a decoded pattern says little about the values of an attribute.
#[must_use]
pub fn is_wide(attribute: &Attribute, pattern: &str) -> bool {
    wide(attribute, pattern).is_some()
}

/// What a pattern takes that says little; nothing where it says enough.
fn wide(attribute: &Attribute, pattern: &str) -> Option<&'static str> {
    let (prefix, suffix) = (glob::prefix(pattern), glob::suffix(pattern));
    let literals = glob::literals(pattern);
    if attribute.path == "dns.question.name" {
        let is_top = prefix.is_empty() && suffix.len() + 1 == pattern.len() && !suffix.trim_matches('.').contains('.');
        return is_top.then_some("every name below a top domain");
    }
    if attribute.ty != Type::Path {
        return None;
    }
    let is_separator = |c: char| c == '/' || c == '\\';
    // All that is literal stands at one end.
    if prefix.len() == literals {
        let is_top =
            prefix.ends_with(is_separator) && prefix.trim_matches(is_separator).split(is_separator).count() < 2;
        return (is_top || CROWDED.contains(&prefix)).then_some("all of a folder that holds much");
    }
    if suffix.len() == literals {
        let name = suffix.trim_start_matches(is_separator);
        return match name {
            _ if name.contains(is_separator) => None,
            _ if suffix.starts_with('.') || (name.starts_with('.') && name.len() < 6) => {
                Some("every file of that extension")
            }
            _ => Some("a file of that name in any folder"),
        };
    }
    let inside = pattern.trim_matches(|c: char| is_separator(c) || matches!(c, '*' | '?'));
    let is_one = prefix.trim_matches(is_separator).is_empty() && suffix.trim_matches(is_separator).is_empty();
    (is_one && !inside.contains(is_separator) && !inside.contains(['*', '?']))
        .then_some("everything below a folder of that name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::{of, places};
    use crate::schema::Schema;

    #[test]
    fn little_is_literal() {
        let (_, path) = Schema::embedded().find("process.executable.path").unwrap();
        let little = ["/*", "/etc/*", "/usr/bin/*", "/opt/*", "*.log", "*/bash", "*/restic", "*/index/*", "*restic*"];
        let enough =
            ["/usr/lib/jvm/*/bin/java", "/var/lib/search/index/*", "/etc/ssl/*", "/opt/app/*.jar", "*/jvm/bin/java"];
        for pattern in little {
            assert!(wide(path, pattern).is_some(), "{pattern}");
        }
        for pattern in enough {
            assert_eq!(wide(path, pattern), None, "{pattern}");
        }
        let (_, name) = Schema::embedded().find("dns.question.name").unwrap();
        assert!(
            wide(name, "*.com").is_some() && wide(name, "*.example.com").is_none() && wide(name, "_dmarc.*").is_none()
        );
        let (_, args) = Schema::embedded().find("process.args").unwrap();
        assert_eq!(wide(args, "*.log"), None);
    }

    #[test]
    fn a_wide_pattern_is_found_where_much_hangs_on_it() {
        let rest = "@process.parent.executable.path:/usr/sbin/cron @process.user:app host:web-1";
        let table = [
            (format!("@process.executable.path:/usr/bin/* {rest}"), vec!["@process.executable.path:/usr/bin/*"]),
            (format!("@process.executable.path:/usr/bin/* @process.args:--nightly {rest}"), vec![]),
            (format!("@process.executable.path:/usr/bin/restic {rest}"), vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::WideGlob)), at, "{when}");
        }
    }
}
