use std::str::FromStr;

use ipnet::IpNet;

use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::term::{Confidence, Term, with_fix};

/// A network where Datadog compares the text of one address.
pub(super) fn check(term: &Term<'_>) -> Option<Diagnostic> {
    let (value, _) = term.value()?;
    let network = IpNet::from_str(value).ok()?.trunc();
    let written = format!("CIDR({},{network})", term.key_text());
    let diagnostic = Diagnostic::new(
        Code::NetworkAsValue,
        term.place(),
        text!("`{0}` is compared as text, and no address reads like this", value),
    )
    .label("a network, not an address")
    .help(text!("write `{0}`", written));
    Some(with_fix(diagnostic, term.whole_span(), Confidence::Plain, text!("write `{0}`", written), written))
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, fixed: &[&str]) {
        finds(condition, Code::NetworkAsValue, at, fixed);
    }

    #[test]
    fn networks_need_their_operator() {
        wrong("@network.source.ip:10.0.0.0/8", "10.0.0.0/8", &["CIDR(@network.source.ip,10.0.0.0/8)"]);
        wrong("-@own.ip:10.1.2.3/8", "10.1.2.3/8", &["-CIDR(@own.ip,10.0.0.0/8)"]);
        wrong("@network.source.ip:\"fe80::/10\"", "\"fe80::/10\"", &["CIDR(@network.source.ip,fe80::/10)"]);
        wrong("@network.source.ip:(10.0.0.0/8 OR 127.0.0.1)", "10.0.0.0/8", &[]);
        wrong(
            "@own.ip:CIDR(10.0.0.0/8 OR 127.0.0.0/8)",
            "@own.ip:CIDR(10.0.0.0/8 OR 127.0.0.0/8)",
            &["CIDR(@own.ip,10.0.0.0/8,127.0.0.0/8)"],
        );
        finds("@network.source.ip:10.0.0.0/33", Code::TypeMismatch, "10.0.0.0/33", &[]);
    }

    #[test]
    fn addresses_and_patterns_are_left_alone() {
        clean(&["@network.source.ip:10.0.*", "@network.source.ip:10.0.0.1", "CIDR(@network.source.ip,10.0.0.0/8)"]);
    }
}
