//! Names that controllers make.

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::letters::is_odd;
use crate::lint::ephemeral::subject::{Role, Subject, is_wildcard};

/// The letters that Kubernetes makes random names of: no vowels, so that no words come out.
fn is_safe(byte: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)
}

/// Whether a word is the random end of a pod's name.
fn is_suffix(slice: &[u8]) -> bool {
    slice.len() == 5 && slice.iter().all(|byte| is_safe(*byte))
}

/// Whether a word is the sum of a pod's template: a decimal number of up to ten digits in letters of its own.
fn is_template(slice: &[u8]) -> bool {
    let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
    let exact = slice.iter().all(|byte| b"456789bcdf".contains(byte));
    let safe = slice.iter().all(|byte| is_safe(*byte));
    match slice.len() {
        8..=10 => safe && digits >= 2 && digits < slice.len(),
        5..=7 => exact && digits >= 1,
        _ => false,
    }
}

pub(in crate::lint::ephemeral) const REPLICA_SET: Form = Form {
    name: "replica-set",
    what: "the random end of a Deployment's pods",
    why: "each rollout and each pod has another",
    examples: &[
        ("pod_name", "web-6d4b75cb6d-hx4zq", "6d4b75cb6d-hx4zq"),
        ("kube_replica_set", "web-6d4b75cb6d", "6d4b75cb6d"),
        ("host", "checkout-7f9c5d8b6-kq2wz", "7f9c5d8b6-kq2wz"),
        ("@file.path", "/var/log/containers/web-6d4b75cb6d-hx4zq_shop_web.log", "6d4b75cb6d-hx4zq"),
        ("pod_name", "web-6d4b75cb6d-*", "6d4b75cb6d"),
        ("pod_name", "web-7f9c5d8-kq2wz", "7f9c5d8-kq2wz"),
        ("pod_name", "a-6d4b75cb6d-hx4zq", "6d4b75cb6d-hx4zq"),
    ],
    lasting: &[
        ("pod_name", "web-*"),
        ("kube_deployment", "web-frontend"),
        ("kube_replica_set", "web-*"),
        ("kube_deployment", "checkout-v2"),
        ("@file.name", "theme-5f5f5f"),
        ("pod_name", "web-database12"),
        ("@file.path", "/opt/bc4455-https/run"),
    ],
    needs: Chars::DASH.and(Chars::DIGIT),
    find: |subject| {
        subject.words().find_map(|word| {
            if subject.before(word.start) != b'-' || word.start < 2 || !is_template(subject.slice(&word)) {
                return None;
            }
            let suffix = word.end + 1..subject.run(word.end + 1, |byte| byte.is_ascii_alphanumeric());
            let dash = subject.at(word.end) == b'-';
            if dash && is_suffix(subject.slice(&suffix)) {
                return Some(word.start..suffix.end);
            }
            let ends = word.end == subject.text.len() || dash && is_wildcard(subject.at(word.end + 1));
            (ends && subject.role == Role::Pod).then_some(word)
        })
    },
};

pub(in crate::lint::ephemeral) const JOB: Form = Form {
    name: "cron-job-run",
    what: "one run of a CronJob",
    why: "each run is named after its minute",
    examples: &[
        ("pod_name", "backup-28391040-x7kq2", "28391040-x7kq2"),
        ("kube_job", "backup-28465724", "28465724"),
        ("kube_job", "backup-1767225600", "1767225600"),
        ("host", "backup-28391040-x7kq2", "28391040-x7kq2"),
        ("pod_name", "etl-28391040-load", "28391040"),
        ("pod_name", "etl-4bc7h-load-3501818758", "3501818758"),
    ],
    lasting: &[("kube_job", "backup-*"), ("kube_cronjob", "backup"), ("kube_job", "migrate")],
    needs: Chars::DASH.and(Chars::DIGIT).and(Chars::LONG),
    find: |subject| {
        subject.words().find_map(|word| {
            let minutes = word.len() == 8
                && subject.number(&word).is_some_and(|number| (25_000_000..40_000_000).contains(&number));
            // An instant, or the sum of a step's name.
            let seconds = (8..=10).contains(&word.len()) && subject.slice(&word).iter().all(u8::is_ascii_digit);
            // Behind a number stands no run of a job, but the next part of an identity.
            let name = word.start.checked_sub(2).map_or(0, |place| subject.at(place));
            let named = subject.before(word.start) == b'-' && name.is_ascii_alphabetic();
            if !named || !(minutes && is_workload(subject) || seconds && subject.role == Role::Pod) {
                return None;
            }
            let suffix = word.end + 1..subject.run(word.end + 1, |byte| byte.is_ascii_alphanumeric());
            let more = subject.at(word.end) == b'-' && is_suffix(subject.slice(&suffix));
            // A pool of machines can be numbered so.
            (more || subject.role != Role::Host).then_some(word.start..if more { suffix.end } else { word.end })
        })
    },
};

/// Whether the value can be the name of a pod or hold one.
fn is_workload(subject: &Subject<'_>) -> bool {
    matches!(subject.role, Role::Pod | Role::Host | Role::Text)
}

/// Words that people write, although they are made of the safe letters and look drawn.
fn is_word(slice: &[u8]) -> bool {
    matches!(slice, b"html5" | b"http2")
}

/// Whether a word is drawn from all letters and digits, as other controllers do.
fn is_drawn(slice: &[u8]) -> bool {
    let digits = slice.iter().any(u8::is_ascii_digit);
    let lower = slice.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    matches!(slice.len(), 5..=8) && lower && digits && is_odd(slice, 60)
}

pub(in crate::lint::ephemeral) const POD_SUFFIX: Form = Form {
    name: "pod-suffix",
    what: "the random end of a pod's name",
    why: "each pod has another",
    examples: &[
        ("pod_name", "fluent-bit-x7kq2", "x7kq2"),
        ("pod_name", "node-exporter-zqwvk", "zqwvk"),
        ("@file.path", "/var/lib/kubelet/volumes/default-token-x7kq2/token", "x7kq2"),
        ("@file.path", "/volumes/kubernetes.io~projected/kube-api-access-zqwvk/token", "zqwvk"),
        ("kube_job", "migrate-hx4zq", "hx4zq"),
        ("pod_name", "release-run-qwb2t-clone-pod", "qwb2t"),
        ("pod_name", "main-318-0yrhs", "0yrhs"),
        ("host", "runner-set-cbmzj", "cbmzj"),
        ("pod_name", "web-7f9c5d8-primary", "7f9c5d8"),
    ],
    lasting: &[
        ("pod_name", "fluent-bit-*"),
        ("kube_daemon_set", "node-exporter"),
        ("container_name", "web-https"),
        ("container_name", "web-php82"),
        ("pod_name", "web-https"),
        ("pod_name", "svc-html5"),
        ("pod_name", "gateway-http2"),
        ("pod_name", "helm-install-k3s"),
        ("pod_name", "kube-proxy-arm64"),
        ("host", "db-kvm24"),
    ],
    needs: Chars::DASH,
    find: |subject| {
        const ACCESS: &[&[u8]] = &[b"kube-api-access-", b"-token-"];
        subject.words().find(|word| {
            if subject.before(word.start) != b'-' {
                return false;
            }
            let slice = subject.slice(word);
            if !(is_suffix(slice) || subject.role == Role::Pod && is_drawn(slice)) {
                return false;
            }
            let head = subject.slice(&(0..word.start));
            let end = subject.at(word.end);
            let ends = matches!(end, 0 | b'/' | b'_' | b'.');
            let digits = slice.iter().any(u8::is_ascii_digit);
            let named = match subject.role {
                Role::Pod if subject.facts.leaf() == "container_name" => ends && is_odd(slice, 75),
                // What is made for one run names its parts behind the random word.
                Role::Pod => is_odd(slice, if ends { 25 } else { 70 }) && (ends || digits) && !is_word(slice),
                // Machines have numbers too: only what has no number, or more than one.
                Role::Host => ends && is_odd(slice, 95),
                _ => false,
            };
            named || ends && ACCESS.iter().any(|access| head.ends_with(access))
        })
    },
};

pub(in crate::lint::ephemeral) const ROLLOUT: Form = Form {
    name: "rollout-number",
    what: "the number of a rollout or a build of OpenShift",
    why: "the next one counts on",
    examples: &[
        ("oshift_deployment", "web-27", "27"),
        ("pod_name", "web-12-build", "12"),
        ("pod_name", "web-27-deploy", "27"),
    ],
    lasting: &[
        ("oshift_deployment_config", "web"),
        ("pod_name", "postgres-0"),
        ("pod_name", "web-*-build"),
        ("oshift_deployment", "web-*"),
    ],
    needs: Chars::DASH.and(Chars::DIGIT),
    find: |subject| {
        subject.numbers().find(|digits| {
            let behind = |end: &str| subject.starts(digits.end, end) && digits.end + end.len() == subject.text.len();
            let step = behind("-build") || behind("-deploy") || behind("-hook-pre") || behind("-hook-post");
            let rollout = subject.facts.key == "oshift_deployment" && digits.end == subject.text.len();
            subject.before(digits.start) == b'-' && (step && subject.facts.key == "pod_name" || rollout)
        })
    },
};
