use clap::CommandFactory as _;

use crate::cli::args::{Args, CompletionsArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;

pub(in crate::cli) fn run(args: &CompletionsArgs) -> Result<Exit, Problem> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "quell", &mut out);
    output::say(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Clean)
}
