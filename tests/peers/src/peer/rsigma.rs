//! `rsigma-parser`: a Sigma rule parsed and linted.

use std::time::Duration;

use rsigma_parser::lint::{Severity, lint_yaml_str};
use rsigma_parser::parse_sigma_yaml;

use super::{Peer, sigma, timed};
use crate::Result;
use crate::generate::Job;

#[derive(Default)]
pub(super) struct Rsigma {
    documents: Vec<String>,
}

impl Peer for Rsigma {
    fn name(&self) -> &'static str {
        "`rsigma-parser`"
    }

    fn does(&self) -> &'static str {
        "parse and lint Sigma"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        self.documents = jobs.iter().map(sigma::document).collect();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        timed(self.documents.len(), || {
            let mut accepted = 0;
            for document in &self.documents {
                let parsed = parse_sigma_yaml(document).map_err(|error| error.to_string())?;
                if let Some(error) = parsed.errors.first() {
                    return Err(error.clone());
                }
                let found = lint_yaml_str(document);
                if let Some(error) = found.iter().find(|found| found.severity == Severity::Error) {
                    return Err(error.to_string());
                }
                accepted += parsed.rules.len();
            }
            Ok(accepted)
        })
    }
}
