use crate::base::nearest;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::pattern;
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::spelling;
use crate::schema::Attribute;

/// More values than this are not listed.
const LISTED: usize = 8;

/// Sets of bits: what has no name among them is sent as a number.
const BIT_SETS: [&str; 2] = ["capability", "file_flag"];

/// A value outside of an attribute's closed set.
pub(super) fn check(term: &Term<'_>, attribute: &Attribute) -> Option<Diagnostic> {
    if !attribute.is_closed() {
        return None;
    }
    let is_bits = attribute.value_set.as_deref().is_some_and(|set| BIT_SETS.contains(&set));
    outside(term, attribute.values(), is_bits)
}

/// A value outside of the closed set of a key of rules.
pub(super) fn check_rule_key(term: &Term<'_>) -> Option<Diagnostic> {
    let key = term.ctx.cx.schema.rule_key(term.key_text()).filter(|key| key.closed)?;
    outside(term, key.values(), false)
}

fn outside(term: &Term<'_>, values: &[&'static str], is_bits: bool) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    if is_pattern {
        if values.iter().any(|known| pattern::matches(value, known)) || is_bits && pattern::pieces(value).all(digit) {
            return None;
        }
    } else if values.contains(&value) || is_bits && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let message = if is_pattern {
        text!("no value of `{0}` fits `{1}`", term.key_text(), value)
    } else {
        text!("`{0}` is never `{1}`", term.key_text(), value)
    };
    let diagnostic = Diagnostic::new(Code::UnknownValue, term.place(), message).label("not one of its values");
    Some(match meant(value, is_pattern, values) {
        Some(meant) => {
            let written = spelling::value(&meant, is_pattern);
            let diagnostic = diagnostic.help(text!("did you mean `{0}`?", meant));
            with_fix(diagnostic, term.value_span(), Confidence::Guess, text!("write `{0}`", meant), written)
        }
        None => diagnostic.help(text!("it is one of {0}", listed(values))),
    })
}

fn digit(piece: pattern::Piece) -> bool {
    match piece {
        pattern::Piece::Literal(character) => character.is_ascii_digit(),
        _ => true,
    }
}

/// The value that was meant: another case, another separator, a part of its name, a slip.
fn meant(value: &str, is_pattern: bool, values: &[&'static str]) -> Option<String> {
    if is_pattern {
        let cases = [value.to_ascii_uppercase(), value.to_ascii_lowercase()];
        return cases.into_iter().find(|other| values.iter().any(|known| pattern::matches(other, known)));
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
    let wanted = plain(value);
    if let Some(known) = values.iter().find(|known| plain(known) == wanted) {
        return Some((*known).to_owned());
    }
    // `tcp` for `IP_PROTO_TCP`, `file` for `File Activity`: where one value alone has the part.
    let has_part = |known: &&&str| {
        plain(known).split('_').any(|part| part == wanted) || plain(known).ends_with(&format!("_{wanted}"))
    };
    let mut parts = values.iter().filter(has_part);
    if let (false, Some(known), None) = (wanted.is_empty(), parts.next(), parts.next()) {
        return Some((*known).to_owned());
    }
    let slip = nearest(value, values.iter().copied());
    slip.or_else(|| values.iter().copied().find(|known| nearest(&wanted, [plain(known).as_str()]).is_some()))
        .map(str::to_owned)
}

/// The values, or the first of many.
fn listed(values: &[&'static str]) -> String {
    let first: Vec<String> = values.iter().take(LISTED).map(|value| format!("`{value}`")).collect();
    let more = if values.len() > LISTED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{applied, assert_clean, clean, findings, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::UnknownValue, at, fixed);
    }

    #[test]
    fn the_nearest_value_is_offered() {
        wrong("@evt.name:EXEC", "EXEC", &["@evt.name:exec"]);
        wrong("@evt.name:exce", "exce", &["@evt.name:exec"]);
        wrong("@evt.name:load-module", "load-module", &["@evt.name:load_module"]);
        wrong("@evt.outcome:success", "success", &["@evt.outcome:Success"]);
        wrong("@evt.category:file", "file", &["@evt.category:\"File Activity\""]);
        wrong("@network.l4_protocol:tcp", "tcp", &["@network.l4_protocol:IP_PROTO_TCP"]);
        wrong("@dns.question.type:(A OR aaaa)", "aaaa", &["@dns.question.type:(A OR AAAA)"]);
        wrong(
            "@process.credentials.cap_effective:sys_admin",
            "sys_admin",
            &["@process.credentials.cap_effective:CAP_SYS_ADMIN"],
        );
        wrong("@evt.outcome:perhaps", "perhaps", &[]);
    }

    #[test]
    fn the_first_of_many_values_are_listed() {
        let values = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        assert_eq!(super::listed(&values[..8]), "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`");
        assert_eq!(super::listed(&values), "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, …");
    }

    #[test]
    fn patterns_must_fit_a_value() {
        wrong("@ptrace.request:ptrace_a*", "ptrace_a*", &["@ptrace.request:PTRACE_A*"]);
        wrong("@evt.name:zz*", "zz*", &[]);
        clean(&["@ptrace.request:PTRACE_A*", "@evt.name:*_module"]);
    }

    #[test]
    fn bits_without_a_name_are_numbers() {
        clean(&["@file.flags:1048576", "@file.flags:O_CREAT", "@file.flags:104*", "@imds.type:anything"]);
        wrong("@network.l4_protocol:6", "6", &[]);
        wrong("@network.l4_protocol:6*", "6*", &[]);
        wrong("@file.flags:zz*", "zz*", &[]);
    }

    #[test]
    fn one_value_for_several_keys_is_left_alone() {
        let found = findings("suppress x {\n  when event { @dns.question.*:example.com }\n}\n");
        assert!(found.iter().all(|found| found.code == Code::WildcardKey), "{found:#?}");
    }

    #[test]
    fn keys_of_rules_have_values_too() {
        let text = "suppress x {\n  rules { severity:hihg type:workload_security ruleId:def-000-krp }\n  when { @process.user:root }\n}\n";
        let found = findings(text);
        let [only] = found.as_slice() else { panic!("{found:#?}") };
        assert_eq!((only.code, only.span.of(text)), (Code::UnknownValue, "hihg"));
        let fixed = applied(text, &only.fixes[0]);
        assert!(fixed.contains("severity:high"));
        assert_clean(&fixed, Code::UnknownValue);
        let text = text.replace("hihg type:workload_security", "high type:workload-security");
        let found = findings(&text);
        assert_eq!(found.iter().map(|found| found.span.of(&text)).collect::<Vec<_>>(), ["workload-security"]);
    }
}
