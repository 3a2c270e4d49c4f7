//! `yara-x`: a rule whose condition compares as many variables.

use std::fmt::Write as _;
use std::time::Duration;

use yara_x::Compiler;

use super::{Peer, timed};
use crate::Result;
use crate::generate::Job;

const VARIABLES: [&str; 8] = [
    "process_args",
    "process_executable_path",
    "process_executable_user",
    "process_parent_executable_path",
    "process_parent_comm",
    "process_user",
    "kube_service",
    "env",
];

#[derive(Default)]
pub(super) struct Yara {
    text: String,
    rules: usize,
}

impl Peer for Yara {
    fn name(&self) -> &'static str {
        "`yara-x`"
    }

    fn does(&self) -> &'static str {
        "compile"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        self.text.clear();
        self.rules = jobs.len();
        for job in jobs {
            let Job { number, name, program, parent, service, user } = job;
            let argument = job.argument();
            let identifier = name.replace('-', "_");
            write!(
                self.text,
                r#"// The nightly job {name} of {service} starts {program} and reads its own configuration.
rule nightly_{identifier} {{
  meta:
    owner = "platform@example.com"
    reason = "job {name} is started by the scheduler and touches its own files only"
    ticket = "SEC-{number}"
    expires = "2027-06-30"
  condition:
    process_args contains "{argument}" and
    process_executable_path == "{program}" and
    process_executable_user == "root" and
    process_parent_executable_path == "{parent}" and
    (process_parent_comm == "cron" or process_parent_comm == "systemd") and
    process_user == "{user}" and
    kube_service == "{service}" and
    not env == "staging"
}}

"#
            )
            .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        timed(self.rules, || {
            let mut compiler = Compiler::new();
            for variable in VARIABLES {
                compiler.define_global(variable, "").map_err(|error| error.to_string())?;
            }
            compiler.add_source(self.text.as_str()).map_err(|error| error.to_string())?;
            Ok(compiler.build().iter().len())
        })
    }
}
