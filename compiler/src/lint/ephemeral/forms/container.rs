//! What container runtimes make: ids of containers, images, layers and pods, names and interfaces.

use std::ops::Range;

use super::identifier::{is_constant, is_hex_run, uuid};
use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::{Role, Subject};

pub(in crate::lint::ephemeral) const POD_UID: Form = Form {
    name: "pod-uid",
    what: "the id of a pod",
    why: "each pod that takes its place has another",
    examples: &[
        (
            "@file.path",
            "/var/lib/kubelet/pods/5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3/volumes/kubernetes.io~secret/tls/tls.key",
            "5d3c1b7e-0f42-4a8e-9d61-2f7b8c90a1e3",
        ),
        (
            "@process.cgroup.id",
            "kubepods-burstable-pod5d3c1b7e_0f42_4a8e_9d61_2f7b8c90a1e3.slice",
            "5d3c1b7e_0f42_4a8e_9d61_2f7b8c90a1e3",
        ),
    ],
    lasting: &[
        ("@process.cgroup.id", "/kubepods.slice/kubepods-burstable.slice"),
        ("@file.path", "/var/lib/kubelet/pods/*/volumes/kubernetes.io~secret/tls/tls.key"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        let range = uuid(subject)?;
        let head = subject.slice(&(0..range.start));
        let in_pods = [b"/pods/".as_slice(), b"pod", b"\\pods\\"].iter().any(|marker| head.ends_with(marker));
        let in_log = subject.starts(0, "/var/log/pods/");
        (in_pods || in_log).then_some(range)
    },
};

pub(in crate::lint::ephemeral) const IMAGE_ID: Form = Form {
    name: "image-id",
    what: "the sum of an image or a layer",
    why: "each build of the image has another",
    examples: &[
        ("image_id", "sha256:9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e", "9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e"),
        (
            "@process.args",
            "registry.example.com/shop/web@sha256:9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e",
            "9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e",
        ),
        (
            "@file.path",
            "/var/lib/docker/image/overlay2/imagedb/content/sha256/9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e",
            "9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e",
        ),
    ],
    lasting: &[
        ("image_id", "registry.example.com/shop/web@sha256:*"),
        ("@process.args", "--algorithm=sha256:hmac"),
        ("@process.executable.hashes", "sha256:9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e9b1f3c5d7e9a0b2c4d6e8f0a1b3c5d7e"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG).and(Chars::MARKER),
    find: |subject| {
        let start = ["sha256:", "sha256/", "sha512:"].iter().find_map(|marker| subject.behind(marker))?;
        hex_from(subject, start, 8)
    },
};

pub(in crate::lint::ephemeral) const CONTAINER_ID: Form = Form {
    name: "container-id",
    what: "the id of a container",
    why: "each start makes a container with another id",
    examples: &[
        (
            "@process.cgroup.id",
            "docker-4f66ad9a0b2e8c1d7b3e5a90c6d2f8417e3b5c9a1d0f2846b7e9c3a5d1f08b62.scope",
            "4f66ad9a0b2e8c1d7b3e5a90c6d2f8417e3b5c9a1d0f2846b7e9c3a5d1f08b62",
        ),
        ("@file.path", "/var/lib/docker/containers/4f66ad9a0b2e8c1d/hostname", "4f66ad9a0b2e8c1d"),
        (
            "@file.path",
            "/run/containerd/io.containerd.runtime.v2.task/k8s.io/4f66ad9a0b2e8c1d7b3e5a90c6d2f841/rootfs/bin/sh",
            "4f66ad9a0b2e8c1d7b3e5a90c6d2f841",
        ),
        ("@process.args", "crio-4f66ad9a0b2e8c1d7b3e5a90c6d2f841.scope", "4f66ad9a0b2e8c1d7b3e5a90c6d2f841"),
        ("@process.cgroup.id", "libpod-4f66ad9a0b2e.scope", "4f66ad9a0b2e"),
    ],
    lasting: &[
        ("@process.executable.path", "/usr/bin/containerd-shim-runc-v2"),
        ("@file.path", "/var/lib/docker/containers/*/hostname"),
        ("@process.cgroup.id", "/system.slice/docker.service"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        const RUNTIMES: &[&str] = &["docker", "containerd", "crio", "libpod", "podman", "kubepods", "/lxc/"];
        let range = subject.words().find(|range| {
            range.len() >= 12 && is_hex_run(subject.slice(range)) && !is_constant(subject.slice(range))
        })?;
        let full = range.len() == 64;
        let runtime = RUNTIMES.iter().any(|marker| subject.behind(marker).is_some_and(|end| end <= range.start));
        let layer = LAYERS.iter().any(|marker| subject.behind(marker).is_some_and(|end| end <= range.start));
        ((runtime || full) && !layer).then_some(range)
    },
};

/// Folders below which storage drivers keep one folder per layer.
const LAYERS: &[&str] = &[
    "overlay2/l/",
    "overlay2/",
    "storage/overlay/",
    "/aufs/diff/",
    "/devicemapper/mnt/",
    "overlayfs/snapshots/",
    "/vfs/dir/",
];

pub(in crate::lint::ephemeral) const LAYER: Form = Form {
    name: "image-layer",
    what: "the folder of an image's layer",
    why: "each image and each container brings layers of its own",
    examples: &[
        ("@file.path", "/var/lib/docker/overlay2/9b1f3c5d7e9a0b2c/merged/usr/bin/curl", "9b1f3c5d7e9a0b2c"),
        ("@file.path", "/var/lib/docker/overlay2/l/K7QWXZ3VJ2NHB5TCYMD4RSP6FG/x", "K7QWXZ3VJ2NHB5TCYMD4RSP6FG"),
        (
            "@process.executable.path",
            "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/812/fs/usr/bin/curl",
            "812",
        ),
        ("@file.path", "/var/lib/containers/storage/overlay/9b1f3c5d7e9a0b2c/diff/etc/passwd", "9b1f3c5d7e9a0b2c"),
    ],
    lasting: &[
        ("@file.path", "/var/lib/docker/overlay2/*/merged/usr/bin/curl"),
        ("@file.path", "/var/lib/docker/overlay2/backingFsBlockDev"),
        ("@file.path", "/var/lib/containers/storage/overlay/l"),
    ],
    needs: Chars::DIGIT.and(Chars::MARKER),
    find: |subject| {
        LAYERS.iter().find_map(|marker| {
            let start = subject.behind(marker)?;
            let range = start..subject.run(start, |byte| byte.is_ascii_alphanumeric());
            let slice = subject.slice(&range);
            let numbered = slice.iter().all(u8::is_ascii_digit);
            let random = slice.len() >= 12 && slice.iter().any(u8::is_ascii_digit);
            (!range.is_empty() && (numbered || random)).then_some(range)
        })
    },
};

pub(in crate::lint::ephemeral) const INTERFACE: Form = Form {
    name: "container-interface",
    what: "the network interface of one container",
    why: "it is made with the container under a random name",
    examples: &[
        ("@network.device.ifname", "veth3f2a9c1", "3f2a9c1"),
        ("@network.device.ifname", "br-3f2a9c10b7de", "3f2a9c10b7de"),
        ("@process.args", "cali0f1e2d3c4b5", "0f1e2d3c4b5"),
    ],
    lasting: &[
        ("@network.device.ifname", "eth0"),
        ("@network.device.ifname", "docker0"),
        ("@network.device.ifname", "veth*"),
        ("@network.device.ifname", "enp0s31f6"),
        ("@network.device.ifname", "br-internal0"),
        ("@network.device.ifname", "tap0"),
    ],
    needs: Chars::DIGIT,
    find: |subject| {
        const HEADS: &[&str] = &["veth", "br-", "cali", "lxc", "eni", "tap", "vnet", "cni-"];
        subject.parts().find_map(|part| {
            let head = HEADS.iter().find(|head| subject.starts(part.start, head))?;
            let range = part.start + head.len()..subject.run(part.start + head.len(), |b| b.is_ascii_alphanumeric());
            let slice = subject.slice(&range);
            let made = slice.iter().all(u8::is_ascii_hexdigit) && slice.iter().any(u8::is_ascii_digit);
            (made && (7..=12).contains(&slice.len()) && range.end == part.end).then_some(range)
        })
    },
};

pub(in crate::lint::ephemeral) const RANDOM_NAME: Form = Form {
    name: "random-container-name",
    what: "a name that Docker made up",
    why: "a container that is started without a name gets another each time",
    examples: &[("container_name", "quirky_hopper", "quirky_hopper"), ("container_name", "zen_curie3", "zen_curie3")],
    lasting: &[("container_name", "shop_web"), ("container_name", "bold_reports-api"), ("kube_container_name", "web")],
    needs: Chars::UNDERSCORE,
    find: |subject| {
        if subject.role != Role::Pod {
            return None;
        }
        let (first, second) = subject.text.trim_start_matches('/').split_once('_')?;
        let surname = second.trim_end_matches(|last: char| last.is_ascii_digit());
        let plain = !surname.is_empty() && surname.bytes().all(|byte| byte.is_ascii_lowercase());
        (plain && ADJECTIVES.contains(&first)).then(|| subject.whole())
    },
};

/// The first halves of the names that Docker makes up.
const ADJECTIVES: &[&str] = &[
    "admiring",
    "adoring",
    "affectionate",
    "agitated",
    "amazing",
    "angry",
    "awesome",
    "beautiful",
    "blissful",
    "bold",
    "boring",
    "brave",
    "busy",
    "charming",
    "clever",
    "compassionate",
    "competent",
    "condescending",
    "confident",
    "cool",
    "cranky",
    "crazy",
    "dazzling",
    "determined",
    "distracted",
    "dreamy",
    "eager",
    "ecstatic",
    "elastic",
    "elated",
    "elegant",
    "eloquent",
    "epic",
    "exciting",
    "fervent",
    "festive",
    "flamboyant",
    "focused",
    "friendly",
    "frosty",
    "funny",
    "gallant",
    "gifted",
    "goofy",
    "gracious",
    "great",
    "happy",
    "hardcore",
    "heuristic",
    "hopeful",
    "hungry",
    "infallible",
    "inspiring",
    "intelligent",
    "interesting",
    "jolly",
    "jovial",
    "keen",
    "kind",
    "laughing",
    "loving",
    "lucid",
    "magical",
    "modest",
    "musing",
    "mystifying",
    "naughty",
    "nervous",
    "nice",
    "nifty",
    "nostalgic",
    "objective",
    "optimistic",
    "peaceful",
    "pedantic",
    "pensive",
    "practical",
    "priceless",
    "quirky",
    "quizzical",
    "recursing",
    "relaxed",
    "reverent",
    "romantic",
    "sad",
    "serene",
    "sharp",
    "silly",
    "sleepy",
    "stoic",
    "strange",
    "stupefied",
    "suspicious",
    "sweet",
    "tender",
    "thirsty",
    "trusting",
    "unruffled",
    "upbeat",
    "vibrant",
    "vigilant",
    "vigorous",
    "wizardly",
    "wonderful",
    "xenodochial",
    "youthful",
    "zealous",
    "zen",
];

/// The run of at least so many hexadecimal digits that starts there.
fn hex_from(subject: &Subject<'_>, start: usize, least: usize) -> Option<Range<usize>> {
    let range = start..subject.run(start, |byte| byte.is_ascii_hexdigit());
    (range.len() >= least && !subject.at(range.end).is_ascii_alphanumeric()).then_some(range)
}
