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

/// What a rule of the project is about.
pub(crate) struct Job {
    pub(crate) number: usize,
    pub(crate) program: &'static str,
    pub(crate) parent: &'static str,
    pub(crate) service: &'static str,
    pub(crate) user: &'static str,
    pub(crate) name: String,
}

impl Job {
    /// The job of the rule of that number.
    pub(crate) fn of(number: usize) -> Job {
        let [first, second, third] = [1, 48, 48 * 48].map(|step| pick(&WORDS, number / step));
        Job {
            number,
            program: pick(&PROGRAMS, number),
            parent: pick(&PARENTS, number / 3),
            service: pick(&SERVICES, number / 7),
            user: second,
            name: match number / WORDS.len().pow(3) {
                0 => format!("{first}-{second}-{third}"),
                more => format!("{first}-{second}-{third}-{more}"),
            },
        }
    }

    /// Its configuration, as it is named in its arguments.
    pub(crate) fn argument(&self) -> String {
        format!("--config=/etc/{}/{}.conf", self.service, self.name)
    }
}

fn rule(number: usize, out: &mut String) {
    let job = Job::of(number);
    let argument = job.argument();
    let Job { number, program, parent, service, user, name } = job;
    let written = write!(
        out,
        r#"## The nightly job {name} of {service} starts {program} and reads its own configuration.
suppress nightly-{name} {{
  owner    = "platform@example.com"
  reason   = "job {name} is started by the scheduler and touches its own files only"
  ticket   = "SEC-{number}"
  expires  = 2027-06-30
  rules {{ ruleId:(def-000-krp OR oqn-z2v-zb0) }}
  when {{
    @process.args:"{argument}"
    @process.executable.path:{program}
    @process.executable.user:root
    @process.parent.executable.path:{parent}
    @process.parent.comm:(cron OR systemd)
    @process.user:{user}
    kube_service:{service}
    -env:staging
  }}
}}

"#
    );
    debug_assert!(written.is_ok());
}
