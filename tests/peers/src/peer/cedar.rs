//! `cedar-policy`: a policy of as many conjuncts, validated against a schema of the same attributes.

use std::fmt::Write as _;
use std::time::Duration;

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};

use super::{Peer, timed};
use crate::Result;
use crate::generate::Job;

const SCHEMA: &str = r#"
entity Host;
entity Rule;
type Executable = { path: String, user: String };
type Parent = { comm: String, executable: { path: String } };
type Process = { args: Set<String>, user: String, executable: Executable, parent: Parent };
action "signal" appliesTo {
  principal: [Host],
  resource: [Rule],
  context: { process: Process, kube_service: String, env: String },
};
"#;

pub(super) struct Cedar {
    validator: Validator,
    text: String,
    rules: usize,
}

impl Cedar {
    pub(super) fn new() -> Result<Cedar> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| error.to_string())?;
        Ok(Cedar { validator: Validator::new(schema), text: String::new(), rules: 0 })
    }
}

impl Peer for Cedar {
    fn name(&self) -> &'static str {
        "`cedar-policy`"
    }

    fn does(&self) -> &'static str {
        "parse, validate against a schema"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        self.text.clear();
        self.rules = jobs.len();
        for job in jobs {
            let Job { number, name, program, parent, service, user } = job;
            let argument = job.argument();
            write!(
                self.text,
                r#"// The nightly job {name} of {service} starts {program} and reads its own configuration.
@id("nightly-{name}")
@owner("platform@example.com")
@reason("job {name} is started by the scheduler and touches its own files only")
@ticket("SEC-{number}")
@expires("2027-06-30")
forbid (principal, action == Action::"signal", resource)
when {{
  context.process.args.contains("{argument}") &&
  context.process.executable.path == "{program}" &&
  context.process.executable.user == "root" &&
  context.process.parent.executable.path == "{parent}" &&
  ["cron", "systemd"].contains(context.process.parent.comm) &&
  context.process.user == "{user}" &&
  context.kube_service == "{service}" &&
  !(context.env == "staging")
}};

"#
            )
            .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        timed(self.rules, || {
            let policies: PolicySet = self.text.parse().map_err(|error| format!("{error}"))?;
            let found = self.validator.validate(&policies, ValidationMode::Strict);
            match found.validation_errors().next() {
                Some(error) => Err(error.to_string()),
                None => Ok(policies.num_of_policies()),
            }
        })
    }
}
