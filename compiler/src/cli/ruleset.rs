//! The rules and tests that a command is about, read from files.

use std::path::PathBuf;

use crate::cli::args::{Format, Global};
use crate::cli::batch::{self, Nothing, Outcome, Purpose};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{command, format, source};
use crate::config::Context;
use crate::diag::Severity;
use crate::eval::Ruleset;

/// What a run that needs rules without errors can go on with.
pub(super) enum Loaded {
    Rules(Ruleset),
    /// There are errors, and they were printed.
    Broken(Exit),
}

/// Loads what `paths` name, the whole project where there are none. Errors are printed, and nothing else: a warning is
/// for `check`.
pub(super) fn load(setting: &Setting, global: &Global, paths: &[PathBuf]) -> Result<Loaded, Problem> {
    let mut outcome: Outcome = batch::run(setting, source::find(setting, paths), Purpose::Events, &mut Nothing)?;
    outcome.findings.retain(|finding| finding.diagnostic.severity == Severity::Error);
    let verdict = command::verdict(&outcome.findings, None);
    if verdict != Exit::Clean {
        format::print_aside(&outcome, Format::Human, global.color)?;
        return Ok(Loaded::Broken(verdict));
    }
    let cx = Context { now: outcome.now, ..setting.context() };
    Ok(Loaded::Rules(Ruleset::new(outcome.kept, outcome.tests, &cx)))
}
