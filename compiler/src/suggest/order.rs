//! Which attributes are asked for first: what the tuning guide combines for each kind of activity, parent context first.

use crate::schema::{Activity, Family, Schema, Scope};

/// Keys of which the first that an event has is taken.
pub(super) type Slot = &'static [&'static str];

const PARENT: Slot = &["@process.parent.executable.path", "@process.parent.comm", "@process.ancestors.executable.path"];
const PROGRAM: Slot = &["@process.executable.path", "@process.executable.name", "@process.comm"];
const ARGUMENTS: Slot = &["@process.args", "@process.cmdline"];
const USER: Slot = &["@process.user", "@process.executable.user"];
const FILE: Slot = &["@file.path", "@file.name"];
const DESTINATION: Slot = &["@file.destination.path"];
const QUESTION: Slot = &["@dns.question.name"];
const ADDRESS: Slot = &[
    "@network.destination.ip",
    "@connect.addr.ip",
    "@bind.addr.ip",
    "@accept.addr.ip",
    "@imds.cloud_provider",
    "@network.source.ip",
    "@connect.addr.hostnames",
];
const PORT: Slot = &["@network.destination.port", "@connect.addr.port", "@bind.addr.port"];
const WORKLOAD: Slot = &[
    "kube_service",
    "kube_deployment",
    "kube_daemon_set",
    "kube_stateful_set",
    "kube_cronjob",
    "kube_container_name",
    "ecs_service",
    "service",
    "short_image",
    "host",
];
const KIND: Slot = &["@evt.name"];
const AGENT_RULE: Slot = &["@agent.rule_id"];

/// What a suggestion about an activity asks for, where the events have it.
pub(super) fn slots(activity: Activity) -> &'static [Slot] {
    match activity {
        Activity::Process => &[PARENT, PROGRAM, ARGUMENTS, USER, WORKLOAD, KIND, AGENT_RULE],
        Activity::File => &[PARENT, PROGRAM, USER, FILE, DESTINATION, WORKLOAD, KIND, AGENT_RULE],
        Activity::Network => &[PARENT, PROGRAM, USER, QUESTION, ADDRESS, PORT, WORKLOAD, KIND, AGENT_RULE],
        Activity::Kernel => &[PARENT, PROGRAM, ARGUMENTS, USER, FILE, WORKLOAD, KIND, AGENT_RULE],
    }
}

/// Where a key stands among all: the lower, the sooner it is asked for.
pub(super) fn rank(key: &str, schema: &Schema) -> u32 {
    const NAMED: [Slot; 12] =
        [PARENT, PROGRAM, ARGUMENTS, FILE, DESTINATION, QUESTION, ADDRESS, PORT, USER, WORKLOAD, AGENT_RULE, KIND];
    let named = NAMED.iter().flat_map(|slot| slot.iter());
    if let Some(at) = named.clone().position(|named| *named == key) {
        return at as u32;
    }
    let Some(path) = key.strip_prefix('@') else { return 110 };
    let Some((_, attribute)) = schema.find(path) else { return u32::MAX };
    let family = match attribute.family {
        Family::Parent => 100,
        Family::User => 120,
        Family::Kernel => 130,
        Family::Network | Family::Dns => 140,
        Family::File => 150,
        Family::Process => 160,
        Family::Ancestor => 170,
        Family::Workload | Family::Container => 180,
        Family::Rule => 190,
    };
    // Paths, names and users say what is meant; modes, sizes and sums do not.
    let plain = matches!(
        attribute.leaf(),
        "path" | "name" | "comm" | "args" | "user" | "group" | "package_name" | "uid" | "gid" | "id" | "type" | "cmd"
    );
    let deep = key.matches('.').count() as u32;
    family + deep + if plain { 0 } else { 200 }
}

/// Whether a key is one that a reader of the rule expects.
pub(super) fn is_expected(key: &str, schema: &Schema) -> bool {
    rank(key, schema) < 200
}

/// Whether signals are known to carry a key.
pub(super) fn is_on_signals(key: &str, schema: &Schema) -> bool {
    key.strip_prefix('@')
        .is_none_or(|path| schema.find(path).is_some_and(|(_, attribute)| attribute.scope == Scope::Signal))
}
