//! Quell: from text to the document of the target `rules`, with every lint.

use std::time::Duration;

use quell::emit::Target;
use quell::syntax::split;

use super::{Peer, timed};
use crate::Result;
use crate::generate::{Job, project};
use crate::pipeline::{Judging, pipeline};

#[derive(Default)]
pub(super) struct Quell {
    text: String,
    rules: usize,
}

impl Peer for Quell {
    fn name(&self) -> &'static str {
        "Quell"
    }

    fn does(&self) -> &'static str {
        "parse, type, judge, write `rules`"
    }

    fn write(&mut self, jobs: &[Job]) -> Result<()> {
        self.text = project(jobs.len());
        self.rules = jobs.len();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        // A rule with an error is a panic there.
        let took = timed(1, || Ok(usize::from(pipeline(&self.text, Target::Rules, Judging::With) > 0)))?;
        if split(&self.text).len() == self.rules { Ok(took) } else { Err("a rule is missing".to_owned()) }
    }
}
