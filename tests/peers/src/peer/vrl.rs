//! `vrl`: a query of as many terms through its grammar of Datadog's search. No name, no owner, no type.

use std::time::Duration;

use vrl::datadog_search_syntax::QueryNode;

use super::{Peer, timed};
use crate::Result;
use crate::generate::Job;

#[derive(Default)]
pub(super) struct Vrl {
    queries: Vec<String>,
}

impl Peer for Vrl {
    fn name(&self) -> &'static str {
        "`vrl`"
    }

    fn does(&self) -> &'static str {
        "parse a Datadog query"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        let query = |job: &Job| {
            let Job { program, parent, service, user, .. } = job;
            let argument = job.argument();
            format!(
                "@process.args:\"{argument}\" @process.executable.path:{program} \
                 @process.executable.user:root @process.parent.executable.path:{parent} \
                 @process.parent.comm:(cron OR systemd) @process.user:{user} kube_service:{service} -env:staging"
            )
        };
        self.queries = jobs.iter().map(query).collect();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        timed(self.queries.len(), || {
            for query in &self.queries {
                std::hint::black_box(query.parse::<QueryNode>().map_err(|error| error.to_string())?);
            }
            Ok(self.queries.len())
        })
    }
}
