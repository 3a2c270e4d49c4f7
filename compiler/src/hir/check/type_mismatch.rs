use std::net::{IpAddr, SocketAddr};

use crate::diag::{Code, Diagnostic, text};
use crate::hir::Bound;
use crate::hir::check::pattern::{self, Piece, pieces};
use crate::hir::check::term::{Confidence, Term, with_fix};
use crate::hir::spelling;
use crate::schema::{Attribute, Type};

/// A value that no value of the attribute's type can equal.
pub(super) fn check(term: &Term<'_>, attribute: &Attribute) -> Option<Diagnostic> {
    let (value, is_pattern) = term.value()?;
    let fits = match attribute.ty {
        Type::Int => numeric(value, is_pattern),
        Type::Mode => numeric(value, is_pattern) && (is_pattern || is_mode(value)),
        Type::Port => numeric(value, is_pattern) && (is_pattern || value.parse::<u16>().is_ok()),
        Type::Bool if is_pattern => pattern::matches(value, "true") || pattern::matches(value, "false"),
        Type::Bool => matches!(value, "true" | "false"),
        Type::Ip if is_pattern => made_of(value, |c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')),
        Type::Ip => value.parse::<IpAddr>().is_ok(),
        Type::Timestamp if is_pattern => made_of(value, |c| c.is_ascii_digit() || "TZtz:.+-".contains(c)),
        Type::Timestamp => numeric(value, false) || value.parse::<jiff::Timestamp>().is_ok(),
        Type::String | Type::Path | Type::Enum | Type::Any => true,
    };
    if fits {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::TypeMismatch,
        term.place(),
        text!("`{0}` is {1}, and `{2}` is none", term.key_text(), noun(attribute.ty), value),
    )
    .label(text!("not {0}", noun(attribute.ty)));
    let diagnostic = match attribute.ty {
        Type::Int => number(term, value, is_pattern, diagnostic),
        Type::Mode => diagnostic.help("write the decimal number with the file type: `0644` of a regular file is 33188"),
        Type::Port => port(term, value, diagnostic),
        Type::Bool => boolean(term, value, diagnostic),
        Type::Ip => address(term, value, diagnostic),
        _ => timestamp(term, value, is_pattern, diagnostic),
    };
    Some(diagnostic)
}

/// A range of ports that lies outside of what a port can be.
pub(super) fn check_range(term: &Term<'_>, low: Option<Bound>, high: Option<Bound>) -> Option<Diagnostic> {
    if term.attribute()?.ty != Type::Port {
        return None;
    }
    let above = |low: &Bound| low.value > 65535.0 || low.value >= 65535.0 && !low.inclusive;
    let below = |high: &Bound| high.value < 0.0 || high.value <= 0.0 && !high.inclusive;
    let wrong = low.filter(above).or(high.filter(below))?;
    Some(
        Diagnostic::new(
            Code::TypeMismatch,
            term.place(),
            text!("`{0}` is a port, and none is beyond `{1}`", term.key_text(), term.text(wrong.text)),
        )
        .label("no port is in this range")
        .help("ports are whole numbers from 0 to 65535"),
    )
}

fn noun(ty: Type) -> &'static str {
    match ty {
        Type::Int => "a whole number",
        Type::Bool => "a truth value",
        Type::Ip => "an address",
        Type::Port => "a port",
        Type::Mode => "a file mode",
        Type::Timestamp => "an instant",
        Type::String | Type::Path | Type::Enum | Type::Any => "a text",
    }
}

/// Digits, with a sign in front; in a pattern also wildcards.
fn numeric(value: &str, is_pattern: bool) -> bool {
    if is_pattern {
        return made_of(value, |c| c.is_ascii_digit() || c == '-');
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number as the Agent writes a mode: no zero in front, no more bits than there are.
fn is_mode(value: &str) -> bool {
    (value == "0" || !value.starts_with('0')) && value.parse::<u32>().is_ok_and(|mode| mode <= 0o177_777)
}

fn made_of(value: &str, allowed: impl Fn(char) -> bool) -> bool {
    pieces(value).all(|piece| match piece {
        Piece::Run | Piece::One => true,
        Piece::Literal(character) => allowed(character),
    })
}

fn number(term: &Term<'_>, value: &str, is_pattern: bool, diagnostic: Diagnostic) -> Diagnostic {
    if let Some(named) = named(term) {
        let diagnostic = diagnostic.help(text!("names are in `{0}`", named));
        let written = format!("{named}:{}", spelling::value(value, is_pattern));
        return with_fix(
            diagnostic,
            term.whole_span(),
            Confidence::Plain,
            text!("compare `{0}` with it", named),
            written,
        );
    }
    let diagnostic = diagnostic.help("write digits, a range such as `[1 TO 9]`, or a comparison such as `>=1`");
    match meant_number(value) {
        Some(meant) => {
            with_fix(diagnostic, term.value_span(), Confidence::Plain, text!("write `{0}`", meant), meant.to_string())
        }
        None => diagnostic,
    }
}

/// The attribute that holds the name behind a numeric id: `user` beside `uid`, `egroup` beside `egid`.
fn named(term: &Term<'_>) -> Option<String> {
    let (_, leaf) = term.key_text().rsplit_once('.')?;
    let sibling = match (leaf.strip_suffix("uid"), leaf.strip_suffix("gid")) {
        (Some(prefix), _) => format!("{prefix}user"),
        (_, Some(prefix)) => format!("{prefix}group"),
        _ => return None,
    };
    term.sibling(&sibling)
}

/// Numbers in another notation: hexadecimal, with separators, or the id of the one user whose id everyone knows.
fn meant_number(value: &str) -> Option<u64> {
    if value == "root" {
        return Some(0);
    }
    if let Some(digits) = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok();
    }
    let grouped = value.starts_with(|c: char| c.is_ascii_digit())
        && value.bytes().all(|b| b.is_ascii_digit() || b"_,'".contains(&b));
    grouped.then(|| value.replace(['_', ',', '\''], "")).and_then(|digits| digits.parse().ok())
}

fn port(term: &Term<'_>, value: &str, diagnostic: Diagnostic) -> Diagnostic {
    let diagnostic = diagnostic.help("ports are whole numbers from 0 to 65535");
    let digits = value.trim_start_matches(':').trim_end_matches("/tcp").trim_end_matches("/udp");
    match digits.parse::<u16>() {
        Ok(meant) => {
            with_fix(diagnostic, term.value_span(), Confidence::Plain, text!("write `{0}`", meant), meant.to_string())
        }
        Err(_) => diagnostic,
    }
}

fn boolean(term: &Term<'_>, value: &str, diagnostic: Diagnostic) -> Diagnostic {
    let diagnostic = diagnostic.help("write `true` or `false`");
    let meant = match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "t" | "y" => "true",
        "false" | "no" | "off" | "0" | "f" | "n" => "false",
        _ => return diagnostic,
    };
    with_fix(diagnostic, term.value_span(), Confidence::Plain, text!("write `{0}`", meant), meant)
}

fn address(term: &Term<'_>, value: &str, diagnostic: Diagnostic) -> Diagnostic {
    let both = value.parse::<SocketAddr>().ok();
    if let (Some(both), Some(port)) = (both, term.sibling("port")) {
        let written =
            format!("{}:{} {port}:{}", term.key_text(), spelling::literal(&both.ip().to_string()), both.port());
        return with_fix(
            diagnostic.help(text!("the port is in `{0}`", port)),
            term.whole_span(),
            Confidence::Plain,
            "write address and port apart",
            format!("({written})"),
        );
    }
    let bare = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    let diagnostic = diagnostic.help(
        "write an address, a pattern such as `10.0.*`, or `CIDR(@path,10.0.0.0/8)`; no event has a host name here",
    );
    if bare != value && bare.parse::<IpAddr>().is_ok() {
        return with_fix(
            diagnostic,
            term.value_span(),
            Confidence::Plain,
            text!("write `{0}`", bare),
            spelling::literal(bare),
        );
    }
    diagnostic
}

fn timestamp(term: &Term<'_>, value: &str, is_pattern: bool, diagnostic: Diagnostic) -> Diagnostic {
    let diagnostic =
        diagnostic.help("write an instant such as `2027-01-31T00:00:00Z`, or a pattern such as `2027-01-31*`");
    if !is_pattern && value.parse::<jiff::civil::Date>().is_ok() && made_of(value, |c| c.is_ascii_digit() || c == '-') {
        let any = format!("{value}*");
        return with_fix(diagnostic, term.value_span(), Confidence::Guess, "take any time of that day", any);
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, event, findings, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::TypeMismatch, at, fixed);
    }

    #[test]
    fn names_belong_beside_ids() {
        wrong("@process.executable.uid:root", "root", &["@process.executable.user:root"]);
        wrong("@process.gid:www-data", "www-data", &["@process.group:www-data"]);
        wrong("@process.uid:svc*", "svc*", &["@process.user:svc*"]);
        wrong("@process.credentials.euid:\"a b\"", "\"a b\"", &["@process.credentials.euser:\"a b\""]);
        wrong("@process.ancestors.executable.uid:root", "root", &["@process.ancestors.executable.user:root"]);
        wrong("@syscall.chmod.uid:root", "root", &["@syscall.chmod.uid:0"]);
        // In a group the key belongs to the other values too.
        wrong("@process.uid:(root OR 0)", "root", &[]);
        clean(&["@process.executable.user:0", "@process.uid:(0 OR 1000)", "@process.uid:10*", "@process.uid:\"0\""]);
    }

    #[test]
    fn numbers() {
        wrong("@exit.code:success", "success", &[]);
        wrong("@exit.code:0x7f", "0x7f", &["@exit.code:127"]);
        wrong("@own.size:1,000", "1,000", &["@own.size:1000"]);
        wrong("@own.size:1.5", "1.5", &[]);
        wrong("@own.size:_5", "_5", &[]);
        clean(&["@exit.code:-1", "@exit.code:>=1", "@exit.code:[1 TO 9]", "@own.size:*"]);
    }

    #[test]
    fn ports() {
        wrong("@network.destination.port:https", "https", &[]);
        wrong("@network.destination.port:70000", "70000", &[]);
        wrong("@network.destination.port:\":443\"", "\":443\"", &["@network.destination.port:443"]);
        wrong("@network.destination.port:53/udp", "53/udp", &["@network.destination.port:53"]);
        clean(&["@network.destination.port:0", "@network.destination.port:44?"]);
    }

    #[test]
    fn ranges_of_ports() {
        for range in [">65535", ">=65536", "<0", "<=-1"] {
            wrong(&format!("@network.destination.port:{range}"), range, &[]);
        }
        for range in [">1024", ">=65535", "<1", "<=0"] {
            clean(&[&format!("@network.destination.port:{range}")]);
        }
    }

    #[test]
    fn truth_values() {
        wrong("@process.is_thread:True", "True", &["@process.is_thread:true"]);
        wrong("@process.is_thread:(no OR true)", "no", &["@process.is_thread:(false OR true)"]);
        wrong("@process.is_thread:maybe", "maybe", &[]);
        wrong("@process.is_thread:tru\\?", "tru\\?", &[]);
        clean(&["@process.is_thread:true", "@process.is_thread:f*", "@process.is_thread:*"]);
    }

    #[test]
    fn addresses() {
        wrong(
            "@network.source.ip:\"10.1.2.3:53\"",
            "\"10.1.2.3:53\"",
            &["(@network.source.ip:10.1.2.3 @network.source.port:53)"],
        );
        wrong("@network.source.ip:\"[fe80::1]\"", "\"[fe80::1]\"", &["@network.source.ip:fe80::1"]);
        wrong("@network.source.ip:\"[web-1]\"", "\"[web-1]\"", &[]);
        wrong("@network.source.ip:example.com", "example.com", &[]);
        wrong("@network.source.ip:*.example.com", "*.example.com", &[]);
        wrong("@network.source.ip:10.0.0", "10.0.0", &[]);
        clean(&["@network.source.ip:10.0.*", "@network.source.ip:\"::1\"", "@network.source.ip:fe80:*"]);
    }

    #[test]
    fn what_to_write_is_said() {
        for (condition, help) in [
            ("@exit.code:success", "write digits, a range such as `[1 TO 9]`, or a comparison such as `>=1`"),
            ("@file.mode:rwx", "write the decimal number with the file type: `0644` of a regular file is 33188"),
            ("@network.source.port:https", "ports are whole numbers from 0 to 65535"),
            ("@process.is_thread:maybe", "write `true` or `false`"),
        ] {
            assert_eq!(findings(&event(condition))[0].help.to_string(), help, "{condition}");
        }
    }

    #[test]
    fn what_it_should_be_is_named() {
        for (condition, label) in [
            ("@exit.code:success", "not a whole number"),
            ("@file.mode:rwx", "not a file mode"),
            ("@network.source.port:https", "not a port"),
            ("@process.is_thread:maybe", "not a truth value"),
            ("@network.source.ip:web", "not an address"),
            ("@container.created_at:yesterday", "not an instant"),
        ] {
            assert_eq!(findings(&event(condition))[0].label.to_string(), label, "{condition}");
        }
    }

    #[test]
    fn instants() {
        wrong("@container.created_at:2026-01-01", "2026-01-01", &["@container.created_at:2026-01-01*"]);
        wrong("@container.created_at:2026-13-01", "2026-13-01", &[]);
        wrong("@container.created_at:yesterday", "yesterday", &[]);
        clean(&["@container.created_at:\"2026-01-01T00:00:00Z\"", "@container.created_at:2026-01-*"]);
    }
}
