//! Projects of any size whose rules look like those that people write.

use std::fmt::Write as _;

const PROGRAMS: [&str; 6] = [
    "/usr/sbin/logrotate",
    "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
    "/opt/datadog-agent/bin/agent/agent",
    "/usr/bin/apt-get",
    "/usr/local/bin/node",
    "/usr/sbin/unbound",
];
const PARENTS: [&str; 4] =
    ["/usr/sbin/cron", "/usr/lib/systemd/systemd", "/usr/bin/containerd-shim-runc-v2", "/usr/bin/dash"];
/// Parts of job names: three of them tell a hundred thousand jobs apart.
const WORDS: [&str; 48] = [
    "index", "ledger", "mail", "audit", "cache", "image", "order", "basket", "price", "stock", "batch", "report",
    "export", "import", "backup", "rotate", "vacuum", "digest", "notify", "expire", "resize", "render", "search",
    "score", "fetch", "merge", "split", "prune", "verify", "ingest", "replay", "shard", "queue", "drain", "refund",
    "invoice", "tariff", "parcel", "route", "label", "survey", "coupon", "review", "profile", "session", "catalog",
    "archive", "restore",
];
const SERVICES: [&str; 5] = ["checkout", "payments", "search", "mail-gateway", "ledger"];

/// A project of that many rules of eight terms, as one text. The same for the same size.
pub(crate) fn project(rules: usize) -> String {
    let mut text = String::with_capacity(rules * 720);
    for number in 0..rules {
        rule(number, &mut text);
    }
    text
}

fn pick<'l>(list: &[&'l str], number: usize) -> &'l str {
    list.get(number % list.len().max(1)).copied().unwrap_or_default()
}

fn rule(number: usize, out: &mut String) {
    let program = pick(&PROGRAMS, number);
    let parent = pick(&PARENTS, number / 3);
    let service = pick(&SERVICES, number / 7);
    let [first, second, third] = [1, 48, 48 * 48].map(|step| pick(&WORDS, number / step));
    let job = format!("{first}-{second}-{third}");
    let written = write!(
        out,
        r#"## The nightly job {job} of {service} starts {program} and reads its own configuration.
suppress nightly-{job} {{
  owner    = "platform@example.com"
  reason   = "job {job} is started by the scheduler and touches its own files only"
  ticket   = "SEC-{number}"
  expires  = 2027-06-30
  rules {{ ruleId:(def-000-krp OR oqn-z2v-zb0) }}
  when {{
    @process.args:"--config=/etc/{service}/{job}.conf"
    @process.executable.path:{program}
    @process.executable.user:root
    @process.parent.executable.path:{parent}
    @process.parent.comm:(cron OR systemd)
    @process.user:{second}
    kube_service:{service}
    -env:staging
  }}
}}

"#
    );
    debug_assert!(written.is_ok());
}
