//! Others that turn the same rules into something checked: for each its way to write them, and what one run over all of
//! them takes. A run in which a rule is not accepted is an error, never a time.

mod cedar;
mod pysigma;
mod quell;
mod rsigma;
pub(crate) mod sigma;
mod vrl;
mod wirefilter;
mod yara;

use std::time::{Duration, Instant};

use crate::Result;
use crate::generate::Job;

/// Someone to be measured.
pub(crate) trait Peer {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// What a run does.
    fn does(&self) -> &'static str;

    /// Writes rules as this one wants them; they are what the next runs are over.
    fn write(&mut self, jobs: &[Job]) -> Result<()>;

    /// One run over all that was written.
    fn run(&mut self) -> Result<Duration>;
}

/// All of them, Quell first.
pub(crate) fn all() -> Result<Vec<Box<dyn Peer>>> {
    Ok(vec![
        Box::new(quell::Quell::default()),
        Box::new(wirefilter::Wirefilter::new()?),
        Box::new(vrl::Vrl::default()),
        Box::new(yara::Yara::default()),
        Box::new(cedar::Cedar::new()?),
        Box::new(rsigma::Rsigma::default()),
        Box::new(pysigma::PySigma::start()?),
    ])
}

/// How long something takes that accepts that many rules.
fn timed(rules: usize, run: impl FnOnce() -> Result<usize>) -> Result<Duration> {
    let start = Instant::now();
    let accepted = run()?;
    let took = start.elapsed();
    if accepted == rules { Ok(took) } else { Err(format!("{accepted} of {rules} rules are accepted")) }
}
