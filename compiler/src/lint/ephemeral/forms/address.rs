//! Ports and addresses that are handed out on demand.

use std::net::{IpAddr, Ipv4Addr};

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::Role;

/// The first port that Linux gives to whoever asks for any; the range ends at 60999, and that of IANA at 65535.
pub(in crate::lint::ephemeral) const EPHEMERAL_PORTS: u64 = 32_768;

/// Ports in that range that services are known by.
const SERVICES: &[u64] = &[
    33_060, 33_061, 33_062, 33_434, 35_357, 35_729, 37_777, 38_412, 40_000, 41_641, 44_134, 44_321, 44_322, 44_818,
    45_678, 47_808, 50_000, 50_010, 50_020, 50_030, 50_051, 50_052, 50_060, 50_070, 50_075, 50_090, 51_413, 51_820,
    51_821, 52_311, 54_321, 55_000, 55_672, 60_000, 60_010, 60_020, 60_030, 61_208, 61_613, 61_614, 61_616, 61_617,
    64_738, 65_535,
];

fn is_ephemeral(port: u64) -> bool {
    (EPHEMERAL_PORTS..=65_535).contains(&port) && !SERVICES.contains(&port)
}

pub(in crate::lint::ephemeral) const PORT: Form = Form {
    name: "ephemeral-port",
    what: "a port that is handed out on demand",
    why: "each connection and each listener that asks for any port gets another",
    examples: &[
        ("@network.destination.port", "49213", "49213"),
        ("@process.args", "--remote-debugging-port=43211", "43211"),
        ("@process.args", "127.0.0.1:39241", "39241"),
        ("@process.args", "http://[::1]:39241/json", "39241"),
    ],
    lasting: &[
        ("@network.destination.port", "443"),
        ("@network.destination.port", "51820"),
        ("@process.args", "0.0.0.0:50051"),
        ("@process.args", "--port=8080"),
        ("@process.args", "--width=49213"),
        ("@bind.addr.port", "30080"),
    ],
    needs: Chars::DIGIT,
    find: |subject| match subject.role {
        Role::Port => subject.number(&subject.whole()).is_some_and(is_ephemeral).then(|| subject.whole()),
        Role::Text => subject.numbers().find(|digits| {
            let head = subject.text.get(..digits.start).unwrap_or_default();
            let behind = |ends: &[&str]| ends.iter().any(|end| head.len() >= end.len() && head.ends_with(end));
            let named = behind(&["port=", "port ", "port:", "PORT="]);
            let before = head.strip_suffix(':').and_then(|host| host.bytes().last());
            let joined = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b']');
            digits.len() == 5
                && (named || joined)
                && !subject.at(digits.end).is_ascii_alphanumeric()
                && subject.at(digits.end) != b':'
                && subject.number(digits).is_some_and(is_ephemeral)
        }),
        _ => None,
    },
};

pub(in crate::lint::ephemeral) const DYNAMIC: Form = Form {
    name: "dynamic-address",
    what: "an address from a range that is handed out on demand",
    why: "the next container, pod or lease has another",
    examples: &[
        ("@network.source.ip", "172.17.0.3", "172.17.0.3"),
        ("@network.destination.ip", "10.244.1.23", "10.244.1.23"),
        ("@network.source.ip", "169.254.13.7", "169.254.13.7"),
        ("@network.source.ip", "100.64.12.7", "100.64.12.7"),
        ("@network.source.ip", "192.168.122.45", "192.168.122.45"),
        ("@network.source.ip", "fe80::1c2d:3eff:fe4f:5a6b", "fe80::1c2d:3eff:fe4f:5a6b"),
        ("@process.args", "--peer=10.244.1.23", "10.244.1.23"),
        ("@dns.question.name", "117.3.244.10.in-addr.arpa", "117.3.244.10"),
    ],
    lasting: &[
        ("@network.destination.ip", "10.20.0.53"),
        ("@network.destination.ip", "169.254.169.254"),
        ("@network.destination.ip", "169.254.25.10"),
        ("@network.destination.ip", "100.100.100.200"),
        ("@network.destination.ip", "172.17.0.1"),
        ("@network.destination.ip", "192.168.122.1"),
        ("@network.destination.ip", "10.96.0.10"),
        ("@network.destination.ip", "8.8.8.8"),
        ("@network.destination.ip", "::1"),
        ("@process.args", "--listen=127.0.0.1"),
    ],
    needs: Chars::DIGIT,
    find: |subject| match subject.role {
        // A reverse name: the same address, last byte first.
        Role::Host => {
            let end = subject.behind(".in-addr.arpa")? - ".in-addr.arpa".len();
            let mut bytes = subject.text.get(..end)?.parse::<Ipv4Addr>().ok()?.octets();
            bytes.reverse();
            is_dynamic(IpAddr::V4(bytes.into())).then_some(0..end)
        }
        Role::Address => {
            let address = subject.text.parse::<IpAddr>().ok()?;
            is_dynamic(address).then(|| subject.whole())
        }
        Role::Text => subject.runs(|byte| byte.is_ascii_digit() || byte == b'.').find(|run| {
            let address = subject.text.get(run.clone()).and_then(|text| text.parse::<Ipv4Addr>().ok());
            // A network is a name for many addresses.
            address.is_some_and(|address| is_dynamic(IpAddr::V4(address)))
                && subject.is_apart(run)
                && subject.at(run.end) != b'/'
        }),
        _ => None,
    },
};

/// The defaults of the runtimes and clouds that hand out addresses; not the gateways and services inside of them.
fn is_dynamic(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => match address.octets() {
            // Gateways and networks.
            [.., 0, 0 | 1] => false,
            // Metadata, time, credentials, name caches.
            [169, 254, 169, 123 | 250 | 251 | 253 | 254] | [169, 254, 170, 2 | 23] | [169, 254, 20, 10] => false,
            [169, 254, 1, 1] | [169, 254, 25, 10] => false,
            [169, 254, ..] => true,
            // Networks of Docker, of flannel and its kin, of k3s, of Podman, of shared address space.
            [172, 17..=30, ..] => true,
            [10, 244, ..] | [10, 42, ..] | [10, 88, ..] => true,
            [100, 64..=127, ..] => address.octets() != [100, 100, 100, 100] && address.octets() != [100, 100, 100, 200],
            [192, 168, 122, last] => last > 1,
            _ => false,
        },
        IpAddr::V6(address) => address.segments().first().is_some_and(|first| first & 0xffc0 == 0xfe80),
    }
}
