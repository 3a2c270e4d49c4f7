//! The command line: files, clock, terminal and exit status around the library.
//!
//! Not here: what a program means. Every finding and every byte of output comes from the library.

mod ahead;
mod args;
mod baseline;
mod batch;
mod buffers;
mod command;
mod detail;
mod events;
mod exit;
mod finding;
mod fix;
mod format;
mod identity;
pub mod import;
mod interrupt;
mod known;
mod listed;
mod output;
mod progress;
mod project;
mod recall;
mod render;
mod ruleset;
mod source;
mod sources;
mod specificity;
mod state;
mod statistics;
mod watch;
mod xml;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Args, Command};
use exit::Exit;

/// Runs the program on the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Nobody is left to tell if this cannot be printed.
            let _ = error.print();
            return if asked { Exit::Clean } else { Exit::Usage }.into();
        }
    };
    let global = &args.global;
    let result = match &args.command {
        Command::Compile(args) => command::compile::run(global, args),
        Command::Check(args) => command::check::run(global, args),
        Command::Fmt(args) => command::fmt::run(global, args),
        Command::Explain(args) => command::explain::run(global, args),
        Command::Schema(args) => command::schema::run(global, args),
        Command::List(args) => command::list::run(global, args),
        Command::Init(args) => command::init::run(global, args),
        Command::Completions(args) => command::completions::run(args),
        Command::Test(args) => command::test::run(global, args),
        Command::Import(args) => command::import::run(global, args),
        Command::Suggest(args) => command::suggest::run(global, args),
        Command::Diff(args) => command::diff::run(global, args),
        Command::Replay(args) => command::replay::run(global, args),
        Command::Man => command::man::run(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(problem) => {
            problem.tell();
            problem.exit().into()
        }
    }
}
