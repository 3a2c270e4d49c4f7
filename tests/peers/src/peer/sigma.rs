//! Rules in Sigma, a document each as its users keep them.

use crate::generate::Job;

/// One rule as a document.
pub(crate) fn document(job: &Job) -> String {
    let Job { number, name, program, parent, service, user } = job;
    let argument = job.argument();
    format!(
        r#"title: Nightly Job {name}
id: {number:08x}-5ee1-4c0d-8a77-0123456789ab
status: stable
description: The nightly job {name} of {service} starts {program} and reads its own configuration.
author: platform@example.com
date: 2026-11-24
logsource:
    category: process_creation
    product: linux
detection:
    selection:
        process.args: '{argument}'
        process.executable.path: {program}
        process.executable.user: root
        process.parent.executable.path: {parent}
        process.parent.comm:
            - cron
            - systemd
        process.user: {user}
        kube_service: {service}
    filter:
        env: staging
    condition: selection and not filter
falsepositives:
    - job {name} is started by the scheduler and touches its own files only
level: low
"#
    )
}
