//! Addresses and networks.

use ipnet::IpNet;

use super::dialect::{Dialect, OCTETS};

/// Groups of digits between colons, at most once with a gap.
const GROUPS: &str = "([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?(::([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?)?";

/// A list of texts as digits of base 16, as many as there are addresses in it.
pub(super) fn addresses(list: &str, dialect: Dialect) -> String {
    let tail = "regexp_replace(x, '.*:', '')";
    let colons = format!(
        "CASE WHEN {} THEN regexp_replace(x, '[^:]*$', '') || {} ELSE lower(x) END",
        dialect.matches("x", &format!("[0-9a-fA-F:]*:{OCTETS}")),
        dialect.octets(tail, "%02x%02x:%02x%02x")
    );
    let gap = dialect.matches("a", ".*::.*");
    let (head, rest) = (dialect.groups("split_part(a, '::', 1)"), dialect.groups("split_part(a, '::', 2)"));
    let (head, rest) = (format!("({head})"), format!("({rest})"));
    let digits = format!(
        "CASE WHEN {} THEN {} WHEN NOT {} THEN NULL \
         WHEN {gap} AND length({head}) + length({rest}) <= 28 THEN {head} || repeat('0', 32 - length({head}) - length({rest})) || {rest} \
         WHEN NOT {gap} AND length({head}) = 32 THEN {head} END",
        dialect.matches("a", OCTETS),
        dialect.octets("a", "%02x%02x%02x%02x"),
        dialect.matches("a", GROUPS),
    );
    let lowered = dialect.map(list, "x", &colons);
    dialect.filter(&dialect.map(&lowered, "a", &digits), "a", "a IS NOT NULL")
}

/// Whether the digits `a` are of an address in one of the networks.
pub(super) fn contains(networks: impl Iterator<Item = IpNet>, dialect: Dialect) -> String {
    let parts: Vec<String> = networks
        .map(|network| {
            let (first, last) = match network {
                IpNet::V4(network) => {
                    (format!("{:08x}", network.network().to_bits()), format!("{:08x}", network.broadcast().to_bits()))
                }
                IpNet::V6(network) => {
                    (format!("{:032x}", network.network().to_bits()), format!("{:032x}", network.broadcast().to_bits()))
                }
            };
            format!("length(a) = {} AND a BETWEEN {} AND {}", first.len(), dialect.text(&first), dialect.text(&last))
        })
        .collect();
    if parts.is_empty() { "FALSE".to_owned() } else { parts.join(" OR ") }
}
