//! What a path alone says about an attribute: the refined type, and what it is about.
//!
//! The embedded table was written with these rules and may overrule them row by row; an imported schema uses them for
//! every path that the table does not hold.

use super::attribute::{Family, Scope, Stability, Trust, Type};
use super::shape::{self, Relation, Shape};

/// A type as JSON Schema can tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    String,
    Int,
    Bool,
    Timestamp,
    Any,
}

/// The last segment of a path.
fn leaf(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The type of an attribute and the name of its value set, from its path and its raw type.
pub(super) fn refine(path: &str, raw: Raw) -> (Type, Option<&'static str>) {
    let leaf = leaf(path);
    match raw {
        Raw::Bool => (Type::Bool, None),
        Raw::Timestamp => (Type::Timestamp, None),
        Raw::Any => (Type::Any, None),
        Raw::Int if leaf == "port" || leaf.ends_with("_port") => (Type::Port, None),
        Raw::Int if leaf == "mode" && !path.starts_with("syscall.") => (Type::Mode, None),
        Raw::Int => (Type::Int, None),
        Raw::String if leaf == "ip" || leaf.ends_with("_ip") => (Type::Ip, None),
        Raw::String if matches!(leaf, "path" | "mount_path" | "device_path" | "destination_path") => (Type::Path, None),
        Raw::String => match closed_set(path, leaf) {
            Some(set) => (Type::Enum, Some(set)),
            None => (Type::String, known_set(path)),
        },
    }
}

/// The value set that holds every value of the attribute.
fn closed_set(path: &str, leaf: &str) -> Option<&'static str> {
    Some(match path {
        "agent.os" => "agent_os",
        "evt.name" => "event_kind",
        "evt.category" => "event_category",
        "evt.outcome" => "event_outcome",
        "exit.cause" => "exit_cause",
        "selinux.enforce.status" => "selinux_enforce_status",
        "selinux.bool.state" => "selinux_bool_state",
        "dns.question.type" => "dns_type",
        "dns.question.class" => "dns_class",
        "bpf.cmd" => "bpf_command",
        "bpf.map.map_type" => "bpf_map_type",
        "bpf.program.program_type" => "bpf_program_type",
        "bpf.program.attach_type" => "bpf_attach_type",
        "bpf.program.helpers" => "bpf_helper",
        "file.flags" => "file_flag",
        "ptrace.request" => "ptrace_request",
        "signal.type" => "signal",
        "prctl.option" => "prctl_option",
        "sysctl.action" => "sysctl_action",
        "setsockopt.level" => "socket_option_level",
        "setsockopt.optname" => "socket_option",
        _ => match leaf {
            "cap_effective" | "cap_permitted" | "caps_attempted" | "caps_used" => "capability",
            "l3_protocol" => "l3_protocol",
            "l4_protocol" => "l4_protocol",
            "network_direction" => "network_direction",
            "family" if path.ends_with(".addr.family") => "address_family",
            "source" if matches!(shape::split(path), Some((Shape::Process(_), "source"))) => "process_source",
            _ => return None,
        },
    })
}

/// The value set that holds well-known values of the attribute, among others.
fn known_set(path: &str) -> Option<&'static str> {
    Some(match path {
        "agent.arch" => "agent_arch",
        "bind.protocol" | "connect.protocol" | "setsockopt.socket_protocol" => "l4_protocol",
        "setsockopt.socket_family" => "address_family",
        "setsockopt.socket_type" => "socket_type",
        _ if path.ends_with(".metadata.type") => "file_type",
        _ if path.ends_with(".metadata.architecture") => "file_architecture",
        _ if path.ends_with(".metadata.abi") => "file_abi",
        _ if path.ends_with(".metadata.compression") => "file_compression",
        _ => return None,
    })
}

/// What the attribute is about.
pub(super) fn family(path: &str) -> Family {
    match shape::split(path) {
        Some((Shape::Process(relation) | Shape::Program(relation), leaf)) => {
            if path.starts_with("ptrace.") {
                return Family::Kernel;
            }
            if leaf.starts_with("container.") || leaf.starts_with("cgroup.") {
                return Family::Container;
            }
            let program = matches!(shape::split(path), Some((Shape::Program(_), _)));
            match relation {
                Relation::Parent => Family::Parent,
                Relation::Ancestor => Family::Ancestor,
                Relation::Own if !program && identifies_user(leaf) && path.starts_with("process.") => Family::User,
                Relation::Own => Family::Process,
            }
        }
        Some((Shape::File, _)) if path.starts_with("file.") => Family::File,
        _ => match path.split('.').next().unwrap_or(path) {
            "agent" | "evt" | "title" | "date" => Family::Rule,
            "security_profile" => Family::Workload,
            "dd" | "exit" | "signal" | "prctl" | "capabilities" => Family::Process,
            "usr" => Family::User,
            "container" | "cgroup" => Family::Container,
            "registry" | "permission_change" => Family::File,
            "network" | "accept" | "bind" | "connect" | "packet" | "network_flow_monitor" | "setsockopt" | "imds" => {
                Family::Network
            }
            "dns" => Family::Dns,
            _ => Family::Kernel,
        },
    }
}

/// Whether a member of a process says who runs it.
fn identifies_user(leaf: &str) -> bool {
    matches!(leaf, "user" | "group" | "uid" | "gid")
        || leaf.starts_with("user_session.")
        || leaf.starts_with("credentials.") && !leaf.contains("cap_")
}

/// Where the attribute can be queried.
pub(super) fn scope(path: &str) -> Scope {
    const SIGNAL: [&str; 34] = [
        "container.id",
        "date",
        "dns.question.class",
        "dns.question.count",
        "dns.question.name",
        "dns.question.size",
        "dns.question.type",
        "file.inode",
        "file.mode",
        "file.name",
        "file.path",
        "network.destination.ip",
        "network.destination.port",
        "network.source.ip",
        "network.source.port",
        "process.args",
        "process.comm",
        "process.envs",
        "process.executable.gid",
        "process.executable.group",
        "process.executable.name",
        "process.executable.path",
        "process.executable.uid",
        "process.executable.user",
        "process.gid",
        "process.group",
        "process.parent.args",
        "process.parent.comm",
        "process.parent.executable.name",
        "process.parent.executable.path",
        "process.parent.user",
        "process.uid",
        "process.user",
        "title",
    ];
    const ANCESTORS: [&str; 13] = [
        "args",
        "comm",
        "envs",
        "executable.gid",
        "executable.group",
        "executable.name",
        "executable.path",
        "executable.uid",
        "executable.user",
        "gid",
        "group",
        "uid",
        "user",
    ];
    let known = ["agent.", "evt.", "usr."].iter().any(|prefix| path.starts_with(prefix))
        || SIGNAL.contains(&path)
        || path.strip_prefix("process.ancestors.").is_some_and(|leaf| ANCESTORS.contains(&leaf));
    if known { Scope::Signal } else { Scope::Event }
}

/// How long a value keeps its meaning.
pub(super) fn stability(path: &str, ty: Type) -> Stability {
    if ty == Type::Timestamp {
        return Stability::PerRun;
    }
    let per_run_path = matches!(path, "dns.id" | "accept.addr.port" | "network.size" | "packet.size")
        || ["container.id", "cgroup.id", "user_session.id", "source.port"]
            .iter()
            .any(|end| path.strip_suffix(end).is_some_and(|head| head.is_empty() || head.ends_with('.')));
    match leaf(path) {
        _ if per_run_path => Stability::PerRun,
        "pid" | "ppid" | "tid" | "inode" | "tty" | "dirfd" | "ssh_port" => Stability::PerRun,
        "mount_id" | "new_mount_id" | "parent_mount_id" | "bind_src_mount_id" => Stability::PerRun,
        "address" | "vm_start" | "vm_end" => Stability::PerRun,
        "span_id" | "trace_id" | "access_key_id" | "last_updated" | "expiration" => Stability::PerRun,
        "data_size" | "packet_count" => Stability::PerRun,
        "device" | "ifindex" | "netns" => Stability::PerBoot,
        _ => Stability::Stable,
    }
}

/// How far an attacker who runs code in the workload chooses the value.
pub(super) fn trust(path: &str) -> Trust {
    match shape::split(path) {
        Some((Shape::Process(_), leaf)) => match leaf {
            "args" | "args_truncated" | "argv0" | "cmdline" | "comm" | "envs" | "envs_truncated" => Trust::Chosen,
            "caps_attempted" | "syscalls.id" | "syscalls.name" => Trust::Chosen,
            _ => Trust::Fixed,
        },
        Some((Shape::Program(_), "path" | "device_path")) => Trust::Owned,
        Some((Shape::Program(_) | Shape::File, leaf)) => match leaf {
            "path" | "device_path" | "name" | "extension" | "flags" => Trust::Chosen,
            "attribute_name" | "attribute_namespace" | "access_time" | "modification_time" => Trust::Chosen,
            "mode" => Trust::Owned,
            _ if leaf.starts_with("package_") || leaf.starts_with("metadata.") => Trust::Owned,
            _ => Trust::Fixed,
        },
        Some((Shape::Syscall, _)) => Trust::Chosen,
        None => other_trust(path),
    }
}

fn other_trust(path: &str) -> Trust {
    let leaf = leaf(path);
    match path.split('.').next().unwrap_or(path) {
        "evt" if path.starts_with("evt.rule_context.matching_subexprs.") => Trust::Chosen,
        "agent" | "evt" | "title" | "date" | "usr" | "container" | "cgroup" | "security_profile" => Trust::Fixed,
        "network" | "packet" | "network_flow_monitor" => {
            let peer = path.contains(".destination.") || path.ends_with("source.port");
            let content = matches!(leaf, "size" | "type" | "version" | "data_size" | "packet_count");
            if peer || content { Trust::Chosen } else { Trust::Fixed }
        }
        "mount" if leaf == "device" || leaf.ends_with("mount_id") || leaf.ends_with("_error") => Trust::Fixed,
        "capabilities" if leaf == "caps_used" => Trust::Fixed,
        "sysctl" if leaf.starts_with("old_value") => Trust::Fixed,
        "permission_change" if leaf == "username" || leaf == "user_domain" || leaf == "old_sd" => Trust::Fixed,
        _ => Trust::Chosen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_follow_the_leaf() {
        assert_eq!(refine("process.executable.path", Raw::String), (Type::Path, None));
        assert_eq!(refine("process.path_resolution_error", Raw::String), (Type::String, None));
        assert_eq!(refine("file.mode", Raw::Int), (Type::Mode, None));
        assert_eq!(refine("syscall.open.mode", Raw::Int), (Type::Int, None));
        assert_eq!(refine("connect.addr.ip", Raw::String), (Type::Ip, None));
        assert_eq!(refine("process.user_session.ssh_port", Raw::Int), (Type::Port, None));
        assert_eq!(refine("signal.target.parent.source", Raw::String), (Type::Enum, Some("process_source")));
        assert_eq!(refine("file.metadata.type", Raw::String), (Type::String, Some("file_type")));
        assert_eq!(refine("process.variables.*", Raw::Any), (Type::Any, None));
    }

    #[test]
    fn families_follow_the_structure() {
        for (path, expected) in [
            ("process.args", Family::Process),
            ("process.user", Family::User),
            ("process.executable.user", Family::Process),
            ("process.credentials.cap_effective", Family::Process),
            ("process.parent.user", Family::Parent),
            ("process.ancestors.executable.path", Family::Ancestor),
            ("process.container.id", Family::Container),
            ("ptrace.tracee.comm", Family::Kernel),
            ("agent.rule_id", Family::Rule),
            ("mount.mp.path", Family::Kernel),
            ("dns.question.name", Family::Dns),
            ("usr.id", Family::User),
        ] {
            assert_eq!(family(path), expected, "{path}");
        }
    }

    #[test]
    fn what_an_attacker_chooses_is_not_trusted() {
        for (path, expected) in [
            ("process.args", Trust::Chosen),
            ("process.executable.path", Trust::Owned),
            ("process.executable.name", Trust::Chosen),
            ("process.executable.user", Trust::Fixed),
            ("process.user", Trust::Fixed),
            ("file.path", Trust::Chosen),
            ("file.hashes", Trust::Fixed),
            ("network.destination.ip", Trust::Chosen),
            ("network.source.ip", Trust::Fixed),
            ("evt.outcome", Trust::Fixed),
        ] {
            assert_eq!(trust(path), expected, "{path}");
        }
    }

    #[test]
    fn numbers_the_kernel_hands_out_do_not_last() {
        for (path, expected) in [
            ("process.pid", Stability::PerRun),
            ("container.id", Stability::PerRun),
            ("process.cgroup.id", Stability::PerRun),
            ("file.inode", Stability::PerRun),
            ("network.device.ifindex", Stability::PerBoot),
            ("process.user_session.k8s_uid", Stability::Stable),
            ("network.source.port", Stability::PerRun),
            ("network.destination.port", Stability::Stable),
        ] {
            assert_eq!(stability(path, Type::Int), expected, "{path}");
        }
        assert_eq!(stability("date", Type::Timestamp), Stability::PerRun);
    }
}
