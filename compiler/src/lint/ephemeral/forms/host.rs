//! Machines that come and go with a group.

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::Role;

pub(in crate::lint::ephemeral) const INSTANCE: Form = Form {
    name: "cloud-instance",
    what: "the id of a cloud instance",
    why: "the instance that takes its place has another",
    examples: &[
        ("host", "i-0f1e2d3c4b5a69788", "0f1e2d3c4b5a69788"),
        ("@process.args", "--instance=i-4b5a6978", "4b5a6978"),
        ("@process.args", "eni-0f1e2d3c4b5a69788", "0f1e2d3c4b5a69788"),
    ],
    lasting: &[("host", "i-love-lamp"), ("host", "i-*"), ("@process.args", "--disk=vol-postgre1")],
    needs: Chars::DASH.and(Chars::DIGIT).and(Chars::LONG),
    find: |subject| {
        const HEADS: &[&[u8]] = &[b"i-", b"vol-", b"eni-", b"snap-", b"subnet-", b"eipalloc-", b"sgr-", b"lt-"];
        subject.words().find(|word| {
            let slice = subject.slice(word);
            let head = subject.slice(&(0..word.start));
            let made = slice.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
            let digits = slice.iter().any(u8::is_ascii_digit);
            let marked = HEADS.iter().any(|mark| {
                head.strip_suffix(*mark).is_some_and(|rest| !rest.last().is_some_and(u8::is_ascii_alphanumeric))
            });
            matches!(slice.len(), 8 | 17) && made && digits && marked
        })
    },
};

pub(in crate::lint::ephemeral) const ADDRESS_NAME: Form = Form {
    name: "address-as-name",
    what: "a host name made of an address",
    why: "the machine that takes its place has another address",
    examples: &[
        ("host", "ip-10-0-3-41.eu-west-1.compute.internal", "10-0-3-41"),
        ("host", "ip-10-255-3-41", "10-255-3-41"),
        ("@dns.question.name", "10-244-1-23.default.pod.cluster.local", "10-244-1-23"),
        ("host", "ec2-52-19-3-41.eu-west-1.compute.amazonaws.com", "52-19-3-41"),
        ("host", "ip-10-0-3-*", "10-0-3"),
    ],
    lasting: &[
        ("host", "ip-*.eu-west-1.compute.internal"),
        ("host", "ip-10-0-*"),
        ("host", "web-10-0-3"),
        ("host", "zone-1-2-3"),
        ("host", "412-3-14-2.racks.example.com"),
        ("host", "12-3-14-2-7.racks.example.com"),
    ],
    needs: Chars::DASH.and(Chars::DIGIT),
    find: |subject| {
        if !matches!(subject.role, Role::Host | Role::Text) {
            return None;
        }
        subject.numbers().find_map(|first| {
            let head = subject.slice(&(0..first.start));
            let is_host = [b"ip-".as_slice(), b"ec2-"].iter().any(|mark| head.ends_with(mark));
            if !(is_host || first.start == 0 && subject.role == Role::Host) {
                return None;
            }
            let mut range = first.clone();
            for left in (0..4).rev() {
                let number = subject.number(&(subject.run_back(range.end)..range.end))?;
                if number > 255 {
                    return None;
                }
                // The last of the four may be left open.
                if left == 1 && subject.at(range.end) == b'-' && subject.at(range.end + 1) == b'*' {
                    return Some(range);
                }
                if left > 0 {
                    if subject.at(range.end) != b'-' {
                        return None;
                    }
                    range.end = subject.run(range.end + 1, |byte| byte.is_ascii_digit());
                }
            }
            (!subject.at(range.end).is_ascii_alphanumeric() && subject.at(range.end) != b'-').then_some(range)
        })
    },
};

pub(in crate::lint::ephemeral) const POOL_MEMBER: Form = Form {
    name: "pool-member",
    what: "a machine of a pool",
    why: "a pool replaces its machines, and gives the new ones other names",
    examples: &[
        ("host", "gke-shop-default-pool-3f2a9c1b-x7kd", "3f2a9c1b-x7kd"),
        ("host", "aks-nodepool1-28512034-vmss000003", "000003"),
        ("host", "web-group-x7k2", "x7k2"),
    ],
    lasting: &[
        ("host", "web-1"),
        ("host", "db-main-2"),
        ("host", "stg-java-01"),
        ("host", "node-ab12"),
        ("host", "web1-database-main"),
        ("host", "web-deadbeef-main1"),
        ("host", "gke-*"),
    ],
    needs: Chars::DASH.and(Chars::DIGIT),
    find: |subject| {
        if subject.role != Role::Host {
            return None;
        }
        if let Some(start) = subject.behind("vmss") {
            let range = start..subject.run(start, |byte| byte.is_ascii_alphanumeric());
            return (range.len() == 6).then_some(range);
        }
        // Only the name itself, not its domain.
        let name = 0..subject.run(0, |byte| byte != b'.');
        let last = subject.words().filter(|word| word.end <= name.end).last()?;
        let slice = subject.slice(&last);
        let changes = slice.windows(2).filter(|pair| match pair {
            [first, second] => first.is_ascii_digit() != second.is_ascii_digit(),
            _ => false,
        });
        let made = slice.len() == 4 && changes.count() >= 2 && subject.before(last.start) == b'-';
        let pool = last.start.saturating_sub(9)..last.start.saturating_sub(1);
        let hex = subject.slice(&pool).iter().all(u8::is_ascii_hexdigit) && pool.len() == 8;
        if slice.len() == 4 && hex && subject.before(pool.start) == b'-' && last.end == name.end {
            return Some(pool.start..last.end);
        }
        (made && last.end == name.end).then_some(last)
    },
};

pub(in crate::lint::ephemeral) const TUNNEL: Form = Form {
    name: "tunnel-name",
    what: "a host name that is drawn for one tunnel or one preview",
    why: "the next tunnel and the next change get another",
    examples: &[
        ("@dns.question.name", "1257-84-17-52-209.ngrok-free.app", "1257-84-17-52-209"),
        ("@dns.question.name", "quiet-amber-river-stone.trycloudflare.com", "quiet-amber-river-stone"),
        ("@dns.question.name", "web-git-new-prices-shop.vercel.app", "web-git-new-prices-shop"),
    ],
    lasting: &[
        ("@dns.question.name", "*.trycloudflare.com"),
        ("@dns.question.name", "api.trycloudflare.com"),
        ("@dns.question.name", "shop.vercel.app"),
        ("@dns.question.name", "ngrok.com"),
    ],
    needs: Chars::DOT,
    find: |subject| {
        const TUNNELS: &[&str] = &[
            ".ngrok-free.app",
            ".ngrok-free.dev",
            ".ngrok.app",
            ".ngrok.io",
            ".trycloudflare.com",
            ".loca.lt",
            ".lhr.life",
            ".serveo.net",
            ".devtunnels.ms",
        ];
        if subject.role != Role::Host {
            return None;
        }
        let name = 0..subject.run(0, |byte| byte != b'.');
        let drawn =
            TUNNELS.iter().any(|domain| subject.starts(name.end, domain)) && subject.slice(&name).contains(&b'-');
        let branch = [".vercel.app", ".netlify.app"].iter().any(|domain| subject.starts(name.end, domain))
            && subject.behind("-git-").is_some_and(|end| name.contains(&end));
        ((drawn || branch) && !subject.is_open(&name)).then_some(name)
    },
};
