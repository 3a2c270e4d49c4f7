use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};
use crate::hir::TextRef;
use crate::hir::check::term::{Confidence, Term, with_fix};

/// What is wrong with a network, and the one that was meant.
struct Wrong {
    what: &'static str,
    meant: Option<IpNet>,
}

/// Networks in `CIDR(…)` that are none, or whose address has bits behind the prefix.
pub(super) fn check(term: &Term<'_>, networks: TextRef, out: &mut Vec<Diagnostic>) {
    let mut places = places(term);
    for network in term.text(networks).split(',') {
        let at = places.next().filter(|at| at.of(term.ctx.source) == network);
        let Some(wrong) = examine(network) else { continue };
        let diagnostic =
            Diagnostic::new(Code::InvalidNetwork, at.unwrap_or(term.span), text!("`{0}` is not a network", network))
                .label(wrong.what);
        out.push(match wrong.meant {
            Some(meant) => {
                let diagnostic = diagnostic.help(text!("write `{0}`", meant));
                with_fix(diagnostic, at, Confidence::Plain, text!("write `{0}`", meant), meant.to_string())
            }
            None => diagnostic.help("a network is an address, `/` and the length of its prefix, such as `10.0.0.0/8`"),
        });
        if term.is_expanded() {
            return;
        }
    }
}

/// Whether all of them are networks.
pub(super) fn are_valid(networks: &str) -> bool {
    networks.split(',').all(|network| examine(network).is_none())
}

fn examine(network: &str) -> Option<Wrong> {
    if let Ok(parsed) = IpNet::from_str(network) {
        let meant = parsed.trunc();
        return (meant != parsed)
            .then_some(Wrong { what: "the address has bits behind the prefix", meant: Some(meant) });
    }
    if let Ok(address) = network.parse::<IpAddr>() {
        return Some(Wrong { what: "no length of a prefix", meant: Some(IpNet::from(address)) });
    }
    if let Some((address, mask)) = network.split_once('/')
        && let (Ok(address), Ok(mask)) = (address.parse::<Ipv4Addr>(), mask.parse::<Ipv4Addr>())
        && let Ok(meant) = Ipv4Net::with_netmask(address, mask)
    {
        return Some(Wrong { what: "a mask in place of a prefix length", meant: Some(IpNet::V4(meant.trunc())) });
    }
    let prefix_too_long = network
        .split_once('/')
        .is_some_and(|(address, length)| address.parse::<IpAddr>().is_ok() && length.parse::<u32>().is_ok());
    if prefix_too_long {
        return Some(Wrong { what: "the prefix is longer than the address", meant: None });
    }
    let meant = shortened(network);
    Some(Wrong { what: if meant.is_some() { "not written in full" } else { "not a network" }, meant })
}

/// `10.0/16` and `10.0.*`, written out.
fn shortened(network: &str) -> Option<IpNet> {
    let (address, length) = match network.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (network, None),
    };
    let starred = address.trim_end_matches(".*");
    if length.is_none() == (starred == address) {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut given = 0;
    for (slot, part) in octets.iter_mut().zip(starred.split('.')) {
        *slot = part.parse().ok()?;
        given += 1;
    }
    if given > 3 || starred.split('.').count() != given {
        return None;
    }
    let net = Ipv4Net::new(Ipv4Addr::from(octets), length.unwrap_or(given as u8 * 8)).ok()?;
    Some(IpNet::V4(net.trunc()))
}

/// Where the networks of the list are written, in order; nowhere if the term came from a `let`.
fn places(term: &Term<'_>) -> impl Iterator<Item = Span> {
    let list = Span::new(term.key.span.end, term.span.end).of(term.ctx.source);
    let mut next = term.key.span.end;
    list.split(',').filter_map(move |part| {
        let start = next + (part.len() - part.trim_start().len()) as u32;
        next += part.len() as u32 + 1;
        let written = part.trim().trim_end_matches(')').trim_end();
        (!written.is_empty()).then(|| Span::new(start, start + written.len() as u32))
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, event, findings, finds};

    #[track_caller]
    fn wrong(network: &str, meant: &[&str]) {
        let term = |network: &str| format!("CIDR(@own.ip, 192.168.0.0/16, {network} )");
        let fixed: Vec<String> = meant.iter().map(|meant| term(meant)).collect();
        let fixed: Vec<&str> = fixed.iter().map(String::as_str).collect();
        finds(&term(network), Code::InvalidNetwork, network, &fixed);
    }

    #[test]
    fn what_was_meant_is_offered() {
        wrong("10.1.2.3/8", &["10.0.0.0/8"]);
        wrong("fe80::1/10", &["fe80::/10"]);
        wrong("10.1.2.3", &["10.1.2.3/32"]);
        wrong("::1", &["::1/128"]);
        wrong("10.0.0.0/255.255.0.0", &["10.0.0.0/16"]);
        wrong("10/8", &["10.0.0.0/8"]);
        wrong("172.16/12", &["172.16.0.0/12"]);
        wrong("10.0.*", &["10.0.0.0/16"]);
        wrong("10.0.1/24", &["10.0.1.0/24"]);
    }

    #[test]
    fn the_rest_is_named() {
        wrong("10.0.0.0/33", &[]);
        wrong("10.0.0.0.*", &[]);
        wrong("internal", &[]);
        wrong("10.0.0.0-10.0.0.9", &[]);
    }

    #[test]
    fn every_network_of_a_list_is_looked_at() {
        let found = findings(&event("CIDR(@own.ip,10.0.0.1/8,10.0.0.0/8,x)"));
        assert_eq!(found.len(), 2);
        clean(&["CIDR(@own.ip,10.0.0.0/8,::/0,0.0.0.0/0,10.1.2.3/32)"]);
    }
}
