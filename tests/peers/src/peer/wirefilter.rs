//! `wirefilter-engine`: a filter of as many comparisons, typed against a scheme of the same fields. No name, no owner, no
//! comment: it has none of these.

use std::time::Duration;

use wirefilter::{Scheme, Type};

use super::{Peer, timed};
use crate::Result;
use crate::generate::Job;

const FIELDS: [&str; 8] = [
    "process.args",
    "process.executable.path",
    "process.executable.user",
    "process.parent.executable.path",
    "process.parent.comm",
    "process.user",
    "kube_service",
    "env",
];

pub(super) struct Wirefilter {
    scheme: Scheme,
    filters: Vec<String>,
}

impl Wirefilter {
    pub(super) fn new() -> Result<Wirefilter> {
        let fields = FIELDS.map(|name| (name.to_owned(), Type::Bytes));
        let scheme = Scheme::try_from_iter(fields).map_err(|error| error.to_string())?;
        Ok(Wirefilter { scheme, filters: Vec::new() })
    }
}

impl Peer for Wirefilter {
    fn name(&self) -> &'static str {
        "`wirefilter-engine`"
    }

    fn does(&self) -> &'static str {
        "parse and type a filter"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        let filter = |job: &Job| {
            let Job { program, parent, service, user, .. } = job;
            let argument = job.argument();
            format!(
                r#"process.args contains "{argument}" &&
  process.executable.path == "{program}" &&
  process.executable.user == "root" &&
  process.parent.executable.path == "{parent}" &&
  process.parent.comm in {{"cron" "systemd"}} &&
  process.user == "{user}" &&
  kube_service == "{service}" &&
  not env == "staging""#
            )
        };
        self.filters = jobs.iter().map(filter).collect();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        timed(self.filters.len(), || {
            for filter in &self.filters {
                std::hint::black_box(self.scheme.parse(filter).map_err(|error| error.to_string())?);
            }
            Ok(self.filters.len())
        })
    }
}
