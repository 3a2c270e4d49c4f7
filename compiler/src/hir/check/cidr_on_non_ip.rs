use crate::diag::{Code, Diagnostic, text};
use crate::hir::check::invalid_network;
use crate::hir::check::term::Term;
use crate::hir::{KeyKind, TextRef};
use crate::schema::Type;

/// `CIDR(…)` on a key whose values are not addresses.
pub(super) fn check(term: &Term<'_>, networks: TextRef) -> Option<Diagnostic> {
    let what = match term.key.kind {
        KeyKind::Attribute(_) => match term.attribute()?.ty {
            Type::Ip | Type::Any => return None,
            ty => ty.name(),
        },
        KeyKind::Tag(_) => "tag",
        KeyKind::RuleKey => "key of rules",
        KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::UnknownTag => return None,
    };
    let at = if term.is_expanded() { term.span } else { term.key.span };
    let diagnostic = Diagnostic::new(
        Code::CidrOnNonIp,
        at,
        text!("`CIDR` takes an address, and `{0}` is no address ({1})", term.key_text(), what),
    )
    .label("not an address");
    let can_move = term.whole_span().is_some() && invalid_network::are_valid(term.text(networks));
    let address = term.sibling("ip").filter(|_| can_move);
    Some(match address {
        Some(address) => diagnostic.help(text!("the address is in `{0}`", address)).unsafe_fix(
            text!("use `{0}`", address),
            at,
            address.clone(),
        ),
        None => {
            diagnostic.help("use it on an address, such as `@network.destination.ip`; compare texts with `key:value`")
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, finds};

    #[test]
    fn only_addresses_lie_in_networks() {
        finds(
            "CIDR(@network.destination.port,10.0.0.0/8)",
            Code::CidrOnNonIp,
            "@network.destination.port",
            &["CIDR(@network.destination.ip,10.0.0.0/8)"],
        );
        finds("CIDR(@process.user,10.0.0.0/8)", Code::CidrOnNonIp, "@process.user", &[]);
        finds("CIDR( @process.user,10.0.0.0/8)", Code::CidrOnNonIp, "@process.user", &[]);
        finds("CIDR(@network.destination.port,internal)", Code::CidrOnNonIp, "@network.destination.port", &[]);
        finds("CIDR(host,10.0.0.0/8)", Code::CidrOnNonIp, "host", &[]);
        clean(&["CIDR(@own.ip,10.0.0.0/8)", "CIDR(@network.source.ip,10.0.0.0/8,192.168.0.0/16)"]);
    }
}
