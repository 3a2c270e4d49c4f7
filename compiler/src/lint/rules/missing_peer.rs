//! Network activity of which nobody says with whom.

use crate::diag::{Code, Diagnostic, text};
use crate::lint::branch::Traits;
use crate::lint::breadth::{BranchCtx, BranchLint};
use crate::schema::{Activity, Kind, KindSet};

pub(in crate::lint) const LINT: BranchLint = BranchLint { code: Code::MissingPeer, check };

fn check(ctx: &BranchCtx<'_>) -> Option<Diagnostic> {
    let branch = ctx.branch;
    let is_missing = branch.activity == Activity::Network
        && !branch.traits.has(Traits::PEER)
        && !branch.kinds.intersection(WITH_PEER).is_empty();
    is_missing.then(|| {
        ctx.report(
            Code::MissingPeer,
            text!("{0} says neither with whom nor what is asked: every address is silenced", ctx.subject),
        )
        .label("no peer")
        .help("add `@network.destination.ip:`, `@network.source.ip:` or `@dns.question.name:`, or for a socket its address")
    })
}

/// Kinds whose events tell an address or a name; the metadata service has the same everywhere.
const WITH_PEER: KindSet = KindSet::of(Kind::Accept)
    .union(KindSet::of(Kind::Bind))
    .union(KindSet::of(Kind::Connect))
    .union(KindSet::of(Kind::Dns))
    .union(KindSet::of(Kind::NetworkFlowMonitor))
    .union(KindSet::of(Kind::Packet));

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[test]
    fn a_packet_goes_somewhere() {
        let table = [
            (
                "@process.executable.path:/usr/bin/a @process.user:b @dns.question.type:TXT",
                vec!["@process.executable.path:/usr/bin/a @process.user:b @dns.question.type:TXT"],
            ),
            (
                "@process.executable.path:/usr/bin/a @process.user:b @evt.name:connect",
                vec!["@process.executable.path:/usr/bin/a @process.user:b @evt.name:connect"],
            ),
            (
                "@process.executable.path:/usr/bin/a @process.user:b @network.source.port:>1024",
                vec!["@process.executable.path:/usr/bin/a @process.user:b @network.source.port:>1024"],
            ),
            ("@process.executable.path:/usr/bin/a @process.user:b @dns.question.name:x.example.com", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b @network.destination.port:53", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b CIDR(@network.source.ip, 10.0.0.0/8)", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b @connect.addr.family:AF_UNIX", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b @setsockopt.level:SOL_SOCKET", vec![]),
            ("@process.executable.path:/usr/bin/a @process.user:b @imds.cloud_provider:aws", vec![]),
        ];
        for (when, at) in table {
            let text = format!("suppress x {{ when event {{ {when} }} }}");
            assert_eq!(places(&text, &of(&text, Code::MissingPeer)), at, "{when}");
        }
    }
}
